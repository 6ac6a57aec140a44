"""What a person has chosen to be told by which channel (通知设置). The bell and the kinds marked `fixed` are not up for choice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from notices.kinds import CHOSEN, KINDS, Kind, kind_of
from notices.models import Choice, Notice
from wording.errors import FactsMissing

Setting = tuple[int, str, str]


@dataclass(frozen=True)
class Line:
    """One kind as one person sees it; `channels` says by which it comes now."""

    kind: Kind
    channels: Mapping[str, bool]


def _made(users: Iterable[int], kinds: Iterable[str]) -> dict[Setting, bool]:
    rows = Choice.objects.filter(user__in=set(users), kind__in=set(kinds)).values_list("user", "kind", "channel", "wanted")
    return {(user, kind, channel): wanted for user, kind, channel, wanted in rows}


def wanted(rows: list[Notice]) -> list[Notice]:
    """Those of the rows, not yet written, that their recipients have; one query for all of them, none where nobody has a choice."""
    open_to = [row for row in rows if row.channel in CHOSEN and not kind_of(row.kind).fixed]
    made = _made({row.recipient_id for row in open_to}, {row.kind for row in open_to}) if open_to else {}
    return [row for row in rows if _comes(row, made)]


def _comes(row: Notice, made: Mapping[Setting, bool]) -> bool:
    if row.channel not in CHOSEN:
        return True
    kind = kind_of(row.kind)
    default = row.channel in kind.wanted
    return default if kind.fixed else made.get((row.recipient_id, row.kind, row.channel), default)


def lines(user: Any) -> list[Line]:
    """The kinds that ever reach somebody with these posts (`user.posts`), in the order of the table."""
    posts = {str(post.kind) for post in user.posts}
    kinds = [kind for kind in KINDS.values() if not kind.for_posts or posts & set(kind.for_posts)]
    made = _made([user.pk], [kind.code for kind in kinds])
    return [
        Line(
            kind,
            {
                channel: channel in kind.wanted if kind.fixed else made.get((user.pk, kind.code, channel), channel in kind.wanted)
                for channel in CHOSEN
            },
        )
        for kind in kinds
    ]


def choose(user: Any, chosen: Mapping[str, Mapping[str, bool]]) -> list[str]:
    """Keep what was chosen: kind → channel → whether; what is not named stays. Choosing the same again changes nothing.

    Returns the settings that are different now, as `kind:channel`. Raises FactsMissing for what is not on the person's list or is fixed,
    and then keeps nothing.
    """
    before = {line.kind.code: line for line in lines(user)}
    problems = {
        code: problem for code, channels in chosen.items() if (problem := _problem(before.get(code), channels))
    }  # fmt: skip
    if problems:
        raise FactsMissing(next(iter(problems.values())), fields=problems)
    changed = [
        Choice(user=user, kind=code, channel=channel, wanted=want)
        for code, channels in chosen.items()
        for channel, want in channels.items()
        if before[code].channels[channel] != want
    ]
    with transaction.atomic():
        Choice.objects.bulk_create(changed, update_conflicts=True, unique_fields=["user", "kind", "channel"], update_fields=["wanted"])
    return [f"{choice.kind}:{choice.channel}" for choice in changed]


def _problem(line: Line | None, channels: Mapping[str, bool]) -> str:
    if line is None:
        return "没有这类通知。"
    for channel, want in channels.items():
        if channel == "app":
            return "站内提醒不能关闭。"
        if channel not in line.channels:
            return "没有这个渠道。"
        if line.kind.fixed and want != line.channels[channel]:
            return f"「{line.kind.label}」关系到账号安全，不能关闭或改渠道。"
    return ""
