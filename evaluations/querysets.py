"""Which rows of the evaluation, and who may see them: the office and the street all, an operator what was told of its own parks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from community import held
from community.kinds import PostKind
from community.models import Community
from evaluations.states import TOLD, RoundState
from parks.models import Park

if TYPE_CHECKING:
    from accounts.models import User


class SchemeQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The rules of the game: office, street, and the operators of the community."""
        if not held(user):
            return self.none()
        operated = {post.community_id for post in held(user, PostKind.OPERATOR)}
        return self.filter(Q(community__in=Community.objects.worked_by(user)) | Q(community__in=operated))

    def in_force(self, on: date) -> Self:
        """At most one row a community: the latest whose first day has come."""
        return self.filter(from_on__lte=on).order_by("community_id", "-from_on").distinct("community_id")

    def whole(self) -> Self:
        return self.prefetch_related("indicators", "grades")


class OfSchemeQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        from evaluations.models import Scheme

        return self.filter(scheme__in=Scheme.objects.visible_to(user))


class RoundQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Office and street: all. An operator: what is shown or published and has a park of its own in it."""
        from evaluations.models import Result

        if not held(user):
            return self.none()
        seen = Q(community__in=Community.objects.worked_by(user))
        if held(user, PostKind.OPERATOR):
            own = Result.objects.filter(round=OuterRef("pk"), park__in=Park.objects.run_by(user))
            seen |= Q(Exists(own), state__in=TOLD)
        return self.filter(seen)

    def newest(self) -> Self:
        return self.order_by("-period", "community_id", "-pk")


class ResultQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        if not held(user):
            return self.none()
        seen = Q(round__community__in=Community.objects.worked_by(user))
        if held(user, PostKind.OPERATOR):
            seen |= Q(park__in=Park.objects.run_by(user), round__state__in=TOLD)
        return self.filter(seen)

    def by_rank(self) -> Self:
        return self.order_by(models.F("rank").asc(nulls_last=True), "park__pinyin", "pk")


class ValueQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """With the result; which columns an operator reads: `evaluations.reading`."""
        from evaluations.models import Result

        return self.filter(result__in=Result.objects.visible_to(user))


class ObjectionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Office and street; the operator those about its own parks."""
        if not held(user):
            return self.none()
        seen = Q(round__community__in=Community.objects.worked_by(user))
        if held(user, PostKind.OPERATOR):
            seen |= Q(park__in=Park.objects.run_by(user))
        return self.filter(seen)

    def waiting(self) -> Self:
        return self.filter(answered_at__isnull=True, round__state=RoundState.SHOWN)
