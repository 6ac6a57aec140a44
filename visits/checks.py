"""待核信息: what the door-step said otherwise than the file, and one press that takes it over or keeps what is on file."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

import audit
from community import held
from community.kinds import PostKind
from enterprises.models import Enterprise
from risks.people import may_set_for
from visits.facts import FACTS, label_of
from visits.models import FactCheck
from visits.states import CheckOutcome
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict

if TYPE_CHECKING:
    from accounts.models import User

#: A specialist, a leader, or who leads the grid: somebody who answers for the file.
DECIDERS = (PostKind.SPECIALIST, PostKind.LEADER, PostKind.GRID_LEADER)


def may_decide(user: User, enterprise: Enterprise) -> bool:
    return bool(held(user, *DECIDERS)) and may_set_for(user, enterprise)


@transaction.atomic
def decide(check: FactCheck, *, accept: bool, by: User, at: datetime) -> FactCheck:
    """Raises NotFound, NotYours, StateConflict when somebody else decided otherwise, FactsMissing where the value cannot be taken over.

    The same decision again changes nothing. Of several that wait for one fact of an enterprise, taking one over settles that one only.
    """
    locked = (
        FactCheck.objects.visible_to(by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("visit__enterprise__community")
        .filter(pk=check.pk)
        .first()
    )
    if locked is None:
        raise NotFound("没有这条待核信息，或您无权查看。")
    enterprise = locked.visit.enterprise
    if not may_decide(by, enterprise):
        raise NotYours("待核信息由专员、社区负责人或网格长核定。")
    wanted = CheckOutcome.CORRECTED if accept else CheckOutcome.KEPT
    if locked.outcome == wanted:
        return locked
    if locked.outcome != CheckOutcome.REVIEW:
        who = locked.decided_by.display_name if locked.decided_by is not None else "走访时"
        raise StateConflict(f"这条信息已由{who}核定为“{locked.get_outcome_display()}”。")
    if accept:
        _take_over(locked, enterprise, by, at)
    locked.outcome, locked.decided_by, locked.decided_at = wanted, by, at
    locked.save(update_fields=["outcome", "decided_by", "decided_at"])
    audit.record(
        "fact_decided",
        by=by,
        at=at,
        target=f"enterprise:{enterprise.uscc}",
        detail={"field": label_of(locked.field), "result": locked.outcome},
    )
    return locked


def _take_over(check: FactCheck, enterprise: Enterprise, by: User, at: datetime) -> None:
    if check.field not in FACTS:
        raise FactsMissing("这个项目已不再核对，请选“维持原值”。", fields={"field": "不再核对"})
    try:
        FACTS[check.field].write(enterprise, check.said, by, at)
    except ValidationError as error:
        raise FactsMissing(f"不能写入档案：{'；'.join(error.messages)}", fields={"said": error.messages}) from error
