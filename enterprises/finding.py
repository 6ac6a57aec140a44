from __future__ import annotations

from typing import TYPE_CHECKING

from community.finding import Found
from enterprises.models import Enterprise
from wording.search import fold

if TYPE_CHECKING:
    from accounts.models import User


def search(q: str, user: User, limit: int = 10) -> list[Found]:
    """By part of the name or of a former name, pinyin initials, or the beginning of the code."""
    if not fold(q):
        return []
    rows = Enterprise.objects.visible_to(user).search(q).order_by("pinyin", "pk")[:limit]
    return [Found("enterprise", row.uscc, row.name, row.uscc) for row in rows]
