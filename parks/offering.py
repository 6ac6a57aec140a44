"""招租: putting a vacant space on offer and taking it off again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

import audit
from parks.keeping import locked, refuse_others
from parks.models import Listing, Occupancy, Space, SpaceStage
from wording import clean
from wording.errors import FactsMissing, StateConflict

if TYPE_CHECKING:
    from accounts.models import User

#: What is to be had later than in two years is no offer yet.
FURTHEST_DAYS = 731


@transaction.atomic
def publish(space: Space, *, price_yuan: Decimal, available_on: date, stage: str, by: User, at: datetime, note: str = "") -> Listing:
    """On offer from now; other words or another price take the place of what is on offer, the same change nothing. Raises NotYours,
    FactsMissing, StateConflict (taken from that day on, or ended)."""
    space, today = locked(space), timezone.localtime(at).date()
    refuse_others(by, space.building.park)
    if space.until_on is not None:
        raise StateConflict(f"「{space.room}」已于 {space.until_on} 停用，不能招租。")
    if stage not in SpaceStage.values:
        raise FactsMissing("请选适合的阶段。", fields={"stage": "众创空间、孵化器、加速器或产业园"})
    if not today - timedelta(days=1) < available_on <= today + timedelta(days=FURTHEST_DAYS):
        raise FactsMissing("可入驻日期须在今天到两年之内。", fields={"available_on": "请核对日期"})
    taken = Occupancy.objects.filter(space=space).from_day(available_on).order_by("from_on").first()
    if taken is not None:
        until = f"到 {taken.until_on}" if taken.until_on else "，没有到期日"
        raise StateConflict(f"「{space.room}」{taken.get_kind_display()}{until}，可入驻日期须在其后；退租或解除预订后再发布。")
    if space.stage != stage:
        space.stage = stage
        space.save(update_fields=["stage"])
    row = Listing(
        space=space, price_yuan=price_yuan, available_on=available_on, note=clean(note, max_length=200), published_by=by, published_at=at
    )
    standing = Listing.objects.filter(space=space, withdrawn_at__isnull=True).first()
    if standing is not None and all(getattr(standing, name) == getattr(row, name) for name in ("price_yuan", "available_on", "note")):
        return standing  # type: ignore[no-any-return]
    if standing is not None:
        _close(standing, by, at)
    try:
        row.full_clean()
    except ValidationError as error:
        raise FactsMissing("；".join(error.messages), fields=error.message_dict) from error
    row.save()
    audit.record("space_offered", by=by, at=at, target=f"space:{space.pk}", detail={"price": str(price_yuan), "on": str(available_on)})
    return row


@transaction.atomic
def withdraw(space: Space, *, by: User, at: datetime) -> None:
    """Off the shelf; twice is once. Raises NotYours."""
    space = locked(space)
    refuse_others(by, space.building.park)
    standing = Listing.objects.filter(space=space, withdrawn_at__isnull=True).first()
    if standing is not None:
        _close(standing, by, at)
        audit.record("space_withdrawn", by=by, at=at, target=f"space:{space.pk}")


def _close(listing: Listing, by: User, at: datetime) -> None:
    listing.withdrawn_at, listing.withdrawn_by = max(at, listing.published_at), by
    listing.save(update_fields=["withdrawn_at", "withdrawn_by"])
