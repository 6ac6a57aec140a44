"""Stewards and operators of parks, and giving a park to another grid."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

import audit
import community
from community.kinds import PostKind
from community.models import Grid, Post, Unit
from parks.models import Park, ParkPost

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def appoint_steward(park: Park, user: User, *, at: datetime, by: User | None, until_at: datetime | None = None) -> Post:
    """园区长; he counts as 园区力量 of the park's grid."""
    post = community.appoint(
        user, PostKind.STEWARD, at=at, by=by, community=park.community, grid=park.grid, title=f"{park.name}园区长", until_at=until_at
    )
    ParkPost.objects.create(post=post, park=park)
    return post


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
    park = Park.objects.select_for_update().get(pk=park.pk)
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
    park = Park.objects.select_for_update().get(pk=park.pk)
    if operator.community_id != park.community_id or operator.retired:
        raise ValidationError({"operator": f"「{operator.name}」不是「{park.name}」所在社区在用的单位。"})
    before = park.operator_id
    park.operator = operator
    park.full_clean()
    park.save(update_fields=["operator"])
    audit.record("edit", by=by, at=at, target=f"park:{park.code}", detail={"field": "operator", "from": before, "to": operator.pk})
    return park
