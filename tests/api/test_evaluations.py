"""园区评价 through the API: every address × every role × own and other rows, and the whole of a round from measuring to publication."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluations import objections
from evaluations.models import Objection, Result, Round
from tests import make
from tests.api.calling import Callers
from tests.api.test_doors import EVALUATIONS

pytestmark = pytest.mark.django_db
OFFICE = {"specialist_zl", "specialist_jf", "leader"}
ROLES = (
    *sorted(OFFICE),
    "street",
    "grid_leader",
    "grid_staff",
    "steward",
    "operator",
    "partner",
    "official",
    "manager",
    "member",
    "employee",
    "auditor",
    "admin",
)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def here(now):
    return make.scene(at=now)


@pytest.fixture
def by(here):
    return Callers(here)


@pytest.fixture
def park(here):
    return here.enterprise.tenancies.get().building.park


def a_round(community, leader, at, **facts):
    return make.round_(community=community, period=f"{at.year - 1}", by=leader, at=at, **facts)


def an_objection(result, at, user=None):
    user = user or make.operator(park=result.park, at=at)
    return objections.file(result, {"indicator": "tenants", "reason": "少算了一家"}, by=user, at=at)


@pytest.fixture
def own(here, park, now):
    made = a_round(here.community, here.leader, now, state="shown")
    return an_objection(make.result(made, park), now, here.operator)


@pytest.fixture
def other(now):
    park = make.park()
    made = a_round(park.community, make.leader_of(park.community, at=now), now, state="shown")
    return an_objection(make.result(made, park), now)


def test_every_address_x_every_role_x_own_and_other_rows(here, by, own, other):
    doors = {"community": OFFICE, "street": {"street"}, "park": {"operator"}}
    for role in ROLES:
        for name in sorted(EVALUATIONS):
            for asked, there in ((own, True), (other, False)):
                result = Result.objects.get(round=asked.round, park=asked.park)
                args = {
                    "api-park-evaluation-object": [result.pk], "api-community-evaluation": [asked.round_id], "api-street-evaluation": [asked.round_id],
                    "api-community-evaluation-act": [asked.round_id, "publish"], "api-community-evaluation-answer": [asked.pk],
                }.get(name, [])  # fmt: skip
                path, posts = reverse(name, args=args), name.endswith(("object", "act", "answer"))
                caller = getattr(by, role)
                answer = caller.post(path.removeprefix("/api/v1/"), {}) if posts else caller.get(path)

                if role not in doors[name.split("-")[1]]:
                    expected = {403}
                elif not args:
                    expected = {200}
                elif not there:
                    expected = {404}
                else:
                    expected = ({400, 409} if role in ("leader", "operator") else {403}) if posts else {200}
                assert answer.status_code in expected, (role, name, there, answer.content.decode())
                if not args and answer.status_code == 200:
                    assert other.park.name not in answer.content.decode()
    assert Objection.objects.waiting().count() == 2


def test_a_round_from_measuring_to_publication(here, by, park, now):
    make.scheme(community=here.community, by=here.leader, at=now)
    period = f"{now.year - 1}"
    for body in (
        {},
        {"period": "x"},
        {"period": f"{now.year}"},
        {"period": f"{now.year - 1}-10"},
        {"period": 2025},
        {"period": period, "weights": 1},
    ):
        assert by.leader.post("community/evaluations/", body).status_code == 400
    made = by.leader.post("community/evaluations/", {"period": period})
    assert (made.status_code, made.json()["state"], made.json()["actions"]) == (201, "draft", ["measure", "show", "discard"])
    again = by.leader.post("community/evaluations/", {"period": period})
    assert again.json()["results"] == made.json()["results"]
    key = made.json()["id"]
    assert by.operator.get("park/evaluation/").json()["results"] == []
    assert by.specialist_zl.post(f"community/evaluations/{key}/show/", {}).status_code == 403
    assert by.leader.post(f"community/evaluations/{key}/publish/", {}).status_code == 409
    assert by.leader.post(f"community/evaluations/{key}/show/", {}).json()["actions"] == ["publish"]
    assert by.leader.post("community/evaluations/", {"period": period}).status_code == 409

    mine = by.operator.get(f"park/evaluation/?period={period}&park={park.code}").json()["results"]
    assert [(row["park"]["code"], row["may_object"], row["of"]) for row in mine] == [(park.code, True, 1)]
    assert (mine[0]["distribution"], mine[0]["what_if"]) == (None, [])
    assert "不足 5 个" in mine[0]["suppressed"]
    for body in ({}, {"reason": ""}, {"reason": "x", "indicator": "nothing"}, {"reason": 5}, {"reason": "字" * 1001}, {"reason": "a\0b"}):
        assert by.operator.post(f"park/evaluation/{mine[0]['id']}/object/", body).status_code == 400
    filed = by.operator.post(f"park/evaluation/{mine[0]['id']}/object/", {"indicator": "tenants", "reason": "少算了一家"})
    assert filed.status_code == 201
    assert by.operator.post(f"park/evaluation/{mine[0]['id']}/object/", {"indicator": "tenants", "reason": "再说一遍"}).status_code == 409
    objection = filed.json()["objections"][0]["id"]
    path = f"community/evaluation-objections/{objection}/answer/"
    for body in (
        {}, {"upheld": True}, {"upheld": "yes", "answer": "x"}, {"upheld": True, "answer": "x", "corrected": "NaN"},
        {"upheld": True, "answer": "x", "corrected": "-1"}, {"upheld": False, "answer": "x", "corrected": "2"}, {"upheld": True, "answer": "x", "corrected": "1e3"},
    ):  # fmt: skip
        assert by.leader.post(path, body).status_code == 400, body
    answered = by.leader.post(path, {"upheld": True, "answer": "已核实", "corrected": "2"})
    assert answered.json()["waiting_objections"] == 0
    assert by.leader.post(path, {"upheld": True, "answer": "已核实", "corrected": "3"}).status_code == 409
    value = next(row for row in by.operator.get("park/evaluation/").json()["results"][0]["values"] if row["code"] == "tenants")
    assert (value["raw"], value["corrected"]) == ("2", True)
    assert by.leader.post(f"community/evaluations/{key}/publish/", {}).status_code == 409, "objections may still come in"
    # a week later
    Round.objects.filter(pk=key).update(shown_at=now - timedelta(days=9), objections_until_at=now - timedelta(days=1))
    assert by.leader.post(f"community/evaluations/{key}/publish/", {}).json()["state"] == "published"
    assert by.operator.post(f"park/evaluation/{mine[0]['id']}/object/", {"reason": "还有话说"}).status_code == 409
    assert by.leader.post(f"community/evaluations/{key}/discard/", {}).status_code == 409
    assert by.street.get(f"street/evaluations/{key}/").json()["results"] == by.leader.get(f"community/evaluations/{key}/").json()["results"]
    assert by.street.get("street/evaluations/?state=published").json()["results"][0]["actions"] == []
    assert by.leader.get("community/evaluation-schemes/").json()["results"][0]["grades"][0] == {"label": "优", "quota": "20"}
    assert by.street.get("street/evaluations/?colour=red").status_code == 400
