"""The tree community – park – building, for navigation; counts come from the apps above."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from community.kinds import PostKind
from community.models import Community, Post
from parks.models import Building, Park, ParkPost

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class ParkNode:
    park: Park
    buildings: tuple[Building, ...]
    stewards: tuple[str, ...]


@dataclass(frozen=True)
class CommunityNode:
    community: Community
    parks: tuple[ParkNode, ...]


def tree(user: User, at: datetime) -> list[CommunityNode]:
    """What the user may see, parks by pinyin, with the stewards (园区长) in office at that moment. Four queries whatever the size."""
    buildings: dict[int, list[Building]] = defaultdict(list)
    for building in Building.objects.visible_to(user).order_by("park_id", "code"):
        buildings[building.park_id].append(building)
    stewards = _stewards(user, at)
    parks: dict[int, list[ParkNode]] = defaultdict(list)
    for park in Park.objects.visible_to(user).select_related("grid").order_by("pinyin", "pk"):
        parks[park.community_id].append(ParkNode(park, tuple(buildings[park.pk]), tuple(stewards[park.pk])))
    communities = Community.objects.visible_to(user).order_by("code")
    return [CommunityNode(community, tuple(parks[community.pk])) for community in communities]


def _stewards(user: User, at: datetime) -> dict[int, list[str]]:
    names: dict[int, list[str]] = defaultdict(list)
    in_force = Post.objects.in_force(at).filter(kind=PostKind.STEWARD)
    rows = ParkPost.objects.visible_to(user).filter(post__in=in_force).select_related("post__user").order_by("post__from_at", "pk")
    for row in rows:
        names[row.park_id].append(row.post.user.display_name)
    return names
