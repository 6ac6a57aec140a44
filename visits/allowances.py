"""How many half-days a week somebody has for visits, set by the leader."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

import audit
from community import held
from community.kinds import PostKind
from community.models import Post
from visits.capacity import USUAL
from visits.models import MOST_HALF_DAYS, Allowance
from wording.errors import FactsMissing, NotYours

if TYPE_CHECKING:
    from accounts.models import User


def set_for(person: Any, half_days: Any, *, by: User, at: datetime) -> Allowance:
    """The same twice changes nothing. Raises NotYours, FactsMissing."""
    led = {post.community_id for post in held(by, PostKind.LEADER)}
    if not led:
        raise NotYours("走访半天数由社区负责人设定。")
    key, number = str(person or ""), str(half_days or "").strip()
    post = None
    if key.isascii() and key.isdigit() and len(key) < 18:
        rows = Post.objects.in_force(at).filter(community__in=led, kind__in=list(USUAL), user=int(key))
        post = rows.select_related("user", "community").order_by("pk").first()
    problems = {} if post is not None else {"person": "请选一位本社区负责走访的同事"}
    if not (number.isascii() and number.isdigit() and len(number) < 3 and int(number) <= MOST_HALF_DAYS):
        problems["half_days"] = f"请填 0–{MOST_HALF_DAYS} 的整数"
    if problems or post is None:
        raise FactsMissing("；".join(problems.values()) + "。", fields=problems)
    facts = {"half_days": int(number), "set_by": by, "set_at": at}
    with transaction.atomic():
        row, _ = Allowance.objects.update_or_create(community=post.community, user=post.user, defaults=facts)
        audit.record("visit_time_set", by=by, at=at, target=f"user:{post.user_id}", detail={"to": row.half_days})
    return row
