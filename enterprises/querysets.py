"""Which enterprises, and who may see them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Reverse

from community.kinds import COMMUNITY_WIDE_KINDS, ENTERPRISE_KINDS, GRID_KINDS, REPRESENTATIVE_KINDS, PostKind
from community.models import Community
from community.posts import held
from enterprises.kinds import UNUSUAL, Circle, event_codes
from parks.models import Park
from wording.pinyin import abbreviations
from wording.search import Bigrams, cut, fold, has_all, name_search, normalise, share, telling, terms_of

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User


#: The indexes that answer for names and initials.
NAMES, INITIALS = "enterprise_name_grams", "enterprise_initials_pairs"
#: Codes and addresses are asked for by this many characters at least.
PART = 3


def main_seat() -> models.FilteredRelation:
    """The open main tenancy, to be joined under a name. A new one each time: a relation is spent after its first query."""
    return models.FilteredRelation("tenancies", condition=Q(tenancies__is_main=True, tenancies__until_on__isnull=True))


def code_of(q: str) -> str:
    """What was typed as (a part of) a code: capitals and digits without blanks and hyphens; empty for anything else."""
    code = normalise(q).replace(" ", "").replace("-", "").upper()
    return code if len(code) >= PART and code.isascii() and code.isalnum() else ""


def _spells(initials: str) -> Q:
    return Q(has_all(Bigrams(F("initials")), telling(cut(initials), INITIALS)))


def telling_initials(initials: str) -> bool:
    """The index helps; initials that every tenth name has are read off the column faster, and so is one letter."""
    return len(initials) > 1 and share(initials, INITIALS) < 0.1


def parks_served_by(user: User) -> Q:
    """Parks whose tenants somebody sees because the park is his: steward, operator, grid staff. As a condition on ``park``'s key."""
    return (
        Q(pk__in=Park.objects.kept_by(user).values("pk"))
        | Q(pk__in=Park.objects.run_by(user).values("pk"))
        | Q(pk__in=Park.objects.in_grids_of(user).values("pk"))
    )


def own_keys(user: User, *kinds: str) -> Any:
    """Keys of the enterprises at which the user holds a post of these kinds."""
    from enterprises.models import Representative

    return Representative.objects.filter(post__in=[post.pk for post in held(user, *kinds)]).values("enterprise_id")


def _sitting_in(parks: Any) -> Any:
    """Keys of the enterprises with an open tenancy in these parks."""
    from enterprises.models import Tenancy

    return Tenancy.objects.open().filter(building__park__in=parks).values("enterprise_id")


class EnterpriseQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Specialist, leader, street: all of the community. Grid staff, steward, operator: those with an open tenancy in their parks.
        Representatives and employees: their own (columns_for says which columns). Partner and department reach enterprises through the tickets
        given to them, which an upper app knows; auditor and admin see none."""
        return self._in_sight(user, own=REPRESENTATIVE_KINDS)

    def on_file_for(self, user: User) -> Self:
        """As visible_to, but without an employee's employer: those whose file (资质、动态) somebody may read."""
        return self._in_sight(user, own=ENTERPRISE_KINDS)

    def watched_by(self, user: User) -> Self:
        """Those whose risks and lists somebody reads: specialist, leader, street; grid staff for their grids."""
        if not held(user):
            return self.none()
        seen = Q(community__in=Community.objects.worked_by(user))
        return self.filter(seen | Q(pk__in=_sitting_in(Park.objects.in_grids_of(user))))

    def _in_sight(self, user: User, *, own: tuple[PostKind, ...]) -> Self:
        if not held(user):
            return self.none()
        seen = Q(pk__in=[])
        if held(user, PostKind.STREET):
            seen |= Q(community__in=Community.objects.worked_by(user))
        elif offices := {post.community_id for post in held(user, *COMMUNITY_WIDE_KINDS)}:
            # by key, without asking for the community: the planner then knows how many there are
            seen |= Q(community__in=offices)
        if held(user, PostKind.STEWARD, PostKind.OPERATOR, PostKind.GRID_LEADER, PostKind.GRID_STAFF, PostKind.GRID_PART_TIME):
            seen |= Q(pk__in=_sitting_in(Park.objects.filter(parks_served_by(user))))
        if held(user, *own):
            seen |= Q(pk__in=own_keys(user, *own))
        return self.filter(seen)

    def represented_by(self, user: User) -> Self:
        """Those the user speaks for, as manager or member; not an employer's."""
        return self.filter(pk__in=own_keys(user, *ENTERPRISE_KINDS))

    def employing(self, user: User) -> Self:
        return self.filter(pk__in=own_keys(user, *REPRESENTATIVE_KINDS))

    def active(self) -> Self:
        return self.filter(status="active")

    def opened(self) -> Self:
        """已开通: somebody speaks for it, as manager or member. Employees do not count: who works where is nobody's to count."""
        return self.filter(self._represented())

    def not_opened(self) -> Self:
        """Active and nobody speaks for it yet: a reason for the next visit."""
        return self.active().filter(~self._represented())

    def without_manager(self) -> Self:
        return self.filter(~self._represented(PostKind.ENTERPRISE_MANAGER))

    @staticmethod
    def _represented(*kinds: str) -> Exists:
        from enterprises.models import Representative

        people = Representative.objects.in_force().filter(enterprise=OuterRef("pk"), role__in=kinds or ENTERPRISE_KINDS)
        return Exists(people)

    def in_place(self, *, park: Any = None, building: Any = None) -> Self:
        """With an open tenancy, main or not, in the park or building; the same rows that `counts_by_place` counts."""
        from enterprises.models import Tenancy

        tenancies = Tenancy.objects.open()
        if park is not None:
            tenancies = tenancies.filter(building__park=park)
        if building is not None:
            tenancies = tenancies.filter(building=building)
        return self.filter(pk__in=tenancies.values("enterprise_id"))

    def named(self, q: str) -> Self:
        return name_search(self, "name", q, NAMES)

    def formerly_named(self, q: str) -> Self:
        from enterprises.models import FormerName

        return self.filter(pk__in=name_search(FormerName.objects.all(), "name", q).values("enterprise_id"))

    def spelt(self, q: str) -> Self:
        """By pinyin, in full or by initials: 利尔达科技园 by lierda, liers or ledkj. Full pinyin is looked up by the initials it stands for."""
        letters = fold(q)
        if not (letters.isascii() and letters.isalnum()):
            return self.none()
        readings = abbreviations(letters)
        if not all(map(telling_initials, (letters, *readings))):
            return self.filter(Q(initials__contains=letters) | Q(pinyin__contains=letters))
        return self.initialled(letters, *readings).filter(Q(initials__contains=letters) | Q(pinyin__contains=letters))

    def initialled(self, *readings: str) -> Self:
        """What the index says of any of these initials, their order not yet looked at. Alone, because what stands beside it in an OR is cut
        again for every row."""
        return self.filter(reduce(or_, map(_spells, readings)))

    def coded(self, q: str) -> Self:
        """By the first or the last characters of the code, three or more."""
        code = code_of(q)
        if not code:
            return self.none()
        return self.alias(tail=Reverse("uscc")).filter(Q(uscc__startswith=code) | Q(tail__startswith=code[::-1]))

    def addressed(self, q: str) -> Self:
        """By a part of the registered address, three characters or more."""
        terms = [term for term in terms_of(q) if len(term) >= PART]
        if not terms or len(terms) < len(terms_of(q)):
            return self.none()
        return self.filter(*[Q(address__contains=term) for term in terms])

    def search(self, q: str) -> Self:
        """By name, former name, pinyin, code or address, in no order; a question without a word narrows nothing."""
        if not fold(q):
            return self if not q.strip() else self.none()
        rows = type(self)(self.model, using=self._db)
        ways = [way(q).values("pk") for way in (rows.named, rows.formerly_named, rows.spelt, rows.coded, rows.addressed)]
        # a union, because conditions joined by OR over subqueries walk the whole table
        return self.filter(pk__in=ways[0].union(*ways[1:]))


class OfEnterpriseQuerySet(models.QuerySet[Any]):
    """Rows that hang on an enterprise and are seen with it."""

    def visible_to(self, user: User) -> Self:
        from enterprises.models import Enterprise

        if not held(user):
            return self.none()
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))


class TenancyQuerySet(models.QuerySet[Any]):
    def open(self) -> Self:
        """Still sitting there. A tenancy is closed with the day it ended, never ahead of it."""
        return self.filter(until_on__isnull=True)

    def visible_to(self, user: User) -> Self:
        """With the enterprise; but steward, operator and grid staff see only those in their own parks."""
        from enterprises.models import Enterprise

        if not held(user):
            return self.none()
        seen = Q(enterprise__community__in=Community.objects.worked_by(user))
        seen |= Q(enterprise__in=Enterprise.objects.employing(user))
        parks = Park.objects.filter(parks_served_by(user))
        seen |= Q(building__park__in=parks, enterprise__in=Enterprise.objects.visible_to(user))
        return self.filter(seen)


class RepresentativeQuerySet(models.QuerySet[Any]):
    def in_force(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def visible_to(self, user: User) -> Self:
        """One's own. Managers and members: for their own enterprise, specialist, leader and street. Employees: for themselves alone."""
        from enterprises.models import Enterprise

        posts = held(user)
        if not posts:
            return self.none()
        seen = Q(post__in=[post.pk for post in posts])
        seen |= Q(role__in=ENTERPRISE_KINDS, enterprise__in=Enterprise.objects.represented_by(user))
        seen |= Q(role__in=ENTERPRISE_KINDS, enterprise__community__in=Community.objects.worked_by(user))
        return self.filter(seen)


class InvitationQuerySet(models.QuerySet[Any]):
    def waiting(self, at: datetime) -> Self:
        """Neither used nor revoked nor over."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=at)

    def visible_to(self, user: User) -> Self:
        """The manager's own enterprise; specialist and leader, who invite the first manager."""
        from enterprises.models import Enterprise

        if not held(user):
            return self.none()
        managed = Enterprise.objects.filter(pk__in=own_keys(user, PostKind.ENTERPRISE_MANAGER))
        return self.filter(Q(enterprise__in=managed) | Q(enterprise__community__in=Community.objects.worked_by(user)))


class ConflictQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Staff only: it would tell a partner whom the community serves, and an enterprise whom the partner serves."""
        if not held(user):
            return self.none()
        return self.filter(unit__community__in=Community.objects.worked_by(user))


class ActivationCodeQuerySet(models.QuerySet[Any]):
    def standing(self) -> Self:
        """Neither used nor ended; it may have expired."""
        return self.filter(used_at__isnull=True, ended_at__isnull=True)

    def alive(self, at: datetime) -> Self:
        return self.standing().filter(expires_at__gt=at)

    def visible_to(self, user: User) -> Self:
        """Those of the enterprises in sight, for whoever makes codes, carries them or oversees it."""
        from enterprises.models import Enterprise

        if not held(user, *COMMUNITY_WIDE_KINDS, PostKind.STREET, PostKind.STEWARD, *GRID_KINDS):
            return self.none()
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))


class OpeningRequestQuerySet(models.QuerySet[Any]):
    def waiting(self) -> Self:
        return self.filter(state="waiting")

    def visible_to(self, user: User) -> Self:
        """The specialists of the community alone: a stranger's name, number and licence."""
        return self.filter(community__in={post.community_id for post in held(user, PostKind.SPECIALIST)})


class ConsentQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The enterprise's own people, and the office that hands its cases on. What was said for one ticket: who said it, and the office; the
        ticket may be an employee's own."""
        from enterprises.models import Enterprise

        if not held(user):
            return self.none()
        mine = Q(enterprise__in=Enterprise.objects.represented_by(user), number="") | Q(by=user)
        return self.filter(mine | Q(enterprise__community__in=Community.objects.worked_by(user)))


class ConsentWaiverQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The office only: an employee's personal ticket may be behind a number, and the employer sees none of those."""
        if not held(user):
            return self.none()
        return self.filter(enterprise__community__in=Community.objects.worked_by(user))


class EventQuerySet(models.QuerySet[Any]):
    def unusual(self) -> Self:
        """异动."""
        return self.filter(kind__in=UNUSUAL)

    def visible_to(self, user: User) -> Self:
        """Staff: every kind. The enterprise's own people and whose park it is: what is theirs to know, never what staff noticed."""
        from enterprises.models import Enterprise

        if not held(user):
            return self.none()
        rows = Enterprise.objects
        seen = Q(enterprise__in=rows.watched_by(user))
        seen |= Q(enterprise__in=rows.represented_by(user), kind__in=event_codes(Circle.TENANT, Circle.ENTERPRISE))
        return self.filter(seen | Q(enterprise__in=rows.on_file_for(user), kind__in=event_codes(Circle.TENANT)))


class QualificationQuerySet(models.QuerySet[Any]):
    def in_force(self, day: date) -> Self:
        return self.filter(Q(valid_until_on__isnull=True) | Q(valid_until_on__gte=day), issued_on__lte=day)

    def visible_to(self, user: User) -> Self:
        """With the enterprise's file."""
        from enterprises.models import Enterprise

        if not held(user):
            return self.none()
        return self.filter(enterprise__in=Enterprise.objects.on_file_for(user))


class LeaseQuerySet(models.QuerySet[Any]):
    def running(self, day: date) -> Self:
        """Let on that day."""
        ends = Q(until_on__isnull=True) | Q(until_on__gte=day)
        return self.filter(ends, Q(ended_on__isnull=True) | Q(ended_on__gte=day), from_on__lte=day)

    def ending(self, day: date, *, within_days: int) -> Self:
        """Running, and over within so many days, today included."""
        return self.running(day).filter(until_on__lte=day + timedelta(days=within_days))

    def rent_overdue(self) -> Self:
        return self.filter(rent_overdue_since_on__isnull=False)

    def visible_to(self, user: User) -> Self:
        """Specialist, leader, street: with the enterprise. Its own manager and members. Grid staff, steward and operator: those in their own
        parks, also of who has left (the column `rent` says who reads what it costs)."""
        from enterprises.models import Enterprise

        if not held(user):
            return self.none()
        seen = Q(enterprise__community__in=Community.objects.worked_by(user))
        seen |= Q(enterprise__in=Enterprise.objects.represented_by(user))
        return self.filter(seen | Q(building__park__in=Park.objects.filter(parks_served_by(user))))


class OfFiguresQuerySet(models.QuerySet[Any]):
    """Economic figures are confidential: the community's office, the street, and the enterprise's own manager and members (DESIGN §4)."""

    def visible_to(self, user: User) -> Self:
        from enterprises.models import Enterprise

        if not held(user):
            return self.none()
        seen = Q(enterprise__community__in=Community.objects.worked_by(user))
        return self.filter(seen | Q(enterprise__in=Enterprise.objects.represented_by(user)))


class FigureQuerySet(OfFiguresQuerySet):
    def standing(self) -> Self:
        """What is held to be true now."""
        return self.filter(superseded_at__isnull=True)

    def known_at(self, moment: datetime) -> Self:
        """What was held to be true at that moment; the value recorded at the moment itself counts."""
        return self.filter(Q(superseded_at__isnull=True) | Q(superseded_at__gt=moment), recorded_at__lte=moment)


class FigureProposalQuerySet(OfFiguresQuerySet):
    def waiting(self) -> Self:
        return self.filter(decided_at__isnull=True)
