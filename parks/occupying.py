"""占用: reserving a space and giving it up again, and what is let without a measured lease."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

import audit
from parks.keeping import locked, refuse_others
from parks.models import Occupancy, Space, SpaceState
from wording import clean
from wording.errors import FactsMissing, StateConflict

if TYPE_CHECKING:
    from accounts.models import User

#: A reservation holds at most so long.
LONGEST_DAYS = 180


@transaction.atomic
def reserve(space: Space, *, holder: str, until_on: date, by: User, at: datetime) -> Occupancy:
    """Kept for somebody from today until the last day. Raises NotYours, FactsMissing, StateConflict (taken)."""
    space, today = locked(space), timezone.localtime(at).date()
    refuse_others(by, space.building.park)
    holder = clean(holder, max_length=200)
    if not holder:
        raise FactsMissing("请写明为谁预订。", fields={"holder": "企业或项目名称"})
    if not today <= until_on <= today + timedelta(days=LONGEST_DAYS):
        raise FactsMissing(
            f"预订最长 {LONGEST_DAYS} 天，止期须在今天到 {today + timedelta(days=LONGEST_DAYS)} 之间。", fields={"until_on": "请核对日期"}
        )
    same = Occupancy.objects.filter(space=space, kind=SpaceState.RESERVED, holder=holder, until_on=until_on).on(today).first()
    if same is not None:
        return same  # type: ignore[no-any-return]
    made = declare(space, SpaceState.RESERVED, from_on=today, until_on=until_on, holder=holder, source="运营方登记", by=by, at=at)
    audit.record("space_reserved", by=by, at=at, target=f"space:{space.pk}", detail={"until": str(until_on)})
    return made


@transaction.atomic
def release(space: Space, *, by: User, at: datetime) -> None:
    """Free from today on: reservations and what is let as declared end with yesterday; a lease is ended where it is kept. Twice is once.
    Raises NotYours, StateConflict."""
    space, today = locked(space), timezone.localtime(at).date()
    refuse_others(by, space.building.park)
    if Occupancy.objects.filter(space=space, lease_key__isnull=False).on(today).exists():
        raise StateConflict(f"「{space.room}」有在租的租约，请办理退租。")
    if end(space, today, tenant=None):
        audit.record("space_released", by=by, at=at, target=f"space:{space.pk}")


def declare(
    space: Space, kind: str, *, from_on: date, until_on: date | None = None, holder: str = "", tenant: int | None = None, source: str, by: User | None, at: datetime
) -> Occupancy:  # fmt: skip
    """In the caller's transaction. Raises StateConflict when a day of it is taken, FactsMissing when the space is not there all the time."""
    row = Occupancy(
        space=space, kind=kind, from_on=from_on, until_on=until_on, holder=holder, tenant_key=tenant, source=source, by=by, recorded_at=at
    )  # fmt: skip
    refuse_overlap(space, from_on, until_on)
    if (space.from_on and from_on < space.from_on) or (space.until_on and (until_on is None or until_on > space.until_on)):
        raise FactsMissing(f"「{space.room}」那时还没有启用或已经停用，请核对日期。", fields={"from_on": "请核对日期"})
    row.full_clean()
    row.save()
    return row


def refuse_overlap(space: Space, from_on: date, until_on: date | None) -> None:
    """Raises StateConflict that says by whom and until when it is taken."""
    rows = Occupancy.objects.filter(space=space).from_day(from_on)
    taken = (rows.filter(from_on__lte=until_on) if until_on else rows).order_by("from_on").first()
    if taken is not None:
        raise StateConflict(
            f"「{space.room}」{taken.from_on} 起{taken.get_kind_display()}（{taken.until_said}），一间同一天只能有一家；请先退租、解除预订或另选一间。"
        )


def end(space: Space, day: date, *, tenant: int | None) -> int:
    """What no lease stands behind is over with the eve of `day`; what began that day or later never was. In the caller's transaction; how many."""
    rows = Occupancy.objects.filter(space=space, lease_key__isnull=True).from_day(day)
    if tenant is not None:
        rows = rows.filter(tenant_key=tenant)
    dropped, _ = rows.filter(from_on__gte=day).delete()
    return dropped + int(rows.update(until_on=day - timedelta(days=1)))


def cut(row: Occupancy, day: date) -> None:
    """Over with the eve of `day`; what began that day or later never was."""
    if row.from_on >= day:
        row.delete()
        return
    row.until_on = day - timedelta(days=1)
    row.save(update_fields=["until_on"])


def seat(space: Space, tenant: int, name: str, *, on: date, by: User | None, at: datetime) -> None:
    """An enterprise sits there: let to it from that day, unless a lease says so already. Raises StateConflict when it is somebody else's."""
    space = locked(space)
    standing = Occupancy.objects.filter(space=space, kind=SpaceState.LET, tenant_key=tenant).on(on).exists()
    if not standing:
        declare(space, SpaceState.LET, from_on=on, holder=name[:200], tenant=tenant, source="入驻登记", by=by, at=at)


def unseat(spaces: list[tuple[int, int]], last_day: date) -> None:
    """(space, tenant): the enterprises have left with that day, as far as no lease keeps the space."""
    for space, tenant in spaces:
        rows = Occupancy.objects.declared().filter(space=space, tenant_key=tenant, until_on__isnull=True)
        rows.update(until_on=Greatest(F("from_on"), Value(last_day)))
