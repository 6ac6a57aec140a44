"""The two sides of a dispute: one firm never serves both (律师法 第三十九条)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from community.kinds import UnitKind
from grievances.models.work import Dispatch
from grievances.states import DispatchState

if TYPE_CHECKING:
    from community.models import Unit
    from grievances.models import Grievance

#: What an employee files of these is filed against the employer, named as the other side or not.
AGAINST_EMPLOYER = frozenset({"ZL01", "ZL03", "ZL11"})
_NEVER_WORKED = (DispatchState.RETURNED, DispatchState.RECALLED, DispatchState.WAIVED)


def other_side(grievance: Grievance) -> int | None:
    """The key of the enterprise this ticket is against, None where it is against nobody we know."""
    if grievance.counterparty_id is not None:
        return grievance.counterparty_id
    item = grievance.service_item
    return grievance.enterprise_id if grievance.personal and item is not None and item.code in AGAINST_EMPLOYER else None


def serving_other_side(grievance: Grievance) -> QuerySet[Dispatch]:
    """What partners have of this ticket's opponent: tickets filed by the other side, and tickets filed against this one's enterprise."""
    against = other_side(grievance)
    opposed = Q(pk__in=[])
    if against is not None:
        opposed |= Q(grievance__enterprise=against, grievance__personal=False)
    if not grievance.personal:
        employers = Q(grievance__personal=True, grievance__service_item__code__in=AGAINST_EMPLOYER, grievance__counterparty__isnull=True)
        opposed |= Q(grievance__counterparty=grievance.enterprise_id) | employers & Q(grievance__enterprise=grievance.enterprise_id)
    return Dispatch.objects.filter(opposed, unit__kind=UnitKind.PARTNER).exclude(state__in=_NEVER_WORKED).exclude(grievance=grievance.pk)


def serves_other_side(unit: Unit, grievance: Grievance) -> bool:
    return unit.kind == UnitKind.PARTNER and serving_other_side(grievance).filter(unit=unit).exists()
