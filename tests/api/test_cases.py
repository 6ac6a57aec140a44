"""Claims, visits and mediation over the API: what is promised, and what the other side reads."""

from datetime import timedelta

import pytest
from django.utils import timezone

from enterprises.models import Enterprise
from grievances import workflow
from grievances.models import Grievance, Mediation
from tests import make

CLAIM = {"debtor": "上海某展览公司", "matter": "展厅尾款", "amount_yuan": "38.6万", "evidence": "合同"}


@pytest.fixture
def now():
    return timezone.now() - timedelta(hours=1)


@pytest.fixture
def ticket(here, now):
    return make.grievance("in_progress", scene=here, at=now)


def lines(ticket, door="enterprise"):
    return f"{door}/grievances/{ticket.number}/lines/"


def test_claims_are_added_changed_and_summed(by, ticket):
    made = by.manager.post(lines(ticket), {"rows": [CLAIM, CLAIM | {"amount_yuan": "14000"}]})
    assert made.status_code == 201
    first = made.json()["results"][0]
    assert (first["amount_yuan"], first["state"], first["version"]) == ("386000.00", "unverified", 1)

    change = {"version": 1, "state": "recovered", "recovered_on": "2026-01-05"}
    changed = by.partner.patch(f"{lines(ticket, 'community')}{first['id']}/", change).json()
    assert (changed["recovered_yuan"], changed["recovered_on"], changed["version"]) == ("386000.00", "2026-01-05", 2)
    found = by.specialist_zl.get(lines(ticket, "community")).json()
    assert (found["count"], found["recovered"], found["amount_yuan"], found["recovered_yuan"]) == (2, 1, "400000.00", "386000.00")
    assert by.manager.patch(f"{lines(ticket)}{first['id']}/", {"version": 1, "matter": "旧"}).status_code == 409


def test_whoever_does_not_read_claims_is_told_there_are_none(by, ticket):
    by.manager.post(lines(ticket), {"rows": [CLAIM]})

    for role in ("leader", "grid_staff"):
        assert getattr(by, role).get(lines(ticket, "community")).status_code == 404


@pytest.mark.parametrize(
    ("row", "field"), [({"amount_yuan": "很多"}, "amount_yuan"), ({"debtor": ""}, "debtor"), ({"state": "丢了"}, "state"), ({"recovered_on": "昨天"}, "recovered_on")]
)  # fmt: skip
def test_one_bad_claim_refuses_all(by, ticket, row, field):
    answer = by.manager.post(lines(ticket), {"rows": [CLAIM, CLAIM | row]})

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {field}
    assert by.manager.get(lines(ticket)).json()["count"] == 0


@pytest.mark.parametrize("body", [{}, {"rows": []}, {"rows": "x"}, {"rows": [1]}, {"rows": [{"nonsense": 1}]}, {"rows": [{}]}])
def test_what_is_no_list_of_claims_is_refused(by, ticket, body):
    assert by.manager.post(lines(ticket), body).status_code == 400


def test_a_claim_entered_by_mistake_is_removed(by, ticket):
    row = by.manager.post(lines(ticket), {"rows": [CLAIM]}).json()["results"][0]
    path = f"/api/v1/{lines(ticket)}{row['id']}/"

    assert by.manager.client.delete(path, '{"version": 1}', content_type="application/json").status_code == 204
    assert by.manager.get(lines(ticket)).json()["count"] == 0


def test_the_other_side_reads_its_invitation_and_nothing_of_the_ticket(by, here, ticket, now):
    workflow.apply(ticket, "recall", by=here.specialist_zl, at=now, reason="改派")
    other = Enterprise.objects.get(representatives__post__user=here.stranger)
    path = f"community/grievances/{ticket.number}/"
    assert by.specialist_zl.post(path + "other-side/", {"uscc": other.uscc, "disputed_on": "2026-01-05"}).status_code == 200
    body = {
        "subject": "工期延误的争议",
        "held_at": "2099-01-05T10:00:00+08:00",
        "place": "社区调解室",
        "contact": "0571-10000000",
        "agreed": True,
    }
    made = by.specialist_zl.post(path + "mediations/", body)
    assert made.status_code == 201

    found = by.stranger.get("enterprise/mediations/").json()
    assert [row["subject"] for row in found] == ["工期延误的争议"]
    assert ticket.number not in str(found)
    assert by.stranger.get(f"enterprise/grievances/{ticket.number}/").status_code == 404
    assert by.manager.get("enterprise/mediations/").json() == []
    answered = by.stranger.post(f"enterprise/mediations/{found[0]['id']}/answer/", {"answer": "declined", "note": "已走诉讼"})
    assert answered.json()["answer"] == "declined"
    assert by.manager.post(f"enterprise/mediations/{found[0]['id']}/answer/", {"answer": "coming"}).status_code == 404
    result = by.specialist_zl.post(path + f"mediations/{found[0]['id']}/result/", {"result": "failed", "note": "对方不来"})
    assert result.json()["result"] == "failed"
    assert Mediation.objects.get().ended_at is not None


def test_the_visit_at_the_door_is_recorded_by_the_firm(by, here, ticket):
    path = f"community/grievances/{ticket.number}/site-visit/"
    before = by.partner.post(path, {"made_at": "2000-01-01T10:00:00+08:00", "person": "周敏", "note": "看了合同"})
    assert before.status_code == 400
    assert set(before.json()["fields"]) == {"made_at"}

    sent_at = Grievance.objects.get(pk=ticket.pk).dispatches.get().sent_at
    made = by.partner.post(path, {"made_at": sent_at.isoformat(), "person": "周敏", "note": "看了合同"})
    assert made.status_code == 200
    assert made.json()["made_at"]
    assert by.leader.post(path, {}).status_code == 403
