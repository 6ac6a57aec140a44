"""租赁: letting a space to an enterprise and ending a lease; the database keeps the days (`parks.Occupancy`)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

import audit
from enterprises.models import Enterprise, Lease
from enterprises.uscc import compact
from parks import occupying
from parks.keeping import locked, refuse_others
from parks.models import Occupancy, Space
from wording.errors import FactsMissing, StateConflict

if TYPE_CHECKING:
    from accounts.models import User


def named(space: Space, code: str) -> Enterprise:
    """Whom an operator lets to: of the space's community, by the code he was shown; not a tenant of his yet. Raises FactsMissing."""
    found = Enterprise.objects.filter(uscc=compact(code), community=space.building.park.community_id).first()
    if found is None:
        raise FactsMissing("本社区没有这个信用代码的企业；新来的请报送入驻。", fields={"uscc": "请核对代码，或先报送入驻"})
    return found  # type: ignore[no-any-return]


@transaction.atomic
def let(
    space: Space, enterprise: Enterprise, *, from_on: date, until_on: date | None, by: User, at: datetime, annual_rent_wan: Decimal | None = None,
    source: str = "租赁合同",
) -> Lease:  # fmt: skip
    """A lease of the whole space; the same once more changes nothing. Raises NotYours, FactsMissing, StateConflict."""
    space = locked(space)
    refuse_others(by, space.building.park)
    same = Lease.objects.filter(enterprise=enterprise, space=space, from_on=from_on, until_on=until_on, ended_on=None).first()
    if same is not None:
        return same  # type: ignore[no-any-return]
    row = Lease(
        enterprise=enterprise, building=space.building, space=space, room=space.room, area_m2=space.area_m2, from_on=from_on, until_on=until_on,
        annual_rent_wan=annual_rent_wan, source=source,
    )  # fmt: skip
    give_way(space, enterprise, from_on)
    try:
        row.full_clean()
        check_space(row)
    except ValidationError as error:
        raise _said(error) from error
    row.save()
    audit.record("lease_recorded", by=by, at=at, target=f"enterprise:{enterprise.uscc}", detail={"space": space.pk, "from": str(from_on)})
    return row


@transaction.atomic
def end_lease(lease: Lease, *, on: date, by: User, at: datetime) -> Lease:
    """`on` is the last day. Once more on the same day changes nothing. Raises NotYours, FactsMissing, StateConflict (over already)."""
    lease = Lease.objects.select_for_update(of=("self",), no_key=True).select_related("building__park").get(pk=lease.pk)
    refuse_others(by, lease.building.park)
    if lease.ended_on == on:
        return lease
    if lease.ended_on is not None:
        raise StateConflict(f"这份租约已于 {lease.ended_on} 退租。")
    if on < lease.from_on or (lease.until_on is not None and on > lease.until_on):
        raise FactsMissing("退租日须在起租日和到期日之间。", fields={"ended_on": f"{lease.from_on} 至 {lease.until_on or '不定期'}"})
    lease.ended_on = on
    lease.save(update_fields=["ended_on"])
    audit.record("lease_ended", by=by, at=at, target=f"enterprise:{lease.enterprise_id}", detail={"lease": lease.pk, "on": str(on)})
    return lease  # type: ignore[no-any-return]


def check_space(lease: Lease) -> None:
    """That the space of a lease is there and free on its days; what was only declared gives way. In a transaction. Raises ValidationError."""
    if lease.space_id is None:
        return
    space = locked(lease.space)
    last = min((day for day in (lease.ended_on, lease.until_on) if day is not None), default=None)
    if (space.from_on and lease.from_on < space.from_on) or (space.until_on and (last is None or last > space.until_on)):
        raise ValidationError({"from_on": f"「{space.room}」{space.from_on or '建成'} 起、{space.until_on or '至今'}在用，租期须在其中。"})
    rows = Occupancy.objects.filter(space=space).from_day(lease.from_on)
    if last is not None:
        rows = rows.filter(from_on__lte=last)
    gives_way = Q(lease_key__isnull=True, kind="let") & (Q(tenant_key__isnull=True) | Q(tenant_key=lease.enterprise_id))
    taken = rows.exclude(gives_way).exclude(Q(lease_key__isnull=False) & Q(lease_key=lease.pk)).order_by("from_on").first()
    if taken is not None:
        text = f"「{space.room}」{taken.from_on} 起{taken.get_kind_display()}（{taken.until_said}），一间同一天只能有一家；请先退租或解除预订。"
        raise ValidationError({"from_on": text})


def give_way(space: Space, enterprise: Enterprise, from_on: date) -> None:
    """What was reserved for it is over when it signs."""
    for row in Occupancy.objects.filter(space=space, kind="reserved", holder=enterprise.name).from_day(from_on):
        occupying.cut(row, from_on)


def _said(error: ValidationError) -> FactsMissing | StateConflict:
    texts = "".join(dict.fromkeys(error.messages))
    if "已有租约" in texts or "同一天" in texts:
        return StateConflict(texts)
    return FactsMissing(texts, fields=error.message_dict if hasattr(error, "error_dict") else {})
