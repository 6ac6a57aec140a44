"""督办: ordered by the leader or the street, answered by those who look after the visit or the park. Everything may be told twice."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

import audit
import notices
import workdays
from community import held
from community.kinds import COMMUNITY_WIDE_KINDS, GRID_KINDS, PostKind
from community.models import Community, Post
from evaluations.models import Order
from evaluations.order_states import Limit
from grievances.owners import holders
from parks.models import Park
from visits.models import Task
from wording import clean
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict
from wording.text import TextRefused

if TYPE_CHECKING:
    from accounts.models import User

LONGEST, LONGEST_ANSWER = 1000, 2000


def due(limit: str, at: datetime, calendar: workdays.Calendar) -> workdays.Moment:
    if limit == Limit.HALF_DAY:
        return workdays.hours_limit(at, 4, calendar=calendar)
    return workdays.days_limit(at, int(limit[1:]), calendar=calendar)


def may_order(user: User, community: Community) -> bool:
    """The leader of the community and the street above it, as for tickets."""
    leads = any(post.community_id == community.pk for post in held(user, PostKind.LEADER))
    return leads or any(post.street_id == community.street_id for post in held(user, PostKind.STREET))


def may_answer(user: User, order: Order) -> bool:
    """Whoever looks after it: the office of the community, or grid staff who have it in sight; never who ordered it."""
    if user.pk == order.made_by_id:
        return False
    return any(post.community_id == order.community_id for post in held(user, *COMMUNITY_WIDE_KINDS, *GRID_KINDS))


@transaction.atomic
def order(subject: Task | Park, demand: str, limit: str, *, by: User, at: datetime) -> Order:
    """Raises NotYours, FactsMissing, StateConflict where one stands unanswered; the same from the same person again is that one."""
    community = subject.community
    if not may_order(by, community):
        raise NotYours("督办由社区负责人或街道提出。")
    demand = _words(demand, "demand", "督办要求", LONGEST)
    if limit not in Limit.values:
        raise FactsMissing("请选择答复时限。", fields={"limit": "请选择答复时限"})
    about = {"task": subject} if isinstance(subject, Task) else {"park": subject}
    # one after the other for one subject; an order that is not there yet cannot be locked
    type(subject).objects.select_for_update(no_key=True, of=("self",)).get(pk=subject.pk)
    before = Order.objects.open().filter(**about).select_related("made_by").first()
    if before is not None:
        if (before.made_by_id, before.demand, before.limit) == (by.pk, demand, limit):
            return before
        raise StateConflict(f"{before.made_by.display_name}已督办，还没有答复；请等答复，或由其撤销后再督办。")
    if isinstance(subject, Task) and subject.closed_on is not None:
        raise StateConflict("这项走访已经了结，不必督办。")
    to = _addressee(subject, by, at)
    moment = due(limit, at, workdays.calendar(community.hours()))
    made = Order.objects.create(
        community=community, demand=demand, limit=limit, due_at=moment.at, provisional=moment.provisional, addressee=to, made_by=by, made_at=at, **about
    )  # fmt: skip
    audit.record("order_made", by=by, at=at, target=f"order:{made.pk}")
    _tell(made, "made", [to], by, at, f"{by.display_name}督办：{demand}", urgent=True)
    return made


def _addressee(subject: Task | Park, by: User, at: datetime) -> User:
    """Who goes there; else the leader of the grid, of the community, or a specialist. Never who orders."""
    posts = Post.objects.in_force(at).filter(user__is_active=True)
    if isinstance(subject, Task):
        going = subject.assignee
        staff = posts.filter(user=going, community=subject.community, kind__in=(*COMMUNITY_WIDE_KINDS, *GRID_KINDS))
        if going is not None and going.pk != by.pk and staff.exists():
            return going
        seats = subject.enterprise.tenancies.filter(until_on__isnull=True)
        grid = Q(grid__in=seats.values("building__park__grid"))
    else:
        grid = Q(grid=subject.grid_id) & Q(grid__isnull=False)
    for choice in (
        Q(kind=PostKind.GRID_LEADER) & grid,
        Q(kind=PostKind.LEADER, community=subject.community),
        Q(kind=PostKind.SPECIALIST, community=subject.community),
    ):
        there = [person for person in holders(posts.filter(choice)) if person.pk != by.pk]
        if there:
            return there[0]
    raise StateConflict("本社区没有可以承办的在岗人员；请先安排岗位。")


@transaction.atomic
def answer(row: Order, words: str, *, by: User, at: datetime) -> Order:
    """Raises NotFound, NotYours, FactsMissing, StateConflict."""
    row = _locked(row, by)
    if not may_answer(by, row):
        raise NotYours("督办由承办的社区或网格人员答复。")
    words = _words(words, "answer", "答复", LONGEST_ANSWER)
    if row.answered_at is not None and (row.answered_by_id, row.answer) == (by.pk, words):
        return row
    _must_stand(row)
    row.answer, row.answered_by, row.answered_at = words, by, at
    row.save(update_fields=["answer", "answered_by", "answered_at"])
    audit.record("order_answered", by=by, at=at, target=f"order:{row.pk}")
    _tell(row, "answered", [row.made_by], by, at, f"{by.display_name}答复：{words}")
    return row


@transaction.atomic
def withdraw(row: Order, *, by: User, at: datetime) -> Order:
    """By whoever ordered. Raises NotFound, NotYours, StateConflict."""
    row = _locked(row, by)
    if row.made_by_id != by.pk:
        raise NotYours("督办由督办人自己撤销。")
    if row.withdrawn_at is not None:
        return row
    _must_stand(row)
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    audit.record("order_withdrawn", by=by, at=at, target=f"order:{row.pk}")
    _tell(row, "withdrawn", [row.addressee], by, at, f"{by.display_name}已撤销督办")
    return row


def hand_over_on_leaving(post: Post, at: datetime, by: User | None) -> None:
    """Called by `community.leave`: what he was to answer passes to the leader, or whoever there is."""
    kinds = (*COMMUNITY_WIDE_KINDS, *GRID_KINDS)
    if post.kind not in kinds or post.community_id is None:
        return
    there = Post.objects.in_force(at).filter(community=post.community_id, kind__in=kinds, user__is_active=True).exclude(pk=post.pk)
    if there.filter(user=post.user_id).exists():
        return
    rows = Order.objects.open().select_for_update(of=("self",), no_key=True).filter(addressee=post.user_id, community=post.community_id)
    people = [*holders(there.filter(kind=PostKind.LEADER)), *holders(there.exclude(kind=PostKind.LEADER))]
    for row in rows.order_by("pk"):
        to = next((person for person in people if person.pk not in (row.made_by_id, post.user_id)), None)
        if to is not None:
            row.addressee = to
            row.save(update_fields=["addressee"])
            _tell(row, f"over:{post.pk}", [to], None, at, "原承办人离岗，转由您答复")


def _locked(row: Order, by: User) -> Order:
    rows = Order.objects.visible_to(by).filter(pk=row.pk).select_for_update(of=("self",), no_key=True)
    found: Order | None = rows.select_related("community", "task__enterprise", "park", "addressee", "made_by").first()
    if found is None:
        raise NotFound("没有这份督办，或您无权查看。")
    return found


def _must_stand(row: Order) -> None:
    if row.answered_at is not None:
        raise StateConflict("这份督办已经答复。")
    if row.withdrawn_at is not None:
        raise StateConflict("这份督办已经撤销。")


def _words(text: str, name: str, label: str, longest: int) -> str:
    try:
        found = clean(text or "", max_length=longest, multiline=True)
    except TextRefused as refused:
        raise FactsMissing(f"{label}：{'；'.join(refused.messages)}", fields={name: refused.messages}) from refused
    if not found:
        raise FactsMissing(f"请填写{label}。", fields={name: f"请填写{label}"})
    return found


def subject_of(row: Order) -> str:
    return f"走访 {row.task.enterprise.name}" if row.task is not None else f"园区 {row.park.name if row.park else ''}"


def _tell(row: Order, what: str, told: list[User], by: User | None, at: datetime, words: str, *, urgent: bool = False) -> None:
    """The title leaves the house by SMS and group, so it names nobody."""
    body = f"{subject_of(row)}：{words}。答复期限 {row.due_at.astimezone(workdays.SHANGHAI):%m月%d日 %H:%M}。"
    title = {"made": "您有一份督办，请按时答复", "answered": "督办已答复", "withdrawn": "督办已撤销"}.get(what, "有督办转由您答复")
    notices.tell(
        f"order:{row.pk}:{what}",
        told,
        title=title,
        body=body,
        link=f"/supervision/{row.pk}/",
        kind="deadline",
        but=by,
        urgent=urgent,
        at=at,
    )
