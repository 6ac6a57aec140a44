"""What stands on the board, panel by panel: each number with its indicator, so that it opens its list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone

from community.models import Grid, Unit
from cultivation.tiers import TIERS
from dashboards import indicators, sums
from dashboards.area import AREA_KIND_OF
from dashboards.indicators import INDICATORS, Ask, Reading
from dashboards.marks import ENTERPRISES
from dashboards.models import AreaFigure, SurveyRound
from grievances.models import ServiceItem
from grievances.states import GRADES
from parks.models import Park
from portal.cockpit import drawing
from portal.cockpit.asked import Asked
from risks.models import Flag
from visits import coverage

CARDS = (
    ("active", "building-skyscraper"), ("collected", "inbox"), ("on_time", "circle-check"), ("satisfied", "mood-smile"),
    ("visited", "walk"), ("open", "alert-triangle"), ("vacancy", "building"),
)  # fmt: skip
BESIDE = (
    "moved_in",
    "moved_out",
    "done_in_period",
    "rated",
    "overdue",
    "urged",
    "first_on_time",
    "response",
    "solved",
    "sent_back",
    "tax_per_mu",
)
TOP, PARKS, RISKS = 8, 12, 6


@dataclass(frozen=True)
class Card:
    """`change` against the period before in words, `good` whether it went the better way (None: it did not move, or nobody can say)."""

    reading: Reading
    icon: str
    value: str
    change: str
    good: bool | None
    target: str


@dataclass(frozen=True)
class Bar:
    """One line of a panel of bars. `share` is its length in percent of the longest."""

    key: int
    label: str
    value: int
    share: int
    before: int | None = None
    words: str = ""
    colour: str = ""

    @property
    def change(self) -> int | None:
        """Percent against the period before; None where there was nothing."""
        return round((self.value - self.before) * 100 / self.before) if self.before else None


def board(asked: Asked) -> dict[str, Any]:
    readings = {row.indicator.code: row for row in indicators.read_all(asked.ask, asked.named, _chosen())}
    return {
        "cards": [_card(readings[code], icon) for code, icon in CARDS],
        "beside": readings,
        "items": _items(asked),
        "windows": _help(asked, "window", Unit),
        "grids": _help(asked, "grid", Grid) if asked.grid is None and asked.park is None else [],
        "map": _map(asked),
        "trend": _trend(asked, readings["collected"]),
        "grades": _grades(asked),
        "visits": _visits(asked),
        "risks": _risks(asked),
        "parks": _parks(asked),
        "tiers": _tiers(asked),
        "area": _area(asked),
        "surveys": SurveyRound.objects.visible_to(asked.ask.user).filter(community__in=asked.ask.scope.communities).order_by("from_on"),
    }


def _chosen() -> list[indicators.Indicator]:
    return [INDICATORS[code] for code in dict.fromkeys((*(code for code, _ in CARDS), *BESIDE))]


def _card(reading: Reading, icon: str) -> Card:
    row, now, before = reading.indicator, reading.value, reading.before
    change, good = "", None
    if now is not None and before is not None and row.has_period:
        if row.is_rate:
            difference = Decimal(now) - Decimal(before)
            change = f"{difference:+} 个百分点" if difference else "持平"
        else:
            difference = Decimal(now) - Decimal(before)
            change = f"{_percent(now, before):+}%" if before and difference else "持平" if not difference else f"{difference:+}"
        good = difference > 0 if row.better > 0 else difference < 0 if row.better < 0 else None
        good = good if difference else None
    target = ""
    if reading.target is not None:
        gap = None if now is None else (now >= reading.target if row.better >= 0 else now <= reading.target)
        target = f"目标 {reading.target.normalize():f}{row.unit}" + ("" if gap is None else "，已达" if gap else "，未达")
    return Card(reading, icon, shown(now), change, good, target)


def _percent(now: Decimal | int, before: Decimal | int) -> Decimal:
    return ((Decimal(now) - before) * 100 / Decimal(before)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def shown(value: Decimal | int | None) -> str:
    return "—" if value is None else f"{value:,}"


def _bars(counts: dict[int, int], before: dict[int, int], names: dict[int, str], none: str) -> list[Bar]:
    longest = max(counts.values(), default=0) or 1
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], names.get(pair[0], "")))
    return [Bar(key, names.get(key, none), n, round(n * 100 / longest), before.get(key)) for key, n in ordered if n]


def _items(asked: Asked) -> list[Bar]:
    """The matters asked about most, with the period before; of several communities together by what they are called."""
    now, before = (
        {key: n for (key, _), n in sums.tickets(asked.ask.scope, ["collected"], period, by="item").items()}
        for period in (asked.named.period, asked.named.before)
    )
    names = dict(ServiceItem.objects.filter(pk__in=now).values_list("pk", "name"))
    if asked.community is not None:
        return _bars(now, before, names, "未选事项")[:TOP]
    names |= dict(ServiceItem.objects.filter(pk__in=before).values_list("pk", "name"))
    first: dict[str, int] = {}
    for key in sorted({*now, *before}):
        first.setdefault(names.get(key, ""), key)
    merged = [{}, {}]
    for counts, found in zip((now, before), merged, strict=True):
        for key, n in counts.items():
            lead = first[names.get(key, "")]
            found[lead] = found.get(lead, 0) + n
    return _bars(merged[0], merged[1], names, "未选事项")[:TOP]


def _help(asked: Asked, by: str, model: Any) -> list[dict[str, Any]]:
    """谁需要帮忙: what weighs on a window or a grid, and what would help; in the order of their codes, because nobody is ranked."""
    marks = ("collected", "open", "overdue", "urged", "on_time", "answer_due", "sent_back")
    found = sums.tickets(asked.ask.scope, marks, asked.standing, by=by)
    keys = {key for key, _ in found if key}
    rows, several = [], len(asked.ask.scope.communities) > 1
    for place in model.objects.filter(pk__in=keys).select_related("community").order_by("community", "code"):
        n = {mark: found.get((place.pk, mark), 0) for mark in marks}
        rate = round(n["on_time"] * 100 / n["answer_due"]) if n["answer_due"] else None
        name = f"{place.community.name} · {place.name}" if several else place.name
        rows.append({"key": place.pk, "name": name, **n, "rate": rate, "help": _what_helps(n)})
    return rows


def _what_helps(n: dict[str, int]) -> str:
    if n["overdue"]:
        return f"{n['overdue']} 件已超期：请负责人今天会商，或调人协办"
    if n["open"] >= 10 and n["open"] * 4 >= n["collected"]:
        return "在办偏多：新件可先派给别的单位"
    if n["sent_back"] * 10 >= n["collected"] > 9:
        return "退回重办偏多：一起看一遍答复口径"
    if n["urged"] * 5 >= n["collected"] > 9:
        return "催办偏多：先电话告知进度"
    return ""


def _map(asked: Asked) -> drawing.Map | None:
    if asked.park is not None:
        return None
    found = sums.tickets(asked.ask.scope, ["open", "overdue"], asked.standing, by="grid")
    grids = list(Grid.objects.filter(community__in=asked.ask.scope.communities).order_by("community", "code"))
    counts = {grid.pk: (found.get((grid.pk, "open"), 0), found.get((grid.pk, "overdue"), 0)) for grid in grids}
    return drawing.grid_map(asked.community and asked.community.boundary, grids, counts)


def _trend(asked: Asked, collected: Reading) -> drawing.Trend | None:
    """By day up to two months, else by month; the year before from the same days, the target spread over them."""
    period, scope = asked.named.period, asked.ask.scope
    earlier = asked.named.year_before
    came, done = sums.days(scope, "collected", period), sums.days(scope, "done", period, basis="done")
    last = sums.days(scope, "collected", earlier)
    if (period.last - period.first).days <= 62:
        days = [period.first + timedelta(days=n) for n in range((period.last - period.first).days + 1)]
        before = [_moved(day) for day in days]
        labels = [f"{day.day}日" if day.day != 1 else f"{day.month}月1日" for day in days]
        series = [[counts.get(day, 0) for day in days] for counts in (came, done)]
        return drawing.trend(
            labels, *series, [last.get(day) if day else None for day in before] if last else [None] * len(days), target=None
        )
    count = (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1
    begun = period.first.year * 12 + period.first.month - 1
    months = [date((begun + n) // 12, (begun + n) % 12 + 1, 1) for n in range(count)]
    series = [[_of_month(counts, month) for month in months] for counts in (came, done)]
    before = [_of_month(last, month.replace(year=month.year - 1)) if last else None for month in months]
    target = float(collected.target) / 12 if collected.target else None
    return drawing.trend([f"{month.month}月" for month in months], *series, before, target=target)


def _moved(day: date) -> date | None:
    return None if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def _of_month(counts: dict[date, int], month: date) -> int:
    return sum(n for day, n in counts.items() if (day.year, day.month) == (month.year, month.month))


def _grades(asked: Asked) -> dict[str, Any]:
    found = sums.tickets(asked.ask.scope, [f"grade_{grade}" for grade in GRADES], asked.named.period)
    parts = [(grade, label, found.get((0, f"grade_{grade}"), 0)) for grade, label in GRADES.items()]
    return {"parts": parts, "arcs": drawing.ring(parts), "total": sum(count for _, _, count in parts)}


def _visits(asked: Asked) -> list[dict[str, Any]]:
    """Six must-visits: how much of what fell due was visited in time."""
    if asked.grid or asked.park:
        return []
    period = coverage.Period(asked.named.period.first, asked.named.period.last)
    found = coverage.breakdown(asked.ask.user, "class", period, timezone.localtime(asked.at).date())
    return [
        {"key": row.key, "label": row.label, "on_time": row.counts["on_time"], "due": row.counts["due"], "rate": row.rate,
         "colour": "g" if row.rate is None or row.rate >= 90 else "a" if row.rate >= 70 else "r"}
        for row in found
    ]  # fmt: skip


def _risks(asked: Asked) -> dict[str, Any]:
    rows = Flag.objects.visible_to(asked.ask.user).filter(ended_at__isnull=True, enterprise__community__in=asked.ask.scope.communities)
    if asked.grid or asked.park:
        there = sums.tallies(ENTERPRISES, asked.ask.scope).values("enterprise")
        rows = rows.filter(enterprise__in=there)
    gravest = rows.select_related("enterprise", "owner").order_by("-level", "-level_since_at", "-id")[:RISKS]
    return {"rows": list(gravest), "count": rows.count()}


def _parks(asked: Asked) -> list[dict[str, Any]]:
    """Red: something overdue; amber: over three tenths vacant; each says so in words."""
    rows = Park.objects.visible_to(asked.ask.user).filter(community__in=asked.ask.scope.communities)
    rows = rows.filter(**({"pk": asked.park.pk} if asked.park else {"grid": asked.grid} if asked.grid else {}))
    found = sums.tickets(asked.ask.scope, ["open", "overdue"], asked.standing, by="park")
    firms = {key: n for (key, _), n in sums.enterprises(asked.ask.scope, ["active"], by="park").items()}
    vacant, per_mu = (_values(asked.ask, code) for code in ("vacancy", "tax_per_mu"))
    lines = []
    for park in rows.order_by("pinyin", "pk"):
        late, empty = found.get((park.pk, "overdue"), 0), vacant.get(park.pk)
        colour, word = ("red", "有超期") if late else ("amber", "空置较多") if empty is not None and empty > 30 else ("green", "平稳")
        lines.append({
            "park": park, "colour": colour, "word": word, "open": found.get((park.pk, "open"), 0), "overdue": late,
            "enterprises": firms.get(park.pk, 0), "vacancy": empty, "per_mu": per_mu.get(park.pk),
        })  # fmt: skip
    order = {"red": 0, "amber": 1, "green": 2}
    return sorted(lines, key=lambda line: (order[line["colour"]], -line["open"]))


def _values(ask: Ask, code: str) -> dict[int, Decimal | int | None]:
    row = INDICATORS[code]
    return {key: row.value(*parts) for key, parts in row.parts(ask, "park").items()}


def _tiers(asked: Asked) -> list[Bar]:
    """The pyramid, top first."""
    found = sums.enterprises(asked.ask.scope, [f"t_{tier.code}" for tier in TIERS])
    counts = {place: found.get((0, f"t_{tier.code}"), 0) for place, tier in enumerate(TIERS)}
    longest = max(counts.values(), default=0) or 1
    ranked = sorted(enumerate(TIERS), key=lambda pair: (-pair[1].rank, pair[0]))
    return [Bar(place, tier.label, counts[place], round(counts[place] * 100 / longest), words=f"t_{tier.code}") for place, tier in ranked]


def _area(asked: Asked) -> list[AreaFigure]:
    """The latest published one of each kind, of the community shown, else of the street; never mixed."""
    rows = AreaFigure.objects.visible_to(asked.ask.user).filter(until_on__lte=timezone.localtime(asked.at).date())
    rows = rows.filter(community=asked.community) if asked.community else rows.filter(community__isnull=True)
    order = list(AREA_KIND_OF)
    found = rows.order_by("kind", "-until_on", "-from_on").distinct("kind")
    return sorted(found, key=lambda row: order.index(row.kind))
