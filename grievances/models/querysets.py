"""Which rows: sight of tickets (DESIGN §4) and the vocabulary of the queue."""

from __future__ import annotations

import re
from datetime import datetime

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from community import held
from community.kinds import GRID_KINDS, PostKind
from community.models import Community, Unit
from enterprises.models import Representative
from grievances.models.work import Dispatch
from grievances.states import LIVE_DISPATCH, OPEN
from wording import search as wording_search

#: The index that answers for titles and bodies.
WORDS = "grievance_words"
_NUMBER_PART = re.compile(r"^(?=[MC0-9-]{3,15}$)M?C?-?\d+-?\d*$")
_WITHOUT_HYPHEN = re.compile(r"^(MC)?\d{12}$")

COMMUNITY_KINDS = (
    PostKind.SPECIALIST, PostKind.LEADER, *GRID_KINDS, PostKind.STEWARD, PostKind.OPERATOR, PostKind.PARTNER, PostKind.DEPARTMENT,
)  # fmt: skip


class GrievanceQuerySet(QuerySet["Grievance"]):
    def visible_to(self, user, kinds=None) -> GrievanceQuerySet:
        """Rows in sight of the user's posts, all of them or those of `kinds` (a door's). What was never submitted is seen by its filer only."""
        sight = Q(pk__in=[])
        for post in held(user):
            if kinds is None or post.kind in kinds:
                sight |= _sight_of(post, user)
        return self.filter(sight & (Q(submitted_at__isnull=False) | Q(filed_by=user)))

    def open(self) -> GrievanceQuerySet:
        return self.filter(state__in=OPEN)

    def filed(self) -> GrievanceQuerySet:
        """Neither drafts nor drafts thrown away."""
        return self.filter(submitted_at__isnull=False)

    def unanswered(self) -> GrievanceQuerySet:
        return self.open().filter(answered_at__isnull=True)

    def overdue(self, now: datetime) -> GrievanceQuerySet:
        """Past the promise and not yet answered."""
        return self.unanswered().filter(promise_due_at__lt=now)

    def due_by(self, now: datetime, until: datetime) -> GrievanceQuerySet:
        return self.open().filter(next_due_at__gte=now, next_due_at__lt=until)

    def of_unit(self, unit_ids, *, main: bool | None = None, states=LIVE_DISPATCH) -> GrievanceQuerySet:
        rows = Dispatch.objects.filter(grievance=OuterRef("pk"), unit__in=unit_ids, state__in=states, cycle=OuterRef("cycle"))
        if main is not None:
            rows = rows.filter(is_main=main)
        return self.filter(Exists(rows))

    def by_urgency(self) -> GrievanceQuerySet:
        """The order of a queue: the earliest running clock first."""
        return self.order_by(F("next_due_at").asc(nulls_last=True), "pk")

    def newest(self) -> GrievanceQuerySet:
        return self.order_by("-submitted_at", "-pk")

    def numbered(self, q: str) -> GrievanceQuerySet:
        """By the number or a part of it, three characters or more."""
        part = number_part(q)
        return self.filter(number__contains=part) if part else self.none()

    def worded(self, q: str) -> GrievanceQuerySet:
        """With every word of the question in title or body; a single character is looked for in titles."""
        terms = wording_search.terms_of(q)
        rows = self if terms else self.none()
        for term in terms:
            rows = rows.filter(_written(term))
        return rows

    def search(self, q: str) -> GrievanceQuerySet:
        """Number, any fragment of title or body, or of the enterprise's name; in no order."""
        if not q.strip():
            return self
        rows = self.model.objects.all()
        from enterprises.models import Enterprise

        ways = [rows.numbered(q)]
        if not q.strip().upper().startswith("MC"):
            ways += [rows.worded(q), rows.filter(enterprise__in=Enterprise.objects.search(q).values("pk"))]
        keys = [way.values("pk") for way in ways]
        # a union, because conditions joined by OR over subqueries walk the whole table
        return self.filter(pk__in=keys[0].union(*keys[1:]))


def number_part(q: str) -> str:
    """What was typed as (a part of) a number: MC261118-012345, mc261118 012345, 12345; empty for anything else."""
    part = wording_search.normalise(q).replace(" ", "").upper()
    if not _NUMBER_PART.match(part):
        return ""
    return f"{part[:-6]}-{part[-6:]}" if _WITHOUT_HYPHEN.match(part) else part


def _written(term: str) -> Q:
    words = wording_search.Together(wording_search.Grams(F("title")), wording_search.Bigrams(F("body")))
    found = Q(wording_search.has_all(words, wording_search.telling(wording_search.cut(term), WORDS)))
    if len(wording_search.fold(term)) <= 2:
        return found
    # as typed first: folding a body costs a hundred times as much as reading it
    return found & (Q(title__contains=term) | Q(body__contains=term) | _reads("title", term) | _reads("body", term))


def _reads(field: str, term: str) -> Q:
    return Q(wording_search.in_order(wording_search.Fold(F(field)), term))


def _sight_of(post, user) -> Q:
    """What one post lets its holder see; everything not named here sees nothing."""
    match post.kind:
        case PostKind.ENTERPRISE_MANAGER | PostKind.ENTERPRISE_MEMBER:
            own = Representative.objects.filter(post_id=post.pk).values("enterprise")
            return Q(enterprise__in=own) & (Q(personal=False) | Q(filed_by=user, on_behalf=False))
        case PostKind.EMPLOYEE:
            return Q(personal=True, filed_by=user, on_behalf=False)
        case PostKind.STEWARD:
            return Q(filed_by=user, on_behalf=True, personal=False)
        case PostKind.GRID_LEADER | PostKind.GRID_STAFF | PostKind.GRID_PART_TIME:
            return _grid_sight(post, user)
        case PostKind.PARTNER | PostKind.DEPARTMENT | PostKind.OPERATOR:
            return _unit_sight(post)
        case PostKind.SPECIALIST | PostKind.LEADER:
            # a bigint and written as one: the index that has the community before the words knows no other
            return Q(community=Cast(post.community_id, BigIntegerField()))
        case PostKind.STREET:
            return Q(community__in=Community.objects.filter(street=post.street_id).values("pk"))
        case _:
            return Q(pk__in=[])


def _theirs(unit_ids) -> Q:
    rows = Dispatch.objects.filter(grievance=OuterRef("pk"), unit__in=unit_ids, state__in=LIVE_DISPATCH, cycle=OuterRef("cycle"))
    return Q(Exists(rows), state__in=OPEN)


def _grid_sight(post, user) -> Q:
    """Their grids' tickets; personal and confidential ones only while the grid itself handles them."""
    common = Q(grid=post.grid_id, personal=False, confidential=False)
    filed = Q(filed_by=user, on_behalf=True, personal=False)
    units = Unit.objects.filter(grid=post.grid_id).values("pk")
    return common | filed | _theirs(units)


def _unit_sight(post) -> Q:
    """Only while it is theirs (R6). That a partner's agreement runs is in the post itself: `posts_of` drops the others."""
    sight = _theirs([post.unit_id])
    if post.kind == PostKind.OPERATOR:
        sight &= ~Q(confidential=True, park__operator=post.unit_id)
    return sight
