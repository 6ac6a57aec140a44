"""Which signs and flags, and who may see them: staff alone, never an enterprise, a steward, an operator or a partner (DESIGN §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q

from community.kinds import COMMUNITY_WIDE_KINDS, GRID_KINDS, PostKind
from community.models import Community
from community.posts import held
from enterprises.models import Enterprise, Representative, Tenancy
from parks.models import Park
from risks.kinds import CLEARED, PRIVATE, LoweringState

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import User


def watched_by(user: User) -> models.QuerySet[Any]:
    """Enterprises whose risks somebody reads: specialist, leader, street; grid staff for those in their grids.

    Not `Enterprise.visible_to`, which also lets stewards, operators and the enterprise itself in. Nobody reads what is said of an
    enterprise that he speaks for or works at, whatever other post he holds: part-time grid staff come from the enterprises.
    """
    if not held(user):
        return Enterprise.objects.none()
    seen = Q(community__in=Community.objects.worked_by(user))
    if held(user, *GRID_KINDS):
        seats = Tenancy.objects.open().filter(building__park__in=Park.objects.in_grids_of(user))
        seen |= Q(pk__in=seats.values("enterprise_id"))
    # asked of the table, not of the posts: behind a door of the API one comes with the posts of that door only
    own = Representative.objects.in_force().filter(post__user=user.pk)
    return Enterprise.objects.filter(seen).exclude(pk__in=own.values("enterprise_id"))


class Gravity(models.Func):
    """Level, then microseconds since 1970: within nineteen digits until the year 2286."""

    template = "(%(expressions)s)"
    arg_joiner = " * 1000000000000000000 + (EXTRACT(EPOCH FROM "
    output_field = models.BigIntegerField()

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        sql, params = super().as_sql(compiler, connection, **extra)
        return f"{sql[:-1]}) * 1000000)::bigint)", params


def flags_in_sight(user: User, path: str = "") -> Q:
    """Flags, or rows that lead to one by `path`: of enterprises one watches; what is private for the office and the street alone."""
    seen = Q(**{f"{path}enterprise__in": watched_by(user).values("pk")})
    if not held(user, *GRID_KINDS):
        return seen
    office = Q(**{f"{path}enterprise__community__in": Community.objects.worked_by(user).values("pk")})
    return seen & (~Q(**{f"{path}kind__in": PRIVATE}) | office)


class SignQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(enterprise__in=watched_by(user).values("pk"))


class FlagQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(flags_in_sight(user))

    def open(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def at_least(self, level: int) -> Self:
        return self.filter(level__gte=level)

    def gravest_first(self) -> Self:
        return self.order_by("-level", "-level_since_at", "-pk")

    def with_gravity(self) -> Self:
        """The same order as one number, for lists that are read page by page."""
        return self.annotate(gravity=Gravity("level", "level_since_at"))


class FlagLevelQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(flags_in_sight(user, "flag__"))

    def standing_at(self, at: datetime) -> Self:
        """The level of each flag at that moment, one row a flag; none for flags raised later or cleared before."""
        last = self.filter(from_at__lte=at).order_by("flag_id", "-from_at", "-pk").distinct("flag_id")
        return self.filter(pk__in=last.values("pk")).exclude(level=CLEARED)

    def rises(self) -> Self:
        return self.filter(level__gt=F("from_level"))


class LoweringQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(flags_in_sight(user, "flag__"))

    def pending(self) -> Self:
        return self.filter(state=LoweringState.PENDING)


class FindingQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(flags_in_sight(user, "flag__"))


class RuleVersionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Thresholds are read by those who read the alerts."""
        own = {post.community_id for post in held(user, *COMMUNITY_WIDE_KINDS, *GRID_KINDS)}
        streets = {post.street_id for post in held(user, PostKind.STREET)}
        return self.filter(Q(community__in=own) | Q(community__street__in=streets)) if own or streets else self.none()

    def in_force(self, on: date) -> Self:
        """At most one row a rule and community: the latest whose first day has come."""
        return self.filter(from_on__lte=on).order_by("community_id", "rule", "-from_on").distinct("community_id", "rule")


class ParkAlertQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Staff alone: the office and the street, grid staff those of their grids; never the operator, whatever else he is."""
        if not held(user):
            return self.none()
        seen = Q(park__community__in=Community.objects.worked_by(user)) | Q(park__in=Park.objects.in_grids_of(user))
        operators = {post.unit_id for post in held(user, PostKind.OPERATOR)}
        rows = self.filter(seen)
        return rows.exclude(park__operator__in=operators) if operators else rows

    def open(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def waiting(self) -> Self:
        return self.filter(ended_at__isnull=True, asked_at__isnull=False)
