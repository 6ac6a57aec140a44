"""亩均税收 and the mix of industries of a park; what its operator is not told."""

from datetime import date
from decimal import Decimal

import pytest

from enterprises import park_numbers
from tests import make

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 18)


@pytest.fixture
def park():
    return make.park(land_area_m2=Decimal("6666.70"))


def firms(park, *taxes, code="6513"):
    building = park.buildings.first() or make.building(park=park)
    for tax in taxes:
        firm = make.enterprise(building=building, industry_code=code, from_on=date(2024, 5, 1))
        if tax is not None:
            make.figure("tax", enterprise=firm, period="2025", value=tax)


@pytest.mark.parametrize(
    ("taxes", "told"),
    [((10, 20, 30, 25, 15), Decimal("10.00")), ((10, 20, 30, 40, None), None), ((10, 10, 10, 10, 100), None), ((None,), None)],
    ids=["five", "four", "one over half", "none"],
)
def test_the_operator_is_told_a_sum_of_five_of_whom_none_has_half(park, taxes, told):
    firms(park, *taxes)

    [guarded] = park_numbers.tax_per_mu(park, [2025], today=TODAY, guarded=True)
    [whole] = park_numbers.tax_per_mu(park, [2025], today=TODAY, guarded=False)

    assert guarded.per_mu_wan == told
    if told is None:
        assert guarded.why
        assert (guarded.tax_wan, guarded.reporting) == (None, 0)
    known = [Decimal(tax) for tax in taxes if tax is not None]
    assert whole.tax_wan == (sum(known) if known else None)


def test_who_came_after_the_end_of_the_year_is_not_counted_in_it(park):
    firms(park, 10, 20)
    make.figure("tax", enterprise=make.enterprise(building=park.buildings.first(), from_on=date(2026, 1, 1)), period="2025", value=500)

    [row] = park_numbers.tax_per_mu(park, [2025], today=TODAY, guarded=False)

    assert (row.tax_wan, row.reporting, row.tenants, row.per_mu_wan) == (30, 2, 2, Decimal("3.00"))


def test_the_mix_names_the_largest_of_today_on_every_day_and_folds_the_rest(park):
    firms(park, None, None, None)
    firms(park, None, code="7320")
    firms(park, None, code="")

    then, now = park_numbers.industries(park, [date(2023, 12, 31), TODAY])

    assert list(now.counts.values()) == [3, 1, 1]
    assert list(now.counts)[-1] == park_numbers.UNKNOWN
    assert (then.total, now.total) == (0, 5)
