"""The invariants of the machine file, each computed anew from the rows; `Ledger` remembers what must never be forgotten.

Pauses are read from the history and not from the table of pauses, and working time is added up span by span.
"""

from datetime import date, timedelta

from django.utils import timezone

import community
import workdays
from community.kinds import PostKind
from community.models import Post
from grievances.clocks import calendar_of
from grievances.models import Clock, Dispatch, Escalation, Evidence, Grievance, Rating, Transition
from grievances.moves import MOVE
from grievances.states import DONE, FINAL, OPEN, WITH_MAIN_UNIT, ClockCode, DispatchState, State

PAUSED = {ClockCode.PROMISE, ClockCode.HANDLE}
SECOND = timedelta(seconds=1)


class Ledger:
    """Late clocks by key, frozen cycles, and the promise at the time an extension was asked for."""

    def __init__(self):
        self.late = {}
        self.frozen = {}
        self.promised = {}

    def before_move(self, ticket, now):
        """What is late now stays late whatever the move does (INV10); a cycle that a reopening ends stays as it is (INV17)."""
        for clock in Clock.objects.filter(grievance=ticket, ended_at__isnull=True, due_at__lt=now).exclude(code=ClockCode.RATING_WINDOW):
            self.late[clock.pk] = clock.breached_at or clock.due_at
        self.promised[ticket.pk, ticket.version] = ticket.promise_due_at

    def after_move(self, ticket):
        if ticket.cycle > 1:
            self.frozen.setdefault((ticket.pk, ticket.cycle - 1), of_cycle(ticket, ticket.cycle - 1))


def of_cycle(ticket, cycle):
    """Deadlines, shares and ratings of one cycle."""
    rows = {"grievance": ticket, "cycle": cycle}
    return (
        list(Clock.objects.filter(**rows).order_by("pk").values_list("pk", "due_at", "first_due_at", "ended_at", "breached_at")),
        list(Dispatch.objects.filter(**rows).order_by("pk").values_list("pk", "unit", "state", "ended_at", "finished")),
        list(Rating.objects.filter(**rows).values_list("pk", "solved", "result", "speed")),
    )


def check(ticket, now, ledger):
    """Everything that must hold of one ticket at any moment between two moves."""
    ticket = Grievance.objects.select_related("community", "assignee").get(pk=ticket.pk)
    lines = list(Transition.objects.filter(grievance=ticket).order_by("seq"))
    clocks = list(Clock.objects.filter(grievance=ticket).order_by("pk"))
    shares = list(Dispatch.objects.filter(grievance=ticket).select_related("unit"))
    history_replays(ticket, lines)
    lines_are_complete(lines)
    working_time_adds_up(ticket, lines, clocks)
    nothing_runs_after_the_end(ticket, clocks)
    lateness_stays(clocks, ledger)
    extensions_were_asked_in_time(ticket, lines, ledger)
    one_main_unit_while_worked_on(ticket, shares)
    one_owner_and_a_next_due_time(ticket, clocks, now)
    merged_one_deep(ticket)
    told_by_somebody_else(ticket, lines)
    rated_by_the_enterprise(ticket, lines)
    old_cycles_are_frozen(ticket, lines, ledger)
    closed_with_everything(ticket, lines)
    handed_back_once(lines, shares)


def history_replays(ticket, lines):
    """INV01."""
    state, cycle = State.DRAFT, 1
    for place, line in enumerate(lines, start=1):
        assert (line.seq, line.from_state) == (place, state)
        state = MOVE[line.event].target or state
        cycle += line.event == "reopen"
        assert (line.to_state, line.cycle) == (state, cycle), line.event
    assert (ticket.state, ticket.cycle, ticket.version) == (state, cycle, len(lines))


def lines_are_complete(lines):
    """INV05."""
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    for line in lines:
        needed = {fact.name for fact in MOVE[line.event].asked if fact.needed}
        assert needed <= set(line.facts), line.event
        assert (line.by_id is None) == (line.actor == "Y")
        assert line.unit_id is not None or line.actor not in ("S", "H", "P")


def stood_still(ticket, lines, cycle):
    """The spans in which promise and handle stood still, from the history alone: [(from, until)]."""
    calendar = calendar_of(ticket.community)
    spans, open_since, planned = [], None, None
    for line in lines:
        if open_since is not None and line.to_state != line.from_state:
            spans.append((open_since, min(line.at, planned)))
            open_since = None
        if line.cycle != cycle:
            continue
        if line.event == "return_for_info":
            until = line.facts.get("until")
            limit = workdays.days_limit(line.at, 5, calendar=calendar).at
            open_since, planned = line.at, calendar.closing(date.fromisoformat(until)) if until else limit
        elif line.event == "suspend":
            day = date.fromisoformat(line.facts["resume_on"])
            while not calendar.is_workday(day):
                day += timedelta(days=1)
            open_since, planned = line.at, calendar.opening(day)
    return spans + ([(open_since, planned)] if open_since is not None else [])


def worked_outside(start, end, spans, calendar):
    """Working seconds in [start, end) that lie in none of the spans, span by span."""
    seconds, at = 0, start
    for begin, finish in sorted(spans):
        if begin > at:
            seconds += workdays.elapsed(at, min(begin, end), calendar=calendar)
        at = min(max(at, finish), end)
    return seconds + workdays.elapsed(at, end, calendar=calendar)


def working_time_adds_up(ticket, lines, clocks):
    """INV06, INV07: the budget is exactly what lies between start and deadline outside the pauses, and no earlier instant would do."""
    calendar = calendar_of(ticket.community)
    for clock in clocks:
        spans = stood_still(ticket, lines, clock.cycle) if clock.code in PAUSED else []
        if clock.ended_at is not None:
            spans = [(begin, min(finish, clock.ended_at)) for begin, finish in spans if begin < clock.ended_at]
        spans = [(max(begin, clock.started_at), finish) for begin, finish in spans if finish > clock.started_at]
        assert worked_outside(clock.started_at, clock.due_at, spans, calendar) == clock.budget_seconds, clock.code
        if clock.code not in (ClockCode.SUPERVISE, ClockCode.SUPPLEMENT) and clock.budget_seconds:
            assert workdays.elapsed(clock.due_at - SECOND, clock.due_at, calendar=calendar) == 1, clock.code
        assert clock.provisional or calendar.published(timezone.localtime(clock.due_at).year) or clock.code == ClockCode.SUPERVISE


def nothing_runs_after_the_end(ticket, clocks):
    """INV09."""
    if ticket.state in FINAL:
        assert all(clock.ended_at is not None for clock in clocks)
        assert ticket.next_due_at is None
    if ticket.state in DONE:
        assert {clock.code for clock in clocks if clock.ended_at is None} <= {ClockCode.RATING_WINDOW}
    for warning in Escalation.objects.filter(clock__grievance=ticket, clock__ended_at__isnull=False).select_related("clock"):
        assert warning.at <= warning.clock.ended_at, warning.level


def lateness_stays(clocks, ledger):
    """INV10."""
    for clock in clocks:
        if clock.pk in ledger.late and clock.ended_at is not None:
            assert clock.breached_at == ledger.late[clock.pk], clock.code
        if clock.breached_at is not None and clock.code != ClockCode.RATING_WINDOW:
            assert ledger.late.setdefault(clock.pk, clock.breached_at) == clock.breached_at
        if clock.ended_at is not None and clock.ended_at > clock.due_at and clock.code != ClockCode.RATING_WINDOW:
            assert clock.breached_at is not None


def extensions_were_asked_in_time(ticket, lines, ledger):
    """INV11."""
    taken = [line for line in lines if line.event == "extend" and line.cycle == ticket.cycle]
    assert ticket.extended_times == len(taken) <= 2
    for line in lines:
        if line.event == "request_extend":
            assert line.at < ledger.promised[ticket.pk, line.seq - 1]


def one_main_unit_while_worked_on(ticket, shares):
    """INV12."""
    live = (DispatchState.SENT, DispatchState.ACKNOWLEDGED, DispatchState.DONE)
    main = [share for share in shares if share.is_main and share.cycle == ticket.cycle and share.state in live]
    if ticket.state in WITH_MAIN_UNIT:
        assert [share.unit_id for share in main] == [ticket.unit_id]
    elif ticket.state not in DONE:
        assert main == []
        assert ticket.unit_id is None
    if ticket.state in (State.SUBMITTED, State.RETURNED, State.ACCEPTED, State.DISPATCHED):
        assert ticket.handler_id is None
    if ticket.state in (*DONE, *FINAL):
        assert not [share for share in shares if share.state in (DispatchState.SENT, DispatchState.ACKNOWLEDGED)]


def one_owner_and_a_next_due_time(ticket, clocks, now):
    """INV13, C08: somebody in post answers for every open ticket, and it has a next due time, the earliest that runs."""
    if ticket.state not in OPEN:
        return
    posts = Post.objects.in_force(now).filter(user=ticket.assignee, community=ticket.community)
    assert ticket.window_id is not None
    assert posts.filter(kind__in=(PostKind.SPECIALIST, PostKind.LEADER)).exists()
    suspended = ticket.state == State.SUSPENDED
    running = [clock.due_at for clock in clocks if clock.ended_at is None and not (suspended and clock.code in PAUSED)]
    assert ticket.next_due_at == min(running + ([ticket.resume_at] if suspended else []))
    assert (ticket.resume_at is not None) == suspended


def merged_one_deep(ticket):
    """INV14."""
    if ticket.state != State.MERGED:
        return
    main = ticket.merged_into
    assert main.merged_into_id is None
    assert main.enterprise_id == ticket.enterprise_id
    filer = community.attach(ticket.filed_by, ticket.updated_at)
    if not ticket.on_behalf and filer.posts:
        assert Grievance.objects.visible_to(filer).filter(pk=main.pk).exists()


def told_by_somebody_else(ticket, lines):
    """INV15."""
    acknowledged = finished = None
    for line in lines:
        if line.event == "acknowledge":
            acknowledged = line
        elif line.event == "self_handle":
            acknowledged = None
        elif line.event == "finish":
            finished = line
        elif line.event == "feed_back" and acknowledged is not None:
            typed_in = "incoming" in finished.facts
            assert typed_in or line.by_id not in (acknowledged.by_id, finished.by_id)
        elif line.event == "feed_back" and line.seq == ticket.version and line.by_id == ticket.handler_id:
            assert ticket.spot_check


def rated_by_the_enterprise(ticket, lines):
    """INV16: at most one a cycle is a constraint; nobody who worked on it, and no rating out of nothing."""
    ratings = list(Rating.objects.filter(grievance=ticket))
    assert {rating.cycle for rating in ratings} == {line.cycle for line in lines if line.event == "rate"}
    workers = {line.by_id for line in lines if line.event in ("acknowledge", "finish", "self_handle")}
    for rating in ratings:
        assert rating.by_id not in workers
        assert not (ticket.on_behalf and rating.by_id == ticket.filed_by_id)
        assert not ticket.personal or rating.by_id == ticket.filed_by_id


def old_cycles_are_frozen(ticket, lines, ledger):
    """INV17."""
    assert ticket.cycle == 1 + sum(line.event == "reopen" for line in lines)
    for (key, cycle), rows in ledger.frozen.items():
        if key == ticket.pk:
            assert of_cycle(ticket, cycle) == rows


def closed_with_everything(ticket, lines):
    """INV19."""
    if ticket.state not in DONE:
        return
    assert ticket.outcome
    assert Evidence.objects.filter(grievance=ticket, cycle=ticket.cycle).exists()
    told = [line for line in lines if line.event == "feed_back" and line.cycle == ticket.cycle]
    assert len(told) == 1
    assert {"reply", "told_by", "told_to"} <= set(told[0].facts)


def handed_back_once(lines, shares):
    """INV24."""
    returned = [share.unit_id for share in shares if share.is_main and share.state == DispatchState.RETURNED]
    assert len(returned) == len(set(returned))
    assert len(returned) == sum(line.event == "return_dispatch" for line in lines)
    assert not [share for share in shares if share.final and share.state == DispatchState.RETURNED]
