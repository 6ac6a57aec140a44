"""The posts somebody holds, read once per request, task or test and attached as ``user.posts``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet, prefetch_related_objects
from django.utils import timezone

from wording.prepared import Prepared

if TYPE_CHECKING:
    from community.models import Post


class PostsNotAttached(RuntimeError):
    """`visible_to` was asked about a user whose posts nobody has attached: a bug in the caller, never an empty answer."""


def posts_of(user: Any, at: datetime) -> tuple[Post, ...]:
    """The posts in effect at that moment, oldest first; none for somebody not signed in or switched off."""
    if not user.is_authenticated or not user.is_active:
        return ()
    rows = _in_force(user.pk, at)
    for name in ("street", "grid__unit"):
        # What few posts have is not joined to all of them.
        if any(getattr(post, f"{name.partition('__')[0]}_id") is not None for post in rows):
            prefetch_related_objects(rows, name)
    today = timezone.localtime(at).date()
    return tuple(post for post in rows if post.unit is None or post.unit.is_usable(today))


def _written(user: int, at: datetime) -> QuerySet[Post]:
    from community.models import Post

    # The units come along anyway, so whether they are usable is not asked of the database as well.
    return Post.objects.in_force(at).filter(user=user).select_related("community", "unit").order_by("from_at", "pk")


_in_force = Prepared(_written)


def attach(user: Any, at: datetime) -> Any:
    """Sets `user.posts` and returns the user."""
    user.posts = posts_of(user, at)
    return user


def held(user: Any, *kinds: str) -> list[Post]:
    """The attached posts of these kinds (all of them when none is named). Raises PostsNotAttached."""
    try:
        posts = user.posts
    except AttributeError:
        raise PostsNotAttached("user.posts is missing: call community.attach(user, at) first") from None
    if not kinds:
        return list(posts)
    return [post for post in posts if post.kind in kinds]
