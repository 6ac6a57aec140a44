"""The lists of the checks as sheets: the same rows as on the page, for the same readers."""

import pytest
from django.core.exceptions import ValidationError

from dashboards.quality.checks import CHECKS
from exchange import exports
from exchange.subjects import TABLES
from tests import make
from tests.dashboards.test_quality import NOW, Town, counts, wrong_in_every_way

pytestmark = pytest.mark.django_db


def sheet(user, *codes):
    table = TABLES["quality"]()
    return [
        [column.cell(row) for column in table.columns_for(user)]
        for row in table.exported(user, {"check": list(codes)} if codes else {}, NOW)
    ]


def test_a_sheet_has_the_rows_of_its_list():
    town = Town()
    wrong_in_every_way(town)

    for reader in (town.leader, town.grid_staff):
        for code, number in counts(reader).items():
            assert (code, len(sheet(reader, code))) == (code, number)
        assert len(sheet(reader)) == sum(counts(reader).values())


def test_a_row_says_what_is_wrong_with_whom_and_where():
    town = Town()
    firm = town.enter(industry_code="")

    assert sheet(town.leader, "industry") == [
        ["缺行业", firm.name, firm.uscc, town.park.name, town.building.name, town.grid.name, CHECKS["industry"].rule]
    ]


def test_what_one_is_not_offered_is_not_taken_out():
    town, other = Town(), Town()
    wrong_in_every_way(other)

    assert sheet(town.leader) == []
    for code in ("staff-count", "nothing"):
        with pytest.raises(ValidationError):
            sheet(town.grid_staff, code)
    with pytest.raises(ValidationError):
        list(TABLES["quality"]().exported(town.leader, {"q": ["x"]}, NOW))
    assert not exports.may_export(TABLES["quality"], make.member(enterprise=town.firm))
