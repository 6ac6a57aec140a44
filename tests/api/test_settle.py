"""POST /community/grievances/settle/: asked and answered in one talk."""

import pytest

from grievances.models import Grievance
from tests import make

pytestmark = pytest.mark.django_db
URL = "/api/v1/community/grievances/settle/"
BODY = {
    "service_item": "GS01", "title": "咨询公积金开户", "body": "新公司怎么开户。", "contact_name": "周敏", "contact_phone": "13812345678",
    "channel": "phone", "basis": "周敏来电", "talk": {"channel": "电话", "person": "周敏", "note": "已说明"}, "outcome": "solved",
    "note": "发了指南", "reply": "网上就能开户。", "told_by": "phone", "told_to": "周敏",
}  # fmt: skip


@pytest.fixture
def here():
    return make.scene()


def post(client, person, body, **headers):
    client.force_login(person)
    return client.post(URL, body, content_type="application/json", headers=headers)


def test_one_call_closes_it_and_a_repeated_one_closes_it_once(client, here):
    body = BODY | {"uscc": here.enterprise.uscc}

    answers = [post(client, here.specialist_gs, body, idempotency_key="0c5e") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert (answers[0].json()["state"], Grievance.objects.count()) == ("closed", 1)
    assert [line["event"] for line in answers[0].json()["transitions"]] == ["submit", "accept", "self_handle", "finish", "feed_back"]


@pytest.mark.parametrize(
    "change", [{"talk": "说过了"}, {"talk": {}}, {"reply": ""}, {"outcome": "whatever"}, {"uscc": "1"}, {"colour": "red"}]
)
def test_what_is_wrong_is_named_and_nothing_is_written(client, here, change):
    answer = post(client, here.specialist_gs, BODY | {"uscc": here.enterprise.uscc} | change)

    assert answer.status_code == 400
    assert set(change) & set(answer.json()["fields"])
    assert not Grievance.objects.exists()


@pytest.mark.parametrize(("role", "status"), [("leader", 403), ("grid_staff", 403), ("manager", 403), ("street", 403)])
def test_only_a_specialist_may(client, here, role, status):
    assert post(client, here.people[role], BODY | {"uscc": here.enterprise.uscc}).status_code == status
