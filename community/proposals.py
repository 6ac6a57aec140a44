"""What one could do today (今天可以主动做的事): the shape of a proposal, and what became of it.

Each subject answers `proposals(user, at)`; the face asks them all. What is asked here: which of them one need not be shown again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from community.models import ProposalAnswer

if TYPE_CHECKING:
    from accounts.models import User

#: Calendar days for which an answer stands; what is still so afterwards is proposed again.
QUIET_DAYS = 30


@dataclass(frozen=True)
class Proposal:
    """`kind` and `key` name it for good; `facts` are what a face needs to lead there. `reason` says what the portal knows, in words."""

    kind: str
    key: str
    community: int
    title: str
    reason: str
    facts: dict[str, Any] = field(default_factory=dict)


def answered(user: User, kind: str, at: datetime) -> QuerySet[Any]:
    """Keys of a kind that are not to be proposed to this person: what he answered, and what a colleague took on."""
    since = timezone.localtime(at).date() - timedelta(days=QUIET_DAYS)
    said = ProposalAnswer.objects.filter(kind=kind, on__gt=since, on__lte=timezone.localtime(at).date())
    return said.filter(Q(user=user) | Q(answer=ProposalAnswer.Answer.TAKEN)).values("key")


def answer(proposal: Proposal, *, by: User, at: datetime, answer: str) -> bool:
    """Writes down that it was taken on or set aside; the first answer of the day counts. Returns whether this was it."""
    on = timezone.localtime(at).date()
    row = ProposalAnswer(
        user=by, community_id=proposal.community, kind=proposal.kind, key=proposal.key, answer=ProposalAnswer.Answer(answer), on=on, at=at
    )
    ProposalAnswer.objects.bulk_create([row], ignore_conflicts=True)
    return ProposalAnswer.objects.filter(user=by, kind=proposal.kind, key=proposal.key, on=on, at=at).exists()


def tally(user: User, at: datetime) -> dict[str, Counter[str]]:
    """Kind → answer → how often, this month, of those in sight: one's own, and for a leader everybody's of the community."""
    first = timezone.localtime(at).date().replace(day=1)
    found: dict[str, Counter[str]] = {}
    rows = ProposalAnswer.objects.visible_to(user).filter(on__gte=first).values("kind", "answer").annotate(n=Count("pk"))
    for row in rows.order_by("kind", "answer"):
        found.setdefault(row["kind"], Counter())[row["answer"]] = row["n"]
    return found
