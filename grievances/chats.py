"""A chat copied out of 微信 or 钉钉, read: who said what. What the colleague said is the answer, what the others said is the matter.

The shapes are those the clients copy: a line with the name and the time before each message (desktop), `[time] name: text`, or
`name: text`; dates may stand on a line of their own. What has no name before it is what the other side said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from wording import clean

MOST = 20_000
_TIME = r"(?:\d{4}[-/年.]\d{1,2}[-/月.]\d{1,2}日?\s*|\d{1,2}[-/月]\d{1,2}日?\s*)?(?:周[一二三四五六日天]\s*|星期[一二三四五六日天]\s*|昨天\s*|今天\s*|[上下]午\s*|凌晨\s*|晚上\s*)*\d{1,2}:\d{2}(?::\d{2})?"
_NAME = r"[^\s:：\[\]【】][^:：\[\]【】\n]{0,29}?"
#: 周敏 2026/11/20 9:40  ·  周敏(澄视) 9:40:12
_HEAD = re.compile(rf"^(?P<who>{_NAME})\s+(?P<at>{_TIME})$")
#: [2026-11-20 09:40] 周敏: 文字  ·  2026-11-20 09:40 周敏：文字
_TIMED = re.compile(rf"^[\[【]?(?P<at>{_TIME})[\]】]?\s+(?P<who>{_NAME})[:：]\s*(?P<text>.*)$")
#: 周敏：文字
_PLAIN = re.compile(r"^(?P<who>[^\s:：/\d][^\s:：/]{0,14})[:：](?!//)\s*(?P<text>.*)$")
_RULE = re.compile(rf"^[-—–=·\s]*(?:\d{{4}}[-/年.]\d{{1,2}}[-/月.]\d{{1,2}}日?(?:\s*{_TIME})?|{_TIME})?[-—–=·\s]*$")
#: What a client puts where a picture or a voice message was.
_NOTHING = re.compile(r"^\[(?:图片|语音|视频|表情|动画表情|文件|链接|位置|名片)\]$")
_OWN = frozenset({"我", "me"})


@dataclass(frozen=True)
class Said:
    """One message; `who` is empty where nobody is named, `at` as it was written."""

    who: str
    at: str
    text: str


@dataclass(frozen=True)
class Chat:
    """`matter`: what the others said; `reply`: what we said; `person`: the first of the others by name; `at`: when it began, as written."""

    matter: str
    reply: str
    person: str
    at: str


def read_chat(words: str, ours: Collection[str]) -> Chat:
    """`ours`: names by which the colleague appears. Raises TextRefused for what cannot be stored or is longer than MOST."""
    said = messages(clean(words, max_length=MOST, multiline=True))
    names = {_plain(name) for name in ours if name} | _OWN
    mine = [each for each in said if _plain(each.who) in names]
    others = [each for each in said if _plain(each.who) not in names]
    return Chat(
        matter="\n".join(each.text for each in others),
        reply="\n".join(each.text for each in mine),
        person=next((each.who for each in others if each.who), ""),
        at=next((each.at for each in said if each.at), ""),
    )


def messages(words: str) -> list[Said]:
    found: list[Said] = []
    who = at = ""
    lines: list[str] = []

    def close() -> None:
        text = "\n".join(lines).strip()
        if text:
            found.append(Said(who, at, text))
        lines.clear()

    for line in words.split("\n"):
        line = line.strip()
        if head := _HEAD.match(line) or _TIMED.match(line) or _PLAIN.match(line):
            close()
            facts = head.groupdict()
            who, at = facts["who"].strip(), facts.get("at") or ""
            line = facts.get("text") or ""
        elif _RULE.match(line):
            continue
        if line and not _NOTHING.match(line):
            lines.append(line)
    close()
    return found


def _plain(name: str) -> str:
    """Without remarks and what stands behind the name: 陈岚（经济发展） and 陈岚-社区 are 陈岚."""
    return re.split(r"[(（\-—_@|·\s]", unicodedata.normalize("NFKC", name).strip(), maxsplit=1)[0].casefold()
