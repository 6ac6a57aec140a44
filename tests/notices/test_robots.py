"""The robots of 企业微信 and 钉钉, at a real server that answers as they do: 200 whatever happens, and an errcode."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from notices import outbox, robots
from notices.models import Notice, Robot
from notices.relay import LEASE, Relayed, claim, relay
from tests import make
from tests.notices.endpoint import HANG_UP, closed_port
from wording.errors import Refused


def _owe(*there, count=1, **facts):
    for number in range(count):
        outbox.tell_robots(f"e{number}", there, title=f"有新派单待签收：MC261123-00000{number}", link=f"/grievances/MC{number}/", at=make.AT, **facts)  # fmt: skip


def test_the_signature_is_the_one_dingtalk_describes():
    """Reckoned here step by step, as the manual has it: HMAC-SHA256 over "timestamp\\nsecret", keyed with the secret, in base64."""
    at = datetime(2026, 11, 23, 2, 0, 0, 123000, tzinfo=UTC)
    expected = base64.b64encode(hmac.new(b"SEC0123", b"1795399200123\nSEC0123", hashlib.sha256).digest()).decode()

    assert robots.sign("SEC0123", at) == {"timestamp": "1795399200123", "sign": expected}


def test_each_robot_is_spoken_to_in_its_own_way(robot, endpoint, settings):
    settings.PUBLIC_URL = "https://mc.example.com"
    wecom, plain, signed = robot("wecom"), robot("dingtalk"), robot("dingtalk", secret="SEC0123")
    _owe(wecom, plain, signed)

    assert relay(make.AT) == Relayed(sent=3)

    text = "【梦创社区】有新派单待签收：MC261123-000000\nhttps://mc.example.com/grievances/MC0/"
    assert endpoint.bodies == [{"msgtype": "text", "text": {"content": text}}] * 3
    assert [request["path"] for request in endpoint.requests] == ["/wecom", "/dingtalk", "/dingtalk"]
    assert [request["query"] for request in endpoint.requests] == [
        {"key": wecom.token},
        {"access_token": plain.token},
        {"access_token": signed.token} | robots.sign("SEC0123", make.AT),
    ]


def test_the_same_event_is_told_a_group_once(robot, endpoint):
    here = robot()

    _owe(here)
    _owe(here)

    assert relay(make.AT) == Relayed(sent=1)


@pytest.mark.parametrize(("channel", "code"), [("wecom", 93000), ("wecom", 40008), ("dingtalk", 310000), ("dingtalk", 400102)])
def test_an_errcode_is_a_refusal_although_the_status_is_200(robot, endpoint, channel, code):
    here = robot(channel)
    _owe(here)
    endpoint.answers = [(200, {"errcode": code, "errmsg": f"invalid token {here.token}{here.token}"})]

    assert relay(make.AT) == Relayed(dead=1)

    dead = Notice.objects.dead().get()
    assert str(code) in dead.error
    assert here.token not in dead.error


@pytest.mark.parametrize(
    ("channel", "answer"),
    [("wecom", (200, {"errcode": 45009, "errmsg": "api freq out of limit"})), ("wecom", (200, {"errcode": -1})), ("wecom", 503), ("wecom", HANG_UP),
     ("dingtalk", (200, {"errcode": 130101, "errmsg": "send too fast"})), ("dingtalk", 502), ("dingtalk", (200, "<html>请先登录</html>"))],
)  # fmt: skip
def test_too_fast_busy_or_gone_is_tried_again(robot, endpoint, channel, answer):
    _owe(robot(channel))
    endpoint.answers = [answer]

    assert relay(make.AT) == Relayed(put_off=1)
    assert relay(make.AT + timedelta(minutes=1)) == Relayed(sent=1)


def test_nobody_there_is_network_trouble(robot, settings):
    settings.WECOM_ROBOT_URL = f"http://127.0.0.1:{closed_port()}/wecom"
    _owe(robot())

    assert relay(make.AT) == Relayed(put_off=1)


def test_after_a_crash_the_group_is_told_again(robot, endpoint):
    _owe(robot())
    claim(make.AT)

    assert relay(make.AT + LEASE + timedelta(seconds=1)) == Relayed(sent=1)


def test_a_robot_switched_off_meanwhile_says_nothing(robot, endpoint):
    _owe(robot())
    Robot.objects.update(retired=True)

    assert relay(make.AT) == Relayed(dead=1)
    assert not endpoint.requests


def test_many_at_once_are_one_message_a_group_within_its_limit(robot, endpoint):
    _owe(robot(), robot("dingtalk"), count=60)

    assert relay(make.AT, limit=500) == Relayed(sent=120)

    sizes = {}
    for request in endpoint.requests:
        sizes.setdefault(request["path"], []).append(len(request["body"]["text"]["content"].encode()))
    assert max(sizes["/wecom"]) <= 2048
    assert len(sizes["/dingtalk"]) == 2  # fifty, then ten
    said = "\n".join(body["text"]["content"] for body in endpoint.bodies)
    assert all(said.count(f"MC261123-00000{number}\n") == 2 for number in range(60))


HOMES = {"wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send", "dingtalk": "https://oapi.dingtalk.com/robot/send"}
PLACE = {"street": 1, "community": 1, "unit": None, "name": "群", "secret": "", "at": make.AT}


def test_an_address_is_understood_and_only_its_key_is_kept(db):
    key = "73febdcb-0000-4d1b-a994-790f21fc8d30"

    first = robots.add(f" {HOMES['wecom']}?key={key}\n", **PLACE)
    again = robots.add(f"{HOMES['wecom']}?key={key}", **PLACE | {"name": "新名字"})

    assert (first.channel, first.token) == ("wecom", key)
    assert again.pk == first.pk
    assert Robot.objects.get().name == "新名字"


@pytest.mark.parametrize(
    "address",
    ["", "x", "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=73febdcb-0000-4d1b-a994-790f21fc8d30", "https://qyapi.weixin.qq.com.example.com/cgi-bin/webhook/send?key=73febdcb-0000-4d1b-a994",
     "https://169.254.169.254/latest/meta-data?key=73febdcb-0000-4d1b-a994", f"{HOMES['dingtalk']}?key=73febdcb-0000-4d1b-a994", f"{HOMES['wecom']}?key=short",
     f"{HOMES['wecom']}?key=73febdcb-0000-4d1b-a994&key=73febdcb-0000-4d1b-a995", "https://[", f"{HOMES['dingtalk']}?access_token=%0d%0aHost:x-x-x-x-x-x-x-x"],
)  # fmt: skip
def test_any_other_address_is_refused(db, address):
    with pytest.raises(Refused) as refused:
        robots.add(address, **PLACE)

    assert "address" in refused.value.fields


def test_a_robot_of_another_community_stays_there(db):
    address = f"{HOMES['wecom']}?key=73febdcb-0000-4d1b-a994-790f21fc8d30"
    robots.add(address, **PLACE)

    with pytest.raises(Refused):
        robots.add(address, **PLACE | {"community": 2})

    assert Robot.objects.get().community_key == 1
