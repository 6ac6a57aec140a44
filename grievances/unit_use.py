"""What hangs on a unit: shown before an agreement ends or a unit goes out of use, and what keeps it in use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils import timezone

from community import unit_changes
from community.kinds import UnitKind
from community.models import Post, Unit
from grievances.models import Dispatch, DispatchRule, ServiceItem
from grievances.states import LIVE_DISPATCH, OPEN
from parks.models import Park
from wording.errors import StateConflict

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Use:
    """Open tickets in its hands (主办, 协办), people with a post in it, and the things that must be moved before it goes out of use."""

    main: int
    helping: int
    people: int
    in_the_way: tuple[str, ...]


def in_hand(units: Iterable[Unit]) -> dict[int, tuple[int, int]]:
    """By key of the unit: open tickets it leads, and those it helps with."""
    rows = Dispatch.objects.filter(unit__in=list(units), state__in=LIVE_DISPATCH, grievance__state__in=OPEN).values("unit").order_by()
    counted = rows.annotate(main=Count("grievance", filter=Q(is_main=True), distinct=True), all=Count("grievance", distinct=True))
    return {row["unit"]: (row["main"], row["all"] - row["main"]) for row in counted}


def use(unit: Unit, at: datetime) -> Use:
    main, helping = in_hand([unit]).get(unit.pk, (0, 0))
    people = Post.objects.in_force(at).filter(unit=unit).values("user").distinct().count()
    return Use(main, helping, people, tuple(_in_the_way(unit, at)))


def _in_the_way(unit: Unit, at: datetime) -> list[str]:
    today, found = timezone.localtime(at).date(), []
    items = ServiceItem.objects.filter(Q(window=unit) | Q(partner_window=unit), retired=False).count()
    if items:
        found.append(f"{items} 个事项归它办理")
    found += [
        f"派单规则 {code} 派往它"
        for code in DispatchRule.objects.filter(Q(until_on__isnull=True) | Q(until_on__gt=today), unit=unit).values_list("code", flat=True)
    ]
    firms = unit.firms.filter(retired=False).count()
    if firms:
        found.append(f"{firms} 家伙伴机构挂在它名下")
    parks = Park.objects.filter(Q(operator=unit) | Q(grid__isnull=False, grid=unit.grid_id)).count()
    if parks:
        found.append(f"{parks} 个园区归它" + ("管" if unit.kind == UnitKind.GRID else "运营"))
    if unit.kind == UnitKind.WINDOW and not unit.is_partner and Post.objects.in_force(at).filter(unit=unit).exists():
        found.append("还有在任的专员")
    return found


def retire(unit: Unit, *, by: User, at: datetime) -> Unit:
    """Raises StateConflict while something hangs on it that nobody else would do; NotYours, NotFound."""
    in_the_way = _in_the_way(unit, at)
    if in_the_way and not unit.retired:
        raise StateConflict(f"「{unit.name}」还不能停用：{'；'.join(in_the_way)}。请先改派给别的单位。")
    return unit_changes.set_retired(unit, True, by=by, at=at)
