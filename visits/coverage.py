"""应访尽访率: of what fell due in a period, how much was visited in time. Every number is the length of its own list (DESIGN §8).

Counted are matters, not enterprises: one visit may settle several, and each class answers for its own. The parts add up: owed = on time +
late + waiting + lapsed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import BigIntegerField, Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import TruncMonth
from django.utils import timezone

from accounts.models import User as Person
from community import held
from community.kinds import PostKind
from community.models import Grid
from enterprises.models import Tenancy
from visits.models import ClassVersion, Reason, Task
from visits.states import Ending

if TYPE_CHECKING:
    from accounts.models import User

READERS = (PostKind.SPECIALIST, PostKind.LEADER, PostKind.STREET, PostKind.GRID_LEADER)
FORMULA = "应访尽访率 = 按时走访 ÷（应访 − 未到期还没走访的）；近期走访已覆盖的算按时，期限内事由消除的不计入应访"


@dataclass(frozen=True)
class Measure:
    """`holds`: which matters of the cohort count, on that day."""

    code: str
    label: str
    formula: str
    holds: Callable[[date], Q]


_IN_TIME = Q(ended_on__lte=F("due_on"))
_VISITED = Q(ending__in=(Ending.VISITED, Ending.ABSORBED))
_OPEN = Q(ended_on__isnull=True)
_GONE_IN_TIME = Q(ending=Ending.GONE) & _IN_TIME

MEASURES: dict[str, Measure] = {
    row.code: row
    for row in (
        Measure("owed", "应访", "应访止在期内的事由，期限内已消除的不计", lambda today: ~_GONE_IN_TIME),
        Measure("on_time", "按时走访", "应访止当天或之前走访到人，含近期走访已覆盖", lambda today: _VISITED & _IN_TIME),
        Measure("late", "逾期走访", "过了应访止才走访到人", lambda today: _VISITED & ~_IN_TIME),
        Measure("waiting", "待走访", "至今没有走访到人，事由还在", lambda today: _OPEN),
        Measure("overdue", "逾期未访", "待走访里已过应访止的", lambda today: _OPEN & Q(due_on__lt=today)),
        Measure("attempted", "上门未遇", "待走访里上过门、没有见到人的", lambda today: _OPEN & Q(tried=True)),
        Measure("lapsed", "逾期后消除", "过了应访止没有走访，后来事由消除", lambda today: Q(ending=Ending.GONE) & ~_IN_TIME),
        Measure("absorbed", "近期走访已覆盖", "事由发生前不久走访过，按类别规定可抵；已含在按时走访里", lambda today: Q(ending=Ending.ABSORBED)),
        Measure("gone", "期限内消除", "应访止当天或之前事由消除，不计入应访", lambda today: _GONE_IN_TIME),
        Measure("due", "已到应访", "应访里扣去未到期还没走访的；应访尽访率的分母", lambda today: ~_GONE_IN_TIME & ~(_OPEN & Q(due_on__gte=today))),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Period:
    """Due on or after `first`, on or before `last`, both inclusive."""

    first: date
    last: date

    @property
    def label(self) -> str:
        return f"{self.first:%Y-%m-%d} 至 {self.last:%Y-%m-%d}"


def year_to_date(at: datetime) -> Period:
    today = timezone.localtime(at).date()
    return Period(today.replace(month=1, day=1), today)


def may_read(user: User) -> bool:
    return bool(held(user, *READERS))


def cohort(user: User, period: Period) -> QuerySet[Reason]:
    """Matters due in the period, as far as this person sees them, with `grid`, `person` and `tried`."""
    seats = Tenancy.objects.filter(enterprise=OuterRef("enterprise")).order_by(F("until_on").desc(nulls_first=True), "-is_main", "pk")
    now = Task.objects.open().filter(enterprise=OuterRef("enterprise"))
    rows = Reason.objects.visible_to(user).filter(due_on__range=(period.first, period.last))
    # whoever paid the visit; whoever is to pay it; nobody where the cause has gone
    still = When(ended_on__isnull=True, then=Subquery(now.values("assignee")[:1]))
    person = Case(still, default=F("settled_by__recorded_by"), output_field=BigIntegerField())
    return rows.annotate(
        grid=Subquery(seats.values("building__park__grid")[:1]), person=person, tried=Exists(now.filter(attempts__gt=0)),
        month=TruncMonth("due_on"),
    )  # fmt: skip


@dataclass(frozen=True)
class Breakdown:
    """By what the matters are told apart. `field` is the slice's key."""

    code: str
    label: str
    field: str


BREAKDOWNS: dict[str, Breakdown] = {
    row.code: row
    for row in (
        Breakdown("class", "必访类别", "visit_class"),
        Breakdown("grid", "网格", "grid"),
        Breakdown("person", "走访人", "person"),
        Breakdown("month", "月份", "month"),
    )
}


@dataclass(frozen=True)
class Slice:
    """One line of the table: how many of each measure, and the rate in percent with one decimal, None where nothing was due."""

    key: str
    label: str
    counts: dict[str, int]

    @property
    def rate(self) -> Decimal | None:
        due = self.counts["due"]
        return (Decimal(self.counts["on_time"]) * 100 / due).quantize(Decimal("0.1"), ROUND_HALF_UP) if due else None


def total(user: User, period: Period, today: date) -> Slice:
    return Slice("", "合计", cohort(user, period).order_by().aggregate(**_counts(today)))


def breakdown(user: User, code: str, period: Period, today: date) -> list[Slice]:
    """The lines add up to `total`, each measure for itself. Raises KeyError."""
    by = BREAKDOWNS[code]
    rows = list(cohort(user, period).order_by().values(by.field).annotate(**_counts(today)))
    labels = _labels(by, [row[by.field] for row in rows])
    slices = [
        Slice(key_of(row[by.field]), labels.get(row[by.field], "未安排" if by.code == "person" else "未登记"), {name: row[name] for name in MEASURES})
        for row in rows
    ]  # fmt: skip
    return sorted(slices, key=lambda each: (each.key if code == "month" else "", -each.counts["owed"], each.label, each.key))


def _counts(today: date) -> dict[str, Count]:
    return {row.code: Count("pk", filter=row.holds(today)) for row in MEASURES.values()}


def key_of(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:%Y-%m}" if isinstance(value, date) else str(value)


def _labels(by: Breakdown, keys: list[Any]) -> dict[Any, str]:
    found = [key for key in keys if key is not None]
    match by.code:
        case "class":
            versions = ClassVersion.objects.filter(visit_class__in=found).order_by("visit_class", "-from_on").distinct("visit_class")
            return {row.visit_class_id: row.name for row in versions}
        case "grid":
            return dict(Grid.objects.filter(pk__in=found).values_list("pk", "name"))
        case "person":
            return {row.pk: row.display_name for row in Person.objects.filter(pk__in=found)}
    return {key: key_of(key) for key in found}


def behind(user: User, measure: str, period: Period, today: date, *, by: str = "", key: str = "") -> QuerySet[Reason]:
    """The list behind a number. Raises KeyError where there is no such number."""
    rows = cohort(user, period).filter(MEASURES[measure].holds(today))
    return _of_slice(rows, BREAKDOWNS[by], key) if by else rows


def _of_slice(rows: QuerySet[Reason], by: Breakdown, key: str) -> QuerySet[Reason]:
    if not key:
        return rows.filter(**{f"{by.field}__isnull": True})
    if by.code == "month":
        try:
            return rows.filter(month=date.fromisoformat(f"{key}-01"))
        except ValueError:
            return rows.none()
    known = key.isascii() and key.isdigit() and len(key) < 10
    return rows.filter(**{by.field: int(key)}) if known else rows.none()


def slice_label(by: str, key: str) -> str:
    """What a slice is called beside its list. Raises KeyError."""
    row = BREAKDOWNS[by]
    if by == "month" or not (key.isascii() and key.isdigit() and len(key) < 10):
        return f"{row.label}：{key or '未登记'}"
    return f"{row.label}：{_labels(row, [int(key)]).get(int(key), '未登记')}"
