"""Whoever leaves pays no more visits: his open tasks wait for the next plan."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import F

from community.kinds import PostKind
from community.models import Post
from visits.models import Task
from visits.people import STAFF_KINDS

if TYPE_CHECKING:
    from accounts.models import User


#: From these posts visits are paid.
PAYING = (*STAFF_KINDS, PostKind.STEWARD)


def hand_back_on_leaving(post: Post, at: datetime, by: User | None) -> None:
    """Called by `community.leave`. Another such post there keeps them. An appointment stays: somebody else will keep it."""
    if post.kind not in PAYING:
        return
    still = Post.objects.in_force(at).filter(user=post.user_id, kind__in=PAYING, grid=post.grid_id).exclude(pk=post.pk)
    mine = Task.objects.open()
    if post.community_id is not None:
        still, mine = still.filter(community=post.community_id), mine.filter(community=post.community_id)
    else:
        still, mine = still.filter(street=post.street_id), mine.filter(community__street=post.street_id)
    if still.exists():
        return
    mine.filter(assignee=post.user_id).update(assignee=None, planned_on=None, planned_half="", version=F("version") + 1)
    mine.filter(wanted=post.user_id).update(wanted=None, version=F("version") + 1)
