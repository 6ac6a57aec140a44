"""How often a rule is right: of the flags that were decided, how many turned out true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from risks.kinds import Verdict
from risks.models import Finding, ParkAlert

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Record:
    """`open`: not decided yet. A flag counts once for each rule that found something for it."""

    true: int = 0
    false: int = 0
    open: int = 0

    @property
    def decided(self) -> int:
        return self.true + self.false

    @property
    def percent(self) -> int | None:
        """Rounded half up; None where nothing was decided."""
        return (200 * self.true + self.decided) // (2 * self.decided) if self.decided else None


def precision(user: User, community: int) -> dict[str, Record]:
    """By rule, of what the user sees: each number is the length of the list he may open."""
    flags = Finding.objects.visible_to(user).filter(enterprise__community=community)
    found = _tallied(flags, "flag", "flag__verdict", "flag__ended_at")
    sites = ParkAlert.objects.visible_to(user).filter(park__community=community)
    return found | _tallied(sites, "pk", "verdict", "ended_at")


def _tallied(rows: Any, what: str, verdict: str, ended: str) -> dict[str, Record]:
    over = Q(**{f"{ended}__isnull": False})
    counted = rows.order_by().values("rule").annotate(
        true=Count(what, distinct=True, filter=over & Q(**{verdict: Verdict.RESOLVED})),
        false=Count(what, distinct=True, filter=over & Q(**{verdict: Verdict.FALSE_ALARM})),
        open=Count(what, distinct=True, filter=~over),
    )  # fmt: skip
    return {row["rule"]: Record(row["true"], row["false"], row["open"]) for row in counted}
