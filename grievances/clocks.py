"""Starting, stopping, pausing and moving the ten clocks of a ticket. All of it works on the rows of one locked ticket.

Lengths: data/ticket_machine.json `clocks`. A limit in working hours runs at once; one of n working days ends at closing time of the
n-th working day after. What moves a deadline later is only a pause, an extension or a reclassification, and the first one stays on record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone

import workdays
from grievances.models.timing import Clock, Pause
from grievances.states import ClockCode, Priority

if TYPE_CHECKING:
    from community.models import Community
    from grievances.models import Grievance, Transition
    from grievances.models.catalogue import ServiceItem, ServiceTerm

DEFAULT_ACCEPT_HOURS = 4
DISPATCH_HOURS = ACK_HOURS = FEEDBACK_HOURS = 4
CONTACT_WORKDAYS = 1
EMERGENCY_CONTACT_HOURS = 2
SUPPLEMENT_WORKDAYS = 5
RATING_WORKDAYS = 15
CATCH_ALL_WORKDAYS = 5
OBJECTION_WORKDAYS = 1
# The stretch of 退单 and of 评价 is not pressed upon anybody's queue.
NOT_IN_QUEUE = (ClockCode.RATING_WINDOW,)
_MOVING = ("due_at", "ended_at", "breached_at", "budget_seconds", "provisional", "calendar_version")
PAUSED_BY_PAUSE = (ClockCode.PROMISE, ClockCode.HANDLE)


@dataclass(frozen=True)
class Terms:
    """The limits a ticket runs under, as they were on the day they were taken."""

    item: str
    accept_hours: int
    workdays: int
    extension_workdays: int
    in_force_on: str

    def as_policy(self) -> dict[str, object]:
        return {
            "item": self.item,
            "accept_hours": self.accept_hours,
            "workdays": self.workdays,
            "extension_workdays": self.extension_workdays,
            "in_force_on": self.in_force_on,
        }


def calendar_of(community: Community) -> workdays.Calendar:
    return workdays.calendar(community.hours())


def terms_of(item: ServiceItem | None, at: datetime) -> Terms:
    """The item's terms in force at that moment; without an item, the catch-all's (4 working hours, 5 working days)."""
    if item is not None:
        today = timezone.localtime(at).date()
        # All of an item's few rows, for they may have come with it.
        begun = [term for term in item.__dict__.get("_terms") or item.terms.all() if term.in_force_on <= today]
        if begun:
            term = max(begun, key=lambda each: each.in_force_on)
            return Terms(item.code, term.accept_hours, term.workdays, term.extension_workdays, term.in_force_on.isoformat())
    return Terms(item.code if item else "", DEFAULT_ACCEPT_HOURS, CATCH_ALL_WORKDAYS, CATCH_ALL_WORKDAYS, "")


def keep_terms(item: ServiceItem, terms: list[ServiceTerm]) -> None:
    """For an item that has just been read with them."""
    item.__dict__["_terms"] = terms


def promise(start: datetime, terms: Terms, *, calendar: workdays.Calendar) -> workdays.Moment:
    """What the enterprise is told: the accept limit, then the item's working days from there."""
    accepted = workdays.hours_limit(start, terms.accept_hours, calendar=calendar)
    answered = workdays.days_limit(accepted.at, terms.workdays, calendar=calendar)
    return workdays.Moment(answered.at, accepted.provisional or answered.provisional)


@dataclass
class Clocks:
    """The running clocks of one ticket, loaded once; `mirror` tells the ticket, `save` writes the rows."""

    grievance: Grievance
    calendar: workdays.Calendar
    running: dict[str, Clock] = field(default_factory=dict)
    supervising: list[Clock] = field(default_factory=list)
    _pauses: tuple[int, list[Pause]] | None = None
    _changed: dict[int, Clock] = field(default_factory=dict)
    _new: list[Clock] = field(default_factory=list)

    @classmethod
    def of(cls, grievance: Grievance) -> Clocks:
        clocks = cls(grievance, calendar_of(grievance.community))
        if grievance.version:
            for clock in Clock.objects.filter(grievance=grievance, ended_at__isnull=True):
                if clock.code == ClockCode.SUPERVISE:
                    clocks.supervising.append(clock)
                else:
                    clocks.running[clock.code] = clock
        return clocks

    @property
    def pauses(self) -> list[Pause]:
        """The pauses of the present cycle, read when a move first asks: most never do."""
        cycle = self.grievance.cycle
        if self._pauses is None or self._pauses[0] != cycle:
            self._pauses = (cycle, list(Pause.objects.filter(grievance=self.grievance, cycle=cycle)))
        return self._pauses[1]

    def note_lateness(self, at: datetime) -> None:
        """Marks each running clock whose deadline has passed, before anything is changed: what was late stays late (INV10)."""
        for clock in (*self.running.values(), *self.supervising):
            if clock.breached_at is None and clock.due_at < at:
                clock.breached_at = clock.due_at
                self._touch(clock)

    def start(self, code: str, at: datetime, due: workdays.Moment, *, transition: Transition | None = None) -> Clock:
        """Starts a clock, ending the run before it if one is still going."""
        if code != ClockCode.SUPERVISE:
            self.stop(at, code)
        due_at = max(due.at, at)
        clock = Clock(
            grievance=self.grievance,
            code=code,
            cycle=self.grievance.cycle,
            started_at=at,
            budget_seconds=workdays.elapsed(at, due_at, calendar=self.calendar),
            first_due_at=due_at,
            due_at=due_at,
            provisional=due.provisional,
            calendar_version=self.calendar.version,
            transition=transition,
        )
        self._new.append(clock)
        if code == ClockCode.SUPERVISE:
            self.supervising.append(clock)
        else:
            self.running[code] = clock
        return clock

    def start_hours(self, code: str, at: datetime, hours: int) -> Clock:
        return self.start(code, at, workdays.hours_limit(at, hours, calendar=self.calendar))

    def start_days(self, code: str, at: datetime, days: int) -> Clock:
        return self.start(code, at, workdays.days_limit(at, days, calendar=self.calendar))

    def stop(self, at: datetime, *codes: str) -> None:
        for code in codes:
            clock = self.running.pop(code, None)
            if clock is not None:
                self._end(clock, at)

    def stop_supervising(self, at: datetime, seq: int | None = None) -> None:
        """Ends the 督办 clock that was opened by transition `seq`, or all of them."""
        for clock in list(self.supervising):
            if seq is None or (clock.transition is not None and clock.transition.seq == seq):
                self.supervising.remove(clock)
                self._end(clock, at)

    def stop_all(self, at: datetime) -> None:
        self.stop(at, *list(self.running))
        self.stop_supervising(at)

    def pause(self, at: datetime, until_at: datetime, transition: Transition) -> None:
        """Promise and handle stand still until then; a pause that ends early is shortened by `resume`."""
        self.pauses.append(
            Pause.objects.create(grievance=self.grievance, cycle=self.grievance.cycle, from_at=at, until_at=until_at, transition=transition)
        )
        self._recompute()

    def resume(self, at: datetime) -> None:
        """Ends the pause that is running. One whose planned end has passed ended then, however late the sweep comes (INV22)."""
        for pause in self.pauses:
            if pause.from_at <= at < pause.until_at:
                pause.until_at = at
                pause.save(update_fields=["until_at"])
        self._recompute()

    def latest_extension(self, clock: Clock, days: int) -> date:
        """The last day an extension by `days` working days in all may reach; pauses are no part of it."""
        first = workdays.elapsed(clock.started_at, clock.first_due_at, calendar=self.calendar)
        told_on = timezone.localtime(clock.first_due_at).date()
        last_on = self.calendar.workday_after(told_on, days)
        more = workdays.elapsed(self.calendar.closing(told_on), self.calendar.closing(last_on), calendar=self.calendar)
        moved = workdays.add(clock.started_at, first + more, calendar=self.calendar, pauses=self._spans(clock))
        return timezone.localtime(moved.at).date()

    def extend(self, due_at: datetime) -> None:
        """Moves promise and handle to the last working second before `due_at`; the budget grows by what that adds."""
        for code in PAUSED_BY_PAUSE:
            clock = self.running.get(code)
            if clock is not None and clock.due_at < due_at:
                self._move(clock, due_at)

    def tighten(self, code: str, due: workdays.Moment) -> None:
        """Reclassification: a budget may shrink, never grow (that needs an approved extension); pauses so far still count."""
        clock = self.running.get(code)
        if clock is None:
            return
        budget = workdays.elapsed(clock.started_at, max(due.at, clock.started_at), calendar=self.calendar)
        if budget < clock.budget_seconds:
            clock.budget_seconds = budget
            self._touch(clock)
            self._recompute()

    def recalculate(self, clock: Clock) -> None:
        """The same budget on the calendar as it is now."""
        moved = workdays.add(clock.started_at, clock.budget_seconds, calendar=self.calendar, pauses=self._spans(clock))
        clock.due_at, clock.provisional, clock.calendar_version = moved.at, moved.provisional, self.calendar.version
        self._touch(clock)

    def save(self) -> None:
        """Writes the rows. What ended goes first: a clock that starts anew would be running twice."""
        for clock in self._changed.values():
            if clock.pk is not None:
                clock.save(update_fields=_MOVING)
        self._changed.clear()
        if self._new:
            Clock.objects.bulk_create(self._new)
            self._new.clear()

    def _touch(self, clock: Clock) -> None:
        self._changed[id(clock)] = clock

    def _end(self, clock: Clock, at: datetime) -> None:
        clock.ended_at = max(at, clock.started_at)
        self._touch(clock)

    def _move(self, clock: Clock, due_at: datetime) -> None:
        clock.budget_seconds = workdays.elapsed(clock.started_at, due_at, calendar=self.calendar, pauses=self._spans(clock))
        self.recalculate(clock)

    def _recompute(self) -> None:
        for code in PAUSED_BY_PAUSE:
            clock = self.running.get(code)
            if clock is None:
                continue
            self.recalculate(clock)

    def _spans(self, clock: Clock) -> list[workdays.Span]:
        return worked_pauses(clock, self.pauses)

    def mirror(self) -> None:
        """Sets the ticket's own columns: promise_due_at, next_due_at, next_clock, provisional."""
        grievance = self.grievance
        told = self.running.get(ClockCode.PROMISE)
        if told is not None:
            grievance.promise_due_at, grievance.provisional = told.due_at, told.provisional
        waiting = grievance.resume_at is not None
        candidates = [
            (clock.due_at, clock.code)
            for clock in (*self.running.values(), *self.supervising)
            if clock.code not in NOT_IN_QUEUE and not (waiting and clock.code in PAUSED_BY_PAUSE)
        ]
        if grievance.resume_at is not None:
            candidates.append((grievance.resume_at, ""))
        grievance.next_due_at, grievance.next_clock = min(candidates, default=(None, ""))


def worked_pauses(clock: Clock, pauses: Iterable[Pause]) -> list[workdays.Span]:
    """What of the pauses lies in the run of this clock."""
    return [
        workdays.Span(max(pause.from_at, clock.started_at), pause.until_at)
        for pause in pauses
        if pause.until_at > max(pause.from_at, clock.started_at)
    ]


def start_contact(clocks: Clocks, at: datetime) -> None:
    """首次联系: 1 working day, 2 working hours in an emergency."""
    emergency = clocks.grievance.priority == Priority.EMERGENCY
    if emergency:
        clocks.start_hours(ClockCode.CONTACT, at, EMERGENCY_CONTACT_HOURS)
    else:
        clocks.start_days(ClockCode.CONTACT, at, CONTACT_WORKDAYS)
