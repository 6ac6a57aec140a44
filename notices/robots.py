"""Robots in the groups of 企业微信 and 钉钉.

Both answer 200 whatever happens and say in `errcode` how it went, so that a refusal is not to be read from the status. 企业微信 knows its
robot by `key`; 钉钉 by `access_token`, and where 加签 is set by a signature over the time, valid for an hour.
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings

from notices import texts
from notices.bundle import Bundle
from notices.models import Channel, Robot
from notices.outcomes import Refused, TryLater
from notices.posting import Answer, harmless, post_json
from notices.sealed import marks
from wording.errors import Refused as Wrong

# Busy, or too many a minute (both allow twenty); everything else is said to the message itself or to its key.
WECOM_LATER = frozenset({-1, 45009, 45033})
DINGTALK_LATER = frozenset({-1, 130101, 410100})
_TOKEN = re.compile(r"[0-9A-Za-z_-]{16,120}")


def sign(secret: str, at: datetime) -> dict[str, str]:
    """`timestamp` in milliseconds, and `sign`: base64 of HMAC-SHA256 over "timestamp\\nsecret", keyed with the secret (钉钉加签)."""
    timestamp = str(round(at.timestamp() * 1000))
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}


def _text(bundle: Bundle) -> dict[str, object]:
    return {"msgtype": "text", "text": {"content": texts.group(bundle.notices)}}


def _check(answer: Answer, later: frozenset[int]) -> None:
    code = answer.facts.get("errcode")
    if code == 0:
        return
    if code is None:  # a page of somebody in between
        raise TryLater("答复不是群机器人的，可能被中间的服务器拦下。")
    reason = f"群机器人答复 {harmless(code)}：{harmless(answer.facts.get('errmsg', '没有说明'))}。"
    raise TryLater(reason) if code in later else Refused(reason)


def _check_readable(bundle: Bundle) -> Robot:
    """Raises Refused where SECRET_KEY has changed since: to send again would change nothing."""
    robot: Robot = bundle.first.robot
    if not robot.token or robot.secret is None:
        raise Refused("群机器人的密钥读不出来（SECRET_KEY 换过），请重新添加这个机器人。")
    return robot


class WeCom:
    def send(self, bundle: Bundle, at: datetime) -> None:
        _check_readable(bundle)
        address = f"{settings.WECOM_ROBOT_URL}?{urlencode({'key': bundle.first.robot.token})}"
        _check(post_json(address, _text(bundle)), WECOM_LATER)

    def close(self) -> None:
        """Each message has a connection of its own."""


class DingTalk:
    def send(self, bundle: Bundle, at: datetime) -> None:
        robot = _check_readable(bundle)
        words = {"access_token": robot.token} | (sign(robot.secret, at) if robot.secret else {})
        _check(post_json(f"{settings.DINGTALK_ROBOT_URL}?{urlencode(words)}", _text(bundle)), DINGTALK_LATER)

    def close(self) -> None:
        """Each message has a connection of its own."""


_PARAMETER = {Channel.WECOM: "key", Channel.DINGTALK: "access_token"}


def understood(address: str) -> tuple[str, str]:
    """Channel and token of a webhook as the group's settings show it. Only the token is kept: messages go to the two known servers.

    Raises Refused (wording.errors) for anything else, with the field `address`.
    """
    problem = "这不是企业微信或钉钉群机器人的 Webhook 地址；请从群机器人的设置里整行复制。"
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        raise Wrong(problem, fields={"address": problem}) from None
    for channel, home in ((Channel.WECOM, settings.WECOM_ROBOT_URL), (Channel.DINGTALK, settings.DINGTALK_ROBOT_URL)):
        if (parts.scheme, parts.netloc, parts.path) == urlsplit(home)[:3]:
            tokens = parse_qs(parts.query).get(_PARAMETER[channel], [])
            if len(tokens) == 1 and _TOKEN.fullmatch(tokens[0]):
                return channel, tokens[0]
    raise Wrong(problem, fields={"address": problem})


def add(address: str, *, name: str, secret: str, street: int, community: int, unit: int | None, at: datetime) -> Robot:
    """A robot for the group of a unit, or without one of the whole community; the one on file when it was there already, in use again.

    Raises Refused (wording.errors).
    """
    channel, token = understood(address)
    facts = {"name": name, "secret": secret, "street_key": street, "community_key": community, "unit_key": unit, "retired": False}
    if channel == Channel.WECOM:
        facts["secret"] = ""
    known = Robot.objects.filter(channel=channel, token_mark__in=marks(token)).order_by("pk").first()
    if known is not None and known.community_key != community:
        problem = "这个机器人已经由另一个社区添加。"
        raise Wrong(problem, fields={"address": problem})
    facts["token"] = token  # sealed anew, where an older key sealed it
    mark = known.token_mark if known is not None else marks(token)[0]
    robot, _ = Robot.objects.update_or_create(channel=channel, token_mark=mark, defaults=facts, create_defaults={**facts, "created_at": at})
    return robot
