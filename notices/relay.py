"""Sending what the outbox owes.

A row goes waiting → sending → sent. `sending` is committed before anybody outside hears of it. Two relays never hold one row
(SKIP LOCKED), and a row left `sending` by a killed worker is taken up again after `LEASE`: a mail and a group's message are sent at least
once, the mail under the same Message-ID, by which mailboxes drop the copy. An SMS costs money each time and goes out at most once:
one of which nobody knows stops, and the admin decides (docs/decisions/0004 and 0017). The bell needs none of this: its row is the delivery.

What waits for one person, or one group, in one channel goes out together, and every row keeps a state of its own.
"""

import logging
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Q, Value, When

import workdays
from notices.bundle import ALONE, MOST, Bundle
from notices.channels import WAYS, Sender
from notices.models import LEASE, Channel, Notice, NoticeQuerySet, State
from notices.outcomes import NotDelivered, Refused, Unknown, Unreachable
from notices.quiet import is_quiet, opening

__all__ = ["LEASE", "MOST_ATTEMPTS", "Relayed", "claim", "owed", "relay", "rerun"]

# A run stops claiming after this, so that its last claim is marked well within the lease.
BUDGET_SECONDS = 20
MOST_ATTEMPTS = 5
BACKOFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
ONCE = tuple(channel for channel, way in WAYS.items() if not way.twice)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Relayed:
    """Rows, not messages."""

    sent: int = 0
    put_off: int = 0
    dead: int = 0


def owed(at: datetime) -> Q:
    """Rows to be sent at `at`: due ones, and those whose worker died; in quiet hours only what may make a noise."""
    waiting = Q(state=State.WAITING, available_at__lte=at)
    abandoned = Q(state=State.SENDING, claimed_at__lt=at - LEASE) & ~Q(channel__in=ONCE)
    rows = ~Q(channel=Channel.APP) & (waiting | abandoned)
    return rows & Q(at_once=True) if is_quiet(at, workdays.calendar()) else rows


def hold_back(at: datetime) -> int:
    """In quiet hours: what came due moves to the opening, so that nobody takes it for stuck. Returns how many rows."""
    calendar = workdays.calendar()
    if not is_quiet(at, calendar):
        return 0
    due = Notice.objects.outbound().filter(state=State.WAITING, available_at__lte=at, at_once=False)
    return due.update(available_at=opening(at, calendar))


def stop_unknown(at: datetime) -> int:
    """A worker died over an SMS: it may have gone out, so it does not go out again by itself. Returns how many rows."""
    lost = Notice.objects.filter(state=State.SENDING, channel__in=ONCE, claimed_at__lt=at - LEASE)
    count = lost.update(state=State.DEAD, error="发送途中进程中断，不知道是否已经送达；重发可能会收到两次。")
    if count:
        logger.error("%s messages are dead: the worker died over them", count)
    return count


def claim(at: datetime, but: frozenset[str] = frozenset()) -> Bundle | None:
    """What goes out next as one message, marked `sending` and committed; None when nothing is left or others hold it.

    `but`: channels that do not answer at present.
    """
    with transaction.atomic():
        rows = Notice.objects.select_for_update(skip_locked=True, of=("self",), no_key=True).select_related("recipient", "robot")
        rows = rows.filter(owed(at)).exclude(channel__in=but).order_by("available_at", "id")
        first = rows.first()
        if first is None:
            return None
        bundle = WAYS[first.channel].fitting(_together(first, rows))
        for notice in bundle.notices:
            notice.state, notice.claimed_at, notice.attempts, notice.bundle = State.SENDING, at, notice.attempts + 1, bundle.id
        Notice.objects.bulk_update(bundle.notices, ["state", "claimed_at", "attempts", "bundle"])
        return bundle


def _together(first: Notice, rows: NoticeQuerySet) -> list[Notice]:
    """`first` and what waits with it. Rows that were tried together are tried together again: a copy is to look like the original."""
    if first.kind in ALONE:
        return [first]
    if first.bundle is not None:
        mates = rows.filter(bundle=first.bundle)
    else:
        mates = rows.filter(bundle__isnull=True).exclude(kind__in=ALONE)
    mates = mates.filter(channel=first.channel, recipient=first.recipient_id, robot=first.robot_id).exclude(pk=first.pk)
    return [first, *mates[: MOST - 1]]


def _held(bundle: Bundle) -> NoticeQuerySet:
    """Its rows as long as this claim holds them: whoever took them up after the lease has claimed them later."""
    return Notice.objects.filter(pk__in=bundle.keys, state=State.SENDING, claimed_at=bundle.first.claimed_at)


def _mark_sent(bundle: Bundle, at: datetime) -> None:
    _held(bundle).update(state=State.SENT, sent_at=at, error="")


def _mark_dead(bundle: Bundle, reason: str) -> int:
    count = _held(bundle).update(state=State.DEAD, error=reason[:300])
    logger.error("notices %s are dead: %s", bundle.keys, bundle.channel)
    return count


def _mark_refused(bundle: Bundle, at: datetime, reason: str) -> Relayed:
    """Put the rows off, or stop those that have had their last attempt."""
    over = Q(attempts__gte=MOST_ATTEMPTS)
    wait = BACKOFF[min(bundle.first.attempts, len(BACKOFF)) - 1]
    _held(bundle).update(
        state=Case(When(over, then=Value(State.DEAD)), default=Value(State.WAITING)),
        available_at=Case(When(over, then=F("available_at")), default=Value(at + wait)),
        error=reason[:300],
    )
    dead = sum(notice.attempts >= MOST_ATTEMPTS for notice in bundle.notices)
    logger.log(logging.ERROR if dead else logging.WARNING, "notices %s not sent: %s", bundle.keys, bundle.channel)
    return Relayed(put_off=len(bundle.notices) - dead, dead=dead)


def _why_not(notice: Notice) -> str:
    """Why this row can never be sent; what was true when it was written may have changed since."""
    if notice.attempts > MOST_ATTEMPTS:
        return "发送进程多次中断。"
    if notice.recipient is not None and not notice.recipient.is_active:
        return "收件人账号已停用。"
    return WAYS[notice.channel].why_not(notice)


class Run:
    """One run of the relay: its senders are opened when first needed; a channel where nobody answers is left alone until the next."""

    def __init__(self, at: datetime, stack: ExitStack) -> None:
        self.at = at
        self.silent: set[str] = set()
        self.counts = {"sent": 0, "put_off": 0, "dead": 0}
        self._stack = stack
        self._senders: dict[str, Sender] = {}

    def sender(self, channel: str) -> Sender:
        if channel not in self._senders:
            self._senders[channel] = self._stack.enter_context(closing(WAYS[channel].open()))
        return self._senders[channel]

    def count(self, done: Relayed) -> None:
        for name in self.counts:
            self.counts[name] += getattr(done, name)

    def deliver(self, bundle: Bundle) -> None:
        """Send one claimed message and mark its rows."""
        reasons = {notice.pk: reason for notice in bundle.notices if (reason := _why_not(notice))}
        for notice in bundle.notices:
            if notice.pk in reasons:
                self.count(Relayed(dead=_mark_dead(Bundle([notice]), reasons[notice.pk])))
        left = bundle.without(set(reasons))
        if left is None:
            return
        try:
            self.sender(left.channel).send(left, self.at)
        except NotDelivered as problem:
            self.count(self._not_delivered(left, problem))
        else:
            _mark_sent(left, self.at)
            self.count(Relayed(sent=len(left.notices)))

    def _not_delivered(self, bundle: Bundle, problem: NotDelivered) -> Relayed:
        if isinstance(problem, Unreachable | Unknown):
            self.silent.add(bundle.channel)
        if isinstance(problem, Refused) or (isinstance(problem, Unknown) and not WAYS[bundle.channel].twice):
            return Relayed(dead=_mark_dead(bundle, problem.reason))
        return _mark_refused(bundle, self.at, problem.reason)


def relay(at: datetime, limit: int = 100) -> Relayed:
    """Send up to `limit` rows, more only to fill a message, that are due at `at`. Safe to run twice, in parallel and after a crash."""
    started = time.monotonic()
    hold_back(at)
    stopped = stop_unknown(at)
    with ExitStack() as stack:
        run = Run(at, stack)
        run.count(Relayed(dead=stopped))
        while sum(run.counts.values()) < limit and time.monotonic() - started < BUDGET_SECONDS:
            bundle = claim(at, frozenset(run.silent))
            if bundle is None:
                break
            run.deliver(bundle)
    return Relayed(**run.counts)


def rerun(notices: NoticeQuerySet, *, at: datetime) -> int:
    """Give what is dead or put off in this queryset another five attempts from now on. Returns how many rows."""
    again = Q(state=State.DEAD) | Q(state=State.WAITING, attempts__gt=0)
    return notices.filter(again).update(state=State.WAITING, attempts=0, available_at=at, error="")
