"""Which columns of a park somebody reads: places are open to the community, what it earns and holds empty is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from community.kinds import COMMUNITY_WIDE_KINDS, GRID_KINDS, PostKind
from community.posts import held
from parks.models import Park

if TYPE_CHECKING:
    from accounts.models import User

PLACE = frozenset({"code", "name", "community", "grid", "address", "built_on", "buildings", "operator", "stewards", "boundary"})
HOLDINGS = frozenset({"land_area_m2", "spaces", "tenants", "history"})
#: Sums over the park's enterprises; for the operator with the suppression rule of DESIGN §4.
AGGREGATES = frozenset({"aggregates"})


def columns_for(user: User, park: Park) -> frozenset[str]:
    """Empty when the park is not in sight. At most two queries."""
    posts = held(user)
    in_community = [post for post in posts if park.community_id == post.community_id or _over(post, park)]
    if not in_community:
        return frozenset()
    if any(post.kind in (*COMMUNITY_WIDE_KINDS, PostKind.STREET) for post in in_community):
        return PLACE | HOLDINGS | AGGREGATES
    if any(post.kind == PostKind.OPERATOR for post in in_community) and Park.objects.run_by(user).filter(pk=park.pk).exists():
        return PLACE | HOLDINGS | AGGREGATES
    if any(post.kind in GRID_KINDS and post.grid_id == park.grid_id for post in in_community):
        return PLACE | HOLDINGS
    if any(post.kind == PostKind.STEWARD for post in in_community) and Park.objects.kept_by(user).filter(pk=park.pk).exists():
        return PLACE | HOLDINGS
    return PLACE


def _over(post: object, park: Park) -> bool:
    return getattr(post, "street_id", None) is not None and park.community.street_id == post.street_id  # type: ignore[attr-defined]
