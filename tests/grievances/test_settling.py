"""当场办结: five moves in one transaction, told in writing, marked for the spot-check."""

import pytest

from grievances import settling
from grievances.models import Clock, Evidence, Grievance, Transition
from grievances.states import State
from tests import make
from wording.errors import FactsMissing, NotYours

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
SAID = {
    "service_item": "GS01", "title": "咨询公积金开户", "body": "新公司怎么给员工开公积金账户。", "contact_name": "周敏", "contact_phone": "13812345678",
    "channel": "phone", "basis": "周敏 9:40 来电",
    "talk": {"channel": "电话", "person": "周敏", "note": "已当场说明"}, "outcome": "solved", "note": "发了办事指南", "reply": "网上就能开户，指南已发您微信。",
    "told_by": "phone", "told_to": "周敏",
}  # fmt: skip


@pytest.fixture
def here():
    return make.scene()


def settle(here, by=None, **changes):
    return settling.settle(by or here.specialist_gs, SAID | changes, at=AT, uscc=here.enterprise.uscc)


def test_it_is_the_five_moves_each_with_its_own_line(here):
    ticket = settle(here)

    lines = Transition.objects.filter(grievance=ticket).order_by("seq")
    assert [line.event for line in lines] == ["submit", "accept", "self_handle", "finish", "feed_back"]
    assert {(line.by, line.at) for line in lines} == {(here.specialist_gs, AT)}
    assert (ticket.state, ticket.reply, ticket.answered_at, ticket.spot_check) == (State.CLOSED, SAID["reply"], AT, True)
    assert Evidence.objects.get(grievance=ticket).talk["person"] == "周敏"
    assert [clock.code for clock in Clock.objects.filter(grievance=ticket, ended_at__isnull=True)] == ["rating_window"]


@pytest.mark.parametrize(
    "name", ["talk", "outcome", "note", "reply", "told_by", "told_to", "service_item", "title", "contact_name", "basis"]
)
def test_what_is_missing_is_named_and_nothing_is_written(here, name):
    with pytest.raises(FactsMissing) as refused:
        settle(here, **{name: ""})

    assert name in refused.value.fields
    assert not Grievance.objects.exists()


def test_a_talk_without_a_person_is_refused_by_the_name_the_form_knows(here):
    with pytest.raises(FactsMissing) as refused:
        settle(here, talk={"channel": "电话", "note": "说了"})

    assert "talk" in refused.value.fields
    assert not Grievance.objects.exists()


@pytest.mark.parametrize("role", ["leader", "grid_staff", "steward", "partner", "manager"])
def test_only_a_specialist_settles(here, role):
    with pytest.raises(NotYours):
        settle(here, by=here.people[role])
