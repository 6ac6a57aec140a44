"""For random communities: whoever is owed a visit, since when and until when, as counted by hand; however often and late the pass ran."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cultivation.models import KeyListing, TierHolding
from enterprises.models import Event, Lease, Tenancy
from risks.models import Flag, FlagLevel
from tests import make
from tests.visits import oracle
from tests.visits.oracle import Trigger, Version, World
from visits import owed
from visits.models import Reason, Task

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 8, 20), date(2026, 11, 18)
LEVEL = {"red": 3, "orange": 2, "yellow": 1}
days = st.integers(-40, (LAST - FIRST).days).map(lambda place: FIRST + timedelta(days=place))
ever = st.sampled_from(["", "days:7", "days:30", "month", "quarter", "half_year"])
firms = st.integers(0, 2)
limits = st.integers(1, 12)


@st.composite
def triggers(draw):
    kind = draw(st.sampled_from(["newly_arrived", "risk_flagged", "key_listed", "tier_held", "tier_gained", "lease_ending", "changed"]))
    params = {
        "newly_arrived": {"within_days": draw(st.sampled_from([10, 30, 90]))},
        "risk_flagged": {"level": draw(st.sampled_from(list(LEVEL)))},
        "lease_ending": {"before_days": 30},
        "changed": {"within_days": 45},
    }.get(kind, {})
    every = draw(ever) if kind in oracle.STANDING else ""
    until_period = every in ("month", "quarter", "half_year") and draw(st.booleans())
    return Trigger(kind, params, None if until_period else draw(limits), every)


@st.composite
def worlds(draw):
    starts = sorted(draw(st.lists(days, min_size=1, max_size=2, unique=True)))
    versions = [
        Version(on, draw(st.sampled_from([True, True, True, False])), draw(st.lists(triggers(), min_size=1, max_size=3, unique_by=lambda t: t.code)),
                draw(st.booleans()), draw(st.sampled_from([0, 10])))
        for on in starts
    ]  # fmt: skip
    world = World(versions)
    world.arrivals = draw(st.lists(st.tuples(firms, days, st.integers(0, 120)), max_size=3, unique_by=lambda row: row[0]))
    world.flags = draw(st.lists(st.tuples(firms, st.sampled_from(list(LEVEL)), days, st.none() | st.integers(0, 60)), max_size=3))
    spans = st.lists(st.tuples(firms, days, st.none() | st.integers(0, 60)), max_size=2, unique_by=lambda row: row[0])
    world.listings, world.tiers = draw(spans), draw(spans)
    world.leases = draw(st.lists(st.tuples(firms, days), max_size=2, unique_by=lambda row: row[0]))
    world.events = draw(st.lists(st.tuples(firms, days, st.none() | st.integers(1, 40)), max_size=2, unique_by=lambda row: row[0]))
    paid = st.integers(0, (LAST - FIRST).days).map(lambda place: FIRST + timedelta(days=place))
    world.visits = draw(st.lists(st.tuples(firms, paid), max_size=3))
    return world


def noon(day):
    return datetime.combine(day, time(12), make.SHANGHAI)


def after(on, count):
    return None if count is None else on + timedelta(days=count)


def build(world, here):
    """Writes the world's rows and tells the oracle of them in its own words."""
    park = make.park(community=here)
    made = [make.enterprise(park=park, from_on=date(2020, 1, 1)) for _ in range(3)]
    by, other = make.user(), make.user()
    Tenancy.objects.update(recorded_at=noon(date(2020, 1, 1)))
    for firm, on, age in world.arrivals:
        made[firm].tenancies.update(recorded_at=noon(on), from_on=on - timedelta(days=age))
    for firm, level, on, length in world.flags:
        flag = Flag.objects.create(
            enterprise=made[firm], kind=f"k_{Flag.objects.count()}"[:9].translate(str.maketrans("0123456789", "abcdefghij")), level=LEVEL[level],
            evidence="依据", owner=by, raised_by=by, raised_at=noon(on), level_since_at=noon(on),
        )  # fmt: skip
        FlagLevel.objects.create(flag=flag, from_level=0, level=LEVEL[level], from_at=noon(on), evidence="依据", by=by)
        if length is not None:
            FlagLevel.objects.create(
                flag=flag,
                from_level=LEVEL[level],
                level=0,
                from_at=noon(on + timedelta(days=length)),
                evidence="依据",
                by=by,
                confirmed_by=other,
            )
        world.facts.setdefault(f"risk_flagged:{level}", []).append((firm, on, after(on, length)))
    for firm, on, length in world.listings:
        KeyListing.objects.create(enterprise=made[firm], reason="listed", from_on=on, until_on=after(on, length), source="名单")
        world.facts.setdefault("key_listed", []).append((firm, on, after(on, None if length is None else length + 1)))
    for firm, on, length in world.tiers:
        TierHolding.objects.create(enterprise=made[firm], tier="high_tech", gained_on=on, valid_until_on=after(on, length), source="名单")
        world.facts.setdefault("tier_held", []).append((firm, on, after(on, None if length is None else length + 1)))
        world.facts.setdefault("tier_gained", []).append((firm, on, None))
    for firm, on in world.leases:
        place = made[firm].tenancies.get().building
        Lease.objects.create(
            enterprise=made[firm], building=place, from_on=on - timedelta(days=400), until_on=on + timedelta(days=30), source="合同"
        )
        world.facts.setdefault("lease_ending", []).append((firm, on, on + timedelta(days=31)))
    for firm, on, settled in world.events:
        Event.objects.create(enterprise=made[firm], kind="intends_to_leave", happened_on=on, recorded_at=noon(on), source="走访")
        if settled is not None:
            day = on + timedelta(days=settled)
            Event.objects.create(enterprise=made[firm], kind="settled", happened_on=day, recorded_at=noon(day), source="走访")
        world.facts.setdefault("changed", []).append((firm, on, on + timedelta(days=min(45, settled or 45))))
    visit_class = None
    for version in world.versions:
        rows = [{"selector": t.selector, "params": t.params, "workdays": t.workdays, "every": t.every} for t in version.triggers]
        facts = {
            "from_on": version.from_on, "active": version.active, "absorb_workdays": version.absorb,
            "closing": "visited_or_gone" if version.may_be_gone else "visited",
        }  # fmt: skip
        if visit_class is None:
            visit_class = make.visit_class(*rows, community=here, **facts)
        else:
            make.class_version(visit_class, *rows, **facts)
    world.facts["newly_arrived"] = [(firm, on, None) for firm, on, _ in world.arrivals]
    world.ages = {firm: age for firm, _, age in world.arrivals}
    return made


def on_file(made):
    firm = {row.pk: place for place, row in enumerate(made)}
    rows = Reason.objects.filter(enterprise__in=made)
    return {(firm[row.enterprise_id], row.trigger, row.occurred_on): (row.since_on, row.due_on, row.ended_on, row.ending) for row in rows}


def walk(world, here, made, passes):
    """Passes on these days, visits on theirs as `record` pays them, and one pass at the end."""
    for day in sorted({*passes, *(on for _, on in world.visits), LAST}):
        if day in passes or day == LAST:
            owed.reckon(here, noon(day))
        for firm, on in world.visits:
            if on == day:
                owed.reckon(here, noon(day), enterprise=made[firm].pk)
                visit = make.visit(enterprise=made[firm], at=noon(day))
                owed.settle(made[firm].pk, visit)
                owed.straighten([made[firm].pk], day)
    owed.reckon(here, noon(LAST))


@settings(
    max_examples=400,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds(), late=st.lists(days, max_size=4), data=st.data())
def test_the_rows_are_those_of_the_rule_whenever_and_however_often_the_pass_ran(world, late, data):
    found = []
    for passes in (set(), {day for day in late if day >= FIRST}, {FIRST + timedelta(days=place) for place in range((LAST - FIRST).days)}):
        with transaction.atomic():
            here = make.community()
            world.facts = {}
            made = build(world, here)
            if len(passes) > 20:
                passes = set(sorted(passes)[:: data.draw(st.integers(3, 9))])
            walk(world, here, made, passes)
            found.append(on_file(made))
            opened = {task.enterprise_id: task.due_on for task in Task.objects.open()}
            waiting = {}
            for row in Reason.objects.open().order_by("-due_on"):
                waiting[row.enterprise_id] = row.due_on
            assert opened == waiting
            transaction.set_rollback(True)
    wanted = oracle.tell(world, FIRST - timedelta(days=60), LAST)
    assert found[0] == wanted
    assert found[1] == wanted
    assert found[2] == wanted
