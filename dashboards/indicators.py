"""指标: what is shown of a street, one row each; a new row needs no migration. Each reads its numbers and opens its own list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet

from cultivation.tiers import TIERS
from dashboards import measures, sums
from dashboards.area import Target
from dashboards.marks import ENTERPRISES
from dashboards.measures import MEASURES, Period
from dashboards.periods import Named, figure_period
from dashboards.sums import Scope
from enterprises.kinds import QUALIFICATIONS
from enterprises.models import Enterprise, Event
from grievances.models import Grievance
from parks import stock
from parks.models import Park, Space
from visits import coverage

if TYPE_CHECKING:
    from accounts.models import User

#: counted and base by key; base is None for a plain number.
Parts = dict[int, tuple[Decimal | int, Decimal | int | None]]
UP, DOWN, NEITHER = 1, -1, 0
_BY_TICKET = ("all", "grid", "park", "window", "unit", "item")
_BY_PLACE = ("all", "grid", "park")


@dataclass(frozen=True)
class Ask:
    """Whose question, of what, for which days. `at`: as of when; the scope has it too where it is not the last fold."""

    user: User
    scope: Scope
    period: Period
    at: datetime


@dataclass(frozen=True)
class Indicator:
    """`better`: up, down, or neither. `source`: what it is computed from. `by`: how it may be cut. `places`: decimals shown."""

    code: str
    label: str
    unit: str
    formula: str
    source: str
    better: int = NEITHER
    group: str = "诉求"
    by: tuple[str, ...] = _BY_TICKET
    places: int = 0

    #: Whether it speaks of the days asked for, so that days before may be set beside it.
    has_period = True
    is_rate = False

    def parts(self, ask: Ask, by: str = "all") -> Parts:
        raise NotImplementedError

    def rows(self, ask: Ask, part: str = "counted") -> QuerySet[Any]:
        """The list behind the number; `base` of a rate."""
        raise NotImplementedError

    def value(self, counted: Decimal | int, base: Decimal | int | None) -> Decimal | int | None:
        if not self.is_rate:
            return counted
        return _rounded(Decimal(counted) * 100 / base, self.places) if base else None


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@dataclass(frozen=True)
class OfTickets(Indicator):
    """A mark, or one over another, of the tickets filed (or done) in the period."""

    mark: str = ""
    base_mark: str = ""
    basis: str = "filed"

    @property
    def is_rate(self) -> bool:  # type: ignore[override]
        return bool(self.base_mark)

    def parts(self, ask: Ask, by: str = "all") -> Parts:
        marks = {self.mark, self.base_mark or self.mark}
        return self.from_sums(sums.tickets(ask.scope, marks, ask.period, basis=self.basis, by=by))

    def from_sums(self, found: sums.Sums) -> Parts:
        keys = {key for key, _ in found} | {0} if not found else {key for key, mark in found if mark in (self.mark, self.base_mark)}
        return {key: (found.get((key, self.mark), 0), found.get((key, self.base_mark), 0) if self.base_mark else None) for key in keys}

    def rows(self, ask: Ask, part: str = "counted") -> QuerySet[Any]:
        mark = self.base_mark if part == "base" and self.base_mark else self.mark
        keys = sums.ticket_keys(ask.scope, mark, ask.period, basis=self.basis)
        return Grievance.objects.visible_to(ask.user, measures.READERS).filter(pk__in=keys)


@dataclass(frozen=True)
class OfEnterprises(Indicator):
    """How many enterprises on file carry a mark; a state, the days asked for do not matter."""

    mark: str = ""
    has_period = False

    def parts(self, ask: Ask, by: str = "all") -> Parts:
        return {key: (n, None) for (key, _), n in sums.enterprises(ask.scope, [self.mark], by=by).items()}

    def rows(self, ask: Ask, part: str = "counted") -> QuerySet[Any]:
        keys = sums.tallies(ENTERPRISES, ask.scope).filter(marks__contains=[self.mark]).values("enterprise")
        return Enterprise.objects.visible_to(ask.user).filter(pk__in=keys)


@dataclass(frozen=True)
class OfEvents(Indicator):
    """Events of these kinds in the period that were known by then, of the enterprises on file in the place."""

    kinds: tuple[str, ...] = ()

    def parts(self, ask: Ask, by: str = "all") -> Parts:
        rows = self.rows(ask)
        if by == "all":
            return {0: (rows.count(), None)}
        places = dict(sums.tallies(ENTERPRISES, ask.scope).values_list("enterprise_id", f"{by}_id"))
        found: dict[int, int] = {}
        for enterprise in rows.values_list("enterprise_id", flat=True):
            found[places.get(enterprise) or 0] = found.get(places.get(enterprise) or 0, 0) + 1
        return {key: (n, None) for key, n in found.items()}

    def rows(self, ask: Ask, part: str = "counted") -> QuerySet[Any]:
        seen = Event.objects.visible_to(ask.user).filter(
            kind__in=self.kinds, happened_on__range=(ask.period.first, ask.period.last), recorded_at__lte=ask.at
        )
        return seen.filter(enterprise__in=sums.tallies(ENTERPRISES, ask.scope).values("enterprise"))


@dataclass(frozen=True)
class OfFigures(Indicator):
    """The enterprises' own figures of a metric, added up; area figures stand apart and are never replaced by it."""

    metric: str = ""
    has_period = False

    def parts(self, ask: Ask, by: str = "all") -> Parts:
        found = sums.figures(ask.scope, self.metric, figure_period(ask.period), by=by)
        return {key: (total, None) for key, (total, _) in found.items()}

    def rows(self, ask: Ask, part: str = "counted") -> QuerySet[Any]:
        return sums.figures_behind(ask.scope, self.metric, figure_period(ask.period))


@dataclass(frozen=True)
class PerMu(OfFigures):
    """Of a metric, per mu of the land of the parks; a park whose land nobody has entered counts on neither side."""

    is_rate = True

    def parts(self, ask: Ask, by: str = "all") -> Parts:
        parks = {row.pk: row for row in self._parks(ask)}
        totals = {key: total for key, (total, _) in super().parts(ask, "park").items()}
        found: dict[int, tuple[Decimal, Decimal]] = {}
        for key, park in parks.items():
            place = key if by == "park" else (park.grid_id or 0) if by == "grid" else 0
            counted, mu = found.get(place, (Decimal(0), Decimal(0)))
            found[place] = counted + totals.get(key, Decimal(0)), mu + park.land_area_m2 / M2_PER_MU
        return dict(found)

    def rows(self, ask: Ask, part: str = "counted") -> QuerySet[Any]:
        if part == "base":
            return self._parks(ask)
        there = sums.tallies(ENTERPRISES, ask.scope).filter(park__in=self._parks(ask).values("pk"))
        return super().rows(ask).filter(enterprise__in=there.values("enterprise"))

    def _parks(self, ask: Ask) -> QuerySet[Park]:
        return _parks_of(ask).filter(land_area_m2__gt=0)

    def value(self, counted: Decimal | int, base: Decimal | int | None) -> Decimal | int | None:
        return _rounded(Decimal(counted) / base, self.places) if base else None


_PARK_OF = {"park": "pk", "grid": "grid"}
M2_PER_MU = Decimal("666.67")


def _parks_of(ask: Ask) -> QuerySet[Park]:
    rows = Park.objects.visible_to(ask.user).filter(community__in=ask.scope.communities)
    return rows.filter(**{_PARK_OF[name]: key or None for name, key in ask.scope.within if name in _PARK_OF})


@dataclass(frozen=True)
class OfSpaces(Indicator):
    """Vacant square metres over all that may be let, on the day of the moment."""

    has_period = False
    is_rate = True

    def parts(self, ask: Ask, by: str = "all") -> Parts:
        grids = dict(_parks_of(ask).values_list("pk", "grid_id"))
        found: dict[int, tuple[Decimal, Decimal]] = {}
        for park, days in stock.by_park(grids, [_day(ask.at)]).items():
            place = park if by == "park" else (grids[park] or 0) if by == "grid" else 0
            vacant, lettable = found.get(place, (Decimal(0), Decimal(0)))
            for each in days.values():
                found[place] = vacant + each.vacant, lettable + each.lettable
        return dict(found)

    def rows(self, ask: Ask, part: str = "counted") -> QuerySet[Any]:
        rows = Space.objects.visible_to(ask.user).on(_day(ask.at)).filter(building__park__in=_parks_of(ask).values("pk"))
        return rows if part == "base" else rows.filter(state="vacant")


@dataclass(frozen=True)
class OfVisits(Indicator):
    """应访尽访率, as `visits.coverage` has it."""

    is_rate = True

    def _rows(self, ask: Ask, code: str) -> QuerySet[Any]:
        rows = coverage.behind(ask.user, code, coverage.Period(ask.period.first, ask.period.last), _day(ask.at))
        rows = rows.filter(enterprise__community__in=ask.scope.communities)
        for name, key in ask.scope.within:
            rows = (
                rows.filter(grid=key or None)
                if name == "grid"
                else rows.filter(enterprise__in=sums.tallies(ENTERPRISES, ask.scope).values("enterprise"))
            )
        return rows

    def parts(self, ask: Ask, by: str = "all") -> Parts:
        if by == "all":
            return {0: (self._rows(ask, "on_time").count(), self._rows(ask, "due").count())}
        found = {code: dict(self._rows(ask, code).order_by().values_list("grid").annotate(n=Count("pk"))) for code in ("on_time", "due")}
        return {key or 0: (found["on_time"].get(key, 0), n) for key, n in found["due"].items()}

    def rows(self, ask: Ask, part: str = "counted") -> QuerySet[Any]:
        return self._rows(ask, "due" if part == "base" else "on_time")


def _day(at: datetime) -> Any:
    return measures.timezone.localtime(at).date()


_BETTER = {"done": UP, "on_time": UP, "first_on_time": UP, "response": UP, "site_visit": UP, "solved": UP, "satisfied": UP, "rated": UP,
           "overdue": DOWN, "poor": DOWN, "reopened": DOWN, "urged": DOWN}  # fmt: skip
_RECORDS = "办件记录，逐件计算，无人填报"


def _measured() -> Iterable[Indicator]:
    """The measures of tickets, as they stand in `measures`."""
    for row in MEASURES.values():
        yield OfTickets(
            row.code, row.label, row.unit, row.formula, _RECORDS, _BETTER.get(row.code, NEITHER), places=1 if row.is_rate else 0,
            mark=row.code, base_mark=row.base_code,
        )  # fmt: skip


_FILE, _FIGURES = "企业档案", "企业填报并经审核的经济指标；与公布的区域数据口径不同，不相互替代"

INDICATORS: dict[str, Indicator] = {
    row.code: row
    for row in (
        *_measured(),
        OfTickets("done_in_period", "期内办结", "件", "办结日在期内的诉求（不论何时提交）", _RECORDS, UP, mark="done", basis="done"),
        OfTickets("solved_count", "解决", "件", "期内提交、企业评价“已解决”的诉求", _RECORDS, UP, mark="solved"),
        OfTickets("sent_back", "发回重办率", "%", "期内提交、被退回重办过的诉求 ÷ 期内提交的诉求", _RECORDS, DOWN, places=1, mark="sent_back", base_mark="collected"),
        OfVisits("visited", "应访尽访率", "%", coverage.FORMULA, "走访记录", UP, "走访", ("all", "grid"), 1),
        OfEnterprises("active", "在册企业", "家", "档案状态为在册的企业", _FILE, UP, "企业", _BY_PLACE, mark="active"),
        OfEvents("moved_in", "新入驻", "家次", "期内成立、迁入、回归", "企业动态", UP, "企业", _BY_PLACE, kinds=("founded", "moved_in", "returned")),
        OfEvents("moved_out", "迁出注销", "家次", "期内迁出、注销", "企业动态", DOWN, "企业", _BY_PLACE, kinds=("moved_out", "dissolved")),
        *(
            OfEnterprises(f"q_{code}", QUALIFICATIONS[code].label, "家", f"现持有有效“{QUALIFICATIONS[code].word}”资质的在册企业", "资质登记", UP, "资质人才", _BY_PLACE, mark=f"q_{code}")
            for code in ("listed", "little_giant", "specialised", "high_tech", "provincial_tech", "above_scale")
        ),
        *(OfEnterprises(f"t_{tier.code}", f"梯度：{tier.label}", "家", f"现在“{tier.label}”梯度有效期内的在册企业", "梯度登记", UP, "资质人才", _BY_PLACE, mark=f"t_{tier.code}") for tier in TIERS),
        OfFigures("talents", "高层次人才", "人", "企业填报的高层次人才合计（所选整年、整季、整月；其他时段取上一整年）", _FIGURES, UP, "资质人才", _BY_PLACE, metric="talents"),
        OfFigures("tax", "企业实缴税金合计", "万元", "企业填报的实缴税金合计（所选整年、整季、整月；其他时段取上一整年）", _FIGURES, UP, "经济", _BY_PLACE, 2, metric="tax"),
        OfFigures("value_added", "企业增加值合计", "万元", "企业填报的增加值合计（所选整年、整季；其他时段取上一整年）", _FIGURES, UP, "经济", _BY_PLACE, 2, metric="value_added"),
        OfFigures("fiscal", "企业财政贡献合计", "万元", "企业填报的财政贡献合计（所选整年、整季；其他时段取上一整年）", _FIGURES, UP, "经济", _BY_PLACE, 2, metric="fiscal"),
        PerMu("tax_per_mu", "亩均税收", "万元/亩", "企业实缴税金合计 ÷ 园区土地面积（1 亩 = 666.67 平方米；未登记面积的园区不计）", _FIGURES, UP, "经济", _BY_PLACE, 2, metric="tax"),
        OfSpaces("vacancy", "空置率", "%", "闲置面积 ÷ 登记的可租面积", "空间台账", DOWN, "园区", _BY_PLACE, 1),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """One number as shown, and what it is compared with; None where there is nothing to say."""

    indicator: Indicator
    counted: Decimal | int
    base: Decimal | int | None
    value: Decimal | int | None
    before: Decimal | int | None = None
    year_before: Decimal | int | None = None
    target: Decimal | None = None
    key: int = 0


def read(ask: Ask, indicator: Indicator) -> Reading:
    counted, base = indicator.parts(ask).get(0, (0, 0 if indicator.is_rate else None))
    return Reading(indicator, counted, base, indicator.value(counted, base))


def read_all(ask: Ask, named: Named, indicators: Iterable[Indicator] = ()) -> list[Reading]:
    """Each with the period before, the year before and its target. Tickets take three statements, however many indicators."""
    chosen = list(indicators) or list(INDICATORS.values())
    of_tickets = [row for row in chosen if isinstance(row, OfTickets)]
    wanted = {"now": named.period, "before": named.before, "year_before": named.year_before}
    counted = {name: _ticket_parts(Ask(ask.user, ask.scope, period, ask.at), of_tickets) for name, period in wanted.items()}
    marks = {row.mark for row in chosen if isinstance(row, OfEnterprises)}
    stock = sums.enterprises(ask.scope, marks) if marks else {}
    targets = _targets(ask.scope.communities, [row.code for row in chosen], named.period)
    readings = []
    for row in chosen:
        if isinstance(row, OfTickets):
            found = {name: counted[name][row.code] for name in wanted}
        elif isinstance(row, OfEnterprises):
            found = {"now": (stock.get((0, row.mark), 0), None)}
        else:
            spoken = wanted if row.has_period or isinstance(row, OfFigures) else {"now": named.period}
            found = {name: row.parts(Ask(ask.user, ask.scope, period, ask.at)).get(0, (0, None)) for name, period in spoken.items()}
        values = {name: row.value(*parts) for name, parts in found.items()}
        readings.append(Reading(row, *found["now"], values["now"], values.get("before"), values.get("year_before"), targets.get(row.code)))
    return readings


def _ticket_parts(ask: Ask, rows: list[OfTickets]) -> dict[str, tuple[Decimal | int, Decimal | int | None]]:
    found: dict[str, tuple[Decimal | int, Decimal | int | None]] = {}
    for basis in {row.basis for row in rows}:
        mine = [row for row in rows if row.basis == basis]
        marks = {mark for row in mine for mark in (row.mark, row.base_mark) if mark}
        counts = sums.tickets(ask.scope, marks, ask.period, basis=basis)
        for row in mine:
            found[row.code] = counts.get((0, row.mark), 0), counts.get((0, row.base_mark), 0) if row.base_mark else None
    return found


def _targets(communities: tuple[int, ...], codes: list[str], period: Period) -> dict[str, Decimal]:
    """What was set for the day the period ends with; of several communities together nothing is set."""
    if len(communities) != 1:
        return {}
    rows = Target.objects.filter(community=communities[0], indicator__in=codes, from_on__lte=period.last, until_on__gte=period.last)
    return dict(rows.order_by("from_on").values_list("indicator", "value"))


def cut(ask: Ask, indicator: Indicator, by: str) -> list[Reading]:
    """By place, unit or item, largest first. Raises KeyError where it cannot be cut so."""
    if by not in indicator.by or by == "all":
        raise KeyError(by)
    parts = indicator.parts(ask, by).items()
    found = [Reading(indicator, counted, base, indicator.value(counted, base), key=key) for key, (counted, base) in parts]
    return sorted(found, key=lambda row: (row.value is None, -(row.value or 0), row.key))


def behind(ask: Ask, code: str, *, part: str = "counted", by: str = "all", key: int = 0) -> QuerySet[Any]:
    """The list behind a number, or behind one slice of it. Raises KeyError."""
    indicator = INDICATORS[code]
    if by not in indicator.by or part not in ("counted", "base") or (part == "base" and not indicator.is_rate):
        raise KeyError(by)
    return indicator.rows(Ask(ask.user, ask.scope.of(by, key), ask.period, ask.at), part)
