"""First numbers: what is counted, by which formula, and the rows behind it. A number is always the length of its own list (DESIGN §8).

Every measure is taken over one cohort: the tickets filed in a period, within the reader's sight. A rate has two lists, `counted` over `base`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from django.db.models import Avg, Count, Exists, F, Min, OuterRef, Q
from django.utils import timezone

from community import held
from community.kinds import PostKind
from grievances.measures import answered, answered_on_time, due_for_answer, first_promise, rated
from grievances.models import Clock, Grievance, Rating, SiteVisit
from grievances.models.querysets import GrievanceQuerySet
from grievances.states import DONE, OPEN, POOR_GRADES, ClockCode, DispatchState, Solved, State

if TYPE_CHECKING:
    from accounts.models import User

READERS = (PostKind.SPECIALIST, PostKind.LEADER, PostKind.STREET)
Rows = Callable[[GrievanceQuerySet, datetime], GrievanceQuerySet]


@dataclass(frozen=True)
class Period:
    """Filed on or after `first`, on or before `last`: days in Asia/Shanghai, both inclusive."""

    first: date
    last: date

    @property
    def start_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.first, time()))

    @property
    def end_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.last + timedelta(days=1), time()))

    @property
    def label(self) -> str:
        return f"{self.first:%Y-%m-%d} 至 {self.last:%Y-%m-%d}"


def year_to_date(now: datetime) -> Period:
    today = timezone.localtime(now).date()
    return Period(today.replace(month=1, day=1), today)


def cohort(user: User, period: Period) -> GrievanceQuerySet:
    """Drafts are nobody's number."""
    rows = Grievance.objects.visible_to(user, READERS).filed()
    return rows.filter(submitted_at__gte=period.start_at, submitted_at__lt=period.end_at)


def may_read(user: User) -> bool:
    return bool(held(user, *READERS))


def _clock(code: str, **conditions: object) -> Exists:
    """A clock of the ticket's first cycle: later cycles are reworking, and must not mend what the first one missed."""
    return Exists(Clock.objects.filter(grievance=OuterRef("pk"), code=code, cycle=1, **conditions))


def _answered(rows: GrievanceQuerySet, now: datetime) -> GrievanceQuerySet:
    return answered(rows)


def _on_time(rows: GrievanceQuerySet, now: datetime) -> GrievanceQuerySet:
    return answered_on_time(rows)


def _first_on_time(rows: GrievanceQuerySet, now: datetime) -> GrievanceQuerySet:
    """Within the deadline told at first, extensions not counted."""
    return _answered(rows, now).filter(~first_promise(ended_at__gt=F("first_due_at")))


def _due_for_contact(rows: GrievanceQuerySet, now: datetime) -> GrievanceQuerySet:
    stayed = rows.exclude(state__in=(State.WITHDRAWN, State.MERGED))
    return stayed.filter(Q(_clock(ClockCode.CONTACT, ended_at__isnull=False)) | Q(_clock(ClockCode.CONTACT, due_at__lt=now)))


def _contacted(rows: GrievanceQuerySet, now: datetime) -> GrievanceQuerySet:
    return _due_for_contact(rows, now).filter(_clock(ClockCode.CONTACT, ended_at__lte=F("due_at")))


def _visit(**conditions: object) -> Exists:
    """A visit at the door owed by whoever has, or finished, the ticket: who handed it back or lost it owes none."""
    gone = (DispatchState.RETURNED, DispatchState.RECALLED)
    owed = SiteVisit.objects.filter(dispatch__grievance=OuterRef("pk")).exclude(dispatch__state__in=gone)
    return Exists(owed.filter(**conditions))


def _due_for_visit(rows: GrievanceQuerySet, now: datetime) -> GrievanceQuerySet:
    return rows.filter(Q(_visit(made_at__isnull=False)) | Q(_visit(due_at__lt=now)))


def _visited_next_day(rows: GrievanceQuerySet, now: datetime) -> GrievanceQuerySet:
    return rows.filter(_visit(made_at__lte=F("due_at")))


def _have_rated(rows: GrievanceQuerySet, now: datetime) -> GrievanceQuerySet:
    return rows.filter(rated())


@dataclass(frozen=True)
class Measure:
    """A count, or with `base` a rate in percent. `formula` is shown beside the number; `base_code` is the base's name in the roll-ups."""

    code: str
    label: str
    formula: str
    rows: Rows
    base: Rows | None = None
    unit: str = "件"
    base_code: str = ""

    @property
    def is_rate(self) -> bool:
        return self.base is not None

    def part(self, rows: GrievanceQuerySet, now: datetime, part: str = "counted") -> GrievanceQuerySet:
        """The list behind the number: `counted`, or `base` of a rate."""
        if part == "base" and self.base is not None:
            return self.base(rows, now)
        return self.rows(rows, now)


MEASURES: dict[str, Measure] = {
    measure.code: measure
    for measure in (
        Measure("collected", "收集", "期内提交的诉求（不含草稿）", lambda rows, now: rows),
        Measure("open", "在办", "期内提交、至今未结束的诉求", lambda rows, now: rows.filter(state__in=OPEN)),
        Measure("done", "办结", "期内提交、现为已办结或已评价的诉求", lambda rows, now: rows.filter(state__in=DONE)),
        Measure("overdue", "已超期", "在办且已过承诺期限、尚未答复的诉求", lambda rows, now: rows.overdue(now)),
        Measure(
            "on_time", "按时办结率", "首轮在承诺期限内答复 ÷（已答复＋已过期限未答复）；批准的延期计入期限", _on_time, due_for_answer, "%", "answer_due"
        ),
        Measure("first_on_time", "首次按期率", "首轮在首次承诺的期限内答复 ÷（已答复＋已过期限未答复）；延期不计", _first_on_time, due_for_answer, "%", "answer_due"),
        Measure(
            "response", "响应率", "在首次联系时限内联系企业 ÷ 应联系的诉求（撤回、并案的不计）", _contacted, _due_for_contact, "%", "contact_due"
        ),
        Measure(
            "site_visit", "次日上门率", "律师在派单后下一个工作日内上门 ÷ 应上门的诉求（法律咨询、欠款追讨；未到期未上门的不计）",
            _visited_next_day, _due_for_visit, "%", "visit_due",
        ),
        Measure(
            "solved", "解决率", "企业评价“已解决” ÷ 已评价（按最近一轮）",
            lambda rows, now: rows.filter(rated(solved=Solved.YES)), _have_rated, "%", "have_rated",
        ),
        Measure(
            "satisfied", "满意率", "（非常满意＋满意＋基本满意）÷ 已评价（按最近一轮，办理结果）",
            lambda rows, now: rows.filter(rated(result__gte=3)), _have_rated, "%", "have_rated",
        ),
        Measure("rated", "参评率", "已评价 ÷ 已答复；未评价不折算为满意", lambda rows, now: _answered(rows, now).filter(rated()), _answered, "%", "answered"),
        Measure("poor", "差评", "办理结果为不满意或非常不满意", lambda rows, now: rows.filter(rated(result__in=POOR_GRADES))),
        Measure("reopened", "重开", "期内提交、重开过的诉求", lambda rows, now: rows.filter(cycle__gt=1)),
        Measure("urged", "催办过", "期内提交、被催办过的诉求", lambda rows, now: rows.filter(urges__gt=0)),
    )
}  # fmt: skip


def behind(
    user: User, code: str, period: Period, now: datetime, *, part: str = "", by: str = "", key: str = ""
) -> GrievanceQuerySet:  # fmt: skip
    """The list behind a number, `part="base"` for the lower half of a rate, or behind one slice of it. Raises KeyError where there is none."""
    rows = MEASURES[code].part(cohort(user, period), now, part)
    return of_slice(rows, by, key) if by else rows


@dataclass(frozen=True)
class Figure:
    """One number as shown: `value` is a count or a percentage with one decimal, None where nothing was due."""

    measure: Measure
    counted: int
    base: int | None
    as_of: datetime
    period: Period

    @property
    def value(self) -> Decimal | int | None:
        if self.base is None:
            return self.counted
        if self.base == 0:
            return None
        return (Decimal(self.counted) * 100 / self.base).quantize(Decimal("0.1"), ROUND_HALF_UP)


def overview(user: User, period: Period, now: datetime) -> list[Figure]:
    """Every measure, counted from the very lists that open behind them."""
    rows = cohort(user, period)
    figures = []
    for measure in MEASURES.values():
        counted = measure.part(rows, now).count()
        base = measure.part(rows, now, "base").count() if measure.is_rate else None
        figures.append(Figure(measure, counted, base, now, period))
    return figures


def average_scores(user: User, period: Period) -> dict[str, float | None]:
    """Mean of result and of speed (1–5) over the ratings of the cohort's present cycles."""
    ratings = Rating.objects.filter(grievance__in=cohort(user, period), cycle=F("grievance__cycle"))
    return ratings.aggregate(result=Avg("result"), speed=Avg("speed"))


@dataclass(frozen=True)
class Breakdown:
    """By what the tickets of a cohort are told apart. `field` is the slice's key: a code that means the same in every community of a
    street, or for grids, whose codes repeat, the row itself; `name` is what is shown."""

    code: str
    label: str
    field: str
    name: str


BREAKDOWNS: dict[str, Breakdown] = {
    row.code: row
    for row in (
        Breakdown("state", "状态", "state", "state"),
        Breakdown("item", "事项", "service_item__code", "service_item__name"),
        Breakdown("grid", "网格", "grid_id", "grid__name"),
        Breakdown("park", "园区", "park__code", "park__name"),
        Breakdown("window", "窗口", "window__code", "window__name"),
    )
}


@dataclass(frozen=True)
class Slice:
    key: str
    label: str
    count: int
    open: int
    overdue: int


def breakdown(user: User, code: str, period: Period, now: datetime) -> list[Slice]:
    """Largest first; the counts of a breakdown add up to the cohort. Raises KeyError."""
    by = BREAKDOWNS[code]
    late = Q(state__in=OPEN, answered_at__isnull=True, promise_due_at__lt=now)
    grouped = (
        cohort(user, period)
        .order_by()
        .values_list(by.field)
        .annotate(name=Min(by.name), n=Count("pk"), n_open=Count("pk", filter=Q(state__in=OPEN)), n_late=Count("pk", filter=late))
    )
    slices = [_slice(by, row) for row in grouped]
    if code == "state":
        order = list(State.values)
        return sorted(slices, key=lambda each: order.index(each.key))
    return sorted(slices, key=lambda each: (-each.count, each.key))


def _slice(by: Breakdown, row: tuple) -> Slice:
    found, name, count, still_open, late = row
    key = "" if found is None else str(found)
    label = str(State(key).label) if by.code == "state" else (name or "未填写")
    return Slice(key, label, count, still_open, late)


def of_slice(rows: GrievanceQuerySet, code: str, key: str) -> GrievanceQuerySet:
    """The rows of one slice; an empty key is “未填写”, one that does not exist has none. Raises KeyError."""
    field = BREAKDOWNS[code].field
    if not key:
        return rows.filter(**{f"{field}__isnull": True})
    if field.endswith("_id") and not (key.isascii() and key.isdigit() and len(key) < 19):
        return rows.none()
    return rows.filter(**{field: key})


def slice_label(rows: GrievanceQuerySet, code: str, key: str) -> str:
    """What a slice is called beside its list, such as “状态：待受理”; `rows` are those of the slice. Raises KeyError."""
    by = BREAKDOWNS[code]
    if by.code == "state":
        name = str(State(key).label) if key in State.values else ""
    else:
        name = rows.order_by().values_list(by.name, flat=True).first() or ""
    return f"{by.label}：{name or '未填写'}"
