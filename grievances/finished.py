"""What a unit outside the community keeps of a ticket it finished: number, item, result and rating, after closing (DESIGN §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT

from community import held
from community.kinds import PostKind
from grievances.models import Dispatch, Transition

if TYPE_CHECKING:
    from accounts.models import User

UNIT_KINDS = (PostKind.PARTNER, PostKind.DEPARTMENT, PostKind.OPERATOR)


def by_units_of(user: User) -> QuerySet[Dispatch]:
    """One row for each cycle the user's units finished and the community has told the enterprise about.

    Annotated with `closed_at`, `outcome` and the relation `rated` (the rating of that cycle, if any).
    """
    units = {post.unit_id for post in held(user, *UNIT_KINDS)}
    of_cycle = Transition.objects.filter(grievance=OuterRef("grievance"), cycle=OuterRef("cycle")).order_by("-seq")
    told = of_cycle.filter(event="feed_back")
    return (
        Dispatch.objects.filter(Exists(told), unit__in=units, finished=True)
        .annotate(
            closed_at=Subquery(told.values("at")[:1]),
            outcome=Subquery(of_cycle.filter(event="finish").values(word=KT("facts__outcome"))[:1]),
            rated=FilteredRelation("grievance__ratings", condition=Q(grievance__ratings__cycle=F("cycle"))),
        )
        .order_by("-closed_at", "-pk")
    )
