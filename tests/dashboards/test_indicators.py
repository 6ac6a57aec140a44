"""Every indicator against an independent count of the raw rows: plain Python over all of them, for random places, days and readers."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from dashboards import folding, indicators, sums
from dashboards.indicators import INDICATORS, Ask
from dashboards.measures import Period
from dashboards.models import SurveyRound, Target
from dashboards.periods import Named, figure_period, months_of, of_today
from dashboards.sums import Scope
from enterprises.models import Event
from grievances import workflow
from grievances.models import Grievance
from grievances.states import DONE, OPEN, State
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.WEDNESDAY + timedelta(days=45)


@pytest.fixture
def here():
    """Two communities of one street, tickets of every state over six weeks, folded."""
    dice = random.Random(7)
    first, second = make.scene(), make.scene()
    type(second.community).objects.filter(pk=second.community.pk).update(street=first.community.street)
    for scene in (first, second):
        for state in State.values:
            make.grievance(state, scene=scene, at=make.WEDNESDAY + timedelta(days=dice.randrange(30), minutes=dice.randrange(400)))
    for days in (0, 0, 9):
        make.grievance(State.RATED, scene=first, at=make.WEDNESDAY + timedelta(days=days))
    ticket = make.grievance(State.AWAITING_FEEDBACK, scene=first)
    workflow.apply(ticket, "send_back", by=first.specialist_zl, at=make.WEDNESDAY + timedelta(hours=1), reason="材料不全")
    make.event("moved_in", enterprise=first.enterprise, on=date(2026, 11, 10))
    make.qualification("high_tech", enterprise=first.enterprise)
    make.figure("tax", enterprise=first.enterprise, period="2026", value=333)
    first.attach(NOW)
    second.attach(NOW)
    folding.fold(NOW)
    first.second = second
    return first


def by_hand(ticket, now):
    """The marks of one ticket, worked out from its rows without a query of `dashboards`."""
    clocks, ratings = list(ticket.clocks.all()), [row for row in ticket.ratings.all() if row.cycle == ticket.cycle]
    promises = [clock for clock in clocks if clock.code == "promise" and clock.cycle == 1]
    contacts = [clock for clock in clocks if clock.code == "contact" and clock.cycle == 1]
    answered = any(clock.code == "rating_window" for clock in clocks)
    late = any(clock.ended_at is None and clock.due_at < now for clock in promises)
    broken = any(clock.breached_at or (clock.ended_at and clock.ended_at > clock.due_at) for clock in promises)
    due_contact = ticket.state not in ("withdrawn", "merged") and any(clock.ended_at or clock.due_at < now for clock in contacts)
    facts = {
        "collected": True,
        "open": ticket.state in OPEN,
        "done": ticket.state in DONE,
        "overdue": ticket.state in OPEN
        and ticket.answered_at is None
        and ticket.promise_due_at is not None
        and ticket.promise_due_at < now,
        "answer_due": answered or late,
        "on_time": answered and not broken,
        "first_on_time": answered and not any(clock.ended_at and clock.ended_at > clock.first_due_at for clock in promises),
        "contact_due": due_contact,
        "response": due_contact and any(clock.ended_at and clock.ended_at <= clock.due_at for clock in contacts),
        "have_rated": bool(ratings),
        "solved": any(row.solved == "yes" for row in ratings),
        "satisfied": any(row.result >= 3 for row in ratings),
        "poor": any(row.result <= 2 for row in ratings),
        "answered": answered,
        "rated": answered and bool(ratings),
        "reopened": ticket.cycle > 1,
        "urged": ticket.urges > 0,
        "sent_back": any(row.event == "send_back" for row in ticket.transitions.all()),
    }
    return {mark for mark, holds in facts.items() if holds}


COLUMN = {"grid": "grid_id", "park": "park_id", "window": "window_id", "unit": "unit_id", "item": "service_item_id"}


def recomputed(row, tickets, period, now):
    def holds(ticket, mark):
        moment = ticket.submitted_at if row.basis == "filed" else ticket.ended_at
        return moment is not None and period.first <= timezone.localtime(moment).date() <= period.last and mark in by_hand(ticket, now)

    counted = sum(holds(ticket, row.mark) for ticket in tickets)
    return counted, sum(holds(ticket, row.base_mark) for ticket in tickets) if row.base_mark else None


def test_every_indicator_of_tickets_is_what_the_rows_say(here):
    """For random readers, days and places, read from the sums and, as of a moment, from the tallies."""
    dice = random.Random(3)
    tickets = list(Grievance.objects.filed().prefetch_related("clocks", "ratings", "transitions"))
    for code, row in INDICATORS.items():
        if not isinstance(row, indicators.OfTickets) or code == "site_visit":
            continue
        for _ in range(4):
            user = dice.choice((here.street, here.leader, here.specialist_zl, here.second.leader))
            first = date(2026, 11, 1) + timedelta(days=dice.randrange(40))
            period = Period(first, first + timedelta(days=dice.randrange(45)))
            scope = Scope(sums.communities_of(user), at=dice.choice((None, sums.moment().at)))
            ask = Ask(user, scope, period, sums.moment().at)
            seen = [ticket for ticket in tickets if ticket.community_id in scope.communities]

            reading = indicators.read(ask, row)
            assert (reading.counted, reading.base) == recomputed(row, seen, period, NOW), code
            by = dice.choice([name for name in row.by if name != "all"])
            for each in indicators.cut(ask, row, by):
                mine = [ticket for ticket in seen if (getattr(ticket, COLUMN[by]) or 0) == each.key]
                assert (each.counted, each.base) == recomputed(row, mine, period, NOW), (code, by)


def test_every_number_is_the_length_of_its_list_for_every_reader_now_and_tomorrow(here):
    at, named = sums.moment().at, of_today("year", date(2026, 12, 31))
    shown = []
    for user in (here.street, here.leader, here.specialist_jf):
        ask = Ask(user, Scope(sums.communities_of(user)), named.period, at)
        for code, row in INDICATORS.items():
            shown.append((user, code, "all", indicators.read(ask, row)))
            shown += [(user, code, by, each) for by in row.by if by != "all" for each in indicators.cut(ask, row, by)]
    assert {code for _, code, _, reading in shown if reading.counted} >= {
        "collected",
        "on_time",
        "active",
        "moved_in",
        "tax",
        "q_high_tech",
    }

    for when in (NOW, NOW + timedelta(days=1)):
        for user, code, by, reading in shown:
            row, ask = INDICATORS[code], Ask(user, Scope(sums.communities_of(user), at=at), named.period, at)
            rows = indicators.behind(ask, code, by=by, key=reading.key)
            if isinstance(row, indicators.OfFigures | indicators.OfSpaces):
                assert sum(_amount(line) for line in rows) == reading.counted, (code, by)
                continue
            assert rows.count() == reading.counted, (code, by)
            if row.is_rate:
                assert indicators.behind(ask, code, part="base", by=by, key=reading.key).count() == reading.base, (code, by)
        if when == NOW:
            ticket = Grievance.objects.filter(state=State.SUBMITTED, community=here.community).first()
            workflow.apply(ticket, "withdraw", by=here.manager, at=NOW + timedelta(hours=3))
            make.enterprise(park=here.park)
            folding.fold(NOW + timedelta(days=1))


def _amount(line):
    return line.value if hasattr(line, "value") else line.area_m2


def test_all_readings_together_say_what_each_says_alone(here):
    named = of_today("month", date(2026, 12, 31))
    ask = Ask(here.street, Scope(sums.communities_of(here.street)), named.period, sums.moment().at)

    for reading in indicators.read_all(ask, named):
        alone = indicators.read(ask, reading.indicator)
        assert (reading.counted, reading.base or 0, reading.value) == (alone.counted, alone.base or 0, alone.value)
        if isinstance(reading.indicator, indicators.OfTickets):
            before = indicators.read(Ask(ask.user, ask.scope, named.before, ask.at), reading.indicator)
            assert reading.before == before.value


def test_a_target_is_shown_while_it_holds(here):
    facts = {"community": here.community, "indicator": "on_time", "source": "年度工作计划"}
    Target.objects.create(**facts, from_on=date(2026, 1, 1), until_on=date(2026, 12, 31), value=95)
    Target.objects.create(**facts, from_on=date(2025, 1, 1), until_on=date(2025, 12, 31), value=90)
    named = of_today("month", date(2026, 12, 31))

    for user, value in ((here.leader, Decimal(95)), (here.street, None)):
        ask = Ask(user, Scope(sums.communities_of(user)), named.period, NOW)
        assert indicators.read_all(ask, named, [INDICATORS["on_time"]])[0].target == value


def test_an_event_learnt_of_later_does_not_change_what_was_said_before(here):
    at = sums.moment().at
    ask = Ask(here.leader, Scope(sums.communities_of(here.leader), at=at), Period(date(2026, 1, 1), date(2026, 12, 31)), at)
    before = indicators.read(ask, INDICATORS["moved_in"]).counted
    make.event("returned", enterprise=here.enterprise, on=date(2026, 11, 25), recorded_at=at + timedelta(hours=1))

    assert indicators.read(ask, INDICATORS["moved_in"]).counted == before == Event.objects.filter(kind="moved_in").count()


def test_a_survey_adds_up_and_stands_apart(here):
    facts = {"community": here.community, "from_on": date(2024, 6, 1), "until_on": date(2024, 6, 30), "source": "第三方调查"}
    first = SurveyRound.objects.create(**facts, name="首轮", answered=400, satisfied=331)
    second = SurveyRound.objects.create(**facts, name="次轮", sample=600, invited=550, answered=500, satisfied=480)

    assert (first.rate, second.rate) == (Decimal("82.75"), Decimal("96.00"))
    for wrong in ({"answered": 0, "satisfied": 0}, {"answered": 5, "satisfied": 6}, {"answered": 5, "satisfied": 5, "invited": 4}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SurveyRound.objects.create(**facts, name="错", **wrong)


@pytest.mark.parametrize(
    ("kind", "today", "period", "before", "year_before"),
    [
        ("month", "2026-11-18", "2026-11-01 2026-11-18", "2026-10-01 2026-10-18", "2025-11-01 2025-11-18"),
        ("month", "2026-03-31", "2026-03-01 2026-03-31", "2026-02-01 2026-02-28", "2025-03-01 2025-03-31"),
        ("month", "2024-02-29", "2024-02-01 2024-02-29", "2024-01-01 2024-01-31", "2023-02-01 2023-02-28"),
        ("quarter", "2026-11-18", "2026-10-01 2026-11-18", "2026-07-01 2026-08-18", "2025-10-01 2025-11-18"),
        ("year", "2026-01-01", "2026-01-01 2026-01-01", "2025-01-01 2025-01-01", "2025-01-01 2025-01-01"),
        ("week", "2026-11-18", "2026-11-16 2026-11-18", "2026-11-09 2026-11-11", "2025-11-16 2025-11-18"),
        ("day", "2026-01-01", "2026-01-01 2026-01-01", "2025-12-31 2025-12-31", "2025-01-01 2025-01-01"),
    ],
)
def test_the_period_before_has_the_same_days(kind, today, period, before, year_before):
    def read(words):
        return Period(*map(date.fromisoformat, words.split()))

    named = of_today(kind, date.fromisoformat(today))

    assert (named.period, named.before, named.year_before) == (read(period), read(before), read(year_before))


def test_whole_months_and_the_days_beside_them_make_the_period():
    for days in range(1, 130, 3):
        for start in range(0, 90, 7):
            first = date(2025, 12, 20) + timedelta(days=start)
            period = Period(first, first + timedelta(days=days - 1))
            whole, beside = months_of(period)
            found = [day for part in beside for day in _days(part)]
            for month in whole:
                found += _days(Period(month, (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)))
            assert sorted(found) == _days(period)


def _days(period):
    return [period.first + timedelta(days=n) for n in range((period.last - period.first).days + 1)]


def test_figures_are_read_for_the_period_they_name():
    assert figure_period(Period(date(2025, 1, 1), date(2025, 12, 31))) == "2025"
    assert figure_period(Period(date(2025, 7, 1), date(2025, 9, 30))) == "2025Q3"
    assert figure_period(Period(date(2025, 10, 1), date(2025, 10, 31))) == "2025-10"
    assert figure_period(Period(date(2026, 1, 1), date(2026, 11, 18))) == "2025"
    assert Named("", Period(date(2026, 3, 1), date(2026, 3, 10))).before == Period(date(2026, 2, 19), date(2026, 2, 28))
