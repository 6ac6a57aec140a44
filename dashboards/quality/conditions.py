"""When a park, a building or an enterprise fails a check: one condition each, over the rows a reader sees.

Conditions are `Q`s over sub-selects by key, so that all checks of a subject are counted in one pass and each opens its own list.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from community.kinds import PostKind
from community.models import Post
from dashboards.models import Confirmation, ConfirmationKind
from dashboards.quality.sight import Sight
from enterprises.models import Enterprise, Representative, Tenancy
from parks.models import Park, ParkPost
from parks.unplaced import CODE, PARK_NAME

STALE_YEARS = 1
_WAITING = Q(building__code=CODE) | Q(building__park__name=PARK_NAME)


def a_year_before(now: datetime) -> datetime:
    """The same day of the year before; 29 February becomes the 28th."""
    day = 28 if (now.month, now.day) == (2, 29) else now.day
    return now.replace(year=now.year - STALE_YEARS, day=day)


def _kept_parks(now: datetime) -> QuerySet[ParkPost]:
    in_office = Post.objects.in_force(now).filter(kind=PostKind.STEWARD)
    return ParkPost.objects.filter(post__in=in_office)


def _main() -> QuerySet[Tenancy]:
    return Tenancy.objects.open().filter(is_main=True)


def _among(tenancies: QuerySet[Tenancy]) -> Q:
    return Q(pk__in=tenancies.values("enterprise_id"))


def park_without_grid(sight: Sight) -> Q:
    return Q(grid__isnull=True)


def park_without_steward(sight: Sight) -> Q:
    return ~Q(pk__in=_kept_parks(sight.now).values("park_id"))


def park_without_operator(sight: Sight) -> Q:
    return Q(operator__isnull=True) | Q(operator__retired=True)


def building_without_grid(sight: Sight) -> Q:
    return Q(park__in=Park.objects.filter(grid__isnull=True))


def without_grid(sight: Sight) -> Q:
    """Whoever waits is counted as waiting: a place is what he needs."""
    return _among(_main().filter(building__park__grid__isnull=True).exclude(_WAITING))


def without_steward(sight: Sight) -> Q:
    kept = _kept_parks(sight.now).values("park_id")
    return _among(_main().exclude(building__park__in=kept).exclude(_WAITING))


def waiting(sight: Sight) -> Q:
    return _among(_main().filter(_WAITING))


def without_place(sight: Sight) -> Q:
    return ~_among(_main())


def without_manager(sight: Sight) -> Q:
    managers = Representative.objects.in_force().filter(role=PostKind.ENTERPRISE_MANAGER)
    return ~Q(pk__in=managers.values("enterprise_id"))


def missing(field: str) -> Any:
    """The condition that this fact of the dossier is empty."""
    empty = Q(**{f"{field}__isnull": True}) if Enterprise._meta.get_field(field).null else Q(**{field: ""})
    return lambda sight: empty


def stale(sight: Sight) -> Q:
    """Neither the dossier nor a place of it was changed, by whomever, and nobody said that it is right."""
    since = a_year_before(sight.now)
    changed = Enterprise.pgh_event_model.objects.filter(pgh_created_at__gte=since)
    seated = Tenancy.pgh_event_model.objects.filter(pgh_created_at__gte=since)
    confirmed = Confirmation.objects.filter(kind=ConfirmationKind.FRESH, at__gte=since)
    return ~Q(pk__in=changed.values("pgh_obj_id")) & ~_among(seated) & ~_among(confirmed)


def gone(sight: Sight) -> Q:
    """In this order: nearly everybody sits somewhere, and is asked nothing more."""
    return ~_among(Tenancy.objects.open()) & _among(Tenancy.objects.all())


def old_number(sight: Sight) -> Q:
    """The database takes no such number without the mark, which is much quicker to look at."""
    return Q(uscc_warning=True) & Q(uscc__regex=r"^[0-9]{15}$")


def doubtful_code(sight: Sight) -> Q:
    return Q(uscc_warning=True) & ~Q(uscc__regex=r"^[0-9]{15}$")


def same_name(sight: Sight) -> Q:
    return Q(pk__in=list(sight.namesakes))


def former_name(sight: Sight) -> Q:
    return Q(pk__in=list(sight.heirs))
