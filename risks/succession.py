"""Whoever leaves minds no flags any more: they pass to the specialist of 综合治理 on duty, in the same transaction."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import notices
from grievances.owners import NobodyThere
from risks import people
from risks.models import Flag

if TYPE_CHECKING:
    from accounts.models import User
    from community.models import Post


def hand_over_on_leaving(post: Post, at: datetime, by: User | None) -> None:
    """Called by `community.leave`. Another such post in the community keeps them; so does the last one who leaves an empty house."""
    if post.kind not in people.SETTERS or post.community_id is None:
        return
    from community.models import Post as Posts

    still = Posts.objects.in_force(at).filter(user=post.user_id, community=post.community_id, kind__in=people.SETTERS)
    if still.exclude(pk=post.pk).exists():
        return
    mine = Flag.objects.open().filter(owner=post.user_id, enterprise__community=post.community_id)
    keys = list(mine.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    if not keys:
        return
    try:
        successor = people.on_duty(post.community_id, at, but=post.user_id)
    except NobodyThere:
        return
    Flag.objects.filter(pk__in=keys).update(owner=successor)
    words = f"原责任人 {post.user.display_name} 离岗，{len(keys)} 个风险标记转由您负责。"
    notices.tell(
        f"risks:handed-over:{post.pk}", [successor], title="有风险标记转由您负责", body=words, link="/risks/?owner=me", kind="risk", at=at
    )
