"""Going together (联合走访、走楼访企): somebody of a firm, a department, the street or the park is asked along, answers, and notes what he saw.

A firm that serves the other side of this enterprise is refused. A missing consent to handing cases to firms is shown and refuses nothing:
whoever comes along sees where, when and what is to be talked about (`columns`), and no case.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

import audit
import notices
from community.kinds import GRID_KINDS, PostKind
from community.models import Post, Unit
from enterprises import consents
from enterprises.models import Conflict, Tenancy
from visits import words
from visits.appointing import TASK_PAGE, planned_by
from visits.models import Companion, Task, Visit, Visitor
from visits.states import TaskState, VisitorKind
from wording import clean
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict
from wording.text import TextRefused

if TYPE_CHECKING:
    from accounts.models import User

KINDS: dict[str, VisitorKind] = {
    PostKind.PARTNER: VisitorKind.PARTNER,
    PostKind.DEPARTMENT: VisitorKind.DEPARTMENT,
    PostKind.STREET: VisitorKind.STREET,
    PostKind.STEWARD: VisitorKind.STEWARD,
    **dict.fromkeys((PostKind.SPECIALIST, PostKind.LEADER, *GRID_KINDS), VisitorKind.STAFF),
}
MOST = 10
LONGEST_NOTE = 1000


@dataclass(frozen=True)
class Guest:
    """Somebody who may be asked. `conflict`: his firm may not; `consent`: False where the enterprise has not agreed to firms being told."""

    user: User
    kind: VisitorKind
    unit: Unit | None
    conflict: bool = False
    consent: bool = True


def guests(task: Task, at: datetime) -> list[Guest]:
    """Whoever is on duty and may come along: of the community and its street, stewards of the enterprise's own parks. Firms in conflict are
    listed as such, so that nobody wonders."""
    parks = Tenancy.objects.open().filter(enterprise=task.enterprise_id).values("building__park")
    here = Q(community=task.community_id) | Q(street=task.community.street_id, kind=PostKind.STREET)
    posts = Post.objects.on_duty(at).filter(here, kind__in=list(KINDS)).exclude(user=task.assignee_id)
    posts = posts.exclude(Q(kind=PostKind.STEWARD) & ~Q(park_post__park__in=parks)).select_related("user", "unit").order_by("kind", "pk")
    against = set(Conflict.objects.filter(enterprise=task.enterprise_id).values_list("unit_id", flat=True))
    agreed = consents.consent_of(task.enterprise, at).given
    found: dict[int, Guest] = {}
    for post in posts:
        firm = post.unit is not None and consents.to_partner(post.unit)
        found.setdefault(post.user_id, Guest(post.user, KINDS[post.kind], post.unit, firm and post.unit_id in against, agreed or not firm))
    return list(found.values())


@transaction.atomic
def ask(task: Task, *, user: int, by: User, at: datetime) -> Companion:
    """Asked again he stays asked; whoever had declined is asked anew. Raises NotFound, NotYours, FactsMissing, StateConflict."""
    row = _for_planner(task, by)
    guest = next((each for each in guests(row, at) if each.user.pk == user), None)
    if guest is None:
        raise FactsMissing("请从列出的人里选同行人；走访人自己不用邀请。", fields={"user": "请从列出的人里选"})
    if guest.conflict:
        raise FactsMissing(
            f"{guest.unit}与这家企业有利益冲突，不能同行；请另选一家。", fields={"user": "利益冲突，不能同行"}, code="conflict_of_interest"
        )
    before = Companion.objects.filter(task=row, user=user).first()
    if before is not None and before.coming is not False:
        return before
    if before is None and Companion.objects.filter(task=row).count() >= MOST:
        raise StateConflict(f"一次走访最多 {MOST} 人同行。")
    facts = {"kind": guest.kind, "unit": guest.unit, "asked_by": by, "asked_at": at, "coming": None, "answered_at": None}
    made, _ = Companion.objects.update_or_create(task=row, user=guest.user, defaults=facts)
    detail = {
        "to": guest.user.display_name,
        **({"unit": str(guest.unit)} if guest.unit else {}),
        **({} if guest.consent else {"reason": "企业尚未同意转交"}),
    }
    audit.record("visit_companion_asked", by=by, at=at, target=f"enterprise:{row.enterprise.uscc}", detail=detail)
    slot = words.slot_of(row)
    when = f"，{slot.label}" if slot is not None else ""
    _tell(
        made, "asked", [guest.user], "请您一起走访", f"{by.display_name}请您一起走访{row.enterprise.name}{when}，请答复能否同行。", by, at
    )
    return made


@transaction.atomic
def answer(companion: Companion, *, coming: bool, by: User, at: datetime) -> Companion:
    """By whoever was asked; one may think better of it until the visit is recorded. Raises NotFound, NotYours, StateConflict."""
    row = _mine_or_seen(companion, by)
    if row.user_id != by.pk:
        raise NotYours("能否同行由被邀请人自己答复。")
    if row.coming == coming:
        return row
    if Conflict.objects.filter(enterprise=row.task.enterprise_id, unit=row.unit_id).exists():
        raise StateConflict("贵机构与这家企业有利益冲突，不能同行。", code="conflict_of_interest")
    row.coming, row.answered_at = coming, at
    row.save(update_fields=["coming", "answered_at"])
    said = "同行" if coming else "不能同行"
    audit.record("visit_companion_answered", by=by, at=at, target=f"enterprise:{row.task.enterprise.uscc}", detail={"to": said})
    told = [person for person in (row.asked_by, row.task.assignee) if person is not None]
    _tell(
        row, f"answered:{at.isoformat()}", told, f"同行邀请已答复：{said}", f"{by.display_name}{said}：{row.task.enterprise.name}。", by, at
    )
    return row


@transaction.atomic
def drop(companion: Companion, *, by: User, at: datetime) -> None:
    """He is not asked any more, and sees it no more. Raises NotFound, NotYours, StateConflict."""
    row = _mine_or_seen(companion, by)
    _for_planner(row.task, by)
    _tell(row, "dropped", [row.user], "不用同行走访了", f"{row.task.enterprise.name}的走访不用您同行了。", by, at, link="/visits/along/")
    audit.record(
        "visit_companion_dropped", by=by, at=at, target=f"enterprise:{row.task.enterprise.uscc}", detail={"from": row.user.display_name}
    )
    row.delete()


@transaction.atomic
def write_note(visit: Visit, *, note: str, by: User, at: datetime) -> Visitor:
    """What he himself saw or promises, beside the record; an empty text takes it back. Raises NotFound, FactsMissing."""
    rows = (
        Visitor.objects.visible_to(by)
        .filter(visit=visit.pk, user=by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("visit__enterprise")
    )
    row: Visitor | None = rows.first()
    if row is None:
        raise NotFound("您没有参加这次走访，或无权查看。")
    try:
        text = clean(note or "", max_length=LONGEST_NOTE, multiline=True)
    except TextRefused as refused:
        raise FactsMissing(f"同行意见：{'；'.join(refused.messages)}", fields={"note": refused.messages}) from refused
    if text != row.note:
        row.note = text
        row.save(update_fields=["note"])
        audit.record("visit_companion_note", by=by, at=at, target=f"enterprise:{row.visit.enterprise.uscc}")
    return row


def _for_planner(task: Task, by: User) -> Task:
    rows = Task.objects.visible_to(by).filter(pk=task.pk).select_for_update(of=("self",), no_key=True)
    row: Task | None = rows.select_related("enterprise", "community", "assignee").first()
    if row is None:
        raise NotFound("没有这项走访，或您无权查看。")
    if not planned_by(by).filter(pk=row.pk).exists():
        raise NotYours("同行人由本社区的专员、负责人和网格人员邀请。")
    if row.state != TaskState.OPEN:
        raise StateConflict(f"这项走访{row.get_state_display()}，不能再邀请同行。")
    return row


def _mine_or_seen(companion: Companion, by: User) -> Companion:
    rows = Companion.objects.visible_to(by).filter(pk=companion.pk, task__state=TaskState.OPEN).select_for_update(of=("self",), no_key=True)
    row: Companion | None = rows.select_related("task__enterprise", "task__community", "task__assignee", "user", "asked_by", "unit").first()
    if row is None:
        raise NotFound("没有这份同行邀请，或走访已经登记。")
    return row


def _tell(row: Companion, what: str, told: Iterable[Any], title: str, body: str, by: User, at: datetime, *, link: str = "") -> None:
    """The title leaves the house by SMS, so it names nobody."""
    event = f"visit-companion:{row.pk}:{what}:{row.asked_at.isoformat()}"
    notices.tell(event, told, title=title, body=body, link=link or f"{TASK_PAGE}{row.task_id}/", kind="visit", at=at, but=by)
