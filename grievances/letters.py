"""转办函: the letters that go to departments without an account, for the specialists and leaders who wait for a reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from community.kinds import COMMUNITY_WIDE_KINDS
from grievances.models import Grievance, Letter
from grievances.states import DispatchState

if TYPE_CHECKING:
    from accounts.models import User


def in_sight(user: User) -> QuerySet[Letter]:
    """Those of tickets in sight of a post at the office."""
    rows = Letter.objects.filter(dispatch__grievance__in=Grievance.objects.visible_to(user, COMMUNITY_WIDE_KINDS))
    return rows.select_related("dispatch__unit", "dispatch__grievance__enterprise", "typed_by")


def waiting(user: User) -> QuerySet[Letter]:
    """Without a reply so far, and not taken back; in no order."""
    return in_sight(user).filter(answered_at__isnull=True, dispatch__state__in=(DispatchState.SENT, DispatchState.ACKNOWLEDGED))


def over(user: User) -> QuerySet[Letter]:
    """Answered or taken back; in no order."""
    return in_sight(user).exclude(pk__in=waiting(user).values("pk"))
