"""开通率: of the active enterprises in a place, how many somebody speaks for. Every count is the length of the list its filter opens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from enterprises.models import Enterprise, Tenancy

if TYPE_CHECKING:
    from accounts.models import User

#: What a place is called in `EnterpriseFilter`, and where it hangs on a tenancy.
BY = {"park": "building__park", "grid": "building__park__grid"}


@dataclass(frozen=True)
class Rate:
    """`active` and `opened` in enterprises; an enterprise with places in two parks counts in both, as their lists do."""

    code: str
    name: str
    active: int
    opened: int

    @property
    def not_opened(self) -> int:
        return self.active - self.opened

    @property
    def percent(self) -> int | None:
        """Whole percent, cut off: 99 until every one is opened; None without a base."""
        return self.opened * 100 // self.active if self.active else None


def overall(user: User) -> Rate:
    rows = Enterprise.objects.visible_to(user).active()
    return Rate("", "全部", rows.count(), rows.opened().count())


def rates(user: User, by: str) -> list[Rate]:
    """By `park` or `grid`, over what the user may see, the most unopened first. One aggregate query."""
    place = BY[by]
    seen = Enterprise.objects.visible_to(user).active()
    # The list behind a number narrows by open tenancy alone, so this does too: not by which tenancies are in sight.
    rows = Tenancy.objects.open().filter(enterprise__in=seen, **{f"{place}__isnull": False})
    opened = Count("enterprise", distinct=True, filter=Q(enterprise__in=seen.opened()))
    # By key: two communities of a street may number their grids alike.
    counted: Any = rows.values(place, f"{place}__code", f"{place}__name")
    counted = counted.annotate(active=Count("enterprise", distinct=True), opened=opened).order_by()
    found = [Rate(row[f"{place}__code"], row[f"{place}__name"], row["active"], row["opened"]) for row in counted]
    return sorted(found, key=lambda rate: (-rate.not_opened, rate.name))
