"""The plan of the week through the API: who gets it, what it says, and that its score adds up."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import make
from tests.api.calling import Callers
from visits import planning

pytestmark = pytest.mark.django_db
PATH = "community/visits/plan/"
READERS = ("specialist_zl", "leader", "grid_leader", "grid_staff", "street")
OTHERS = ("steward", "operator", "partner", "official", "manager", "member", "employee", "auditor", "admin")


@pytest.fixture
def here():
    now = timezone.now()
    scene = make.scene(at=now - timedelta(days=1))
    kind = make.visit_class(
        make.trigger(), community=scene.community, who=["grid_staff"], weight=90, name="有风险企业必访", staff_only=True
    )
    today = timezone.localtime(now).date()
    for days in (9, -9):
        firm = make.enterprise(park=scene.park)
        make.reason(enterprise=firm, visit_class=kind, on=today - timedelta(days=20), due_on=today + timedelta(days=days))
        make.task(enterprise=firm, opened_on=today - timedelta(days=20), due_on=today + timedelta(days=days))
    planning.plan(scene.community, now, effort=0.1)
    return scene


def test_staff_read_the_plan_with_reasons_and_a_score_that_adds_up(here):
    by = Callers(here)

    for role in READERS:
        answer = getattr(by, role).get(PATH)
        assert answer.status_code == 200, role
        plan = answer.json()
        points = [part["points"] for trip in plan["trips"] for row in (trip, *trip["visits"]) for part in row["parts"]]
        assert sum(points) == plan["score"] <= plan["bound"]
        assert {reason for trip in plan["trips"] for row in trip["visits"] for reason in row["reasons"]} == {"有风险企业必访"}
        assert [miss["why"] for miss in plan["misses"]] == ["overdue"]
    for role in OTHERS:
        assert getattr(by, role).get(PATH).status_code == 403, role


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?week=x", 400),
        ("?week=2026-02-30", 400),
        ("?day=1", 400),
        ("?community=NONE", 404),
        ("?week=2031-05-05", 404),
        ("?week=2031-05-05&week=1", 400),
    ],
)
def test_what_is_asked_wrongly_is_refused_in_words(here, query, status):
    answer = Callers(here).leader.get(PATH + query)

    assert (answer.status_code, bool(answer.json()["message"])) == (status, True)


def test_another_grid_gets_the_plan_without_these_enterprises(here):
    here.people["stranger"] = make.somebody("grid_staff", community=here.community, grid=make.grid(community=here.community))

    plan = Callers(here).stranger.get(PATH).json()

    assert (plan["trips"], plan["misses"]) == ([], [])
