"""What was asked of the board: which community, grid or park, which period, as of when, and how it is to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date

from community.models import Community, Grid
from dashboards import periods, sums
from dashboards.indicators import Ask
from dashboards.measures import Period
from dashboards.periods import Named
from dashboards.sums import Scope
from parks.models import Park
from portal.keyset import read_moment

#: On the first days of a month the month says nothing yet.
USUAL = "quarter"
MODES = {"office": "办公模式", "screen": "大屏模式"}


@dataclass(frozen=True)
class Asked:
    """`at`: 截至, the last fold unless the address says another moment."""

    ask: Ask
    named: Named
    at: datetime
    now: datetime
    communities: list[Community]
    community: Community | None
    grid: Grid | None
    park: Park | None
    screen: bool
    problem: str

    @property
    def where(self) -> str:
        place = self.park or self.grid or self.community
        if place is not None:
            return str(place)
        return self.communities[0].street.name if self.communities else "全街道"

    @property
    def place_query(self) -> dict[str, Any]:
        found = {
            "community": self.community and self.community.code,
            "grid": self.grid and self.grid.pk,
            "park": self.park and self.park.code,
        }
        return {name: value for name, value in found.items() if value}

    @property
    def list_query(self) -> str:
        """For the list behind a number of this board: the same place, days and moment."""
        days = {"from": self.named.period.first, "to": self.named.period.last, "as_of": self.at.isoformat()}
        return urlencode(self.place_query | days)

    @property
    def standing(self) -> Period:
        """A year back from the last day: what is open was filed then."""
        return Period(self.named.period.last - timedelta(days=365), self.named.period.last)

    @property
    def open_query(self) -> str:
        """For the list behind a number of what is open."""
        days = {"from": self.standing.first, "to": self.standing.last, "as_of": self.at.isoformat()}
        return urlencode(self.place_query | days)

    def again(self, **changes: Any) -> str:
        """The board with something else asked; None leaves it out."""
        asked = {**self.place_query, "period": self.named.kind or USUAL, "mode": "screen" if self.screen else None} | changes
        return urlencode({name: value for name, value in asked.items() if value})


def read(request: HttpRequest) -> Asked:
    """Raises Http404 for a place out of sight."""
    now = timezone.now()
    user, get = request.user, request.GET
    seen = list(Community.objects.worked_by(user).select_related("street").order_by("code"))
    community = _one([row for row in seen if row.code == get["community"]]) if get.get("community") else seen[0] if len(seen) == 1 else None
    grid = park = None
    within: tuple[tuple[str, int], ...] = ()
    if get.get("park"):
        park = _one(list(Park.objects.visible_to(user).filter(code=get["park"][:20], community__in=seen).select_related("community")))
        community, within = park.community, (("park", park.pk),)
    elif get.get("grid"):
        key = get["grid"]
        known = (
            Grid.objects.filter(pk=int(key), community__in=seen).select_related("community")
            if key.isascii() and key.isdigit() and len(key) < 10
            else []
        )
        grid = _one(list(known))
        community, within = grid.community, (("grid", grid.pk),)
    keys = (community.pk,) if community else tuple(row.pk for row in seen)
    last = sums.moment()
    at, problem = _moment(get.get("as_of", ""), last.at if last else now)
    named, wrong = _period(get, timezone.localtime(at).date())
    past = at if last is None or at != last.at else None
    scope = Scope(keys, within, past)
    return Asked(
        Ask(user, scope, named.period, at), named, at, now, seen, community, grid, park, get.get("mode") == "screen", problem or wrong
    )


def _one(found: list[Any]) -> Any:
    if not found:
        raise Http404("没有这个地方，或不在您的范围内。")
    return found[0]


def _moment(words: str, usual: datetime) -> tuple[datetime, str]:
    if not words:
        return usual, ""
    try:
        at = read_moment(words)
    except (ValueError, OverflowError):
        return usual, "截至时间看不懂，以下为最近一次汇总；请从看板上的数字点进来。"
    return (at, "") if at <= usual else (usual, "截至时间还没有到，以下为最近一次汇总。")


def _period(get: Any, today: date) -> tuple[Named, str]:
    if get.get("from") or get.get("to"):
        try:
            first, last = (parse_date(get.get(name) or "") for name in ("from", "to"))
        except ValueError:
            first = last = None
        if first and last and date(2000, 1, 1) <= first <= last <= date(2100, 12, 31):
            return Named("", Period(first, last)), ""
        return periods.of_today(USUAL, today), "起止日期不对：请按“2026-11-30”的格式填写，开始不能晚于结束；以下为本季度。"
    kind = get.get("period", USUAL)
    if kind in periods.KINDS:
        return periods.of_today(kind, today), ""
    return periods.of_today(USUAL, today), "没有这种统计周期；以下为本季度。"
