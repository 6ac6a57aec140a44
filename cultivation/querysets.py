"""Which enterprises are on the key list, which tiers are held, and who may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from community.posts import held
from enterprises.models import Enterprise

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User


class KeyListingQuerySet(models.QuerySet[Any]):
    def in_force(self, day: date) -> Self:
        return self.filter(Q(until_on__isnull=True) | Q(until_on__gte=day), from_on__lte=day)

    def visible_to(self, user: User) -> Self:
        """Staff alone: who pays most tax is nobody else's to know, and an enterprise is not told that it is one of the important ones."""
        if not held(user):
            return self.none()
        return self.filter(enterprise__in=Enterprise.objects.watched_by(user))


class TierHoldingQuerySet(models.QuerySet[Any]):
    def in_force(self, day: date) -> Self:
        return self.filter(Q(valid_until_on__isnull=True) | Q(valid_until_on__gte=day), gained_on__lte=day)

    def visible_to(self, user: User) -> Self:
        """Staff, and the enterprise's own people."""
        if not held(user):
            return self.none()
        seen = Q(enterprise__in=Enterprise.objects.watched_by(user))
        return self.filter(seen | Q(enterprise__in=Enterprise.objects.represented_by(user)))
