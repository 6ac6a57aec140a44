"""Writing down who must be told, in the transaction of the deed."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notices import choices, nudge, sms
from notices.kinds import kind_of
from notices.models import PERSONAL, Channel, Notice, Robot, Round, State

_gathered: ContextVar[list[Notice] | None] = ContextVar("gathered notices", default=None)


@contextmanager
def gathered() -> Iterator[None]:
    """What is told inside is written when the block ends, in one statement; nothing of it when the block fails."""
    rows: list[Notice] = []
    token = _gathered.set(rows)
    try:
        yield
        _write(rows)
    finally:
        _gathered.reset(token)


def _write(rows: list[Notice]) -> None:
    """What nobody has chosen to do without; a row that is there already stays as it is."""
    wanted = choices.wanted(rows)
    Notice.objects.bulk_create(wanted, ignore_conflicts=True)
    if any(row.channel != Channel.APP for row in wanted):
        nudge.after_commit("notices.tasks.relay_task")


def tell(
    event: str,
    recipients: Iterable[Any],
    *,
    title: str,
    body: str = "",
    link: str = "",
    at: datetime,
    kind: str = "grievance",
    but: Any = None,
    not_before: datetime | None = None,
    channels: Collection[str] = PERSONAL,
    urgent: bool = False,
) -> int:
    """Owe each recipient one notice per channel about `event`; telling the same event again changes nothing.

    `event` names what happened and is unique for ever, e.g. `grievance:<uuid>:dispatch:<version>`. `but` is the person who did
    it: own actions are not news. `link` is a path on this site and opens nothing by itself: the page behind it asks
    `visible_to` again. `urgent` (red: 应急, or overdue) goes out in quiet hours too. Inactive users are left out; so is a channel for which
    somebody has no address, or which he chose not to have for this kind. Returns how many rows were asked for, not how many were new.
    """
    group = Group(recipients, title, body)
    facts: dict[str, Any] = {"kind": kind, "but": but, "not_before": not_before, "channels": channels, "urgent": urgent}
    return tell_groups(event, [group], link=link, at=at, **facts)


@dataclass(frozen=True)
class Group:
    """Those of an event's recipients who are told in the same words."""

    recipients: Iterable[Any]
    title: str
    body: str = ""


def tell_groups(
    event: str,
    groups: Iterable[Group],
    *,
    link: str = "",
    at: datetime,
    kind: str = "grievance",
    but: Any = None,
    not_before: datetime | None = None,
    channels: Collection[str] = PERSONAL,
    urgent: bool = False,
) -> int:
    """`tell` for several groups in one statement; somebody in two of them is told in the words of the first."""
    available_at = max(at, not_before) if not_before else at
    told: set[int] = set() if but is None else {but.pk}
    rows: list[Notice] = []
    for group in groups:
        text: dict[str, Any] = {"event": event, "title": group.title[:120], "body": group.body[:2000], "link": link, "kind": kind}
        text |= {"created_at": at, "available_at": available_at, "at_once": urgent or kind_of(kind).at_once}
        for person in group.recipients:
            if person.pk in told or not person.is_active:
                continue
            told.add(person.pk)
            if Channel.APP in channels:
                rows.append(Notice(recipient=person, channel=Channel.APP, state=State.SENT, sent_at=available_at, **text))
            if Channel.EMAIL in channels and person.email:
                rows.append(Notice(recipient=person, channel=Channel.EMAIL, **text))
            if Channel.SMS in channels and sms.is_on() and sms.mobile(person.phone):
                rows.append(Notice(recipient=person, channel=Channel.SMS, **text))
    _keep(rows)
    return len(rows)


def tell_robots(event: str, robots: Iterable[Robot], *, title: str, link: str = "", at: datetime, urgent: bool = False) -> int:
    """Owe each group one message about `event`: what happened, a number, a link, and nothing anybody wrote (docs/decisions/0016)."""
    text: dict[str, Any] = {"event": event, "title": title[:120], "link": link, "created_at": at, "available_at": at, "at_once": urgent}
    rows = [Notice(robot=robot, channel=robot.channel, **text) for robot in robots]
    _keep(rows)
    return len(rows)


def first_time(event: str, at: datetime) -> bool:
    """Whether this has not been done before; from now on it has, if the transaction commits. Somebody who asks meanwhile waits for it."""
    return Round.objects.get_or_create(event=event, defaults={"at": at})[1]


def _keep(rows: list[Notice]) -> None:
    waiting = _gathered.get()
    if waiting is not None:
        waiting += rows
    elif rows:
        _write(rows)
