"""找空间: what is looked for, and which units on offer come nearest, with reasons in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count

import audit
from community import held
from community.kinds import COMMUNITY_WIDE_KINDS
from community.models import Community
from enterprises.models import Enterprise, Industry, SpaceDemand, Tenancy
from parks.models import Listing, SpaceKind, SpaceStage
from wording import clean
from wording.errors import FactsMissing, NotYours, StateConflict

if TYPE_CHECKING:
    from accounts.models import User

#: A unit that misses an end of the area by so much, or the price, is still shown, with what is amiss.
NEAR_AREA, NEAR_PRICE = Decimal("0.30"), Decimal("0.20")
NEAR_DAYS = 90
#: So many firms of the trade make a neighbourhood; of fewer nothing is said, they might be known by it.
NEIGHBOURS = 5
MOST = 30
_STAGES = list(SpaceStage.values)


@dataclass
class Match:
    """One unit on offer. `fits`: everything asked for is met; what is not stands in `misses`."""

    listing: Listing
    reasons: list[str] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)
    score: Decimal = Decimal(0)

    @property
    def fits(self) -> bool:
        return not self.misses


def may_ask(user: User, community: Community, enterprise: Enterprise | None) -> bool:
    """The enterprise's own people for it; the office for anybody."""
    if any(post.community_id == community.pk for post in held(user, *COMMUNITY_WIDE_KINDS)):
        return True
    return enterprise is not None and bool(Enterprise.objects.represented_by(user).filter(pk=enterprise.pk).exists())


@transaction.atomic
def ask(community: Community, *, by: User, at: datetime, enterprise: Enterprise | None = None, who: str = "", **facts: Any) -> SpaceDemand:
    """Kept until somebody says it is over; the same open demand once more is the same. Raises NotYours, FactsMissing."""
    if not may_ask(by, community, enterprise):
        raise NotYours("空间需求由企业自己或社区专员、负责人登记。")
    who = enterprise.name if enterprise else clean(who, max_length=200)
    if not who:
        raise FactsMissing("请写明是哪家企业或项目。", fields={"who": "请填写"})
    same = SpaceDemand.objects.open().filter(community=community, enterprise=enterprise, who=who, made_by=by)
    wanted = {
        name: facts[name] for name in ("area_from_m2", "area_to_m2", "price_most_yuan", "stage", "kind", "move_in_on") if name in facts
    }
    if (found := same.filter(**wanted).first()) is not None:
        return found  # type: ignore[no-any-return]
    row = SpaceDemand(community=community, enterprise=enterprise, who=who, made_by=by, made_at=at, **facts)
    if enterprise is not None and not row.industry_code and enterprise.industry_edition == "2017":
        row.industry_code = enterprise.industry_code
    try:
        row.full_clean()
    except ValidationError as error:
        raise FactsMissing("".join(dict.fromkeys(error.messages)), fields=error.message_dict) from error
    row.save()
    audit.record("space_demanded", by=by, at=at, target=f"demand:{row.pk}")
    return row


@transaction.atomic
def close(demand: SpaceDemand, outcome: str, *, by: User, at: datetime) -> SpaceDemand:
    """已找到 or 不再需要; the same twice is once. Raises NotYours, FactsMissing, StateConflict."""
    demand = SpaceDemand.objects.select_for_update(of=("self",), no_key=True).select_related("community", "enterprise").get(pk=demand.pk)
    if not may_ask(by, demand.community, demand.enterprise):
        raise NotYours("空间需求由企业自己或社区结束。")
    if demand.closed_at is not None:
        if demand.outcome == outcome:
            return demand
        raise StateConflict(f"这条需求已结束（{demand.get_outcome_display()}）。")
    if outcome not in ("found", "dropped"):
        raise FactsMissing("请选结果。", fields={"outcome": "已找到或不再需要"})
    demand.closed_at, demand.closed_by, demand.outcome = at, by, outcome
    demand.full_clean()
    demand.save()
    audit.record("space_demand_closed", by=by, at=at, target=f"demand:{demand.pk}", detail={"outcome": outcome})
    return demand


def matches(demand: SpaceDemand, listings: Any) -> list[Match]:
    """Ranked: what fits before what nearly does, then by score. `listings`: those in sight of whoever asks. Three queries."""
    offered = list(listings.filter(space__building__park__community=demand.community_id).select_related("space__building__park"))
    peers = neighbours(demand.industry_code, {row.space.building.park_id for row in offered})
    told = [match for row in offered if (match := _judged(demand, row, peers)) is not None]
    return sorted(told, key=lambda each: (not each.fits, len(each.misses), -each.score, each.listing.price_yuan, each.listing.pk))[:MOST]


def neighbours(code: str, parks: Sequence[int] | set[int]) -> dict[int, tuple[str, int]]:
    """Park → name of the division and how many of it sit there, where there are five or more."""
    division = code[:2]
    if not (len(division) == 2 and division.isdigit()) or not parks:
        return {}
    seats = Tenancy.objects.open().filter(is_main=True, building__park__in=parks, enterprise__status="active")
    rows = seats.filter(enterprise__industry_code__startswith=division, enterprise__industry_edition="2017")
    counted = rows.values("building__park").annotate(n=Count("enterprise", distinct=True)).order_by()
    name = Industry.objects.filter(edition="2017", code=division).values_list("name", flat=True).first() or "同行业"
    return {row["building__park"]: (name, row["n"]) for row in counted if row["n"] >= NEIGHBOURS}


def _judged(demand: SpaceDemand, row: Listing, peers: dict[int, tuple[str, int]]) -> Match | None:
    """None where it is out of the question: far too large, small or dear, or of another use."""
    match = Match(row)
    if demand.kind and demand.kind != row.space.kind:
        return None
    if not (_area(demand, match) and _price(demand, match) and _day(demand, match)):
        return None
    if demand.kind:
        match.reasons.append(f"用途相符：{SpaceKind(demand.kind).label}")
    _stage(demand, match)
    if row.space.building.park_id in peers:
        name, count = peers[row.space.building.park_id]
        match.reasons.append(f"园内已有 {count} 家“{name}”企业")
        match.score += 15
    return match


def _area(demand: SpaceDemand, match: Match) -> bool:
    area, least, most = match.listing.space.area_m2, demand.area_from_m2, demand.area_to_m2
    if least <= area <= most:
        middle = (least + most) / 2
        match.score += 40 - min(Decimal(15), abs(area - middle) / (middle or 1) * 20)
        match.reasons.append(f"面积 {_said(area)} ㎡，在要求的 {_said(least)}–{_said(most)} ㎡之内")
        return True
    off = (least - area) / least if area < least else (area - most) / most
    if off > NEAR_AREA:
        return False
    match.misses.append(f"面积 {_said(area)} ㎡，{'小' if area < least else '大'}了 {max(1, round(off * 100))}%")
    match.score += 20 * (1 - off)
    return True


def _price(demand: SpaceDemand, match: Match) -> bool:
    price, most = match.listing.price_yuan, demand.price_most_yuan
    if most is None:
        return True
    if price <= most:
        match.score += 20 + min(Decimal(10), (most - price) / most * 20)
        saved = round((most - price) / most * 100)
        match.reasons.append(f"租金 {price:f} 元/㎡·天，{f'比上限低 {saved}%' if saved >= 1 else '在上限之内'}")
        return True
    over = (price - most) / most
    if over > NEAR_PRICE:
        return False
    match.misses.append(f"租金 {price:f} 元/㎡·天，高出上限 {max(1, round(over * 100))}%")
    match.score += 10 * (1 - over)
    return True


def _day(demand: SpaceDemand, match: Match) -> bool:
    if demand.move_in_on is None:
        return True
    late = (match.listing.available_on - demand.move_in_on).days
    if late <= 0:
        match.score += 10
        match.reasons.append(f"{_month(match.listing.available_on)}可入驻，赶得上 {_month(demand.move_in_on)}")
        return True
    if late > NEAR_DAYS:
        return False
    match.misses.append(f"{_month(match.listing.available_on)}才可入驻，晚 {late} 天")
    return True


def _stage(demand: SpaceDemand, match: Match) -> None:
    stage = match.listing.space.stage
    if not demand.stage:
        return
    if stage == demand.stage:
        match.score += 15
        match.reasons.append(f"阶段相符：{SpaceStage(stage).label}")
    elif stage:
        steps = abs(_STAGES.index(stage) - _STAGES.index(demand.stage))
        match.score += max(0, 8 - 4 * steps)
        match.misses.append(f"这里是{SpaceStage(stage).label}，要求的是{SpaceStage(demand.stage).label}")
    else:
        match.misses.append("没有登记适合的阶段")


def _said(value: Decimal) -> str:
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def _month(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
