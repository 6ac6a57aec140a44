"""What the checks of one reader are taken over, at one moment."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet

from community.kinds import COMMUNITY_WIDE_KINDS, GRID_KINDS, PostKind
from community.models import Community
from community.posts import held
from dashboards.models import Confirmation, ConfirmationKind
from enterprises.models import Enterprise, FormerName, Tenancy
from parks.models import Building, Park
from parks.unplaced import WAITING_PARK
from wording.search import Fold, fold

if TYPE_CHECKING:
    from accounts.models import User

WIDE_READERS = (*COMMUNITY_WIDE_KINDS, PostKind.STREET)
READERS = (*WIDE_READERS, *GRID_KINDS)
Pair = tuple[int, int]


class Subject(StrEnum):
    PARK = "park"
    BUILDING = "building"
    ENTERPRISE = "enterprise"


#: From a row to its community.
COMMUNITY = {Subject.PARK: "community", Subject.BUILDING: "park__community", Subject.ENTERPRISE: "community"}


@dataclass(frozen=True)
class Sight:
    """Specialist, leader, street: their communities. Grid staff: the parks of their grids and who sits there. A post of another kind adds
    nothing, and enterprises that have moved out or closed are nobody's care any more."""

    user: User
    now: datetime

    @property
    def is_wide(self) -> bool:
        """Whether the reader has whole communities in sight: only there can what belongs to no grid be found."""
        return bool(held(self.user, *WIDE_READERS))

    def rows(self, subject: Subject) -> QuerySet[Any]:
        match subject:
            case Subject.PARK:
                return self._parks
            case Subject.BUILDING:
                return Building.objects.visible_to(self.user).filter(park__in=self._parks)
            case Subject.ENTERPRISE:
                return self._enterprises

    def within_communities(self, subject: Subject) -> Q:
        return Q(**{f"{COMMUNITY[subject]}__in": self._communities})

    @cached_property
    def _communities(self) -> list[int]:
        """Keys rather than a sub-select: the conditions of all checks repeat them."""
        return list(Community.objects.worked_by(self.user).values_list("pk", flat=True))

    @property
    def _parks(self) -> QuerySet[Park]:
        own = self.within_communities(Subject.PARK) | Q(pk__in=Park.objects.in_grids_of(self.user).values("pk"))
        return Park.objects.visible_to(self.user).filter(own).exclude(WAITING_PARK)

    @property
    def _enterprises(self) -> QuerySet[Enterprise]:
        seated = Tenancy.objects.open().filter(building__park__in=Park.objects.in_grids_of(self.user))
        own = self.within_communities(Subject.ENTERPRISE)
        if held(self.user, *GRID_KINDS):
            own |= Q(pk__in=seated.values("enterprise_id"))
        return Enterprise.objects.visible_to(self.user).active().filter(own)

    @cached_property
    def namesakes(self) -> dict[int, list[int]]:
        """Enterprise → others whose name is the same but for width, case, blanks and punctuation, pairs told apart left out. Two queries.

        The same name has the same pinyin, which is cheap to count; only what it leaves is folded.
        """
        rows = self._enterprises.order_by()
        twice = rows.values("pinyin").annotate(n=Count("pk")).filter(n__gt=1).values("pinyin")
        by_name: dict[str, list[int]] = defaultdict(list)
        for pk, name in rows.filter(pinyin__in=twice).values_list("pk", "name"):
            by_name[fold(name)].append(pk)
        return self._apart({(one, other) for keys in by_name.values() for one in keys for other in keys if one < other})

    @cached_property
    def heirs(self) -> dict[int, list[int]]:
        """Enterprise → others that had, or have, the name it has, or had: a name of one is a former name (曾用名) of the other."""
        former = FormerName.objects.filter(enterprise__in=self._enterprises).values_list("enterprise_id", "name")
        by_name: dict[str, list[int]] = defaultdict(list)
        for pk, name in former:
            by_name[fold(name)].append(pk)
        if not by_name:
            return {}
        rows = self._enterprises.order_by().annotate(folded=Fold("name")).filter(folded__in=list(by_name))
        pairs = (
            (min(pk, other), max(pk, other)) for pk, name in rows.values_list("pk", "folded") for other in by_name[name] if pk != other
        )
        return self._apart(set(pairs))

    def _apart(self, pairs: set[Pair]) -> dict[int, list[int]]:
        others: dict[int, list[int]] = defaultdict(list)
        for one, other in sorted(pairs - self._told_apart):
            others[one].append(other)
            others[other].append(one)
        return dict(others)

    @cached_property
    def _told_apart(self) -> set[Pair]:
        return set(Confirmation.objects.filter(kind=ConfirmationKind.APART).values_list("enterprise_id", "other_id"))
