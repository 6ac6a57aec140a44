"""SMS and a real gateway: at most once, and an alarm instead of a second try where nobody knows."""

import logging
from datetime import timedelta

import pytest

import notices
from notices.models import Notice
from notices.relay import LEASE, MOST_ATTEMPTS, Relayed, claim, relay
from notices.sms import mobile
from tests import make
from tests.notices.endpoint import HANG_UP, SILENCE, closed_port


def _owe(count=1, phone="138 0000 1234"):
    user = make.user("wang", name="王芳", phone=phone)
    for number in range(count):
        notices.tell(f"e{number}", [user], title=f"受理已逾期：MC261123-00000{number}", body="欠薪三个月", link="/grievances/MC1/", at=make.AT, kind="deadline")  # fmt: skip
    return user


def _sms():
    return Notice.objects.get(channel="sms")


def test_it_says_what_happened_and_where_to_look_and_nothing_anybody_wrote(db, endpoint, settings):
    settings.PUBLIC_URL = "https://mc.example.com"
    _owe()

    assert relay(make.AT) == Relayed(sent=1)

    (request,) = endpoint.requests
    assert request["headers"]["Authorization"] == "Bearer gateway-token"
    assert request["body"] == {
        "id": str(_sms().key),
        "phone": "13800001234",
        "text": "【梦创社区】受理已逾期：MC261123-000000 https://mc.example.com/grievances/MC1/",
    }


def test_without_a_gateway_no_sms_is_owed(db, settings):
    settings.SMS_GATEWAY_URL = ""
    _owe()

    assert not Notice.objects.filter(channel="sms").exists()


@pytest.mark.parametrize(
    ("phone", "number"),
    [("13800001234", "13800001234"), ("+86 138-0000-1234", "13800001234"), ("008613800001234", "13800001234"), ("１３８００００１２３４", "13800001234"),
     ("0571-88001234", ""), ("12345", ""), ("", ""), ("+852 9123 4567", ""), ("138000012345", "")],
)  # fmt: skip
def test_only_a_mobile_number_gets_one(phone, number):
    assert mobile(phone) == number


def test_somebody_without_a_mobile_number_gets_the_bell_only(db, endpoint):
    _owe(phone="0571-88001234")

    assert list(Notice.objects.values_list("channel", flat=True)) == ["app"]


@pytest.mark.parametrize("answer", [400, 401, 403, 404, 302, (200, {"code": 4001, "message": "号码 13800001234 在黑名单"})])
def test_what_the_gateway_refuses_stops_at_once_and_shows_no_number(db, endpoint, answer):
    _owe()
    endpoint.answers = [answer]

    assert relay(make.AT) == Relayed(dead=1)

    assert _sms().state == "dead"
    assert "13800001234" not in _sms().error
    assert [request["path"] for request in endpoint.requests] == ["/sms"]


@pytest.mark.parametrize("answer", [429, 503])
def test_what_the_gateway_puts_off_is_tried_again_and_stops_after_five(db, endpoint, answer):
    _owe()
    endpoint.usual = answer
    at = make.AT
    for _ in range(MOST_ATTEMPTS - 1):
        assert relay(at) == Relayed(put_off=1)
        at += timedelta(hours=1, seconds=1)

    assert relay(at) == Relayed(dead=1)
    assert len(endpoint.requests) == MOST_ATTEMPTS


def test_a_gateway_that_is_not_there_costs_nothing_and_loses_nothing(db, settings):
    settings.SMS_GATEWAY_URL = f"http://127.0.0.1:{closed_port()}/sms"
    _owe()

    assert relay(make.AT) == Relayed(put_off=1)
    assert "连不上" in _sms().error


@pytest.mark.parametrize("answer", [HANG_UP, 500, 502, 504])
def test_where_nobody_knows_it_is_not_sent_again_by_itself(db, endpoint, answer, caplog):
    _owe()
    endpoint.answers = [answer]

    with caplog.at_level(logging.ERROR):
        assert relay(make.AT) == Relayed(dead=1)

    assert relay(make.AT + timedelta(days=1)) == Relayed()
    assert len(endpoint.requests) == 1
    assert "dead" in caplog.text


def test_a_gateway_that_says_nothing_is_left_after_five_seconds_and_does_not_hold_the_others(db, endpoint, postbox):
    _owe(2)
    zhao = make.user("zhao", phone="13900001234", email="zhao@example.com")
    notices.tell("e", [zhao], title="一", at=make.AT + timedelta(seconds=1), kind="deadline")
    endpoint.answers = [SILENCE]

    outcome = relay(make.AT + timedelta(seconds=1))

    assert outcome == Relayed(sent=1, dead=2)  # the mail went out, the second message waits for the next run
    assert len(endpoint.requests) == 1
    assert Notice.objects.get(channel="sms", recipient=zhao).state == "waiting"
    assert relay(make.AT + timedelta(seconds=6)) == Relayed(sent=1)


def test_a_worker_that_dies_over_an_sms_leaves_an_alarm_and_no_second_one(db, endpoint, caplog):
    _owe()
    claim(make.AT)

    assert relay(make.AT + LEASE - timedelta(seconds=1)) == Relayed()
    with caplog.at_level(logging.ERROR):
        assert relay(make.AT + LEASE + timedelta(seconds=1)) == Relayed(dead=1)

    assert not endpoint.requests
    assert "重发可能会收到两次" in _sms().error


def test_a_number_deleted_meanwhile_gets_none(db, endpoint):
    user = _owe()
    type(user).objects.update(phone="")

    assert relay(make.AT) == Relayed(dead=1)
    assert not endpoint.requests
