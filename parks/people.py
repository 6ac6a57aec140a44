"""Stewards and operators of parks, and giving a park to another grid."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

import audit
import community
from community import held
from community.kinds import PostKind
from community.models import Grid, Post, Unit
from parks.models import Building, Park, ParkPost
from wording.errors import FactsMissing, NotYours, StateConflict
from workdays import SHANGHAI

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def appoint_steward(
    park: Park, user: User, *, at: datetime, by: User | None, until_at: datetime | None = None, deputy: bool = False
) -> Post:
    """园区长, or his deputy, for a term where `until_at` says so; he counts as 园区力量 of the park's grid."""
    title = f"{park.name}{'副' if deputy else ''}园区长"
    post = community.appoint(user, PostKind.STEWARD, at=at, by=by, community=park.community, grid=park.grid, title=title, until_at=until_at)
    ParkPost.objects.create(post=post, park=park, deputy=deputy)
    return post


def stewards_in_office(park: Park, at: datetime) -> list[ParkPost]:
    """With their terms, deputies last."""
    in_force = Post.objects.in_force(at).filter(kind=PostKind.STEWARD)
    rows = ParkPost.objects.filter(park=park, post__in=in_force).select_related("post__user")
    return list(rows.order_by("deputy", "post__from_at", "pk"))


def may_appoint_stewards(user: User, park: Park) -> bool:
    return any(post.community_id == park.community_id for post in held(user, PostKind.LEADER))


@transaction.atomic
def name_steward(park: Park, user: User, *, until_on: date | None, deputy: bool, by: User, at: datetime) -> Post:
    """By the community's leader, until the end of a day; who is it already in the same capacity gets the new term. Raises NotYours, FactsMissing."""
    if not may_appoint_stewards(by, park):
        raise NotYours("园区长由社区负责人任命。")
    until_at = _end_of(until_on, at)
    Park.objects.select_for_update(no_key=True).get(pk=park.pk)
    mine = [row for row in stewards_in_office(park, at) if row.post.user_id == user.pk]
    if mine and mine[0].deputy == deputy:
        return set_term(mine[0].post, park, until_on=until_on, by=by, at=at)
    for row in mine:
        community.leave(row.post, at=at, by=by)
    return appoint_steward(park, user, at=at, by=by, until_at=until_at, deputy=deputy)


@transaction.atomic
def set_term(post: Post, park: Park, *, until_on: date | None, by: User, at: datetime) -> Post:
    """Another last day; none: until further notice. Raises NotYours, FactsMissing, StateConflict (over already)."""
    if not may_appoint_stewards(by, park):
        raise NotYours("园区长的任期由社区负责人定。")
    until_at = _end_of(until_on, at)
    post = Post.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=post.pk)
    if post.handed_over_at is not None or (post.until_at is not None and post.until_at <= at):
        raise StateConflict(f"{post.user.display_name}的任期已经结束，请重新任命。")
    if post.until_at != until_at:
        post.until_at = until_at
        post.save(update_fields=["until_at"])
        audit.record("edit", by=by, at=at, target=f"post:{post.pk}", detail={"field": "任期", "until": str(until_on or "")})
    return post


def end_steward(post: Post, park: Park, *, by: User, at: datetime) -> Post:
    """Raises NotYours."""
    if not may_appoint_stewards(by, park):
        raise NotYours("园区长由社区负责人任免。")
    return community.leave(post, at=at, by=by)


def _end_of(day: date | None, at: datetime) -> datetime | None:
    if day is None:
        return None
    if day < timezone.localtime(at).date():
        raise FactsMissing("任期至少到今天。", fields={"until_on": "请核对日期"})
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)


@transaction.atomic
def appoint_operator(
    unit: Unit, user: User, *, at: datetime, by: User | None, park: Park | None = None, title: str = "", until_at: datetime | None = None
) -> Post:
    """Somebody of an operator, for all parks of the operator or for one of them. Raises ValidationError."""
    if park is not None and park.operator_id != unit.pk:
        raise ValidationError({"park": f"「{park.name}」不是「{unit.name}」运营的园区。"})
    post = community.appoint(user, PostKind.OPERATOR, at=at, by=by, community=unit.community, unit=unit, title=title, until_at=until_at)
    if park is not None:
        ParkPost.objects.create(post=post, park=park)
    return post


@transaction.atomic
def reassign(park: Park, grid: Grid, *, at: datetime, by: User | None) -> Park:
    """Give a park to another grid of its community; its stewards' posts in force follow, and the row history keeps the old grid."""
    park = Park.objects.select_for_update(no_key=True).get(pk=park.pk)
    if grid.community_id != park.community_id:
        raise ValidationError({"grid": f"「{grid.name}」不属于「{park.name}」所在的社区。"})
    before = park.grid_id
    park.grid = grid
    park.save(update_fields=["grid"])
    stewards = ParkPost.objects.filter(park=park, post__kind=PostKind.STEWARD).values("post_id")
    Post.objects.filter(pk__in=stewards, handed_over_at__isnull=True).update(grid=grid)
    audit.record("park_reassigned", by=by, at=at, target=f"park:{park.code}", detail={"from": before, "to": grid.pk})
    return park


@transaction.atomic
def entrust(park: Park, operator: Unit, *, at: datetime, by: User | None) -> Park:
    """Name who runs a park; people of the operator before lose sight of it at once. Raises ValidationError."""
    park = Park.objects.select_for_update(no_key=True).get(pk=park.pk)
    if operator.community_id != park.community_id or operator.retired:
        raise ValidationError({"operator": f"「{operator.name}」不是「{park.name}」所在社区在用的单位。"})
    before = park.operator_id
    park.operator = operator
    park.full_clean()
    park.save(update_fields=["operator"])
    audit.record("edit", by=by, at=at, target=f"park:{park.code}", detail={"field": "operator", "from": before, "to": operator.pk})
    return park


#: Who may be the known face of a building.
KEEPERS = (PostKind.GRID_STAFF, PostKind.GRID_LEADER)


def may_set_keepers(user: User, park: Park) -> bool:
    """The head of the park's grid, and the community's leader."""
    leads = any(post.community_id == park.community_id for post in held(user, PostKind.LEADER))
    return leads or (park.grid_id is not None and any(post.grid_id == park.grid_id for post in held(user, PostKind.GRID_LEADER)))


def keepers(park: Park, at: datetime) -> QuerySet[Post]:
    """Whoever may keep the buildings of a park: full-time members of its grid and its head, in force."""
    rows = Post.objects.in_force(at).filter(grid__isnull=False, grid=park.grid_id, kind__in=KEEPERS, user__is_active=True)
    return rows.select_related("user").order_by("-kind", "pk")


@transaction.atomic
def set_keeper(building: Building, post: Post | None, *, at: datetime, by: User) -> Building:
    """Which member of the grid the enterprises of a building call; None: whoever is first. The same twice is one. Raises NotYours, FactsMissing."""
    if not may_set_keepers(by, building.park):
        raise NotYours("楼宇的专职网格员由所在网格的网格长或社区负责人指定。")
    building = Building.objects.select_for_update(of=("self",), no_key=True).select_related("park").get(pk=building.pk)
    if post is not None and not keepers(building.park, at).filter(pk=post.pk).exists():
        raise FactsMissing("请选这个园区所在网格的在任网格员。", fields={"keeper": "请从列表里选"})
    if building.keeper_id == (post.pk if post is not None else None):
        return building
    before, building.keeper = building.keeper_id, post
    building.save(update_fields=["keeper"])
    detail = {"field": "专职网格员", "from": before, "to": building.keeper_id}
    audit.record("edit", by=by, at=at, target=f"building:{building.pk}", detail=detail)
    return building
