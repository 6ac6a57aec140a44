"""Which places, and who may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from community.kinds import GRID_KINDS, PostKind
from community.models import Community
from community.posts import held
from wording.search import name_search

if TYPE_CHECKING:
    from accounts.models import User


def name_or_initials(rows: Any, q: str) -> Any:
    """Rows whose name contains `q`, or whose pinyin initials do."""
    by_name = name_search(rows, "name", q)
    by_initials = name_search(rows, "initials", q)
    return rows.filter(Q(pk__in=by_name.values("pk")) | Q(pk__in=by_initials.values("pk")))


class ParkQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Places are readable by anyone with a post in that community (columns by role)."""
        if not held(user):
            return self.none()
        return self.filter(community__in=Community.objects.visible_to(user))

    def run_by(self, user: User) -> Self:
        """The operator's own: parks of the unit of the post, narrowed to one park where the post names it."""
        from parks.models import ParkPost

        own = Q(pk__in=[])
        posts = held(user, PostKind.OPERATOR)
        named = dict(ParkPost.objects.filter(post__in=[post.pk for post in posts]).values_list("post_id", "park_id")) if posts else {}
        for post in posts:
            own |= Q(operator_id=post.unit_id, pk=named[post.pk]) if post.pk in named else Q(operator_id=post.unit_id)
        return self.filter(own)

    def kept_by(self, user: User) -> Self:
        """The steward's own (园区长)."""
        posts = held(user, PostKind.STEWARD)
        return self.filter(park_posts__post__in=[post.pk for post in posts]) if posts else self.none()

    def in_grids_of(self, user: User) -> Self:
        grids = {post.grid_id for post in held(user, *GRID_KINDS)}
        return self.filter(grid_id__in=grids) if grids else self.none()

    def search(self, q: str) -> Self:
        return name_or_initials(self, q)


class BuildingQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        from parks.models import Park

        if not held(user):
            return self.none()
        return self.filter(park__in=Park.objects.visible_to(user))

    def search(self, q: str) -> Self:
        return name_search(self, "name", q)


class SpaceQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """All of them for specialists, leaders and the street; for grid staff, steward and operator those of their own parks;
        for enterprises, employees, partners and departments what is vacant in the community."""
        from parks.models import Park

        if not held(user):
            return self.none()
        seen = Q(building__park__community__in=Community.objects.worked_by(user))
        for own in (Park.objects.in_grids_of(user), Park.objects.kept_by(user), Park.objects.run_by(user)):
            seen |= Q(building__park__in=own)
        seekers = held(
            user, PostKind.ENTERPRISE_MANAGER, PostKind.ENTERPRISE_MEMBER, PostKind.EMPLOYEE, PostKind.PARTNER, PostKind.DEPARTMENT
        )
        seen |= Q(building__park__community_id__in={post.community_id for post in seekers}, status="vacant")
        return self.filter(seen)

    def vacant(self) -> Self:
        return self.filter(status="vacant")


class ParkPostQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Who is steward or operator of which park is part of the organisation."""
        from parks.models import Park

        if not held(user):
            return self.none()
        return self.filter(park__in=Park.objects.visible_to(user))
