"""Whoever leaves minds no flags any more: they pass to the specialist of 综合治理 on duty, in the same transaction."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import notices
from grievances.owners import NobodyThere
from risks import people
from risks.kinds import PRIVATE
from risks.models import Flag

if TYPE_CHECKING:
    from accounts.models import User
    from community.models import Post


def hand_over_on_leaving(post: Post, at: datetime, by: User | None) -> None:
    """Called by `community.leave`. Another post through which he watches the enterprise keeps a flag; so does an empty house."""
    if post.kind not in people.SETTERS or post.community_id is None:
        return
    mine = Flag.objects.open().filter(owner=post.user_id, enterprise__community=post.community_id)
    rows = mine.select_for_update(of=("self",), no_key=True).select_related("enterprise").order_by("pk")
    left = [flag.pk for flag in rows if not people.may_own(post.user, flag.enterprise, at, private=flag.kind in PRIVATE)]
    if not left:
        return
    try:
        successor = people.on_duty(post.community_id, at, but=post.user_id)
    except NobodyThere:
        return
    Flag.objects.filter(pk__in=left).update(owner=successor)
    words = f"原责任人 {post.user.display_name} 离岗，{len(left)} 个风险标记转由您负责。"
    event = f"risks:handed-over:{post.pk}"
    notices.tell(event, [successor], title="有风险标记转由您负责", body=words, link="/risks/?owner=me", kind="risk", at=at)
