"""What the register's deeds and rosters make known of an enterprise: its events, written with the deed, each once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from enterprises.models import Enterprise, EnterpriseStatus, Event, Tenancy

if TYPE_CHECKING:
    from accounts.models import User
    from parks.models import Building

#: Older than that when it is entered, it is a fact of the file and no news: a first roster is not 8,000 foundings.
NEWS_FOR = timedelta(days=365)
BY_REGISTER = "社区登记"


@dataclass(frozen=True, slots=True)
class Item:
    """One event to be; `kind` of EVENTS."""

    enterprise_id: int
    kind: str
    happened_on: date
    from_place: str = ""
    to_place: str = ""
    case_owner_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How somebody new to the register came; `returning` for 回归."""

    from_place: str = ""
    case_owner_id: int | None = None
    note: str = ""
    returning: bool = False

    def item(self, enterprise_id: int, on: date, building: Building) -> Item:
        kind = "returned" if self.returning else "moved_in"
        return Item(enterprise_id, kind, on, self.from_place, building.park.name, self.case_owner_id, self.note)


def tell(items: Iterable[Item], *, at: datetime, by: User | None, source: str = BY_REGISTER) -> None:
    """Write them in the caller's transaction, one statement for a thousand. What stands already (one of a kind a day) stays as it is."""
    today = timezone.localtime(at).date()
    rows = [
        Event(**asdict(item), recorded_at=at, recorded_by=by, source=source[:60])
        for item in items
        if today - NEWS_FOR < item.happened_on <= today
    ]
    Event.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


def founding(enterprise_id: int, established_on: date | None) -> list[Item]:
    return [Item(enterprise_id, "founded", established_on)] if established_on else []


def renaming(enterprise_id: int, old: str, on: date) -> Item:
    return Item(enterprise_id, "renamed", on, note=f"原名：{old}")


def of_move(enterprise: Enterprise, left: Tenancy | None, building: Building) -> str:
    """The kind of event a move is, before it is carried out; empty for another room of the same building."""
    if enterprise.status != EnterpriseStatus.ACTIVE:
        return "returned"
    if left is None or left.until_on is not None or left.building.park.community_id != building.park.community_id:
        return "moved_in"
    return "relocated" if left.building_id != building.pk else ""
