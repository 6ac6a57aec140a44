"""Orders that are not answered climb: at once to the leader, a working day later to the street. Those on visits and parks, and those on tickets.

One row an order and rung decides who tells, so that two beats, a late one or a killed one change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

import notices
import workdays
from accounts.models import User
from community.kinds import PostKind
from community.models import Community, Post
from evaluations.models import Climb, Order
from evaluations.order_states import Rung
from evaluations.supervision import due, subject_of
from grievances.models import Clock
from grievances.owners import holders
from grievances.states import ClockCode
from workdays import SHANGHAI

BATCH = 1000
WORKDAYS_TO_STREET = 1


def climb(at: datetime) -> int:
    """How many have climbed a rung now."""
    _after_publication(at)
    done = 0
    for rung in Rung:
        orders = Order.objects.overdue(at).filter(~_given("order", rung)).select_related("community")
        for row in orders.order_by("due_at", "pk")[:BATCH]:
            done += _ripe(row.due_at, row.community, rung, at) and _order(row.pk, rung, at)
        clocks = Clock.objects.filter(~_given("clock", rung), code=ClockCode.SUPERVISE, ended_at__isnull=True, due_at__lt=at)
        for clock in clocks.select_related("grievance__community").order_by("due_at", "pk")[:BATCH]:
            done += _ripe(clock.due_at, clock.grievance.community, rung, at) and _ticket(clock.pk, rung, at)
    return done


def _given(field: str, rung: Rung) -> Exists:
    return Exists(Climb.objects.filter(**{field: OuterRef("pk")}, rung=rung))


def _ripe(due_at: datetime, community: Community, rung: Rung, at: datetime) -> bool:
    if rung == Rung.LEADER:
        return True
    return at > workdays.days_limit(due_at, WORKDAYS_TO_STREET, calendar=workdays.calendar(community.hours())).at


@transaction.atomic
def _order(key: int, rung: Rung, at: datetime) -> int:
    """Asked again under lock: it may have been answered meanwhile."""
    row = (
        Order.objects.overdue(at)
        .select_for_update(of=("self",), no_key=True)
        .filter(pk=key)
        .select_related("community", "task__enterprise", "park", "addressee", "made_by")
        .first()
    )
    if row is None or not _first({"order": row}, rung, row.due_at, at):
        return 0
    told = [row.addressee, *_people(row.community, rung, at)] + ([row.made_by] if rung == Rung.STREET else [])
    body = f"{subject_of(row)}：{row.demand[:200]}。承办人 {row.addressee.display_name}，期限 {row.due_at.astimezone(SHANGHAI):%m月%d日 %H:%M}。"
    return _tell(f"order:{row.pk}:{rung}", told, rung, body, f"/supervision/{row.pk}/", at)


@transaction.atomic
def _ticket(key: int, rung: Rung, at: datetime) -> int:
    """The body names the ticket by number alone: what is confidential is read on its page."""
    clock = (
        Clock.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=key, ended_at__isnull=True, due_at__lt=at)
        .select_related("grievance__community", "grievance__assignee", "transition__by")
        .first()
    )
    if clock is None or not _first({"clock": clock}, rung, clock.due_at, at):
        return 0
    ticket = clock.grievance
    ordered_by = clock.transition.by if clock.transition is not None else None
    told = [person for person in (ticket.assignee, ordered_by if rung == Rung.STREET else None) if person is not None]
    body = f"办件 {ticket.number} 的督办没有按时答复，期限 {clock.due_at.astimezone(SHANGHAI):%m月%d日 %H:%M}。"
    return _tell(
        f"order:clock:{clock.pk}:{rung}", [*told, *_people(ticket.community, rung, at)], rung, body, f"/grievances/{ticket.number}/", at
    )


def _first(about: dict[str, Any], rung: Rung, due_at: datetime, at: datetime) -> bool:
    return bool(Climb.objects.get_or_create(**about, rung=rung, defaults={"at": at, "due_at": due_at})[1])


def _people(community: Community, rung: Rung, at: datetime) -> list[User]:
    posts = Post.objects.in_force(at)
    if rung == Rung.LEADER:
        return holders(posts.filter(community=community, kind=PostKind.LEADER))
    return holders(posts.filter(street=community.street_id, kind=PostKind.STREET))


def _tell(event: str, told: Iterable[User], rung: Rung, body: str, link: str, at: datetime) -> int:
    title = f"督办逾期未答复，已升至{rung.label}"
    notices.tell(
        event, list({person.pk: person for person in told}.values()), title=title, body=body, link=link, kind="deadline", urgent=True, at=at
    )
    return 1


def _after_publication(at: datetime) -> None:
    """A deadline that lay in a year without a notice is worked out again when the notice is on file."""
    for row in Order.objects.open().filter(provisional=True).select_related("community").order_by("pk")[:BATCH]:
        moment = due(row.limit, row.made_at, workdays.calendar(row.community.hours()))
        if not moment.provisional:
            Order.objects.open().filter(pk=row.pk).update(due_at=moment.at, provisional=False)
