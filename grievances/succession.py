"""Leaving a post hands its open tickets and follow-ups over, in the same transaction (INV13: 离岗人名下无 open 件)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from community.kinds import PostKind
from grievances import ownership, workflow
from grievances.models import FollowUp, Grievance
from grievances.owners import duty_specialist
from grievances.rating import owner_of_follow_up
from wording.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User
    from community.models import Post


def hand_over_on_leaving(post: Post, at: datetime, by: User | None) -> None:
    """Called by `community.leave`. Only a specialist's or leader's post carries tickets; another such post in the community keeps them."""
    from community.models import Post as Posts

    if post.kind not in (PostKind.SPECIALIST, PostKind.LEADER):
        return
    still = Posts.objects.in_force(at).filter(
        user=post.user_id, community=post.community_id, kind__in=(PostKind.SPECIALIST, PostKind.LEADER)
    )
    if still.exclude(pk=post.pk).exists():
        return
    mine = Grievance.objects.open().filter(assignee=post.user_id, community=post.community_id).select_related("window")
    for grievance in mine.order_by("pk"):
        _hand_over(grievance, at)
    theirs = FollowUp.objects.select_for_update(of=("self",), no_key=True).filter(
        owner=post.user_id, ended_at__isnull=True, grievance__community=post.community_id
    )
    for row in theirs.select_related("grievance__window", "grievance__community").order_by("pk"):
        row.owner = owner_of_follow_up(row.grievance, row.kind, at)
        row.save(update_fields=["owner"])


def adopt(at: datetime) -> int:
    """A sweep: what a move under way at the very moment still gave to somebody who was leaving. Locking his post at each move would cost more."""
    done = 0
    for grievance in ownership.owner_left(Grievance.objects.open(), at).select_related("window").order_by("pk"):
        try:
            _hand_over(grievance, at)
        except Refused:
            continue
        done += 1
    return done


def _hand_over(grievance: Grievance, at: datetime) -> None:
    assert grievance.window is not None
    successor = duty_specialist(grievance.window, at, but=grievance.assignee_id)
    workflow.apply(grievance, "hand_over", by=None, at=at, to=successor, reason="原责任专员离岗")
