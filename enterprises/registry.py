"""Entering an enterprise in the register, moving it, closing it, changing its name. One transaction each, with the event it makes."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

import audit
from community.models import Community, Post
from enterprises import news
from enterprises.models import Enterprise, EnterpriseStatus, FormerName, Industry, Tenancy
from enterprises.uscc import accepted, normalise_uscc
from parks import occupying
from parks.models import Building, Space
from wording.errors import StateConflict
from wording.pinyin import pinyin_full, pinyin_initials

if TYPE_CHECKING:
    from accounts.models import User


EDITABLE = frozenset(
    {
        "address",
        "capital_currency",
        "established_on",
        "industry_code",
        "industry_edition",
        "legal_person",
        "listed",
        "registered_capital_wan",
        "size_class",
        "source",
        "staff_count",
        "stock_code",
        "tags",
    }
)


@transaction.atomic
def register(
    *,
    uscc: str,
    name: str,
    building: Building,
    at: datetime,
    by: User | None,
    room: str = "",
    space: Space | None = None,
    from_on: date | None = None,
    accept_warning: bool = False,
    arrival: news.Arrival | None = None,
    **facts: Any,
) -> Enterprise:
    """Enter an enterprise with its main place. Its community is that of the building; `arrival` says how it came. Raises ValidationError,
    UsccRefused.

    With `accept_warning` (historical lists only) a code that fails the check is taken and marked 待核.
    """
    code, warning = accepted(uscc) if accept_warning else (normalise_uscc(uscc), "")
    enterprise = Enterprise(uscc=code, uscc_warning=bool(warning), name=name, community=building.park.community, **facts)
    save(enterprise)
    since = from_on or _day(at)
    _sit(enterprise, building, room=room, space=space, on=since, at=at, by=by)
    news.tell(
        [*news.founding(enterprise.pk, enterprise.established_on), (arrival or news.Arrival()).item(enterprise.pk, since, building)], at=at, by=by,
    )  # fmt: skip
    audit.record(
        "enterprise_registered", by=by, at=at, target=f"enterprise:{code}", detail={"building": building.pk, "uscc_warning": bool(warning)}
    )
    return enterprise


def save(enterprise: Enterprise) -> None:
    """Write an enterprise after all checks, with its pinyin. Raises ValidationError."""
    enterprise.pinyin, enterprise.initials = pinyin_full(enterprise.name)[:1000], pinyin_initials(enterprise.name)[:200]
    if enterprise.industry_code and enterprise.industry_edition == "2017":
        known = Industry.objects.filter(edition="2017", code=enterprise.industry_code).exists()
        if not known:
            raise ValidationError({"industry_code": f"国民经济行业分类（2017）里没有「{enterprise.industry_code}」。"})
    enterprise.full_clean()
    enterprise.save()


@transaction.atomic
def rename(enterprise: Enterprise, name: str, *, at: datetime, by: User | None) -> Enterprise:
    """Keeps the old name as 曾用名; the same name changes nothing. Raises ValidationError."""
    enterprise = _locked(enterprise)
    old = enterprise.name
    enterprise.name = name
    save(enterprise)
    if old != enterprise.name:
        FormerName.objects.update_or_create(enterprise=enterprise, name=old, defaults={"until_on": _day(at)})
        news.tell([news.renaming(enterprise.pk, old, _day(at))], at=at, by=by)
        audit.record(
            "enterprise_renamed", by=by, at=at, target=f"enterprise:{enterprise.uscc}", detail={"from": old, "to": enterprise.name}
        )
    return enterprise


@transaction.atomic
def edit(enterprise: Enterprise, *, at: datetime, by: User | None, **facts: Any) -> Enterprise:
    """Change facts of the dossier (EDITABLE); name, code, place and status have functions of their own. Raises ValidationError."""
    strange = sorted(set(facts) - EDITABLE)
    if strange:
        raise ValidationError(f"这里不能修改：{'、'.join(strange)}。")
    enterprise = _locked(enterprise)
    changed = sorted(name for name, value in facts.items() if getattr(enterprise, name) != value)
    for name in changed:
        setattr(enterprise, name, facts[name])
    if changed:
        save(enterprise)
        audit.record("edit", by=by, at=at, target=f"enterprise:{enterprise.uscc}", detail={"fields": changed})
    return enterprise


@transaction.atomic
def correct_uscc(enterprise: Enterprise, uscc: str, *, at: datetime, by: User | None) -> Enterprise:
    """Put a right code in place of a wrong or old one; the mark 待核 goes. Raises UsccRefused, ValidationError (taken)."""
    code = normalise_uscc(uscc)
    enterprise = _locked(enterprise)
    old = enterprise.uscc
    enterprise.uscc, enterprise.uscc_warning = code, False
    save(enterprise)
    audit.record("edit", by=by, at=at, target=f"enterprise:{code}", detail={"field": "uscc", "from": old, "to": code})
    return enterprise


@transaction.atomic
def move(
    enterprise: Enterprise,
    *,
    building: Building,
    at: datetime,
    by: User | None,
    room: str = "",
    space: Space | None = None,
    on: date | None = None,
    from_place: str = "",
    case_owner: User | None = None,
    note: str = "",
    returning: bool = False,
) -> Tenancy:
    """Move the main place; community and the posts of its people follow in the same transaction. Raises ValidationError.

    The old place ends on the day before, or on the day itself when it began that day; `on` is today or earlier. Who had left comes back
    (回归), as does who is said to be `returning`: then `from_place` says from where and `case_owner` who saw to it.
    """
    day = _not_ahead(on, at)
    enterprise = _locked(enterprise)
    target = building.park.community
    left = Tenancy.objects.filter(enterprise=enterprise, is_main=True).select_related("building__park").order_by("-from_on", "-pk").first()
    kind = "returned" if returning else news.of_move(enterprise, left, building)
    _end(Tenancy.objects.open().filter(enterprise=enterprise, is_main=True), day)
    if enterprise.community_id != target.pk or enterprise.status != EnterpriseStatus.ACTIVE:
        Enterprise.objects.filter(pk=enterprise.pk).update(community=target, status=EnterpriseStatus.ACTIVE)
        _move_people(enterprise, target, at)
    tenancy = _sit(enterprise, building, room=room, space=space, on=day, at=at, by=by)
    origin = from_place or (left.building.park.name if left is not None and kind != "returned" else "")
    if kind:
        facts = {"from_place": origin, "to_place": building.park.name, "case_owner_id": case_owner.pk if case_owner else None, "note": note}
        news.tell([news.Item(enterprise.pk, kind, day, **facts)], at=at, by=by)
    audit.record("enterprise_moved", by=by, at=at, target=f"enterprise:{enterprise.uscc}", detail={"building": building.pk, "on": str(day)})
    return tenancy


def _move_people(enterprise: Enterprise, target: Community, at: datetime) -> None:
    people = enterprise.representatives.filter(ended_at__isnull=True).values("post_id")
    Post.objects.filter(pk__in=people).update(community=target)


@transaction.atomic
def move_out(
    enterprise: Enterprise,
    *,
    at: datetime,
    by: User | None,
    on: date | None = None,
    closed: bool = False,
    to_place: str = "",
    note: str = "",
) -> Enterprise:
    """End every tenancy; the enterprise stays on file in its last community as 已迁出, or 已注销 when it has closed down."""
    day = _not_ahead(on, at)
    enterprise = _locked(enterprise)
    if enterprise.status != EnterpriseStatus.ACTIVE:
        raise StateConflict(f"「{enterprise.name}」{enterprise.get_status_display()}，不能再办迁出。")
    seat = Tenancy.objects.open().filter(enterprise=enterprise, is_main=True).select_related("building__park").first()
    _end(Tenancy.objects.open().filter(enterprise=enterprise), day, last_day=day)
    enterprise.status = EnterpriseStatus.CLOSED if closed else EnterpriseStatus.MOVED_OUT
    enterprise.save(update_fields=["status"])
    whence = seat.building.park.name if seat is not None else ""
    news.tell(
        [news.Item(enterprise.pk, "dissolved" if closed else "moved_out", day, from_place=whence, to_place=to_place, note=note)],
        at=at,
        by=by,
    )
    audit.record("enterprise_moved_out", by=by, at=at, target=f"enterprise:{enterprise.uscc}", detail={"on": str(day), "closed": closed})
    return enterprise


@transaction.atomic
def leave_building(enterprise: Enterprise, building: Building, *, at: datetime, by: User | None, on: date | None = None) -> Enterprise:
    """Out of a building that is not its main place; it stays in the community. Raises ValidationError."""
    day = _not_ahead(on, at)
    enterprise = _locked(enterprise)
    _end(Tenancy.objects.open().filter(enterprise=enterprise, building=building, is_main=False), day, last_day=day)
    audit.record("enterprise_moved", by=by, at=at, target=f"enterprise:{enterprise.uscc}", detail={"left": building.pk, "on": str(day)})
    return enterprise


def _locked(enterprise: Enterprise) -> Enterprise:
    return Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise.pk)


def _sit(enterprise: Enterprise, building: Building, *, room: str, space: Space | None, on: date, at: datetime, by: User | None) -> Tenancy:
    if space is not None and space.building_id != building.pk:
        raise ValidationError({"space": f"「{space}」不在「{building}」。"})
    tenancy = Tenancy(
        enterprise=enterprise, building=building, space=space, room=room or (space.room if space else ""), from_on=on, is_main=True,
        recorded_at=at,
    )  # fmt: skip
    tenancy.full_clean()
    tenancy.save()
    if space is not None:
        occupying.seat(space, enterprise.pk, enterprise.name, on=on, by=by, at=at)
    return tenancy


def _end(tenancies: Any, day: date, *, last_day: date | None = None) -> None:
    """Close these tenancies and free the spaces that no lease keeps."""
    for tenancy in tenancies.select_for_update(no_key=True):
        tenancy.until_on = max(tenancy.from_on, last_day or date.fromordinal(day.toordinal() - 1))
        tenancy.save(update_fields=["until_on"])
        if tenancy.space_id:
            occupying.unseat([(tenancy.space_id, tenancy.enterprise_id)], tenancy.until_on)


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()


def _not_ahead(on: date | None, at: datetime) -> date:
    day = on or _day(at)
    if day > _day(at):
        raise ValidationError({"on": "日期不能晚于今天；到那天再办即可。"})
    return day
