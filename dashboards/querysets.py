"""Which confirmations, and who may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from community.models import Community
from community.posts import held
from enterprises.models import Enterprise

if TYPE_CHECKING:
    from accounts.models import User


class ConfirmationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """With the enterprise; of a pair, with both."""
        if not held(user):
            return self.none()
        seen = Enterprise.objects.visible_to(user)
        return self.filter(models.Q(other__isnull=True) | models.Q(other__in=seen), enterprise__in=seen)


class OfCommunityQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Whoever reads the numbers of the community."""
        return self.filter(community__in=Community.objects.worked_by(user)) if held(user) else self.none()


class AreaFigureQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The community's own, and those of its street as a whole."""
        if not held(user):
            return self.none()
        seen = Community.objects.worked_by(user)
        return self.filter(models.Q(community__in=seen) | models.Q(community__isnull=True, street__in=seen.values("street")))
