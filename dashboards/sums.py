"""Reading the sums: by month and day from the roll-ups, of any other cut from the tallies they are made of. The two agree by construction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Func, Q, QuerySet, Sum, TextField

from community import held
from community.kinds import PostKind
from community.models import Community
from dashboards.counted import FigureSum, Moment, Rollup, TallyQuerySet, TicketTally
from dashboards.marks import ENTERPRISES, TICKETS, Counted
from dashboards.measures import READERS, Period
from dashboards.periods import months_of
from enterprises.models import Figure

if TYPE_CHECKING:
    from accounts.models import User

#: (key of the place, unit or item; 0: none or all) and mark → how many.
Sums = dict[tuple[int, str], int]
_COLUMN = {name: column for counted in (TICKETS, ENTERPRISES) for name, column in counted.dimensions}
_DAY = {"filed": "filed_on", "done": "done_on"}


@dataclass(frozen=True)
class Scope:
    """Of which communities, and of what within them: dimension → key, 0 for none. `at`: as of when; None: as of the last fold."""

    communities: tuple[int, ...]
    within: tuple[tuple[str, int], ...] = ()
    at: datetime | None = None

    def of(self, dimension: str, key: int) -> Scope:
        return self if dimension == "all" else Scope(self.communities, (*self.within, (dimension, key)), self.at)


def communities_of(user: User) -> tuple[int, ...]:
    """Those whose numbers the person reads: the same whose every ticket is in sight."""
    posts = held(user, *READERS)
    streets = [post.street_id for post in posts if post.kind == PostKind.STREET]
    own = {post.community_id for post in posts if post.kind != PostKind.STREET}
    if streets:
        own |= set(Community.objects.filter(street__in=streets).values_list("pk", flat=True))
    return tuple(sorted(own))


def moment() -> Moment | None:
    """截至: what the roll-ups stand for; None before the first fold."""
    return Moment.objects.first()


def tickets(scope: Scope, marks: Iterable[str], period: Period, *, basis: str = "filed", by: str = "all") -> Sums:
    """Of the tickets filed, or done, in the period."""
    whole, beside = months_of(period)
    read = _from_sums(scope, by)
    if read is None:
        return _from_tallies(TICKETS, scope, tuple(marks), by, {f"{_DAY[basis]}__range": (period.first, period.last)})
    dimension, key = read
    found: Counter[tuple[int, str]] = Counter()
    months = Q(span="month", dimension=dimension, first_on__in=whole)
    if dimension == "all":
        for days in beside:
            months |= Q(span="day", dimension="all", first_on__range=(days.first, days.last))
    rows = Rollup.objects.filter(months, community__in=scope.communities, basis=basis, mark__in=list(marks))
    _add(found, rows if key is None else rows.filter(key=key), by)
    if dimension != "all":
        for days in beside:
            found.update(_from_tallies(TICKETS, scope, tuple(marks), by, {f"{_DAY[basis]}__range": (days.first, days.last)}))
    return dict(found)


def enterprises(scope: Scope, marks: Iterable[str], *, by: str = "all") -> Sums:
    """Of the enterprises on file."""
    read = _from_sums(scope, by)
    if read is None:
        return _from_tallies(ENTERPRISES, scope, tuple(marks), by, {})
    dimension, key = read
    rows = Rollup.objects.filter(community__in=scope.communities, basis="stock", span="ever", dimension=dimension, mark__in=list(marks))
    found: Counter[tuple[int, str]] = Counter()
    _add(found, rows if key is None else rows.filter(key=key), by)
    return dict(found)


def _from_sums(scope: Scope, by: str) -> tuple[str, int | None] | None:
    """Which sums answer: a dimension, and a key of it or all of them; None where only the tallies do."""
    if scope.at is not None or len(scope.within) > 1:
        return None
    if not scope.within:
        return by, None
    dimension, key = scope.within[0]
    return (dimension, key) if by in ("all", dimension) else None


def _add(found: Counter[tuple[int, str]], rows: QuerySet[Rollup], by: str) -> None:
    group = ("mark",) if by == "all" else ("key", "mark")
    for row in rows.order_by().values(*group).annotate(sum=Sum("n")):
        if row["sum"]:
            found[row.get("key", 0), row["mark"]] += int(row["sum"])


def tallies(counted: Counted, scope: Scope, **beside: Any) -> TallyQuerySet:
    """The rows a number of this scope is made of."""
    rows = counted.tally.objects.standing() if scope.at is None else counted.tally.objects.as_of(scope.at)
    for dimension, key in scope.within:
        column = _COLUMN[dimension]
        if dimension not in dict(counted.dimensions):
            return rows.none()
        rows = rows.filter(**{column: key} if key else {f"{column}__isnull": True})
    return rows.filter(community__in=scope.communities, **beside)


def _from_tallies(counted: Counted, scope: Scope, marks: Sequence[str], by: str, beside: dict[str, Any]) -> Sums:
    if by != "all" and by not in dict(counted.dimensions):
        return {}
    column = _COLUMN.get(by)
    rows = tallies(counted, scope, **beside).annotate(mark=Func(F("marks"), function="unnest", output_field=TextField()))
    group = ("mark",) if column is None else ("mark", column)
    found: Counter[tuple[int, str]] = Counter()
    for row in rows.order_by().values(*group).annotate(n=Count("pk")):
        if row["mark"] in marks:
            found[(row[column] or 0) if column else 0, row["mark"]] += row["n"]
    return dict(found)


def days(scope: Scope, mark: str, period: Period, *, basis: str = "filed") -> dict[Any, int]:
    """Day → how many, of the communities as a whole."""
    if scope.within or scope.at is not None:
        rows = tallies(TICKETS, scope, **{f"{_DAY[basis]}__range": (period.first, period.last)}).filter(marks__contains=[mark])
        return dict(rows.order_by().values_list(_DAY[basis]).annotate(n=Count("pk")))
    sums = Rollup.objects.filter(
        community__in=scope.communities, basis=basis, span="day", dimension="all", mark=mark, first_on__range=(period.first, period.last)
    )
    return {day: int(n) for day, n in sums.order_by().values_list("first_on").annotate(total=Sum("n"))}


def figures(scope: Scope, metric: str, period: str, *, by: str = "all") -> dict[int, tuple[Decimal, int]]:
    """Key → sum of the enterprises' figures, and of how many enterprises."""
    read = _from_sums(scope, by)
    if read is not None and read[0] in ("all", "grid", "park"):
        rows = FigureSum.objects.filter(community__in=scope.communities, metric=metric, period=period, dimension=read[0])
        rows = rows if read[1] is None else rows.filter(key=read[1])
        group = () if by == "all" else ("key",)
        found: dict[int, tuple[Decimal, int]] = {}
        for row in rows.order_by().values(*(group or ("metric",))).annotate(sum=Sum("total"), count=Sum("enterprises")):
            found[row.get("key", 0)] = (row["sum"], row["count"])
        return found
    if by not in ("all", "grid", "park"):
        return {}
    places = dict(tallies(ENTERPRISES, scope).values_list("enterprise_id", _COLUMN[by] if by != "all" else "community_id"))
    sums: dict[int, tuple[Decimal, int]] = {}
    for enterprise, value in figures_behind(scope, metric, period).values_list("enterprise_id", "value"):
        key = (places.get(enterprise) or 0) if by != "all" else 0
        total, count = sums.get(key, (Decimal(0), 0))
        sums[key] = (total + value, count + 1)
    return sums


def figures_behind(scope: Scope, metric: str, period: str) -> QuerySet[Figure]:
    """The rows of a sum of figures, as known at the moment."""
    rows = Figure.objects.standing() if scope.at is None else Figure.objects.known_at(scope.at)
    return rows.filter(metric=metric, period=period, enterprise__in=tallies(ENTERPRISES, scope).values("enterprise"))


def ticket_keys(scope: Scope, mark: str, period: Period, *, basis: str = "filed") -> QuerySet[TicketTally]:
    """Which tickets a number counts."""
    rows = tallies(TICKETS, scope, **{f"{_DAY[basis]}__range": (period.first, period.last)})
    return rows.filter(marks__contains=[mark]).values("grievance")  # type: ignore[return-value]
