"""Which places, and who may see them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

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


#: Who looks for a space and sees what is on offer in the community.
SEEKERS = (PostKind.ENTERPRISE_MANAGER, PostKind.ENTERPRISE_MEMBER, PostKind.EMPLOYEE, PostKind.PARTNER, PostKind.DEPARTMENT)


def standing(day: date, prefix: str = "") -> Q:
    """There on that day."""
    begun = Q(**{f"{prefix}from_on__isnull": True}) | Q(**{f"{prefix}from_on__lte": day})
    return begun & (Q(**{f"{prefix}until_on__isnull": True}) | Q(**{f"{prefix}until_on__gte": day}))


def parks_whose_spaces_show(user: User) -> Any:
    """All of them for specialists, leaders and the street; for grid staff, steward and operator their own."""
    from parks.models import Park

    seen = Q(community__in=Community.objects.worked_by(user))
    for own in (Park.objects.in_grids_of(user), Park.objects.kept_by(user), Park.objects.run_by(user)):
        seen |= Q(pk__in=own.values("pk"))
    return Park.objects.filter(seen)


def seekers_communities(user: User) -> set[Any]:
    return {post.community_id for post in held(user, *SEEKERS)}


class SpaceQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """With the park's spaces; for enterprises, employees, partners and departments what is on offer in the community."""
        from parks.models import Listing

        if not held(user):
            return self.none()
        seen = Q(building__park__in=parks_whose_spaces_show(user))
        if communities := seekers_communities(user):
            shown = Listing.objects.shown().filter(space__building__park__community__in=communities)
            seen |= Q(pk__in=shown.values("space_id"))
        return self.filter(seen)

    def on(self, day: date) -> Self:
        """Those that stand on that day, each with its `state`: let, reserved or vacant."""
        from parks.models import Occupancy

        taken = Occupancy.objects.on(day).filter(space=OuterRef("pk")).values("kind")[:1]
        return self.filter(standing(day)).annotate(state=Coalesce(Subquery(taken), Value("vacant"), output_field=models.CharField()))

    def standing(self, day: date) -> Self:
        return self.filter(standing(day))


class OfSpaceQuerySet(models.QuerySet[Any]):
    """Rows of a space that are its park's business, never an outsider's."""

    to_space = "space__"

    def visible_to(self, user: User) -> Self:
        if not held(user):
            return self.none()
        return self.filter(**{f"{self.to_space}building__park__in": parks_whose_spaces_show(user)})


class OccupancyQuerySet(OfSpaceQuerySet):
    def on(self, day: date) -> Self:
        return self.filter(standing(day))

    def from_day(self, day: date) -> Self:
        """Not over before that day."""
        return self.filter(Q(until_on__isnull=True) | Q(until_on__gte=day))

    def declared(self) -> Self:
        """Let as operator or roster say, without a measured lease."""
        return self.filter(kind="let", lease_key__isnull=True)


class SpaceChangeQuerySet(OfSpaceQuerySet):
    to_space = ""


class ListingQuerySet(models.QuerySet[Any]):
    def shown(self) -> Self:
        """On offer: not withdrawn, the space still there, nobody on it from the day it is to be had."""
        from parks.models import Occupancy

        taken = Occupancy.objects.filter(Q(until_on__isnull=True) | Q(until_on__gte=OuterRef("available_on")), space=OuterRef("space"))
        return self.filter(~Exists(taken), withdrawn_at__isnull=True, space__until_on__isnull=True)

    def visible_to(self, user: User) -> Self:
        """With the park's spaces, the withdrawn ones too; to those who look for a space what is shown in their community."""
        if not held(user):
            return self.none()
        seen = Q(space__building__park__in=parks_whose_spaces_show(user))
        if communities := seekers_communities(user):
            seen |= Q(pk__in=type(self)(self.model).shown().filter(space__building__park__community__in=communities).values("pk"))
        return self.filter(seen)


class ParkPostQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Who is steward or operator of which park is part of the organisation."""
        from parks.models import Park

        if not held(user):
            return self.none()
        return self.filter(park__in=Park.objects.visible_to(user))
