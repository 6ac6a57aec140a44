"""Who must be told: the bell and the outbox of mail, SMS and group robots, written in the transaction of the deed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from wording.prepared import Prepared


def tell(event: str, recipients: Iterable[Any], *, title: str, at: datetime, **facts: Any) -> int:
    """`notices.outbox.tell`, which cannot be imported before the apps are ready."""
    from notices.outbox import tell as write

    return write(event, recipients, title=title, at=at, **facts)


def unread_count(user: Any, at: datetime) -> int:
    """The number on the bell, counted up to 100."""
    return len(_unread(user.pk, at))


def _first_unread(user: int, at: datetime) -> QuerySet[Any]:
    from notices.models import Notice

    return Notice.objects.visible_to(user).available(at).unread().values_list("pk")[:100]


# On every page.
_unread = Prepared(_first_unread)


def seen(user: Any, link: str, at: datetime) -> int:
    """Mark what points to this page read: whoever opens the page itself has seen the news. Returns how many."""
    from notices.models import Notice

    return Notice.objects.visible_to(user).unread().filter(link=link).update(read_at=at)
