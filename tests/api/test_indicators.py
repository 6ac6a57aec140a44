"""指标 through the API: every number is the length of its list, in the same words as on the board; what makes no sense is 400."""

import pytest
from django.utils import timezone

from dashboards import folding
from dashboards.indicators import INDICATORS, OfFigures, OfSpaces

pytestmark = pytest.mark.django_db


def test_every_indicator_of_the_street_is_the_length_of_its_list(by):
    folding.fold(timezone.now())
    answer = by.street.get("street/indicators/", period="year", by="window").json()

    assert [row["code"] for row in answer["indicators"]] == list(INDICATORS)
    for row in answer["indicators"]:
        assert row["as_of"] == answer["as_of"]
        assert row["formula"]
        if isinstance(INDICATORS[row["code"]], OfFigures | OfSpaces):
            assert by.street.get(row["list"]).status_code == 200
            continue
        for number in (row, *row["slices"]):
            assert len(by.street.get(number["list"]).json()["results"]) == number["counted"], row["code"]
        if row["base_list"]:
            assert len(by.street.get(row["base_list"]).json()["results"]) == (row["base"] or 0), row["code"]


@pytest.mark.parametrize(
    "query",
    [
        {"period": "century"}, {"by": "colour"}, {"community": "NOWHERE"}, {"as_of": "soon"}, {"as_of": "2999-01-01T00:00:00Z"}, {"other": "1"},
        {"from_on": "2026-05-02", "until_on": "2026-05-01"}, {"from_on": "2026-05-02"},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_400(by, query):
    assert by.street.get("street/indicators/", **query).status_code == 400
    assert by.street.get("street/indicators/rows/", indicator="nothing").status_code == 400
    assert by.street.get("street/indicators/rows/", indicator="collected", key="x").status_code == 400
