"""One press: each check's rows are mended by a deed of the subject itself, here only chosen and guarded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

import audit
import enterprises
import parks
from community.kinds import COMMUNITY_WIDE_KINDS, UnitKind
from community.models import Community, Grid, Unit
from community.posts import held
from dashboards.models import Confirmation, ConfirmationKind
from dashboards.quality.checks import Check, Mend
from dashboards.quality.sight import Sight
from enterprises.models import Enterprise, Tenancy
from parks.models import Building, Park
from parks.unplaced import CODE, PARK_NAME
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict

if TYPE_CHECKING:
    from accounts.models import User

Deed = Callable[[Check, Any, dict[str, Any], Sight], None]


def mend(check: Check, pk: int, facts: dict[str, Any], *, sight: Sight) -> Any:
    """Mend one row of a check; `facts` are what `DEEDS` asks for. Answers the row as it was.

    Raises NotFound, NotYours, StateConflict (mended meanwhile), FactsMissing, ValidationError, in this order.
    """
    row = check.base(sight).filter(pk=pk).first()
    if row is None:
        raise NotFound("没有这一条，或您无权查看。")
    if not may_mend(sight.user, row):
        raise NotYours("数据由社区专员和负责人更正，您可以查看。")
    if check.mend not in DEEDS:
        raise StateConflict(f"「{check.label}」不在这里处理，请按清单里的指引办理。")
    with transaction.atomic():
        if check.rows(sight).filter(pk=pk).select_for_update(of=("self",), no_key=True).first() is None:
            raise StateConflict(f"「{row}」已经处理过了，不再属于「{check.label}」。")
        DEEDS[check.mend](check, row, facts, sight)
    return row


def may_mend(user: User, row: Any) -> bool:
    """Specialist and leader, in their own community; the street and the grids read (DESIGN §4)."""
    community = row.park.community_id if isinstance(row, Building) else row.community_id
    return any(post.community_id == community for post in held(user, *COMMUNITY_WIDE_KINDS))


def park_of(row: Any) -> Park:
    """The park a grid or a steward is missing for."""
    if isinstance(row, Park):
        return row
    if isinstance(row, Building):
        return row.park
    return Park.objects.get(buildings__in=Tenancy.objects.open().filter(enterprise=row, is_main=True).values("building_id"))


def grids(communities: Any) -> Any:
    return Grid.objects.filter(community__in=communities).order_by("code")


def operators(communities: Any) -> Any:
    return Unit.objects.filter(community__in=communities, kind=UnitKind.OPERATOR, retired=False).order_by("code")


def buildings(communities: Any) -> Any:
    """Where an enterprise may be put: anywhere but where one waits."""
    rows = Building.objects.filter(park__community__in=communities).exclude(code=CODE).exclude(park__name=PARK_NAME)
    return rows.select_related("park").order_by("park__pinyin", "park_id", "code")


def _chosen(rows: Any, facts: dict[str, Any], name: str, words: str) -> Any:
    """The one of this key, in the row's own community. Raises FactsMissing."""
    found = rows.filter(pk=facts.get(name)).first() if facts.get(name) else None
    if found is None:
        raise FactsMissing(words, fields={name: words})
    return found


def _give_grid(check: Check, row: Any, facts: dict[str, Any], sight: Sight) -> None:
    park = park_of(row)
    grid = _chosen(grids([park.community_id]), facts, "grid", "请选一个网格。")
    parks.reassign(park, grid, at=sight.now, by=sight.user)


def _give_operator(check: Check, row: Park, facts: dict[str, Any], sight: Sight) -> None:
    operator = _chosen(operators([row.community_id]), facts, "operator", "请选一个运营方。")
    parks.entrust(row, operator, at=sight.now, by=sight.user)


def _give_place(check: Check, row: Enterprise, facts: dict[str, Any], sight: Sight) -> None:
    building = _chosen(buildings([row.community_id]), facts, "building", "请从清单里选园区和楼宇。")
    enterprises.move(row, building=building, room=facts.get("room") or "", at=sight.now, by=sight.user)


def _give_fact(check: Check, row: Enterprise, facts: dict[str, Any], sight: Sight) -> None:
    value = facts.get(check.field)
    if value is None or value == "":
        words = f"请填写{Enterprise._meta.get_field(check.field).verbose_name}。"
        raise FactsMissing(words, fields={check.field: words})
    enterprises.edit(row, at=sight.now, by=sight.user, **{check.field: value})


def _correct_code(check: Check, row: Enterprise, facts: dict[str, Any], sight: Sight) -> None:
    enterprises.correct_uscc(row, facts.get("uscc") or "", at=sight.now, by=sight.user)


def _let_go(check: Check, row: Enterprise, facts: dict[str, Any], sight: Sight) -> None:
    enterprises.move_out(row, at=sight.now, by=sight.user)


def _confirm(check: Check, row: Enterprise, facts: dict[str, Any], sight: Sight) -> None:
    """The latest confirmation counts; the ones before are in the trail."""
    _keep(ConfirmationKind.FRESH, row.pk, None, at=sight.now, by=sight.user)
    _record(check, row, {}, sight)


def _tell_apart(check: Check, row: Enterprise, facts: dict[str, Any], sight: Sight) -> None:
    """From every other firm that was shown beside it. One that has come since is asked about again."""
    known = (sight.namesakes if check.code == "same-name" else sight.heirs).get(row.pk, [])
    others = [other for other in known if other in facts.get("others", ())]
    if not others:
        raise StateConflict(f"「{row}」的重名企业有变化，请按新的清单再确认。")
    for other in others:
        _keep(ConfirmationKind.APART, min(row.pk, other), max(row.pk, other), at=sight.now, by=sight.user)
    codes = list(Enterprise.objects.filter(pk__in=others).order_by("pk").values_list("uscc", flat=True))
    _record(check, row, {"other": codes}, sight)


def _keep(kind: str, one: int, other: int | None, *, at: datetime, by: User) -> None:
    Confirmation.objects.update_or_create(kind=kind, enterprise_id=one, other_id=other, defaults={"at": at, "by": by})


def _record(check: Check, row: Enterprise, detail: dict[str, Any], sight: Sight) -> None:
    audit.record("data_confirmed", by=sight.user, at=sight.now, target=f"enterprise:{row.uscc}", detail={"check": check.label, **detail})


#: What each needs in `facts`: grid, operator, building (and room) by key; the missing field; uscc; others, keys of the firms shown beside it.
#: A steward is appointed and a manager invited elsewhere.
DEEDS: dict[Mend, Deed] = {
    Mend.GRID: _give_grid,
    Mend.OPERATOR: _give_operator,
    Mend.PLACE: _give_place,
    Mend.FACT: _give_fact,
    Mend.CODE: _correct_code,
    Mend.GONE: _let_go,
    Mend.FRESH: _confirm,
    Mend.APART: _tell_apart,
}


def mendable_communities(user: User) -> Any:
    """Those in which `may_mend` says yes."""
    return Community.objects.filter(pk__in={post.community_id for post in held(user, *COMMUNITY_WIDE_KINDS)})
