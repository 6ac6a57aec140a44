"""月报: one month's figures beside the month before and the same month of the year before, and the sentences they support, no more.

What happened in a month (filed, visited, flagged, moved) is compared as it is. Rates are those of the tickets filed in the month, and compared only
where both months have enough of them. What stands now (在办, 已超期) is told without comparison: an older month had longer to be finished.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Min
from django.utils import timezone

from dashboards import measures
from dashboards.measures import Figure, Period
from enterprises.models import Event
from evaluations.models import Order
from risks.kinds import Level, Verdict
from risks.models import Flag, FlagLevel, ParkAlert
from visits.models import Visit
from visits.states import Result
from wording.errors import FactsMissing

if TYPE_CHECKING:
    from accounts.models import User

#: Fewer than this on either side and a percentage says nothing.
FEWEST = 10
FIRST_YEAR = 2000
#: Measures that mean the same of a month long past as of one just over.
COMPARED = ("collected", "on_time", "first_on_time", "response", "solved", "satisfied", "rated")
TOP = 5


@dataclass(frozen=True)
class Line:
    """`before`: the month before; `year_ago`: the same month a year before; None where nothing is on file for them, or nothing was due.

    `base` and its two companions: of how many a rate was taken.
    """

    section: str
    label: str
    unit: str
    formula: str
    value: Decimal | int | None
    before: Decimal | int | None = None
    year_ago: Decimal | int | None = None
    base: int | None = None
    base_before: int | None = None
    base_year_ago: int | None = None
    compared: bool = True

    @property
    def is_rate(self) -> bool:
        return self.unit == "%"

    def change(self, earlier: Decimal | int | None, base: int | None) -> str:
        """In words, or empty where the figures do not support any."""
        if not self.compared or self.value is None or earlier is None:
            return ""
        step = self.value - earlier
        if self.is_rate:
            if min(self.base or 0, base or 0) < FEWEST:
                return ""
            return "持平" if step == 0 else f"{'上升' if step > 0 else '下降'} {abs(step)} 个百分点"
        if step == 0:
            return "持平"
        words = f"{'增加' if step > 0 else '减少'} {abs(step)} {self.unit}"
        if earlier < FEWEST:
            return words
        percent = (abs(Decimal(step)) * 100 / earlier).quantize(Decimal("0.1"), ROUND_HALF_UP)
        return f"{words}（{percent}%）"

    @property
    def since_before(self) -> str:
        return self.change(self.before, self.base_before)

    @property
    def since_year_ago(self) -> str:
        return self.change(self.year_ago, self.base_year_ago)

    @property
    def sentence(self) -> str:
        if self.value is None:
            return ""
        told = f"{self.label} {self.value}{self.unit if self.is_rate else f' {self.unit}'}"
        if self.is_rate and self.base is not None:
            told += f"（{self.base} 件中）"
        against = [
            f"{'比上月' if place == 0 else '同比'}{words}" for place, words in enumerate((self.since_before, self.since_year_ago)) if words
        ]
        return "，".join([told, *against])


@dataclass(frozen=True)
class Bulletin:
    period: Period
    as_of: datetime
    lines: list[Line]
    top: list[measures.Slice] = field(default_factory=list)

    @property
    def title(self) -> str:
        return f"{self.period.first.year} 年 {self.period.first.month} 月月报"

    @property
    def over(self) -> bool:
        """Whether the month was over when it was made."""
        return timezone.localtime(self.as_of).date() > self.period.last

    @property
    def sections(self) -> list[tuple[str, list[Line], str]]:
        """In the order of the lines: name, lines, and the sentences as one paragraph."""
        names = list(dict.fromkeys(line.section for line in self.lines))
        grouped = [(name, [line for line in self.lines if line.section == name]) for name in names]
        return [(name, lines, _paragraph(lines)) for name, lines in grouped]


def _paragraph(lines: list[Line]) -> str:
    told = [line.sentence for line in lines if line.sentence]
    return f"{'；'.join(told)}。" if told else ""


def month_of(text: str, today: date) -> Period:
    """`2026-11`; empty is the last month that is over. Raises FactsMissing for what is no month, or has not begun."""
    first = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    if text:
        try:
            first = date.fromisoformat(f"{text}-01") if len(text) == 7 else date.max
        except ValueError:
            first = date.max
    if not date(FIRST_YEAR, 1, 1) <= first <= today:
        raise FactsMissing("月份请按“2026-11”填写，且不能晚于本月。", fields={"month": "请选已经开始的月份"})
    return Period(first, _after(first) - timedelta(days=1))


def _after(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def month_before(period: Period) -> Period:
    last = period.first - timedelta(days=1)
    return Period(last.replace(day=1), last)


def year_before(period: Period) -> Period:
    first = period.first.replace(year=period.first.year - 1)
    return Period(first, _after(first) - timedelta(days=1))


def make(user: User, period: Period, now: datetime) -> Bulletin:
    """What `user` sees of the month, as of `now`."""
    three = (period, month_before(period), year_before(period))
    lines = [*_tickets(user, three, now), *_visits(user, three), *_risks(user, three, now), *_moves(user, three), *_orders(user, three)]
    return Bulletin(period, now, lines, [each for each in measures.breakdown(user, "item", period, now) if each.count][:TOP])


Three = tuple[Period, Period, Period]


def _known(first_day: date | None, three: Three) -> list[bool]:
    """Whether records reach back to the beginning of each period: what was not yet written down is no nought."""
    return [first_day is not None and first_day <= period.last for period in three[:1]] + [
        first_day is not None and first_day <= period.first for period in three[1:]
    ]


def _day(moment: datetime | None) -> date | None:
    return timezone.localtime(moment).date() if moment is not None else None


def _tickets(user: User, three: Three, now: datetime) -> list[Line]:
    first = measures.cohort(user, Period(date(FIRST_YEAR, 1, 1), three[0].last)).aggregate(first=Min("submitted_at"))["first"]
    known = _known(_day(first), three)
    found: list[list[Figure] | None] = [
        measures.overview(user, period, now) if there else None for period, there in zip(three, known, strict=True)
    ]
    this = found[0] or measures.overview(user, three[0], now)
    lines = []
    for place, figure in enumerate(this):
        before, year_ago = (each[place] if each else None for each in found[1:])
        lines.append(
            Line(
                "诉求办理", figure.measure.label, figure.measure.unit, figure.measure.formula, figure.value,
                before.value if before else None, year_ago.value if year_ago else None, figure.base, before.base if before else None,
                year_ago.base if year_ago else None, compared=figure.measure.code in COMPARED,
            )
        )  # fmt: skip
    return lines


def _flow(
    section: str, label: str, unit: str, formula: str, rows: Any, at: str, three: Three, count: str = "pk", *, days: bool = False
) -> Line:
    """How many rows fell into each of the three months; `days`: `at` is a date."""
    known = _known(rows.aggregate(first=Min(at))["first"] if days else _day(rows.aggregate(first=Min(at))["first"]), three)
    values = [
        rows.filter(**_within(at, period, days=days)).values(count).distinct().count() if there or place == 0 else None
        for place, (period, there) in enumerate(zip(three, known, strict=True))
    ]
    return Line(section, label, unit, formula, *values)


def _within(at: str, period: Period, *, days: bool) -> dict[str, Any]:
    return {f"{at}__range": (period.first, period.last)} if days else {f"{at}__gte": period.start_at, f"{at}__lt": period.end_at}


def _visits(user: User, three: Three) -> list[Line]:
    rows = Visit.objects.visible_to(user)
    return [
        _flow("走访", "走访", "次", "当月上门并见到人的走访", rows.filter(result=Result.MET), "visited_on", three, days=True),
        _flow(
            "走访",
            "走访企业",
            "家",
            "当月走访见到人的企业，一家只计一次",
            rows.filter(result=Result.MET),
            "visited_on",
            three,
            "enterprise",
            days=True,
        ),
        _flow("走访", "未遇", "次", "当月上门没有见到人", rows.exclude(result=Result.MET), "visited_on", three, days=True),
    ]


def _risks(user: User, three: Three, now: datetime) -> list[Line]:
    flags = Flag.objects.visible_to(user)
    ended = flags.filter(ended_at__isnull=False)
    raised = [
        _flow(
            "风险预警",
            f"新增{level.label}色",
            "个",
            f"当月升到{level.label}色的标记，含规则预警",
            _rises(user, level),
            "from_at",
            three,
            "flag",
        )
        for level in reversed(Level)
    ]
    end = min(three[0].end_at - timedelta(microseconds=1), now)
    standing = FlagLevel.objects.visible_to(user).standing_at(end).count()
    return [
        *raised,
        _flow("风险预警", "解除", "个", "当月由两个人解除的标记", ended, "ended_at", three),
        _flow("风险预警", "其中误报", "个", "结论为误报的", ended.filter(verdict=Verdict.FALSE_ALARM), "ended_at", three),
        Line("风险预警", "月末未解除", "个", "月末（当月为制作时）仍未解除的标记", standing, compared=False),
        _flow("风险预警", "园区预警", "个", "当月新的园区空置预警", ParkAlert.objects.visible_to(user), "opened_at", three),
    ]


def _rises(user: User, level: Level) -> Any:
    return FlagLevel.objects.visible_to(user).rises().filter(level=level)


def _moves(user: User, three: Three) -> list[Line]:
    rows = Event.objects.visible_to(user)
    return [
        _flow(
            "企业进出", label, "家", f"企业动态里当月{label}的企业", rows.filter(kind=kind), "happened_on", three, "enterprise", days=True
        )
        for kind, label in (("moved_in", "迁入"), ("founded", "成立"), ("moved_out", "迁出"), ("dissolved", "注销"))
    ]


def _orders(user: User, three: Three) -> list[Line]:
    rows = Order.objects.visible_to(user)
    return [
        _flow("督办", "督办走访与园区", "件", "当月提出的督办（诉求的督办见办件流水）", rows, "made_at", three),
        _flow("督办", "已答复", "件", "当月答复的督办", rows.filter(answered_at__isnull=False), "answered_at", three),
    ]


__all__ = ["Bulletin", "Line", "make", "month_before", "month_of", "year_before"]
