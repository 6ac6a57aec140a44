"""企业进出: operator or steward report that a tenant has come or gone, somebody else confirms it, and then all of it is written at once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

import audit
import notices
from community import held
from community.kinds import COMMUNITY_WIDE_KINDS, PostKind
from community.models import Post
from enterprises import letting, news, registry
from enterprises.models import Enterprise, EnterpriseStatus, Lease, MoveKind, MoveReport, Tenancy
from enterprises.uscc import UsccRefused, normalise_uscc
from parks.keeping import may_keep
from parks.models import Building, Park, ParkPost, Space
from wording.errors import FactsMissing, NotYours, StateConflict

if TYPE_CHECKING:
    from accounts.models import User

#: What happened longer ago is entered by the office, from its papers.
LATEST_DAYS = 366
SOURCE = "园区报送"


def may_report(user: User, park: Park) -> bool:
    """Whoever runs the park, its steward, and the community's office."""
    return may_keep(user, park) or _keeps(user, park)


def may_decide(user: User, park: Park) -> bool:
    """The steward of the park; the office where he is away."""
    return _keeps(user, park) or any(post.community_id == park.community_id for post in held(user, *COMMUNITY_WIDE_KINDS))


def _keeps(user: User, park: Park) -> bool:
    return bool(Park.objects.kept_by(user).filter(pk=park.pk).exists())


@transaction.atomic
def report(
    kind: str, *, building: Building, uscc: str, name: str, on: date, by: User, at: datetime, space: Space | None = None, **facts: Any
) -> MoveReport:
    """Said and not yet counted; the same once more is the same report. Raises NotYours, FactsMissing, StateConflict."""
    park = building.park
    if not may_report(by, park):
        raise NotYours(f"「{park.name}」的企业进出由运营方、园区长或社区报送。")
    try:
        code = normalise_uscc(uscc)
    except UsccRefused as refusal:
        raise FactsMissing(str(refusal), fields={"uscc": str(refusal)}) from refusal
    today = timezone.localtime(at).date()
    if not today - timedelta(days=LATEST_DAYS) <= on <= today:
        raise FactsMissing("日期须在过去一年之内、不晚于今天；到那天再报即可。", fields={"on": "请核对日期"})
    if space is not None and space.building_id != building.pk:
        raise FactsMissing(f"「{space.room}」不在「{building.name}」。", fields={"space": "请选这幢楼里的空间"})
    known = Enterprise.objects.filter(uscc=code).first()
    if kind == MoveKind.LEFT:
        _refuse_absent(known, building)
    else:
        _refuse_present(known, building)
    row = MoveReport.objects.filter(uscc=code, building=building).waiting().first()
    if row is not None and (row.kind, row.on, row.space_id) == (kind, on, space.pk if space else None):
        return row  # type: ignore[no-any-return]
    row = MoveReport(
        kind=kind, building=building, space=space, uscc=code, name=known.name if known else name, on=on, reported_by=by, reported_at=at, **facts
    )  # fmt: skip
    try:
        row.full_clean()
    except ValidationError as error:
        texts = "".join(dict.fromkeys(error.messages))
        raise (StateConflict(texts) if "待确认" in texts else FactsMissing(texts, fields=error.message_dict)) from error
    row.save()
    _tell_stewards(row, at)
    audit.record("move_reported", by=by, at=at, target=f"enterprise:{code}", detail={"kind": kind, "building": building.pk, "on": str(on)})
    return row


@transaction.atomic
def decide(row: MoveReport, *, confirmed: bool, by: User, at: datetime, reason: str = "") -> MoveReport:
    """属实: place, lease and event are written; 不属实: why not. Whoever reported it is told. Raises NotYours, FactsMissing, StateConflict."""
    row = (
        MoveReport.objects.select_for_update(of=("self",), no_key=True)
        .select_related("building__park__community", "space", "reported_by")
        .get(pk=row.pk)
    )
    if not may_decide(by, row.building.park):
        raise NotYours(f"「{row.building.park.name}」的企业进出由园区长或社区确认。")
    if row.reported_by_id == by.pk:
        raise NotYours("自己报送的须由另一个人确认。")
    if row.decided_at is not None:
        if row.decided_by_id == by.pk and row.confirmed == confirmed:
            return row
        raise StateConflict(f"这条已{'确认' if row.confirmed else '退回'}，不用再办。")
    if not confirmed and not reason.strip():
        raise FactsMissing("退回须写明情况。", fields={"reason": ["请写明哪里不属实、请对方怎么办。"]})
    if confirmed:
        try:
            row.enterprise = _leave(row, by, at) if row.kind == MoveKind.LEFT else _arrive(row, by, at)
        except ValidationError as error:
            raise FactsMissing("".join(dict.fromkeys(error.messages))) from error
    row.confirmed, row.decided_by, row.decided_at, row.reason = confirmed, by, at, reason.strip()
    row.full_clean()
    row.save()
    audit.record("move_decided", by=by, at=at, target=f"enterprise:{row.uscc}", detail={"kind": row.kind, "confirmed": confirmed})
    notices.tell(
        f"move:{row.pk}:decided", [row.reported_by], title=f"{row.name}的{row.get_kind_display()}{'已确认' if confirmed else '被退回'}",
        body="已记入企业档案和空间台账。" if confirmed else row.reason, link="/moves/", kind="space", at=at,
    )  # fmt: skip
    return row


def _arrive(row: MoveReport, by: User, at: datetime) -> Enterprise:
    enterprise = Enterprise.objects.filter(uscc=row.uscc).first()
    room, space, returning = (row.space.room if row.space else ""), row.space, row.kind == MoveKind.RETURNED
    if enterprise is None:
        arrival = news.Arrival(row.place, by.pk if returning else None, row.note, returning)
        enterprise = registry.register(
            uscc=row.uscc, name=row.name, building=row.building, room=room, from_on=row.on, at=at, by=by, staff_count=row.staff_count, source=SOURCE,
            arrival=arrival,
        )  # fmt: skip
    else:
        _refuse_present(enterprise, row.building)
        registry.move(
            enterprise, building=row.building, room=room, on=row.on, at=at, by=by, from_place=row.place, case_owner=by if returning else None,
            note=row.note, returning=returning,
        )  # fmt: skip
        if row.staff_count is not None:
            enterprise = registry.edit(enterprise, at=at, by=by, staff_count=row.staff_count)
    if space is not None:
        _lease(row, enterprise, space)
        Tenancy.objects.open().filter(enterprise=enterprise, is_main=True).update(space=space)
    return Enterprise.objects.get(pk=enterprise.pk)  # type: ignore[no-any-return]


def _lease(row: MoveReport, enterprise: Enterprise, space: Space) -> None:
    lease = Lease(
        enterprise=enterprise, building=row.building, space=space, room=space.room, area_m2=space.area_m2, from_on=row.on, until_on=row.lease_until_on,
        annual_rent_wan=row.annual_rent_wan, source=SOURCE,
    )  # fmt: skip
    if Lease.objects.filter(enterprise=enterprise, space=space).running(row.on).exists():
        return
    letting.give_way(space, enterprise, row.on)
    lease.full_clean()
    letting.check_space(lease)
    lease.save()


def _leave(row: MoveReport, by: User, at: datetime) -> Enterprise:
    """Out of this building; where it was the main place, out of the community."""
    enterprise = Enterprise.objects.filter(uscc=row.uscc).first()
    _refuse_absent(enterprise, row.building)
    assert enterprise is not None
    for lease in Lease.objects.running(row.on).filter(enterprise=enterprise, building=row.building, ended_on__isnull=True):
        lease.ended_on = row.on
        lease.full_clean()
        lease.save(update_fields=["ended_on"])
    main = Tenancy.objects.open().filter(enterprise=enterprise, is_main=True, building=row.building).exists()
    if main and enterprise.status == EnterpriseStatus.ACTIVE:
        registry.move_out(enterprise, at=at, by=by, on=row.on, to_place=row.place, note=row.note)
    else:
        registry.leave_building(enterprise, row.building, at=at, by=by, on=row.on)
    return Enterprise.objects.get(pk=enterprise.pk)  # type: ignore[no-any-return]


def _refuse_present(enterprise: Enterprise | None, building: Building) -> None:
    if enterprise is not None and Tenancy.objects.open().filter(enterprise=enterprise, building=building, is_main=True).exists():
        raise StateConflict(f"「{enterprise.name}」已在「{building.park.name} {building.name}」，不用再报入驻。")


def _refuse_absent(enterprise: Enterprise | None, building: Building) -> None:
    if enterprise is None or not Tenancy.objects.open().filter(enterprise=enterprise, building=building).exists():
        who = f"「{enterprise.name}」" if enterprise else "这家企业"
        raise StateConflict(f"{who}不在「{building.park.name} {building.name}」，没有可办的离园；请核对楼宇。")


def _tell_stewards(row: MoveReport, at: datetime) -> None:
    in_force = Post.objects.in_force(at).filter(kind=PostKind.STEWARD)
    posts = ParkPost.objects.filter(park=row.building.park, post__in=in_force).select_related("post__user")
    people = [each.post.user for each in posts if each.post.user_id != row.reported_by_id]
    where = f"{row.building.park.name} {row.building.name}"
    notices.tell(
        f"move:{row.pk}", people, title=f"请确认：{row.name}{row.get_kind_display()}", body=f"{where}，{row.on}。", link="/moves/", kind="space", at=at
    )  # fmt: skip
