"""常用筛选: conditions of the queue one has named; an office shares them with the staff of its community."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from community import held
from community.kinds import COMMUNITY_WIDE_KINDS
from grievances.models import SavedFilter
from wording import tidy
from wording.errors import FactsMissing, NotFound, NotYours
from wording.text import TextRefused

#: Of one's own; of colleagues beside them.
MOST, MOST_SHARED = 12, 12
LONGEST_NAME, LONGEST_QUERY = 12, 300


def may_share(user: User) -> bool:
    return bool(held(user, *COMMUNITY_WIDE_KINDS))


def kept(user: User) -> list[SavedFilter]:
    """One's own, then what colleagues share, each oldest first."""
    rows = SavedFilter.objects.visible_to(user).select_related("user").order_by("created_at", "pk")[: 4 * (MOST + MOST_SHARED)]
    own, shared = [row for row in rows if row.user_id == user.pk], [row for row in rows if row.user_id != user.pk]
    return own[:MOST] + shared[:MOST_SHARED]


def keep(user: User, name: str, query: str, *, at: datetime, shared: bool = False) -> SavedFilter:
    """Under a name one has already, the conditions are replaced. Raises FactsMissing, NotYours."""
    try:
        name = tidy(name)
    except TextRefused as refused:
        raise FactsMissing("；".join(refused.messages), fields={"name": list(refused.messages)}) from None
    if not 1 <= len(name) <= LONGEST_NAME:
        raise FactsMissing(f"请给这组筛选起个名字，不超过 {LONGEST_NAME} 字。", fields={"name": f"1–{LONGEST_NAME} 字"})
    if not query or len(query) > LONGEST_QUERY:
        raise FactsMissing("这组筛选是空的或太长，没有保存。", fields={"query": f"1–{LONGEST_QUERY} 个字符"})
    community = _community(user) if shared else None
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two windows at once count each other's
        own = SavedFilter.objects.filter(user=user)
        if own.exclude(name=name).count() >= MOST:
            raise FactsMissing(f"最多保存 {MOST} 组，请先删去一组。")
        facts = {"query": query, "shared_with_id": community}
        row, _ = SavedFilter.objects.update_or_create(user=user, name=name, defaults=facts, create_defaults={**facts, "created_at": at})
    return row


def share(user: User, pk: int, on: bool) -> SavedFilter:
    """One's own, with the staff of the community or with nobody any more. Raises NotFound, NotYours."""
    row = _own(user, pk)
    row.shared_with_id = _community(user) if on else None
    row.save(update_fields=["shared_with"])
    return row


def copy(user: User, pk: int, *, at: datetime) -> SavedFilter:
    """A colleague's as one's own, which stays when he takes his away. Raises NotFound, FactsMissing."""
    row = SavedFilter.objects.visible_to(user).filter(pk=pk).first()
    if row is None:
        raise NotFound("没有这组筛选，或它不再分享。")
    same = SavedFilter.objects.filter(user=user, query=row.query).first()
    return same or keep(user, _free(user, row.name), row.query, at=at)


def _free(user: User, name: str) -> str:
    """The name, with a number where one has another of that name."""
    taken = set(SavedFilter.objects.filter(user=user).values_list("name", flat=True))
    names = (name, *(f"{name[: LONGEST_NAME - 2]}{number}" for number in range(2, MOST + 3)))
    return next(each for each in names if each not in taken)


def drop(user: User, pk: int) -> None:
    """One's own; twice does nothing more. Raises NotYours for a colleague's."""
    row = SavedFilter.objects.visible_to(user).filter(pk=pk).first()
    if row is not None and row.user_id != user.pk:
        raise NotYours(f"这组筛选是{row.user.display_name}分享的，由本人删去。")
    if row is not None:
        row.delete()


def _own(user: User, pk: int) -> SavedFilter:
    row = SavedFilter.objects.visible_to(user).filter(pk=pk).first()
    if row is None:
        raise NotFound("没有这组筛选，或它已删去。")
    if row.user_id != user.pk:
        raise NotYours(f"这组筛选是{row.user.display_name}分享的，由本人更改。")
    return row


def _community(user: User) -> int:
    posts = held(user, *COMMUNITY_WIDE_KINDS)
    if not posts or posts[0].community_id is None:
        raise NotYours("筛选由社区专员或负责人分享。")
    return posts[0].community_id
