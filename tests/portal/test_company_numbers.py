"""Talents by level, what happened and how late we learnt of it, headcounts of the park: each number is the sum of its list."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from enterprises import record, talents
from enterprises.models import Figure, FigureProposal
from tests import make
from tests.portal.pages import signed_in, words

YEAR = str(timezone.localdate().year - 1)
ROLES = (
    "specialist_zl",
    "leader",
    "street",
    "grid_staff",
    "steward",
    "operator",
    "partner",
    "manager",
    "member",
    "employee",
    "auditor",
    "admin",
)


@pytest.fixture
def several(here):
    """Three enterprises: by level, a total only, and a total above the levels."""
    others = [make.enterprise(park=here.park) for _ in range(3)]
    for enterprise, told in zip(
        (here.enterprise, *others), ({"talents_d": 2, "talents_e": 5}, {"talents": 4}, {"talents": 6, "talents_a": 1}, {}), strict=True
    ):
        for metric, value in told.items():
            make.figure(metric, enterprise=enterprise, period=YEAR, value=value)
    return others


def test_the_number_of_talents_is_the_sum_of_the_list_it_opens_level_by_level(here, several):
    client, page = signed_in(here.leader), reverse("talents")

    whole = client.get(page).context

    assert whole["total"] == whole["all"] == sum(each["row"].total for each in whole["rows"]) == 17
    for code, _, count in whole["levels"]:
        shown = client.get(page, {"level": code}).context
        assert shown["total"] == count == sum(each["row"].total for each in shown["rows"])
    assert talents.sums(talents.by_enterprise(make.somebody("leader", community=make.community()), YEAR))["d"] == 0
    assert client.get(page, {"year": "二〇二五"}).status_code == 400


def test_these_pages_are_the_offices_and_the_streets(here):
    for role in ROLES:
        for name in ("talents", "happenings"):
            expected = 200 if role in ("specialist_zl", "leader", "street") else 403
            assert (role, name, signed_in(here.people[role]).get(reverse(name)).status_code) == (role, name, expected)


def test_every_number_of_what_happened_opens_so_many_rows(here):
    today = timezone.localdate()
    for kind, days in (("moved_in", 3), ("moved_in", 40), ("returned", 1)):
        on = today - timedelta(days=days)
        make.event(kind, enterprise=here.enterprise, on=on, recorded_at=timezone.now())
    client, page = signed_in(here.leader), reverse("happenings")

    whole = client.get(page).context

    for code, _, count, query in whole["kinds"]:
        shown = client.get(f"{page}?{query}").context
        assert (code, len(shown["page"].rows)) == (code, count)
    assert len(client.get(page, {"late": "1"}).context["page"].rows) == whole["whole"].late == 1
    assert client.get(page, {"from": "2026-13-01"}).status_code == 400


def test_a_headcount_of_the_park_counts_once_the_office_has_confirmed_it(here):
    address, today = reverse("headcount", args=[here.enterprise.uscc]), timezone.localdate()
    for role in ROLES:
        expected = 302 if role in ("steward", "operator") else 403
        answer = signed_in(here.people[role]).post(address, {"heads": "31", "counted_on": str(today - timedelta(days=2))})
        assert (role, answer.status_code) == (role, expected)
    assert signed_in(make.scene().steward).post(address, {"heads": "1", "counted_on": str(today)}).status_code == 404
    row = FigureProposal.objects.get()
    assert (row.value, row.dated_on, row.proposed_by) == (31, today - timedelta(days=2), here.operator)
    for wrong in (
        {"heads": "-1"},
        {"heads": "很多"},
        {"heads": "31", "counted_on": "昨天"},
        {"heads": "3", "counted_on": str(today + timedelta(days=1))},
    ):
        assert signed_in(here.steward).post(address, {"counted_on": str(today)} | wrong).status_code == 400

    record.decide(row, accepted=True, by=here.leader, at=timezone.now())

    stands = Figure.objects.standing().get(metric="staff")
    assert (stands.value, stands.source, stands.enterprise) == (31, "园区报送", here.enterprise)


def test_what_the_enterprise_has_said_is_not_talked_over_by_the_park(here):
    today = timezone.localdate()
    period = f"{today.year}Q{(today.month + 2) // 3}"
    record.propose(here.enterprise, "staff", period, Decimal(28), by=here.manager, at=timezone.now())

    answer = signed_in(here.steward).post(reverse("headcount", args=[here.enterprise.uscc]), {"heads": "31", "counted_on": str(today)})

    assert answer.status_code == 409
    assert FigureProposal.objects.get().value == 28


def test_grades_of_the_land_stand_on_the_figures_of_the_enterprise(here):
    make.land_grade("A", enterprise=here.enterprise, year=2025)

    assert "2025 年 A 类" in words(signed_in(here.manager).get(reverse("figures", args=[here.enterprise.uscc])))
