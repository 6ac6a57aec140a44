"""POST /community/visits/{id}/record/."""

import pytest
from django.utils import timezone

from grievances.models import Grievance
from tests import make
from tests.api.calling import Callers
from visits.models import Visit

pytestmark = pytest.mark.django_db
BODY = {"result": "met", "people": [{"name": "周敏", "phone": "13812345678"}], "needs": [{"body": "想换大一点的办公室"}]}


@pytest.fixture
def here():
    scene = make.scene(at=timezone.now())
    scene.by = Callers(scene)
    scene.task = make.task(enterprise=scene.enterprise)
    return scene


def _path(here):
    return f"community/visits/{here.task.pk}/record/"


def test_one_call_records_the_visit_and_a_repeated_one_records_it_once(here):
    answers = [here.by.grid_staff.post(_path(here), BODY, idempotency_key="k1") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["task_state"] == "done"
    assert answers[0].json()["tickets"] == [Grievance.objects.get().number]
    assert Visit.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "body", "status", "field"),
    [
        ("grid_staff", {"people": "周敏"}, 400, "people"),
        ("grid_staff", {"people": []}, 400, "people"),
        ("grid_staff", {"needs": []}, 400, "needs"),
        ("grid_staff", {"facts": {"staff_count": {"said": [1]}}}, 400, "facts-staff_count"),
        ("grid_staff", {"risk": "red"}, 400, "risk"),
        ("grid_staff", {"version": 9}, 409, None),
        ("steward", {}, 404, None),
        ("partner", {}, 404, None),
        ("manager", {}, 403, None),
        ("auditor", {}, 403, None),
    ],
)
def test_what_is_refused_writes_nothing(here, who, body, status, field):
    answer = getattr(here.by, who).post(_path(here), BODY | body)

    assert (answer.status_code, Visit.objects.count()) == (status, 0)
    assert field is None or field in answer.json()["fields"]
