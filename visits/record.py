"""Writing down what was found at the door. One submission is one transaction: the visit with everything that came of it, or nothing.

Its `key` is made where the form is filled in, so that a phone may send again what it got no answer to: the same key gives the same visit.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

import audit
import files
from community import attach, held
from community.kinds import GRID_KINDS, PostKind
from enterprises.models import Enterprise
from files.refused import FileRefused
from grievances import filing, workflow
from grievances.models import Evidence, Grievance, Transition
from grievances.retry import retry_on_conflict
from grievances.states import Channel, Circle
from risks.kinds import Source
from risks.querysets import watched_by
from risks.signs import record_sign
from visits import attempts, owed, submission
from visits.facts import FACTS
from visits.models import FactCheck, Need, Photo, Reason, Task, Visit, Visitor
from visits.people import STAFF_KINDS, comes_as
from visits.states import CheckOutcome, TaskState
from visits.submission import Submission
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict

if TYPE_CHECKING:
    from accounts.models import User

#: Whoever files on behalf of an enterprise (DESIGN §5); a leader or somebody of the street has it done by whom he came with.
FILES_FOR_OTHERS = (PostKind.SPECIALIST, *GRID_KINDS)


class TaskOver(StateConflict):
    """Somebody was faster; `task` is what it is now. What was written may still be sent as a visit of its own (`anyway`)."""

    code = "task_over"

    def __init__(self, message: str, task: Task) -> None:
        super().__init__(message)
        self.task = task


class KeyTaken(StateConflict):
    """The same number was used for something else."""

    code = "key_taken"


@retry_on_conflict
def record(raw: Mapping[str, Any], *, by: User, at: datetime) -> Visit:
    """`raw`: `task` or `uscc`, and what `visits.submission` reads. `by` has his posts attached as of `at`.

    With `version` it must be the task's. With `anyway` a task that is over does not matter: the visit is written down by itself.
    Raises FactsMissing, NotFound, NotYours, TaskOver, KeyTaken; nothing is written then.
    """
    key = submission.key_of(raw)
    with transaction.atomic():
        enterprise = _enterprise(raw, by)
        owed.alone(enterprise.community_id)
        before = Visit.objects.filter(key=key).first()
        if before is not None:
            return _again(before, enterprise, by)
        task = _task(raw, enterprise, by)
        told = submission.read(raw, enterprise=enterprise, task=task, by=by, at=at)
        visit = _visit(key, told, enterprise, task, by, at)
        _visitors(visit, told, by)
        _needs(visit, told, by, at)
        _facts(visit, told)
        _signs(visit, told, by, at)
        _photos(visit, told, by, at)
        if told.met:
            _bear_witness(visit, told, by, at)
            _close(visit, task, at)
        else:
            attempts.count(visit, task, by, at)
        owed.reckon(enterprise.community, at, enterprise=enterprise.pk)
        if told.next_step:
            Task.objects.open().filter(enterprise=enterprise).update(next_step=told.next_step)
        audit.record(
            "visit_recorded", by=by, at=at, target=f"enterprise:{enterprise.uscc}", detail={"visit": str(visit.pk), "result": visit.result}
        )
        return visit


def may_record(user: User) -> bool:
    """Of whom he watches."""
    return bool(held(user, *STAFF_KINDS))


def _enterprise(raw: Mapping[str, Any], by: User) -> Enterprise:
    """In sight of his own posts as staff: 404 before 403 before anything that is wrong with the form."""
    rows = Enterprise.objects.select_related("community__street")
    task = _of_task(raw)
    found = (
        rows.filter(pk=task.enterprise_id).first() if task else rows.filter(uscc=str(raw.get("uscc") or "").strip().upper()[:18]).first()
    )
    if found is None or not watched_by(by).filter(pk=found.pk).exists():
        if task is not None and Task.objects.visible_to(by).filter(pk=task.pk).exists():
            raise NotYours("走访由社区、网格和街道的工作人员登记；同行的人可以补充自己的意见。")
        raise NotFound("没有这项走访或这家企业，或您无权查看。")
    if not may_record(by):
        raise NotYours("走访由社区、网格和街道的工作人员登记。")
    return found


def _of_task(raw: Mapping[str, Any]) -> Task | None:
    if not raw.get("task"):
        return None
    try:
        return Task.objects.filter(pk=UUID(str(raw["task"]))).first() or _missing()
    except ValueError:
        return _missing()


def _missing() -> Task:
    raise NotFound("没有这项走访，或您无权查看。")


def _again(before: Visit, enterprise: Enterprise, by: User) -> Visit:
    if before.recorded_by_id != by.pk or before.enterprise_id != enterprise.pk:
        raise KeyTaken("这个提交编号已经用过，请刷新页面再填一次。")
    return before


def _task(raw: Mapping[str, Any], enterprise: Enterprise, by: User) -> Task | None:
    """The task named, locked; without one, whatever is open for the enterprise: who goes there unasked has been there all the same."""
    named = _of_task(raw)
    task = Task.objects.select_for_update(no_key=True).filter(enterprise=enterprise, state=TaskState.OPEN).first()
    if named is None or raw.get("anyway") in (True, "true", "on", "1"):
        return task
    if task is None or task.pk != named.pk:
        raise TaskOver(_over(named), named)
    version = raw.get("version")
    if version not in (None, "") and str(version) != str(task.version):
        raise TaskOver("这项走访刚刚有了变化，请看过最新情况再登记。", task)
    return task


def _over(task: Task) -> str:
    last = Visit.objects.met().filter(task=task).select_related("recorded_by").newest().first()
    if last is not None:
        return f"{last.recorded_by.display_name} 已登记 {last.visited_on:%m月%d日} 的走访。如果您另外去过，可以再登记一次。"
    return "这项走访已不再需要。如果您已去过，可以登记为一次走访。"


def _visit(key: Any, told: Submission, enterprise: Enterprise, task: Task | None, by: User, at: datetime) -> Visit:
    return Visit.objects.create(
        key=key, task=task, enterprise=enterprise, community=enterprise.community, result=told.result, visited_at=told.visited_at,
        visited_on=told.visited_on, building=told.building, place=told.place, people=told.people, no_needs=told.no_needs,
        needs_count=len(told.needs), note=told.note, told=told.told, next_step=told.next_step, next_on=told.next_on, recorded_by=by,
        recorded_at=at,
    )  # fmt: skip


def _visitors(visit: Visit, told: Submission, by: User) -> None:
    kind, unit = comes_as(held(by, *STAFF_KINDS), visit.enterprise) or ("", None)
    rows = [Visitor(visit=visit, user=by, kind=kind, unit=unit)]
    rows += [Visitor(visit=visit, user=comer.user, kind=comer.kind, unit=comer.unit) for comer in told.colleagues]
    Visitor.objects.bulk_create(rows)


def _needs(visit: Visit, told: Submission, by: User, at: datetime) -> None:
    """Each need a ticket on behalf; that somebody stood at the door is its basis."""
    if not told.needs:
        return
    filer = _filer(told, by, at)
    for place, facts in enumerate(told.needs):
        try:
            ticket = filing.register(
                filer, facts | {"channel": Channel.VISIT, "basis": _basis(visit, by)}, at=at, uscc=visit.enterprise.uscc
            )
        except FactsMissing as refused:
            fields = {f"needs-{place}-{name}": problems for name, problems in refused.fields.items()}
            raise FactsMissing(f"第 {place + 1} 条需求：{refused.message}", fields=fields) from refused
        Need.objects.create(visit=visit, place=place, grievance=ticket)


def _filer(told: Submission, by: User, at: datetime) -> User:
    for user in (by, *(comer.user for comer in told.colleagues)):
        if held(user if user is by else attach(user, at), *FILES_FOR_OTHERS):
            return user
    raise FactsMissing(
        "需求要由专员或网格员代企业登记，请在“同去的人”里加上一位。",
        fields={"colleagues": "请加上一位同去的专员或网格员，由他代企业登记需求"},
    )


def _basis(visit: Visit, by: User) -> str:
    names = "、".join(person["name"] for person in visit.people[:3])
    when = timezone.localtime(visit.visited_at)
    return f"{when.month}月{when.day}日 {when:%H:%M} 上门走访，{names}当面提出，{by.display_name}登记"[:500]


def _facts(visit: Visit, told: Submission) -> None:
    """What is the same is confirmed; what differs waits for somebody to decide, and changes nothing until then."""
    rows = []
    for code, said in told.facts.items():
        was = FACTS[code].on_file(visit.enterprise)
        if said is None and not was:
            raise FactsMissing(
                f"档案里没有{FACTS[code].label}，不能勾选“属实”，请写下现场看到的。",
                fields={f"facts-{code}": "档案里没有，请填写现场看到的"},
            )
        same = said is None or said == was
        outcome = CheckOutcome.CONFIRMED if same else CheckOutcome.REVIEW
        rows.append(FactCheck(visit=visit, field=code, was=was[:300], said=(was if said is None else said)[:300], outcome=outcome))
    FactCheck.objects.bulk_create(rows)


def _signs(visit: Visit, told: Submission, by: User, at: datetime) -> None:
    for kind, note in told.signs:
        record_sign(
            visit.enterprise,
            kind,
            source=Source.VISIT,
            key=f"visit:{visit.key}:{kind}",
            at=visit.visited_at,
            recorded_at=at,
            note=note,
            by=by,
        )


def _photos(visit: Visit, told: Submission, by: User, at: datetime) -> None:
    if not told.photos:
        return
    try:
        rows = files.use(told.photos, by=by, at=at)
    except FileRefused as refused:
        raise FactsMissing("有照片已失效，请重新拍照。", fields={"photos": "有照片已失效，请重新拍照"}) from refused
    if not all(row.is_image for row in rows):
        raise FactsMissing("走访照片须是 jpg 或 png 图片。", fields={"photos": "须是 jpg 或 png 图片"})
    Photo.objects.bulk_create(Photo(visit=visit, file=row) for row in rows)


def _bear_witness(visit: Visit, told: Submission, by: User, at: datetime) -> None:
    """佐证 on the open tickets the visit was about: those chosen, and those for which somebody was asked to come."""
    open_reasons = Reason.objects.open().filter(enterprise=visit.enterprise, key__startswith="MC")
    numbers = {*told.tickets, *open_reasons.values_list("key", flat=True)}
    new = visit.needs.values("grievance")
    rows = Grievance.objects.visible_to(by).open().filter(enterprise=visit.enterprise, number__in=numbers).exclude(pk__in=new)
    found = list(rows.order_by("pk"))
    strange = set(told.tickets) - {row.number for row in found}
    if strange:
        raise FactsMissing(f"没有这件未办结的诉求：{'、'.join(sorted(strange))}。", fields={"tickets": "请从企业未办结的诉求里选"})
    for ticket in found:
        Evidence.objects.create(
            grievance=ticket,
            transition=_line(ticket, visit, by, at),
            cycle=ticket.cycle,
            kind=Evidence.Kind.VISIT,
            key=f"visit:{visit.key}",
        )


def _line(ticket: Grievance, visit: Visit, by: User, at: datetime) -> Transition:
    """Told on the ticket where this person may speak there, which also ends the wait for the first contact; else its last line so far."""
    when = timezone.localtime(visit.visited_at)
    names = "、".join(person["name"] for person in visit.people)
    words = f"{when.month}月{when.day}日 {when:%H:%M} 上门走访，见到{names}。{visit.told}".strip()
    with suppress(NotYours, StateConflict):
        workflow.apply(ticket, "comment", by=by, at=at, body=words[:5000], circle=Circle.ENTERPRISE)
    return Transition.objects.filter(grievance=ticket).order_by("-seq")[0]


def _close(visit: Visit, task: Task | None, at: datetime) -> None:
    """Whatever the visit settles is settled; the task is done unless it settled nothing of what is still owed."""
    settled = owed.settle(visit.enterprise_id, visit)
    if task is None or not (settled or not Reason.objects.open().filter(enterprise=visit.enterprise).exists()):
        return
    task.state, task.closed_on, task.version = TaskState.DONE, max(visit.visited_on, task.opened_on), task.version + 1
    task.save(update_fields=["state", "closed_on", "version"])
    owed.straighten([visit.enterprise_id], _day(at))


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()
