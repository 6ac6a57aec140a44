"""The check of the sums against the rows themselves. What differs is a bug: it is put right, counted and reported."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import TruncMonth

from dashboards.counted import Basis, Change, Moment, Rollup, Span, Subject, TicketTally
from dashboards.folding import TOGETHER, alone, move
from dashboards.marks import ENTERPRISES, EVER, TICKETS, Cell, Counted, cells
from dashboards.measures import Period
from enterprises.models import Enterprise
from grievances.models import Grievance


def months() -> list[tuple[int, date]]:
    """Communities and months in which something is counted, by filing or by end."""
    rows = TicketTally.objects.standing().order_by()
    filed = rows.values_list("community_id", TruncMonth("filed_on")).distinct()
    done = rows.filter(done_on__isnull=False).values_list("community_id", TruncMonth("done_on")).distinct()
    return sorted(set(filed) | set(done))


def check_month(community: int, month: str, now: datetime) -> int:
    """The tickets filed in that month counted anew, and the sums of the month, by filing and by end, from the tallies."""
    first = date.fromisoformat(month)
    after = date(first.year + (first.month == 12), first.month % 12 + 1, 1)
    period = Period(first, date.fromordinal(after.toordinal() - 1))
    raw = Grievance.objects.filed().filter(community=community, submitted_at__gte=period.start_at, submitted_at__lt=period.end_at)
    standing = TicketTally.objects.standing().filter(community=community)
    with transaction.atomic():
        alone(wait=True)
        keys = set(raw.values_list("pk", flat=True)) | set(
            standing.filter(filed_on__gte=first, filed_on__lt=after).values_list("grievance_id", flat=True)
        )
        found = _tallies(TICKETS, sorted(keys))
        mine = standing.filter(Q(filed_on__gte=first, filed_on__lt=after) | Q(done_on__gte=first, done_on__lt=after))
        sums = Rollup.objects.filter(community=community, first_on__gte=first, first_on__lt=after).exclude(basis=Basis.STOCK)
        found += _sums(TICKETS, mine, sums, lambda cell: first <= cell[3] < after)
        _note(found, now)
    return found


def check_stock(now: datetime) -> int:
    with transaction.atomic():
        alone(wait=True)
        keys = Enterprise.objects.order_by("pk").values_list("pk", flat=True)
        found = _tallies(ENTERPRISES, list(keys))
        found += _sums(
            ENTERPRISES, ENTERPRISES.tally.objects.standing(), Rollup.objects.filter(span=Span.EVER), lambda cell: cell[3] == EVER
        )
        _note(found, now)
    return found


def _tallies(counted: Counted, keys: list[int]) -> int:
    """How many count for something else than their rows say as of the last fold; those not on the list of changes anyway are put there."""
    moment = Moment.objects.first()
    wrong: list[int] = []
    rest = iter(keys)
    while some := list(islice(rest, TOGETHER)):
        now = counted.facts(some, moment.at) if moment else {}
        stood = {row[counted.owner]: row for row in counted.tally.objects.standing().filter(**{f"{counted.owner}__in": some}).values()}
        wrong += [key for key in some if _told(counted, stood.get(key)) != _told(counted, now.get(key))]
    # what was committed meanwhile is on the list of changes, and no difference
    wrong = sorted(set(wrong).difference(Change.objects.filter(subject=counted.subject, key__in=wrong).values_list("key", flat=True)))
    Change.objects.bulk_create(Change(subject=Subject(counted.subject), key=key) for key in wrong)
    return len(wrong)


def _told(counted: Counted, facts: dict[str, Any] | None) -> list[Any] | None:
    return facts and [facts[name] for name in counted.columns]


def _sums(counted: Counted, tallies: QuerySet[Any], sums: QuerySet[Rollup], belongs: Any) -> int:
    """Every sum against the tallies it is made of; what differs is moved by the difference."""
    expected: Counter[Cell] = Counter()
    for row in tallies.values(*counted.columns).iterator(chunk_size=5000):
        expected.update(cell for cell in cells(counted, row) if belongs(cell))
    kept: Counter[Cell] = Counter()
    for row in sums.values_list("community_id", "basis", "span", "first_on", "dimension", "key", "mark", "n").iterator(chunk_size=5000):
        kept[row[:7]] = row[7]
    wrong = {cell: expected[cell] - kept[cell] for cell in expected.keys() | kept.keys() if expected[cell] != kept[cell]}
    move(wrong)
    return len(wrong)


def _note(found: int, now: datetime) -> None:
    Moment.objects.filter(id=1).update(checked_at=now, differences=F("differences") + found)
