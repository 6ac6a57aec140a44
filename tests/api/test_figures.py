"""Figures through the three doors: what stands, what was known on a day, proposals and their decision; who may not is told so."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from enterprises.models import Figure, FigureProposal
from tests import make
from tests.api.calling import Callers

YEAR = str(timezone.localdate().year - 1)


@pytest.fixture
def by(here):
    return Callers(here)


@pytest.fixture
def path(here):
    return f"community/enterprises/{here.enterprise.uscc}/figures/"


def test_a_value_is_recorded_superseded_and_read_as_it_was_known(by, here, path):
    first = by.specialist_zl.post(path, {"metric": "revenue", "period": YEAR, "value": "1200.50", "source": "统计月报"})
    Figure.objects.filter(pk=first.json()["id"]).delete()
    before = timezone.now() - timedelta(days=9)
    make.figure("revenue", enterprise=here.enterprise, period=YEAR, value=Decimal("1200.5"), at=before)
    second = by.leader.post(path, {"metric": "revenue", "period": f"{YEAR}年", "value": 1300, "source": "审计报告"})

    mine = by.manager.get("enterprise/figures/").json()
    then = by.manager.get("enterprise/figures/", as_of=(before.date() + timedelta(days=1)).isoformat()).json()

    assert (first.status_code, second.status_code) == (201, 201)
    assert [(row["value"], row["source"], row["period"]) for row in mine["figures"]] == [("1300.00", "审计报告", YEAR)]
    assert [row["value"] for row in then["figures"]] == ["1200.50"]
    assert len(by.street.get(f"street/enterprises/{here.enterprise.uscc}/figures/", history="true").json()["figures"]) == 2
    assert mine["size"]["label"] == "无法判定"
    assert {row["why"] != "" and row["median"] is None for row in mine["benchmarks"]} == {True}
    assert mine["completeness"]["percent"] < 100


def test_who_sees_the_enterprise_but_not_its_figures_is_refused_and_a_stranger_finds_nothing(by, here, path):
    make.figure(enterprise=here.enterprise, period=YEAR)

    for who in ("grid_staff", "steward", "operator"):
        assert (who, getattr(by, who).get(path).status_code) == (who, 403)
        assert getattr(by, who).post(path, {"metric": "tax", "period": YEAR, "value": 1, "source": "x"}).status_code == 403
    assert by.partner.get(path).status_code == 404
    assert by.employee.get("enterprise/figures/").status_code == 403
    assert by.stranger.get("enterprise/figures/").json()["figures"] == []
    elsewhere = make.enterprise()
    assert by.leader.get(f"community/enterprises/{elsewhere.uscc}/figures/").status_code == 404
    assert by.street.get(f"street/enterprises/{elsewhere.uscc}/figures/").status_code == 404


def test_what_the_enterprise_proposes_is_decided_once(by, here, path):
    made = by.manager.post("enterprise/figures/", {"metric": "staff", "period": YEAR, "value": 31, "note": "社保清单"})
    [waiting] = by.specialist_zl.get("community/figure-proposals/", waiting="true").json()["results"]
    address = f"community/figure-proposals/{waiting['id']}/"

    assert (made.status_code, waiting["value"], waiting["seen"]) == (201, "31.00", None)
    assert by.specialist_zl.post(f"{address}decline/", {"value": "31"}).status_code == 400
    assert by.specialist_zl.post(f"{address}accept/", {"value": "30"}).status_code == 409
    assert by.street.post(f"{address}accept/", {"value": "31"}).status_code in (403, 404)
    accepted = by.specialist_zl.post(f"{address}accept/", {"value": "31"})
    assert (accepted.status_code, accepted.json()["accepted"]) == (200, True)
    assert by.specialist_zl.post(f"{address}accept/", {"value": "31"}).status_code == 409
    assert by.manager.get("enterprise/figures/").json()["figures"][0]["source"] == "企业自报"
    foreign = make.figure_proposal()
    assert by.specialist_zl.post(f"community/figure-proposals/{foreign.pk}/accept/", {"value": "1300"}).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"metric": "nothing", "period": YEAR, "value": 1}, "metric"),
        ({"metric": "tax", "period": "后年", "value": 1}, "period"),
        ({"metric": "tax", "period": "2099", "value": 1}, "period"),
        ({"metric": "tax", "period": YEAR, "value": "NaN"}, "value"),
        ({"metric": "tax", "period": YEAR, "value": "1e400"}, "value"),
        ({"metric": "tax", "period": YEAR, "value": [1]}, "value"),
        ({"metric": "staff", "period": YEAR, "value": "1.5"}, "value"),
        ({"metric": "staff", "period": YEAR}, "value"),
        ({"period": YEAR, "value": 1}, "metric"),
        ({"metric": "tax", "period": YEAR, "value": 1, "more": 1}, "more"),
    ],
)
def test_a_wrong_body_is_told_at_its_field(by, here, path, body, field):
    for answer in (by.manager.post("enterprise/figures/", body), by.leader.post(path, {**body, "source": "x"})):
        assert (answer.status_code, set(answer.json()["fields"])) == (400, {field})
    assert not FigureProposal.objects.filter(enterprise=here.enterprise).exists()


@pytest.mark.parametrize(
    "asked", [{"as_of": "昨天"}, {"metric": "x"}, {"period": "x"}, {"year": "26"}, {"history": "maybe"}, {"strange": "1"}]
)
def test_a_wrong_question_is_refused(by, asked):
    assert by.manager.get("enterprise/figures/", **asked).status_code == 400


def test_the_file_has_qualifications_events_and_leases_and_a_rent_only_for_whom_it_concerns(by, here):
    make.qualification(enterprise=here.enterprise)
    make.event("shareholders_changed", enterprise=here.enterprise, note="增资")
    make.event("intends_to_leave", enterprise=here.enterprise)
    make.lease(enterprise=here.enterprise, annual_rent_wan=12)

    mine = by.manager.get("enterprise/me/").json()

    assert [row["label"] for row in mine["qualifications"]] == ["国家高新技术企业"]
    assert [(row["kind"], row["note"]) for row in mine["events"]] == [("shareholders_changed", "增资")]
    assert mine["leases"][0]["annual_rent_wan"] == "12.0000"
