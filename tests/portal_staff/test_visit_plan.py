"""本周走访: who opens it, what it shows to whom, and changing it by its forms."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import make
from visits import planning
from visits.models import Allowance, Plan

pytestmark = pytest.mark.django_db
PAGE = "/visits/plan/"


@pytest.fixture
def planned(here, now):
    """A plan of the week around the present with one visit, for a risk."""
    kind = make.visit_class(make.trigger(), community=here.community, who=["grid_staff"], weight=90, name="有风险企业必访", staff_only=True)
    firm = make.enterprise(park=here.park, name="走访对象")
    today = timezone.localtime(now).date()
    make.reason(enterprise=firm, visit_class=kind, on=today - timedelta(days=2), due_on=today + timedelta(days=9))
    make.task(enterprise=firm, opened_on=today - timedelta(days=2), due_on=today + timedelta(days=9))
    return planning.plan(here.community, now, effort=0.1)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("specialist_jf", 200), ("leader", 200), ("street", 200), ("grid_leader", 200), ("grid_staff", 200), ("steward", 403), ("partner", 403),
        ("operator", 403), ("manager", 403), ("employee", 403), ("official", 403), ("auditor", 403), ("admin", 403),
    ],
)  # fmt: skip
def test_the_page_is_for_whoever_plans_pays_or_oversees_visits(here, enter, planned, who, status):
    answer = enter(getattr(here, who)).get(PAGE)

    assert answer.status_code == status
    assert ("有风险企业必访" in answer.content.decode()) == (status == 200)


def test_the_grid_of_others_reads_neither_firm_nor_reason(here, enter, planned):
    grid = make.grid(community=here.community)
    stranger = make.somebody("grid_staff", community=here.community, grid=grid)

    page = enter(stranger).get(PAGE).content.decode()

    assert "走访对象" not in page
    assert "有风险企业必访" not in page


def test_a_visit_is_moved_by_the_buttons_and_a_second_sending_changes_nothing(here, enter, planned):
    client, line = enter(here.leader), planned.lines.get()
    form = {
        "do": "hand",
        "task": line.task_id,
        "person": here.specialist_jf.pk,
        "version": planned.version,
        "community": here.community.code,
    }
    url = reverse("visit-plan-change", args=[planned.pk])

    first, second = client.post(url, form), client.post(url, form)

    assert (first.status_code, second.status_code) == (302, 409)
    assert "刷新" in second.content.decode()
    assert planned.lines.get().trip.person == here.specialist_jf
    assert Plan.objects.get().version == planned.version + 1
    assert "移交" in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "form",
    [
        {}, {"do": "fly"}, {"do": "move"}, {"do": "move", "task": "x"}, {"do": "swap", "from": "1|2|3", "to": "a|b"}, {"do": "hand", "task": "1"},
        {"do": "move", "to": "9|2026-13-40|am"}, {"do": "pin", "version": "²"}, {"do": "swap", "from": "|".join("9" * 30), "to": "\x00"},
    ],
)  # fmt: skip
def test_nonsense_is_refused_in_words(here, enter, planned, form):
    answer = enter(here.leader).post(reverse("visit-plan-change", args=[planned.pk]), {"version": planned.version} | form)

    assert answer.status_code in (400, 403, 404, 409)


def test_the_leader_sets_how_many_half_days_somebody_has(here, enter, planned):
    client = enter(here.leader)

    set_ = client.post(reverse("visit-allowance"), {"person": here.grid_staff.pk, "half_days": "3"})
    wrong = [
        client.post(reverse("visit-allowance"), {"person": person, "half_days": half_days})
        for person, half_days in (("x", "3"), (here.grid_staff.pk, "99"), (here.manager.pk, "2"))
    ]

    assert set_.status_code == 302
    assert [answer.status_code for answer in wrong] == [400, 400, 400]
    assert Allowance.objects.get().half_days == 3
    assert enter(here.specialist_jf).post(reverse("visit-allowance"), {"person": here.grid_staff.pk, "half_days": "5"}).status_code == 403


def test_specialists_and_the_leader_plan_at_once(here, enter, planned):
    form = {"community": here.community.code}

    assert enter(here.specialist_jf).post(reverse("visit-plan-make"), form).status_code == 302
    assert enter(here.grid_leader).post(reverse("visit-plan-make"), form).status_code == 403
    assert Plan.objects.get().made_by == here.specialist_jf


@pytest.mark.parametrize(
    "query", ["?week=x", "?week=9999-99-99", "?week=2026-02-30", "?community=NONE", "?week=1999-01-01", "?week=2098-01-01"]
)
def test_any_week_and_community_in_the_address_gives_a_page(here, enter, planned, query):
    assert enter(here.street).get(PAGE + query).status_code == 200
