"""评价、差评回访 and 重开."""

from __future__ import annotations

import hashlib
import math
from datetime import datetime
from typing import TYPE_CHECKING

import workdays
from grievances import clocks as lengths
from grievances.models.record import Rating
from grievances.models.work import FollowUp
from grievances.owners import duty_specialist, leaders, still_or_next
from grievances.states import POOR_GRADES, Actor, ClockCode, ReopenSource, Solved
from grievances.turn import Turn
from wording.errors import StateConflict

if TYPE_CHECKING:
    from accounts.models import User
    from grievances.models import Grievance

CONTACT_WORKDAYS = 1
FIX_WORKDAYS = 5
LONGEST_FIX_WORKDAYS = 15
SPOT_CHECK_ONE_IN = 10


def rate(turn: Turn) -> None:
    grievance, facts = turn.grievance, turn.facts
    assert turn.by is not None
    Rating.objects.create(
        grievance=grievance, cycle=grievance.cycle, by=turn.by, at=turn.at,
        solved=facts["solved"], result=facts["result"], speed=facts["speed"], comment=facts["comment"],
    )  # fmt: skip
    turn.clocks.stop(turn.at, ClockCode.RATING_WINDOW)
    if facts["result"] in POOR_GRADES:
        start_follow_up(grievance, FollowUp.Kind.POOR_RATING, turn.at)


def owner_of_follow_up(grievance: Grievance, kind: str, at: datetime) -> User:
    """Somebody who did not handle the ticket: the leader for a 差评, another specialist for a spot check or where there is no leader."""
    if kind == FollowUp.Kind.POOR_RATING:
        for person in leaders(grievance, at):
            if person.pk != grievance.handler_id:
                return person
    assert grievance.window is not None
    return duty_specialist(grievance.window, at, but=grievance.handler_id)


def start_follow_up(grievance: Grievance, kind: str, at: datetime) -> tuple[FollowUp, bool]:
    """The follow-up of the present cycle, and whether it is new."""
    calendar = lengths.calendar_of(grievance.community)
    contact = workdays.days_limit(at, CONTACT_WORKDAYS, calendar=calendar)
    fix = workdays.days_limit(at, FIX_WORKDAYS, calendar=calendar)
    return FollowUp.objects.get_or_create(
        grievance=grievance, cycle=grievance.cycle, kind=kind,
        defaults={
            "owner": owner_of_follow_up(grievance, kind, at), "created_at": at, "contact_due_at": contact.at, "fix_due_at": fix.at,
            "provisional": contact.provisional or fix.provisional,
        },
    )  # fmt: skip


def is_drawn(number: str) -> bool:
    """十件抽一件, determined by the number alone, so that nobody can choose and a repeat draws the same."""
    return int(hashlib.sha256(number.encode()).hexdigest(), 16) % SPOT_CHECK_ONE_IN == 0


def reopen(turn: Turn) -> None:
    """Back to 已受理 as a new cycle with a shortened limit (half the item's, rounded up); the old cycle stays as it is (INV17)."""
    grievance = turn.grievance
    if turn.by is None:
        _must_be_poor_and_unsolved(turn)
    turn.facts["source"] = turn.facts["source"] or (ReopenSource.ENTERPRISE if turn.actor == Actor.ENTERPRISE else ReopenSource.CALLBACK)
    turn.clocks.stop_all(turn.at)
    turn.clocks.pauses.clear()  # those of the cycle that ends belong to its own clocks
    grievance.cycle += 1
    for name in ("unit", "handler", "answered_at", "ended_at", "resume_at"):
        setattr(grievance, name, None)
    grievance.self_handled = grievance.spot_check = False
    grievance.outcome = ""
    grievance.returned_times = grievance.extended_times = 0
    grievance.assignee = still_or_next(grievance, turn.at)
    terms = lengths.terms_of(grievance.service_item, turn.at)
    shortened = max(1, math.ceil(terms.workdays / 2))
    grievance.policy = {**terms.as_policy(), "calendar": turn.calendar.version, "shortened_to": shortened}
    turn.clocks.start_days(ClockCode.HANDLE, turn.at, shortened)
    turn.clocks.start_days(ClockCode.PROMISE, turn.at, shortened)
    turn.clocks.start_hours(ClockCode.DISPATCH, turn.at, lengths.DISPATCH_HOURS)
    lengths.start_contact(turn.clocks, turn.at)


def _must_be_poor_and_unsolved(turn: Turn) -> None:
    last = Rating.objects.filter(grievance=turn.grievance, cycle=turn.grievance.cycle).first()
    if last is None or last.result not in POOR_GRADES or last.solved != Solved.NO:
        raise StateConflict("系统只重开差评且未解决的件。")


def ratings_of(keys: list[int]) -> dict[tuple[int, int], tuple[str, int, int, str, datetime]]:
    """solved, result, speed, comment, at by ticket and cycle, for tickets the caller has found in sight. One query."""
    columns = ("grievance_id", "cycle", "solved", "result", "speed", "comment", "at")
    return {(row[0], row[1]): row[2:] for row in Rating.objects.filter(grievance__in=keys).values_list(*columns)}
