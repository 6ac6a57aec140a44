"""What somebody of the community could do today about parks: one without a steward."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef

from community import held
from community.kinds import COMMUNITY_WIDE_KINDS, PostKind
from community.models import Post
from community.proposals import Proposal, answered
from parks.models import Park, ParkPost
from parks.unplaced import WAITING_PARK

if TYPE_CHECKING:
    from accounts.models import User

NO_STEWARD = "no_steward"
MOST = 5


def proposals(user: User, at: datetime) -> list[Proposal]:
    """Parks nobody is steward of, those with the most buildings first. One query."""
    offices = {post.community_id for post in held(user, *COMMUNITY_WIDE_KINDS)}
    if not offices:
        return []
    stewards = ParkPost.objects.filter(park=OuterRef("pk"), deputy=False, post__in=Post.objects.in_force(at).filter(kind=PostKind.STEWARD))
    rows = Park.objects.visible_to(user).filter(~Exists(stewards), community__in=offices).exclude(WAITING_PARK)
    rows = rows.exclude(code__in=answered(user, NO_STEWARD, at)).annotate(size=Count("buildings")).order_by("-size", "pinyin", "pk")
    return [_no_steward(park) for park in rows[:MOST]]


def _no_steward(park: Park) -> Proposal:
    size = f"，园里有 {park.size} 幢楼" if park.size else ""
    return Proposal(
        NO_STEWARD, park.code, park.community_id, f"给{park.name}找一位园区长", f"现在没有园区长{size}；企业有事没有就近的人可找。"
    )
