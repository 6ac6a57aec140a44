"""What each indicator counts: one value a park, from the records, for all parks of a community at once. Who may read it is said elsewhere."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q

from community.models import Community
from enterprises.metrics import Span, days_of, span_of
from enterprises.models import Figure, Qualification, Tenancy
from enterprises.suppression import FEWEST, refused
from evaluations.states import Withheld
from grievances.measures import answered_on_time, due_for_answer, rated
from grievances.models import Grievance
from parks import stock
from parks.models import Park
from visits.models import Visit

M2_OF_MU = Decimal("666.67")
PLACES = Decimal("0.0001")
#: 优质企业: recognised for what it makes or how large it is; an R&D centre or a headquarters alone is not meant.
QUALITY = ("high_tech", "specialised", "little_giant", "champion", "above_scale", "listed", "innovative")


@dataclass(frozen=True)
class Measured:
    """`value` is None where nothing is known; `said` is how it came about, for whoever may read the value itself."""

    value: Decimal | None
    said: str = ""
    members: int | None = None
    withheld: str = Withheld.NO


NOTHING = Measured(None, "没有数据")


class Records:
    """The records of one community for one period, as known at a moment; each kind is read once, whichever indicators ask."""

    def __init__(self, community: Community, period: str, at: datetime) -> None:
        self.community, self.period, self.at = community, period, at
        self.first, self.last = days_of(period)

    @property
    def figures_of(self) -> str:
        """Figures of a park are those of whole years: a quarter is judged by the year before it."""
        return self.period if span_of(self.period) is Span.YEAR else str(int(self.period[:4]) - 1)

    @cached_property
    def parks(self) -> dict[int, Park]:
        return {park.pk: park for park in Park.objects.filter(community=self.community).order_by("code")}

    def seats(self, day: date) -> dict[int, tuple[int, str]]:
        """Enterprise → park and industry of its main place on that day; what is presumed about a later first day is no absence."""
        rows = Tenancy.objects.filter(
            Q(until_on__isnull=True) | Q(until_on__gte=day), is_main=True, building__park__community=self.community
        )
        sat = rows.filter(Q(from_on__lte=day) | Q(from_presumed=True)).order_by("enterprise_id", "-from_presumed", "from_on", "pk")
        told = sat.values_list("enterprise_id", "building__park_id", "enterprise__industry_code")
        return {enterprise: (park, industry) for enterprise, park, industry in told}

    @cached_property
    def tenants(self) -> dict[int, tuple[int, str]]:
        return self.seats(self.last)

    @cached_property
    def tenants_of(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {park: [] for park in self.parks}
        for enterprise, (park, _) in self.tenants.items():
            found[park].append(enterprise)
        return found

    def qualified(self, **when: Any) -> Iterable[tuple[int, str]]:
        rows = Qualification.objects.filter(enterprise__in=list(self.tenants), kind__in=QUALITY, **when)
        return rows.values_list("enterprise_id", "kind")

    @cached_property
    def holding(self) -> set[int]:
        rows = Qualification.objects.in_force(self.last).filter(enterprise__in=list(self.tenants), kind__in=QUALITY)
        return set(rows.values_list("enterprise_id", flat=True))

    @cached_property
    def figures(self) -> dict[str, dict[int, dict[int, Decimal]]]:
        """Metric → park → enterprise → value, as known at the moment."""
        rows = Figure.objects.known_at(self.at).filter(
            enterprise__in=list(self.tenants), period=self.figures_of, metric__in=("tax", "revenue", "research", "invention_patents")
        )
        found: dict[str, dict[int, dict[int, Decimal]]] = defaultdict(lambda: defaultdict(dict))
        for metric, enterprise, value in rows.values_list("metric", "enterprise_id", "value"):
            found[metric][self.tenants[enterprise][0]][enterprise] = value
        return found

    @cached_property
    def tickets(self) -> Any:
        """Filed in the period by enterprises, of the park where they sat then; an employee's own matter is nobody's performance."""
        rows = Grievance.objects.filed().filter(park__in=list(self.parks), personal=False)
        return rows.filter(submitted_at__date__gte=self.first, submitted_at__date__lte=self.last)


def tenants(records: Records) -> dict[int, Measured]:
    return {park: Measured(Decimal(len(firms)), f"期末在园 {len(firms)} 家", len(firms)) for park, firms in records.tenants_of.items()}


def cluster(records: Records) -> dict[int, Measured]:
    """Of the tenants whose industry is known, how many are of the commonest 大类."""
    divisions: dict[int, Counter[str]] = {park: Counter() for park in records.parks}
    for park, industry in records.tenants.values():
        if industry[:2].isdigit():
            divisions[park][industry[:2]] += 1
    return {park: _commonest(counts) for park, counts in divisions.items()}


def _commonest(counts: Counter[str]) -> Measured:
    if not counts:
        return NOTHING
    division, most = min(counts.items(), key=lambda each: (-each[1], each[0]))
    return _rate(most, counts.total(), f"行业大类 {division}：{most} 家 ÷ 有行业的 {counts.total()} 家", hidden_below=0)


def net_arrivals(records: Records) -> dict[int, Measured]:
    """Who sits in the park at the end and did not before the period, less who did and does no more."""
    before = records.seats(records.first - timedelta(days=1))
    found = {}
    for park, firms in records.tenants_of.items():
        sat = {firm for firm, (where, _) in before.items() if where == park}
        came, left = len(set(firms) - sat), len(sat - set(firms))
        found[park] = Measured(Decimal(came - left), f"迁入 {came} 家，迁出 {left} 家")
    return found


def quality_share(records: Records) -> dict[int, Measured]:
    found = {}
    for park, firms in records.tenants_of.items():
        held = len(records.holding.intersection(firms))
        found[park] = _rate(held, len(firms), f"期末有效资质 {held} 家 ÷ 在园 {len(firms)} 家", hidden_below=0)
    return found


def quality_new(records: Records) -> dict[int, Measured]:
    """Enterprises recognised in the period; a renewal of what ran out counts, several papers of one enterprise count once."""
    fresh = {firm for firm, _ in records.qualified(issued_on__gte=records.first, issued_on__lte=records.last)}
    told = {park: len(fresh.intersection(firms)) for park, firms in records.tenants_of.items()}
    return {park: Measured(Decimal(count), f"期内认定 {count} 家") for park, count in told.items()}


def patents(records: Records) -> dict[int, Measured]:
    found = {}
    for park, firms in records.tenants_of.items():
        values = records.figures["invention_patents"].get(park, {})
        found[park] = (
            _summed(values, len(firms), lambda total, n=len(firms): total * 100 / n, f"{records.figures_of} 年", "件") if firms else NOTHING
        )
    return found


def tax_per_mu(records: Records) -> dict[int, Measured]:
    found = {}
    for park, row in records.parks.items():
        mu = (row.land_area_m2 or Decimal(0)) / M2_OF_MU
        values = records.figures["tax"].get(park, {})
        found[park] = (
            _summed(values, len(values), lambda total, mu=mu: total / mu, f"{records.figures_of} 年", "万元")
            if mu
            else Measured(None, "未登记土地面积")
        )
    return found


def research_share(records: Records) -> dict[int, Measured]:
    """研发费用 over 营业收入, of the enterprises that told both."""
    found = {}
    for park in records.parks:
        revenue, spent = records.figures["revenue"].get(park, {}), records.figures["research"].get(park, {})
        both = {firm: spent[firm] for firm in spent if revenue.get(firm, 0) > 0}
        base = sum((revenue[firm] for firm in both), Decimal(0))
        hidden = refused(both.values()) or refused([revenue[firm] for firm in both])
        said = f"{records.figures_of} 年，填报 {len(both)} 家"
        found[park] = Measured(_cut(sum(both.values(), Decimal(0)) * 100 / base), said, len(both), hidden) if base else NOTHING
    return found


def vacancy(records: Records) -> dict[int, Measured]:
    """Vacant over lettable on the last day of the period, in m², as on the board of the park; a reserved space is not vacant."""
    told = stock.by_park(records.parks, [records.last])
    found = {}
    for park in records.parks:
        there = told[park][records.last] if park in told else None
        if there is None or not there.lettable:
            found[park] = Measured(None, "没有登记空间")
            continue
        said = f"闲置 {there.vacant:,.0f} m² ÷ 可租 {there.lettable:,.0f} m²"
        found[park] = Measured(_cut(there.vacant * 100 / there.lettable), said)
    return found


def on_time(records: Records) -> dict[int, Measured]:
    due = due_for_answer(records.tickets, records.at)
    return _share_of(records, answered_on_time(records.tickets), due, "按时答复 {0} 件 ÷ 应答复 {1} 件")


def satisfied(records: Records) -> dict[int, Measured]:
    told = records.tickets.filter(rated())
    return _share_of(records, records.tickets.filter(rated(result__gte=3)), told, "满意 {0} 件 ÷ 已评价 {1} 件")


def visited(records: Records) -> dict[int, Measured]:
    met = Visit.objects.met().filter(enterprise__in=list(records.tenants), visited_on__gte=records.first, visited_on__lte=records.last)
    seen = set(met.values_list("enterprise_id", flat=True))
    found = {}
    for park, firms in records.tenants_of.items():
        count = len(seen.intersection(firms))
        found[park] = _rate(count, len(firms), f"期内走访 {count} 家 ÷ 在园 {len(firms)} 家")
    return found


def _share_of(records: Records, counted: Any, base: Any, said: str) -> dict[int, Measured]:
    upper, lower = _by_park(counted), _by_park(base)
    told = {park: (upper.get(park, 0), lower.get(park, 0)) for park in records.parks}
    return {park: _rate(part, whole, said.format(part, whole)) for park, (part, whole) in told.items()}


def _by_park(rows: Any) -> Mapping[int, int]:
    return Counter(rows.order_by().values_list("park_id", flat=True))


def _rate(part: int, whole: int, said: str, *, hidden_below: int = FEWEST) -> Measured:
    """In percent. Of few tickets or visits a rate would tell of a single one: then it is the office's to read."""
    if not whole:
        return NOTHING
    return Measured(_cut(Decimal(part) * 100 / whole), said, whole, Withheld.TOO_FEW if whole < hidden_below else Withheld.NO)


def _summed(values: Mapping[int, Decimal], members: int, of: Any, year: str, unit: str) -> Measured:
    if not values:
        return NOTHING
    total = sum(values.values(), Decimal(0))
    return Measured(_cut(of(total)), f"{year}，填报 {len(values)} 家，合计 {total:,.0f} {unit}", members, refused(values.values()))


def _cut(value: Decimal) -> Decimal:
    return value.quantize(PLACES, ROUND_HALF_UP)
