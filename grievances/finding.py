"""Tickets by number, title and body, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, ExpressionWrapper, Q

from community import held
from community.finding import Found
from community.kinds import COMMUNITY_WIDE_KINDS
from enterprises.models import Enterprise
from grievances.models import Grievance
from grievances.models.querysets import WORDS, GrievanceQuerySet, number_part
from wording.search import fold, nearby, share, terms_of

if TYPE_CHECKING:
    from accounts.models import User

#: So many of the newest in sight are looked through before the index is asked; so many it may answer, of which the newest are shown.
NEAR, CANDIDATES = 1_000, 100
#: A word of one ticket in fifty fills a list of ten from the newest thousand; a rarer one would be looked for there in vain.
NEAR_SHARE = 0.02
COLUMNS = ("number", "title", "body", "state", "submitted_at", "enterprise__name")
AROUND = 14


@dataclass(frozen=True)
class FoundTicket(Found):
    """`key` is the number, `note` the enterprise, `why` the place in the body."""

    state: str = ""
    submitted_at: datetime | None = None


def search(q: str, user: User, limit: int = 10) -> list[FoundTicket]:
    """Numbers first, then titles, then bodies, then tickets of enterprises of that name. Drafts are not searched."""
    if not fold(q) or not held(user):
        return []
    rows = Grievance.objects.visible_to(user).filed()
    found: dict[str, FoundTicket] = {}
    for way in (_numbered, _worded, _of_enterprises):
        if len(found) >= limit:
            break
        for ticket in way(rows, q, user, limit):
            found.setdefault(ticket.key, ticket)
    return list(found.values())[:limit]


def _numbered(rows: GrievanceQuerySet, q: str, user: User, limit: int) -> list[FoundTicket]:
    keys = list(rows.numbered(q).values_list("pk", flat=True)[:CANDIDATES]) if number_part(q) else []
    return _newest_of(rows, keys, q, limit)


def _worded(rows: GrievanceQuerySet, q: str, user: User, limit: int) -> list[FoundTicket]:
    terms = terms_of(q)
    if len(terms) == 1 and (share(q, WORDS) >= NEAR_SHARE or len(fold(q)) == 1):
        near = nearby(_newest_first(rows, user), ("pk", "title", "body"), ("title", "body"), terms[0], among=NEAR, most=limit)
        if len(near) == limit:
            return _newest_of(rows, [pk for pk, _, _ in near], q, limit)
    # put in order here, and only what is shown read in full: joined and sorted there, two hundred rows cost more than finding them
    listed = list(rows.worded(q).values_list("title", "submitted_at", "pk")[:CANDIDATES])
    best = sorted(((terms[0] in title, at, pk) for title, at, pk in listed), reverse=True)[:limit]
    return _newest_of(rows, [pk for _, _, pk in best], q, limit)


def _of_enterprises(rows: GrievanceQuerySet, q: str, user: User, limit: int) -> list[FoundTicket]:
    """Whoever may read the ticket reads the name on it."""
    named = list(Enterprise.objects.named(q).values_list("pk", flat=True)[:limit])
    keys = rows.filter(enterprise__in=named).newest().values_list("pk", flat=True)[:limit] if named else []
    return _newest_of(rows, list(keys), q, limit)


def _newest_first(rows: GrievanceQuerySet, user: User) -> GrievanceQuerySet:
    """Along an index: there is one of a community's tickets by time; over several communities the key comes near enough."""
    return rows.order_by("-pk") if _whole_community(user) is None else rows.newest()


def _whole_community(user: User) -> int | None:
    """The one community beyond which the user sees nothing, where every post of his is for all of it."""
    posts = held(user)
    communities = {post.community_id for post in posts}
    return communities.pop() if len(communities) == 1 and all(post.kind in COMMUNITY_WIDE_KINDS for post in posts) else None


def _newest_of(rows: GrievanceQuerySet, keys: list[int], q: str, limit: int) -> list[FoundTicket]:
    """Of these: those with the word in the title first, then the newest."""
    if not keys:
        return []
    in_title = ExpressionWrapper(Q(title__contains=terms_of(q)[0]), output_field=BooleanField())
    listed = rows.filter(pk__in=keys).annotate(in_title=in_title).order_by("-in_title", "-submitted_at", "-pk")
    return [_ticket(row, q) for row in listed.values_list(*COLUMNS)[:limit]]


def _ticket(row: tuple[Any, ...], q: str) -> FoundTicket:
    number, title, body, state, at, name = row
    term = terms_of(q)[0]
    return FoundTicket(
        "ticket", number, title, name, "" if fold(term) in fold(title) else excerpt(body, term), state=state, submitted_at=at
    )


def excerpt(text: str, term: str) -> str:
    """A few words on either side of the term; empty where it does not stand as typed."""
    line = " ".join(text.split())
    place = line.lower().find(term.lower())
    if place < 0:
        return ""
    start, end = max(0, place - AROUND), place + len(term) + AROUND
    return ("…" if start else "") + line[start:end] + ("…" if end < len(line) else "")
