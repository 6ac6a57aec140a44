"""差评回访 and 抽查回访 as a list: contact within 1 working day, fix or explain within 5 (15 with a leader's approval), then ask again.

Source: DOMAIN §3.6. A 差评 may be ruled void only by a second person, with a reason; it then stays on the record and in the list.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Case, F, QuerySet, When

import workdays
from community import held
from community.kinds import PostKind
from grievances.clocks import calendar_of
from grievances.models import FollowUp, Grievance
from grievances.rating import LONGEST_FIX_WORKDAYS
from grievances.states import GRADES
from wording import clean
from wording.errors import FactsMissing, NotYours, StateConflict

if TYPE_CHECKING:
    from accounts.models import User


def list_for(user: User) -> QuerySet[FollowUp]:
    """Those of tickets in sight, for specialists, leaders and the street only."""
    if not held(user, PostKind.SPECIALIST, PostKind.LEADER, PostKind.STREET):
        return FollowUp.objects.none()
    return FollowUp.objects.filter(
        grievance__in=Grievance.objects.visible_to(user, (PostKind.SPECIALIST, PostKind.LEADER, PostKind.STREET))
    ).select_related("grievance__enterprise", "owner")


def waiting(user: User) -> QuerySet[FollowUp]:
    """Those that are open, what is due first."""
    due = Case(When(state=FollowUp.State.TO_CONTACT, then=F("contact_due_at")), default=F("fix_due_at"))
    return list_for(user).filter(ended_at__isnull=True).alias(due=due).order_by("due", "pk")


def over(user: User) -> QuerySet[FollowUp]:
    return list_for(user).filter(ended_at__isnull=False)


def _locked(row: FollowUp, by: User) -> FollowUp:
    found = list_for(by).select_for_update(of=("self",), no_key=True).filter(pk=row.pk).first()
    if found is None:
        raise NotYours("这件回访不由您来做。")
    if not held(by, PostKind.SPECIALIST, PostKind.LEADER):
        raise NotYours("回访由社区人员来做。")
    if found.ended_at is not None:
        raise StateConflict("这件回访已经完成。")
    if found.grievance.handler_id == by.pk:
        raise NotYours("回访须由承办人以外的人来做。")
    return found


def contact(row: FollowUp, *, by: User, at: datetime, note: str) -> FollowUp:
    """Raises NotYours, StateConflict, FactsMissing."""
    with transaction.atomic():
        row = _locked(row, by)
        row.contact_note = _need(note, "联系记录", "note")
        row.contacted_at = at
        row.state = FollowUp.State.FIXING
        row.save()
    return row


def conclude(row: FollowUp, *, by: User, at: datetime, result: str, note: str) -> FollowUp:
    """Fixed or explained; the enterprise has to have been contacted first."""
    with transaction.atomic():
        row = _locked(row, by)
        if row.contacted_at is None:
            raise StateConflict("请先联系企业并记下联系情况，再完成回访。")
        if result not in FollowUp.Result.values:
            raise FactsMissing("结果：请选“已整改”或“已解释”", fields={"result": "请选择"})
        row.result, row.end_note, row.ended_at, row.ended_by = result, _need(note, "整改或解释", "note"), at, by
        row.state = FollowUp.State.DONE
        row.save()
    return row


def extend(row: FollowUp, *, by: User, at: datetime) -> FollowUp:
    """A leader allows 15 working days from the rating, once."""
    if not held(by, PostKind.LEADER):
        raise NotYours("整改延期由社区负责人批准。")
    with transaction.atomic():
        row = _locked(row, by)
        if row.extended_by_id is not None:
            raise StateConflict("整改期限已经延长过一次。")
        longest = workdays.days_limit(row.created_at, LONGEST_FIX_WORKDAYS, calendar=calendar_of(row.grievance.community))
        row.fix_due_at, row.provisional, row.extended_by = longest.at, longest.provisional, by
        row.save()
    return row


def void(row: FollowUp, *, by: User, at: datetime, reason: str) -> FollowUp:
    """评价无效: by a leader who is not the owner of the follow-up nor handled the ticket."""
    if not held(by, PostKind.LEADER):
        raise NotYours("评价无效须由社区负责人认定。")
    with transaction.atomic():
        row = _locked(row, by)
        if row.contacted_at is None or row.owner_id == by.pk:
            raise StateConflict("须由回访人先联系企业，再由另一人认定。")
        row.end_note, row.ended_at, row.ended_by = _need(reason, "认定理由", "reason"), at, by
        row.state = FollowUp.State.VOID
        row.save()
    return row


def rate_again(grievance: Grievance, *, by: User, at: datetime, result: int) -> FollowUp:
    """The enterprise's second rating after the fix; the first one stays as it is."""
    from grievances.capacity import standing
    from grievances.states import Actor

    if Actor.ENTERPRISE not in standing(grievance, by).posts:
        raise NotYours("再次评价由企业来做。")
    if result not in GRADES:
        raise FactsMissing("请在一到五星里选。", fields={"result": "请选择"})
    with transaction.atomic():
        row = FollowUp.objects.select_for_update(no_key=True).filter(
            grievance=grievance, cycle=grievance.cycle, kind=FollowUp.Kind.POOR_RATING, state=FollowUp.State.DONE, again_at__isnull=True
        ).first()  # fmt: skip
        if row is None:
            raise StateConflict("整改完成后可再评价一次；现在没有可评价的整改。")
        row.again_result, row.again_at = result, at
        row.save()
    return row


def _need(text: str, label: str, name: str) -> str:
    text = clean(text or "", max_length=2000, multiline=True)
    if not text:
        raise FactsMissing(f"{label}：请填写", fields={name: "请填写"})
    return text
