"""Writing down who must be told, in the transaction of the deed."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from notices import nudge
from notices.models import Channel, Notice, State


def tell(
    event: str,
    recipients: Iterable[Any],
    *,
    title: str,
    body: str = "",
    link: str = "",
    at: datetime,
    kind: str = "grievance",
    but: Any = None,
    not_before: datetime | None = None,
    channels: Collection[str] = tuple(Channel),
) -> int:
    """Owe each recipient one notice per channel about `event`; telling the same event again changes nothing.

    `event` names what happened and is unique for ever, e.g. `grievance:<uuid>:dispatch:<version>`. `but` is the person who did
    it: own actions are not news. `link` is a path on this site and opens nothing by itself: the page behind it asks
    `visible_to` again. Inactive users are left out; those without an e-mail address get the bell only. Returns how many rows were
    wanted, not how many were new.
    """
    people = {person.pk: person for person in recipients if person.is_active and (but is None or person.pk != but.pk)}
    available_at = max(at, not_before) if not_before else at
    text: dict[str, Any] = {"event": event, "title": title[:120], "body": body[:2000], "link": link, "kind": kind}
    text |= {"created_at": at, "available_at": available_at}
    rows, mails = [], []
    if Channel.APP in channels:
        arrived = {"channel": Channel.APP, "state": State.SENT, "sent_at": available_at}
        rows = [Notice(recipient=person, **arrived, **text) for person in people.values()]
    if Channel.EMAIL in channels:
        mails = [Notice(recipient=person, channel=Channel.EMAIL, **text) for person in people.values() if person.email]
    Notice.objects.bulk_create(rows + mails, ignore_conflicts=True)
    if mails:
        nudge.after_commit("notices.tasks.relay_task")
    return len(rows) + len(mails)
