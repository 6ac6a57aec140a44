"""When a visit is paid and by whom: agreed upon by staff, moved, wished for and prepared by the enterprise.

Every deed locks the task's row, may be told twice, is on the trail, and tells those it concerns. The enterprise's forms carry the `mark` of what
they showed (`words`), the staff's the `version`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

import audit
import notices
import workdays
from accounts.models import User as Person
from community import held
from community.kinds import ENTERPRISE_KINDS, GRID_KINDS, PostKind
from community.models import Post
from enterprises.models import Enterprise, Representative, Tenancy
from visits import words
from visits.models import Need, Task, Visitor
from visits.querysets import staffed
from visits.states import MOST_MOVES, Half, Result, TaskState
from wording import clean
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict
from wording.text import TextRefused

if TYPE_CHECKING:
    from accounts.models import User

#: Who plans visits: agrees on a time, hands over, asks somebody along. The street reads.
PLANNERS = (PostKind.SPECIALIST, PostKind.LEADER, *GRID_KINDS)
#: Who may be sent.
SENT = (*PLANNERS, PostKind.STEWARD)
#: Whom the enterprise may wish for: always the same posts, or the list would tell what somebody comes for.
WISHED = (PostKind.GRID_STAFF, PostKind.GRID_LEADER, PostKind.SPECIALIST, PostKind.LEADER)
FURTHEST_DAYS = 90
LONGEST_TOPICS = 1000
TASK_PAGE, OWN_PAGE = "/visits/tasks/", "/my-visits/"


@dataclass(frozen=True)
class Choice:
    """Somebody the enterprise may ask for. `known`: how often he has been there."""

    user: Person
    called: str
    known: int


@transaction.atomic
def appoint(task: Task, *, when: datetime, to: int | None, by: User, at: datetime, version: int) -> Task:
    """A time agreed upon with the enterprise, which is told who comes, when and why. `to`: whoever goes; None leaves it as it is, or takes
    it on oneself. Told again in the same words it changes nothing.

    Raises NotFound, NotYours, FactsMissing, StateConflict.
    """
    row = _planned_by(task, by)
    comes = to if to is not None else row.assignee_id or by.pk
    if row.state == TaskState.OPEN and (row.appointed_at, row.assignee_id) == (when, comes):
        return row
    _must_be_open(row)
    _must_be_fresh(row, version)
    if not at < when <= at + timedelta(days=FURTHEST_DAYS):
        raise FactsMissing(f"请约今后 {FURTHEST_DAYS} 天以内的时间。", fields={"when": f"请选今后 {FURTHEST_DAYS} 天以内的时间"})
    person = _to_send(row, comes, at)
    local = timezone.localtime(when)
    row.assignee, row.appointed_at, row.planned_on = person, when, local.date()
    row.planned_half = Half.AM if local.hour < 12 else Half.PM
    _keep(row, "assignee", "appointed_at", "planned_on", "planned_half")
    _record("visit_appointed", row, by, at, to=person.display_name, on=f"{local:%Y-%m-%d %H:%M}")
    _tell_enterprise(row, "社区约您走访", by, at)
    _tell(row, "appointed", [person], "有走访约好了时间，由您前往", f"{row.enterprise.name}：{local:%m月%d日 %H:%M}。", by, at)
    return row


@transaction.atomic
def hand_over(task: Task, *, to: int, by: User, at: datetime, version: int) -> Task:
    """Somebody else goes, at the time that stands. Raises NotFound, NotYours, FactsMissing, StateConflict."""
    row = _planned_by(task, by)
    if row.state == TaskState.OPEN and row.assignee_id == to:
        return row
    _must_be_open(row)
    _must_be_fresh(row, version)
    before, row.assignee = row.assignee, _to_send(row, to, at)
    _keep(row, "assignee")
    _record("visit_handed_over", row, by, at, to=row.assignee.display_name, **({"from": before.display_name} if before else {}))
    told = [person for person in (row.assignee, before) if person is not None]
    _tell(row, "handed_over", told, "有走访转给了新的走访人", f"{row.enterprise.name}：改由{row.assignee.display_name}前往。", by, at)
    if row.planned_on is not None or row.appointed_at is not None:
        _tell_enterprise(row, "走访换了人", by, at)
    return row


@transaction.atomic
def move(task: Task, *, slot: str, by: User, at: datetime, mark: str) -> Task:
    """The enterprise chooses another half-day of those on offer, twice at most. Chosen again it is the same.

    Raises NotFound, NotYours, FactsMissing, StateConflict.
    """
    row = _own(task, by)
    now = words.slot_of(row)
    if now is not None and now.code == slot:
        return row
    if row.moved >= MOST_MOVES:
        whom = f"请直接联系{row.assignee.display_name}，或打社区电话" if row.assignee is not None else "请打社区电话"
        raise StateConflict(f"这次走访已经改过 {MOST_MOVES} 次，不能再在网上改。{whom}，我们再和您商量。", code="moves_used_up")
    _must_be_as_shown(row, mark)
    chosen = next((each for each in words.on_offer(row, at) if each.code == slot), None)
    if chosen is None:
        raise FactsMissing("这个时间现在不能约，请从列出的半天里选。", fields={"slot": "请从列出的半天里选"})
    row.moved += 1
    row.appointed_at = words.begin(chosen, workdays.calendar(row.community.hours()))
    if row.assignee_id is not None:
        row.planned_on, row.planned_half = chosen.on, chosen.half
    _keep(row, "moved", "appointed_at", "planned_on", "planned_half")
    _record("visit_moved", row, by, at, on=chosen.code)
    late = f"这一天在应访止 {row.due_on:%m月%d日} 之后，请提前联系企业商量。" if chosen.on > row.due_on else ""
    _tell_staff(row, "moved", "企业改了走访时间", f"{row.enterprise.name}改到{chosen.label}。{late}", by, at)
    return row


@transaction.atomic
def choose(task: Task, *, person: int, by: User, at: datetime, mark: str) -> Task:
    """Whom the enterprise would like to come; the community tries. Raises NotFound, NotYours, FactsMissing, StateConflict."""
    row = _own(task, by)
    if row.wanted_id == person:
        return row
    _must_be_as_shown(row, mark)
    wanted = next((each.user for each in choices(row, at) if each.user.pk == person), None)
    if wanted is None:
        raise FactsMissing("这位现在不能来，请从列出的人里选。", fields={"person": "请从列出的人里选"})
    row.wanted = wanted
    _keep(row, "wanted")
    _record("visit_wish", row, by, at, to=wanted.display_name)
    _tell_staff(row, "wanted", "企业希望换人走访", f"{row.enterprise.name}希望{wanted.display_name}来。", by, at, wanted)
    return row


@transaction.atomic
def add_topics(task: Task, *, topics: str, by: User, at: datetime, mark: str) -> Task:
    """What the enterprise wants to talk about; an empty text takes it back. Raises NotFound, NotYours, FactsMissing, StateConflict."""
    row = _own(task, by)
    try:
        text = clean(topics or "", max_length=LONGEST_TOPICS, multiline=True)
    except TextRefused as refused:
        raise FactsMissing(f"想谈的事：{'；'.join(refused.messages)}", fields={"topics": refused.messages}) from refused
    if text == row.topics:
        return row
    _must_be_as_shown(row, mark)
    row.topics = text
    _keep(row, "topics")
    _record("visit_topics", row, by, at)
    _tell_staff(row, "topics", "企业写了走访想谈的事", f"{row.enterprise.name}：{text[:300] or '已删去'}", by, at)
    return row


@transaction.atomic
def confirm_need(need: Need, *, confirmed: bool, by: User, at: datetime) -> Need:
    """Whether the enterprise really said so; said once. Raises NotFound, NotYours, StateConflict."""
    row = (
        Need.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=need.pk, visit__enterprise__in=Enterprise.objects.represented_by(by))
        .select_related("visit__enterprise", "visit__recorded_by", "grievance__assignee")
        .first()
    )
    if row is None or not held(by, *ENTERPRISE_KINDS):
        raise NotFound("没有这条需求，或您无权查看。")
    if row.confirmed == confirmed:
        return row
    if row.confirmed is not None:
        raise StateConflict(f"这条需求已经由贵企业{'确认' if row.confirmed else '说明不是这样'}；有变化请在诉求里留言。")
    row.confirmed, row.confirmed_by, row.confirmed_at = confirmed, by, at
    row.save(update_fields=["confirmed", "confirmed_by", "confirmed_at"])
    number = row.grievance.number
    said = "确认" if confirmed else "不是这样"
    audit.record("visit_need_answered", by=by, at=at, target=f"grievance:{number}", detail={"to": said})
    told = [person for person in (row.visit.recorded_by, row.grievance.assignee) if person is not None]
    title = f"走访登记的需求，企业{'已确认' if confirmed else '说不是这样'}：{number}"
    notices.tell(f"visit-need:{row.pk}:answered", told, title=title, link=f"/grievances/{number}/", kind="visit", at=at, but=by)
    return row


def choices(task: Task, at: datetime) -> list[Choice]:
    """Whom the enterprise may wish for, those it knows best first."""
    seats = Tenancy.objects.open().filter(enterprise=task.enterprise_id).order_by("-is_main", "pk")
    grid = seats.values_list("building__park__grid", flat=True).first()
    posts = Post.objects.on_duty(at).filter(community=task.community_id, kind__in=WISHED).select_related("user").order_by("pk")
    met: dict[int, int] = {}
    rows = Visitor.objects.filter(visit__enterprise=task.enterprise_id, visit__result=Result.MET)
    for user in rows.values_list("user_id", flat=True):
        met[user] = met.get(user, 0) + 1
    found: dict[int, Choice] = {}
    for post in sorted(posts, key=lambda post: (-met.get(post.user_id, 0), WISHED.index(PostKind(post.kind)), post.pk)):
        if post.kind not in GRID_KINDS or (grid is not None and post.grid_id == grid):
            found.setdefault(post.user_id, Choice(post.user, words.CALLED[post.kind], met.get(post.user_id, 0)))
    return list(found.values())


def to_send(task: Task, at: datetime) -> list[Person]:
    """Who may be sent there: whoever is on duty for the community, of the grids and parks those of the enterprise."""
    seats = Tenancy.objects.open().filter(enterprise=task.enterprise_id)
    parks = list(seats.values_list("building__park", flat=True))
    grids = list(seats.values_list("building__park__grid", flat=True))
    posts = Post.objects.on_duty(at).filter(community=task.community_id, kind__in=SENT).select_related("user", "park_post").order_by("pk")
    found: dict[int, Person] = {}
    for post in posts:
        outside = post.kind in GRID_KINDS and post.grid_id not in grids
        if not outside and (post.kind != PostKind.STEWARD or getattr(getattr(post, "park_post", None), "park_id", None) in parks):
            found.setdefault(post.user_id, post.user)
    return list(found.values())


def _to_send(task: Task, user: int, at: datetime) -> Person:
    found = next((each for each in to_send(task, at) if each.pk == user), None)
    if found is None:
        raise FactsMissing("走访人须是本社区在岗的专员、负责人，或该企业所在网格、园区的人员。", fields={"to": "请另选走访人"})
    return found


def planned_by(user: User) -> Any:
    """Tasks whose time and person somebody sets."""
    if not held(user, *PLANNERS):
        return Task.objects.none()
    return staffed(Task.objects.all(), user)


def _planned_by(task: Task, by: User) -> Task:
    row = _locked(Task.objects.visible_to(by), task)
    if not planned_by(by).filter(pk=row.pk).exists():
        raise NotYours("走访的时间和人由本社区的专员、负责人和网格人员安排。")
    return row


def _own(task: Task, by: User) -> Task:
    row = _locked(Task.objects.visible_to(by), task)
    if not Enterprise.objects.represented_by(by).filter(pk=row.enterprise_id).exists():
        raise NotYours("走访改期、换人和想谈的事由企业自己提出。")
    _must_be_open(row)
    return row


def _locked(rows: Any, task: Task) -> Task:
    found: Task | None = (
        rows.filter(pk=task.pk)
        .select_for_update(of=("self",), no_key=True)
        .select_related("enterprise", "community", "assignee", "wanted")
        .first()
    )
    if found is None:
        raise NotFound("没有这项走访，或您无权查看。")
    return found


def _must_be_open(row: Task) -> None:
    if row.state != TaskState.OPEN:
        raise StateConflict(f"这项走访{row.get_state_display()}，请刷新看最新情况。")


def _must_be_fresh(row: Task, version: int) -> None:
    if version != row.version:
        raise StateConflict("这项走访刚刚有了变化，请看过最新情况再办。")


def _must_be_as_shown(row: Task, mark: str) -> None:
    if mark != words.mark_of(row):
        raise StateConflict("走访安排刚刚有了变化，请看过最新安排再改。")


def _keep(row: Task, *fields: str) -> None:
    row.version += 1
    row.save(update_fields=[*fields, "version"])


def _record(action: str, row: Task, by: User, at: datetime, **detail: Any) -> None:
    audit.record(action, by=by, at=at, target=f"enterprise:{row.enterprise.uscc}", detail=detail)


def _tell_enterprise(row: Task, title: str, by: User, at: datetime) -> None:
    """In the words of the enterprise's own page, and no others."""
    [shown] = words.announced([row], at)
    people = Person.objects.filter(
        pk__in=Representative.objects.in_force().filter(enterprise=row.enterprise_id, role__in=ENTERPRISE_KINDS).values("post__user")
    )
    who = f"{shown.called}{shown.who}" if shown.who else "社区工作人员"
    body = f"{shown.when}，{who}前来：{'；'.join(shown.why)}。要改时间、换人或有想谈的事，请在「走访安排」里告诉我们。"
    notices.tell(f"visit:{row.pk}:{row.version}:enterprise", people, title=title, body=body, link=OWN_PAGE, kind="visit", at=at, but=by)


def _tell_staff(row: Task, what: str, title: str, body: str, by: User, at: datetime, *others: Person) -> None:
    """Whoever is to come; the leaders where nobody is named yet."""
    told: Iterable[Person] = [row.assignee] if row.assignee is not None else _leaders(row, at)
    _tell(row, what, [*told, *others], title, body, by, at)


def _leaders(row: Task, at: datetime) -> list[Person]:
    posts = Post.objects.in_force(at).filter(community=row.community_id, kind=PostKind.LEADER).select_related("user")
    return [post.user for post in posts.order_by("pk")]


def _tell(row: Task, what: str, told: Iterable[Person], title: str, body: str, by: User, at: datetime) -> None:
    """The title leaves the house by SMS, so it names nobody."""
    notices.tell(
        f"visit:{row.pk}:{row.version}:{what}", told, title=title, body=body, link=f"{TASK_PAGE}{row.pk}/", kind="visit", at=at, but=by
    )
