"""空间台账: splitting and merging units, taking one out of the stock, and who may keep the book of a park."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

import audit
from community import held
from community.kinds import COMMUNITY_WIDE_KINDS
from parks.models import ChangeKind, Listing, Occupancy, Park, Space, SpaceChange
from wording import clean
from wording.errors import FactsMissing, NotYours, StateConflict

if TYPE_CHECKING:
    from accounts.models import User

MOST_PARTS = 20
#: A split or a merger may be entered so many days after or before it takes effect.
LATEST_DAYS = 366


@dataclass(frozen=True)
class Part:
    """A unit that a split leaves."""

    room: str
    area_m2: Decimal


def may_keep(user: User, park: Park) -> bool:
    """Whoever runs the park, and the community's office."""
    if any(post.community_id == park.community_id for post in held(user, *COMMUNITY_WIDE_KINDS)):
        return True
    return Park.objects.run_by(user).filter(pk=park.pk).exists()


def refuse_others(user: User, park: Park) -> None:
    """Raises NotYours."""
    if not may_keep(user, park):
        raise NotYours(f"「{park.name}」的空间由园区运营方或社区专员维护。")


def locked(space: Space) -> Space:
    """The row as it stands now, until the end of the transaction nobody else lets, splits or offers it."""
    return Space.objects.select_for_update(of=("self",), no_key=True).select_related("building__park").get(pk=space.pk)


@transaction.atomic
def split(space: Space, parts: Sequence[Part], *, on: date, by: User, at: datetime, note: str = "") -> SpaceChange:
    """From the morning of `on` there are several units in the place of one, of the same area together. Raises NotYours, FactsMissing,
    StateConflict (let or reserved from that day on, or ended already)."""
    space = locked(space)
    refuse_others(by, space.building.park)
    _refuse_day(on, at)
    _refuse_ended(space, on)
    rooms = [clean(part.room, max_length=40) for part in parts]
    if not 2 <= len(parts) <= MOST_PARTS:
        raise FactsMissing(f"拆分须拆成 2 到 {MOST_PARTS} 间。", fields={"parts": "每行一间：房号和面积"})
    if "" in rooms or len(set(rooms)) < len(rooms):
        raise FactsMissing("每一间都要有各自的房号。", fields={"parts": "房号不能为空，也不能重复"})
    if any(part.area_m2 <= 0 for part in parts):
        raise FactsMissing("每一间的面积都要大于 0。", fields={"parts": "面积须大于 0"})
    total = sum(part.area_m2 for part in parts)
    if total != space.area_m2:
        raise FactsMissing(
            f"拆开后面积合计 {total:f} ㎡，与原来的 {space.area_m2:f} ㎡ 不符，请核对。", fields={"parts": f"合计须为 {space.area_m2:f} ㎡"}
        )
    _refuse_taken([space], on)
    change = SpaceChange.objects.create(building=space.building, kind=ChangeKind.SPLIT, on=on, note=note, by=by, recorded_at=at)
    _end([space], change)
    for room, part in zip(rooms, parts, strict=True):
        _begin(space, room, part.area_m2, change)
    _tell(change, by, at)
    return change


@transaction.atomic
def merge(spaces: Sequence[Space], room: str, *, on: date, by: User, at: datetime, note: str = "") -> SpaceChange:
    """From the morning of `on` there is one unit in the place of several of one building. Raises NotYours, FactsMissing, StateConflict."""
    rows = list(
        Space.objects.select_for_update(of=("self",), no_key=True)
        .select_related("building__park")
        .filter(pk__in=[each.pk for each in spaces])
        .order_by("pk")
    )
    if len(rows) < 2:
        raise FactsMissing("合并至少要选两间。", fields={"spaces": "请选同一幢楼里的两间或更多"})
    if len({row.building_id for row in rows}) > 1:
        raise FactsMissing("只能合并同一幢楼里的空间。", fields={"spaces": "请选同一幢楼里的"})
    refuse_others(by, rows[0].building.park)
    _refuse_day(on, at)
    for row in rows:
        _refuse_ended(row, on)
    room = clean(room, max_length=40)
    if not room:
        raise FactsMissing("请填写合并后的房号。", fields={"room": "请填写"})
    _refuse_taken(rows, on)
    change = SpaceChange.objects.create(building=rows[0].building, kind=ChangeKind.MERGE, on=on, note=note, by=by, recorded_at=at)
    _end(rows, change)
    largest = max(rows, key=lambda row: (row.area_m2, -row.pk))
    _begin(largest, room, sum((row.area_m2 for row in rows), Decimal(0)), change)
    _tell(change, by, at)
    return change


@transaction.atomic
def retire(space: Space, *, on: date, by: User, at: datetime) -> Space:
    """`on` is its last day in the stock (拆除、改自用). Raises NotYours, StateConflict."""
    space = locked(space)
    refuse_others(by, space.building.park)
    _refuse_day(on, at)
    if space.until_on == on:
        return space
    _refuse_ended(space, on + timedelta(days=1))
    _refuse_taken([space], on + timedelta(days=1))
    space.until_on = on
    space.full_clean()
    space.save(update_fields=["until_on"])
    _withdraw([space], at, by)
    audit.record("space_retired", by=by, at=at, target=f"space:{space.pk}", detail={"on": str(on)})
    return space


def _refuse_day(on: date, at: datetime) -> None:
    if abs((on - timezone.localtime(at).date()).days) > LATEST_DAYS:
        raise FactsMissing("生效日期须在前后一年之内。", fields={"on": "请核对日期"})


def _refuse_ended(space: Space, on: date) -> None:
    if space.until_on is not None:
        raise StateConflict(f"「{space.room}」已于 {space.until_on} 停用，不能再办；请刷新后选现有的空间。")
    if space.from_on is not None and on <= space.from_on:
        raise FactsMissing(f"「{space.room}」{space.from_on} 才启用，生效日期须在其后。", fields={"on": f"须晚于 {space.from_on}"})


def _refuse_taken(spaces: Sequence[Space], on: date) -> None:
    taken = Occupancy.objects.filter(space__in=spaces).from_day(on).select_related("space").order_by("from_on").first()
    if taken is not None:
        raise StateConflict(
            f"「{taken.space.room}」{taken.get_kind_display()}（{taken.from_on} 起，{taken.until_said}），须先退租或解除预订再办。"
        )


def _end(spaces: Sequence[Space], change: SpaceChange) -> None:
    for space in spaces:
        space.until_on, space.ended_by = change.on - timedelta(days=1), change
        space.save(update_fields=["until_on", "ended_by"])
    _withdraw(spaces, change.recorded_at, change.by)


def _withdraw(spaces: Sequence[Space], at: datetime, by: User | None) -> None:
    Listing.objects.filter(space__in=spaces, withdrawn_at__isnull=True).update(withdrawn_at=at, withdrawn_by=by)


def _begin(like: Space, room: str, area: Decimal, change: SpaceChange) -> Space:
    made = Space(
        building=like.building, room=room, floor=like.floor, area_m2=area, kind=like.kind, stage=like.stage, from_on=change.on, made_by=change
    )  # fmt: skip
    try:
        made.full_clean()
    except ValidationError as error:
        raise FactsMissing("；".join(error.messages), fields={"room": f"「{room}」：{'；'.join(error.messages)}"}) from error
    made.save()
    return made


def _tell(change: SpaceChange, by: User, at: datetime) -> None:
    audit.record("space_changed", by=by, at=at, target=f"building:{change.building_id}", detail={"kind": change.kind, "on": str(change.on)})
