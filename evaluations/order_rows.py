"""Which orders, and who may see them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from community import held
from community.kinds import PostKind
from community.models import Community
from parks.models import Park
from risks.querysets import watched_by

if TYPE_CHECKING:
    from accounts.models import User


class OrderQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Staff alone: the office and the street those of their communities, grid staff those of their grids. Nobody reads one about an
        enterprise he speaks for, or a park he operates."""
        if not held(user):
            return self.none()
        mine = Park.objects.in_grids_of(user)
        of_parks = Q(park__community__in=Community.objects.worked_by(user)) | Q(park__in=mine)
        rows = self.filter(Q(task__enterprise__in=watched_by(user).values("pk")) | of_parks)
        operators = {post.unit_id for post in held(user, PostKind.OPERATOR)}
        return rows.exclude(park__isnull=False, park__operator__in=operators) if operators else rows

    def open(self) -> Self:
        return self.filter(answered_at__isnull=True, withdrawn_at__isnull=True)

    def overdue(self, at: datetime) -> Self:
        return self.open().filter(due_at__lt=at)
