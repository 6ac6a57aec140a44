"""Random histories of a small community, judged again in plain Python, one enterprise and one rule at a time."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enterprises.metrics import days_of, span_of
from enterprises.models import Figure, Lease
from risks.kinds import Source
from risks.models import Finding, Flag, Sign
from risks.rules import RULES
from risks.watch import watch
from tests import make

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
TODAY = timezone.localtime(AT).date()
FIRMS = 4
PERIODS = ("2024", "2025", "2025Q2", "2025Q3", "2026Q2", "2026Q3", "2025-10", "2026-10", "2026-11")
SIGNED = {"wages_sign": "wages", "abnormal_listed": "abnormal", "governance_gap": "governance", "lost_contact": "lost"}

firms = st.integers(0, FIRMS - 1)
figures = st.dictionaries(
    st.tuples(firms, st.sampled_from(("revenue", "tax", "staff")), st.sampled_from(PERIODS)),
    st.sampled_from([Decimal(n) for n in (0, 5, 9, 10, 69, 70, 71, 100, 101, 1000)]), max_size=14,
)  # fmt: skip
signs = st.lists(st.tuples(firms, st.sampled_from(sorted(SIGNED.values())), st.integers(0, 200)), max_size=8)
leases = st.dictionaries(firms, st.tuples(st.integers(50, 70) | st.none(), st.integers(-5, 100) | st.none(), st.booleans()), max_size=FIRMS)


def may_be(metric, period):
    return metric != "staff" or "-" not in period


@pytest.fixture
def place():
    here = make.scene()
    return here, [make.enterprise(park=here.park) for _ in range(FIRMS)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seeded=figures, seen=signs, let=leases)
def test_the_pass_finds_what_plain_python_finds(place, seeded, seen, let):
    from django.db import transaction

    here, rows = place
    undo = transaction.atomic()
    with undo:
        Figure.objects.bulk_create(
            Figure(enterprise=rows[firm], metric=metric, period=period, value=value, source="月报", recorded_at=AT)
            for (firm, metric, period), value in seeded.items()
            if may_be(metric, period)
        )
        Sign.objects.bulk_create(
            Sign(enterprise=rows[firm], kind=kind, at=AT - timedelta(days=days), recorded_at=AT, source=Source.VISIT, key=f"o{place_of}")
            for place_of, (firm, kind, days) in enumerate(seen)
        )
        building = here.park.buildings.first()
        Lease.objects.bulk_create(
            Lease(
                enterprise=rows[firm],
                building=building,
                from_on=date(2025, 1, 1),
                source="合同",
                until_on=None if ends is None else TODAY + timedelta(days=ends),
                ended_on=TODAY - timedelta(days=9) if over else None,
                rent_overdue_since_on=None if late is None else TODAY - timedelta(days=late),
            )
            for firm, (late, ends, over) in let.items()
        )

        watch(here.community, AT)
        watch(here.community, AT)

        wanted = {(rows[firm].pk, rule) for firm in range(FIRMS) for rule in expected(firm, seeded, seen, let)}
        assert set(Finding.objects.values_list("enterprise", "rule")) == wanted
        assert set(Flag.objects.values_list("enterprise", "kind")) == {(firm, RULES[rule].kind) for firm, rule in wanted}
        for flag in Flag.objects.all():
            assert flag.level == max(RULES[finding.rule].level for finding in flag.findings.all())
        transaction.set_rollback(True)


def expected(firm, seeded, seen, let):
    for rule, metric, least in (("revenue_drop", "revenue", 10), ("tax_drop", "tax", 1), ("staff_drop", "staff", 10)):
        own = {period: value for (of, code, period), value in seeded.items() if (of, code) == (firm, metric) and may_be(metric, period)}
        if fallen(own, least):
            yield rule
    for rule, kind in SIGNED.items():
        params = RULES[rule].defaults
        if sum(of == firm and code == kind and days <= params["within_days"] for of, code, days in seen) >= params["times"]:
            yield rule
    late, ends, over = let.get(firm, (None, None, True))
    if not over and late is not None and late >= 60:
        yield "rent_overdue"
    if not over and ends is not None and 0 <= ends <= 90:
        yield "lease_ending"


def fallen(own, least):
    for span in {span_of(period) for period in own}:
        ended = [period for period in own if span_of(period) == span and 0 <= (TODAY - days_of(period)[1]).days <= 400]
        if not ended:
            continue
        period = max(ended)
        base = own.get(f"{int(period[:4]) - 1}{period[4:]}")
        if base is not None and base >= least and own[period] * 100 <= base * 70:
            return True
    return False
