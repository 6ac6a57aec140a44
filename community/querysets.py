"""Which rows of the organisation: adjectives that chain, and who may see them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from community.kinds import CARD_KINDS, COMMUNITY_WIDE_KINDS, ENTERPRISE_KINDS, ORGANISATION_KINDS, PostKind, UnitKind
from community.posts import held

if TYPE_CHECKING:
    from accounts.models import User


def _scope(user: User) -> tuple[set[int], set[int]]:
    """Keys of the communities and of the streets in which the user holds any post."""
    posts = held(user)
    communities = {post.community_id for post in posts if post.community_id}
    streets = {post.street_id for post in posts if post.street_id}
    return communities, streets


class StreetQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The streets of one's posts; a post in a community shows the street above it."""
        communities, streets = _scope(user)
        if not communities and not streets:
            return self.none()
        return self.filter(Q(pk__in=streets) | Q(pk__in=self._of_communities(communities)))

    def _of_communities(self, communities: set[int]) -> models.QuerySet[Any]:
        from community.models import Community

        return Community.objects.filter(pk__in=communities).values("street_id")


class CommunityQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The communities of one's posts; a post in a street shows every community of the street."""
        communities, streets = _scope(user)
        if not communities and not streets:
            return self.none()
        if not streets:
            return self.filter(pk__in=communities)
        return self.filter(Q(pk__in=communities) | Q(street_id__in=streets))

    def worked_by(self, user: User) -> Self:
        """Those whose whole business the user works on or oversees: specialist, leader, street."""
        communities = {post.community_id for post in held(user, *COMMUNITY_WIDE_KINDS)}
        streets = {post.street_id for post in held(user, PostKind.STREET)}
        if not streets:
            return self.filter(pk__in=communities) if communities else self.none()
        return self.filter(Q(pk__in=communities) | Q(street_id__in=streets))


class InCommunityQuerySet(models.QuerySet[Any]):
    """Rows of the organisation and of places: readable by anyone with a post in that community (columns by role)."""

    def visible_to(self, user: User) -> Self:
        from community.models import Community

        communities, streets = _scope(user)
        if not communities and not streets:
            return self.none()
        if not streets:
            return self.filter(community_id__in=communities)
        return self.filter(community__in=Community.objects.visible_to(user))


class GridQuerySet(InCommunityQuerySet):
    pass


class UnitQuerySet(InCommunityQuerySet):
    def usable(self, on: date) -> Self:
        """Not retired and, for a partner firm, with its agreement running on that day (both ends inclusive)."""
        running = Q(agreement_from_on__lte=on) & (Q(agreement_until_on__isnull=True) | Q(agreement_until_on__gte=on))
        return self.filter(~Q(kind=UnitKind.PARTNER) | running, retired=False)

    def specialist_windows(self) -> Self:
        return self.filter(kind=UnitKind.WINDOW, is_partner=False)

    def partner_windows(self) -> Self:
        return self.filter(kind=UnitKind.WINDOW, is_partner=True)


class PostQuerySet(models.QuerySet[Any]):
    def in_force(self, at: datetime) -> Self:
        """From inclusive, until exclusive."""
        return self.filter(Q(until_at__isnull=True) | Q(until_at__gt=at), from_at__lte=at)

    def effective(self, at: datetime) -> Self:
        """In force, and its unit (if any) usable on that day: a partner whose agreement has run out sees nothing."""
        from community.models import Unit

        usable = Unit.objects.usable(timezone.localtime(at).date()).filter(pk=OuterRef("unit_id"))
        return self.in_force(at).filter(Q(unit__isnull=True) | Exists(usable))

    def on_duty(self, at: datetime) -> Self:
        """在岗: effective and not reported absent; office hours do not matter."""
        from community.models import Absence

        absent = Absence.objects.running(at).filter(post_id=OuterRef("pk"))
        return self.effective(at).filter(~Exists(absent), user__is_active=True)

    def expired(self, at: datetime) -> Self:
        """Over by the calendar, but not yet handed over."""
        return self.filter(until_at__lte=at, handed_over_at__isnull=True)

    def visible_to(self, user: User) -> Self:
        """One's own; who holds which post of the organisation in one's communities; managers and members of enterprises for those who serve
        them; all of them for the admin. Who is whose employee is seen by the employee (and the admin) only."""
        from community.models import Community

        posts = held(user)
        if not posts:
            return self.none()
        seen = Q(pk__in=[post.pk for post in posts])
        in_sight = Community.objects.visible_to(user)
        streets = {post.street_id for post in posts if post.street_id}
        seen |= Q(kind__in=ORGANISATION_KINDS) & (Q(community__in=in_sight) | Q(street_id__in=streets))
        seen |= Q(kind__in=ENTERPRISE_KINDS, community__in=Community.objects.worked_by(user))
        admin = held(user, PostKind.ADMIN)
        seen |= Q(community_id__in={post.community_id for post in admin if post.community_id})
        seen |= Q(community__street_id__in={post.street_id for post in admin if post.street_id})
        return self.filter(seen)


class AbsenceQuerySet(models.QuerySet[Any]):
    def running(self, at: datetime) -> Self:
        return self.filter(from_at__lte=at, until_at__gt=at)

    def visible_to(self, user: User) -> Self:
        """One's own; everybody's for specialists, leaders and the street, who must find a deputy. The reason is for them alone."""
        from community.models import Community

        posts = held(user)
        if not posts:
            return self.none()
        mine = Q(post_id__in=[post.pk for post in posts])
        return self.filter(mine | Q(post__community__in=Community.objects.worked_by(user)))


class ContactCardQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """One's own, and those of people who hold a post one sees (anyone with a post in that community, the enterprises' people too).
        Who has left his posts is seen no more."""
        from community.models import Post

        if not held(user):
            return self.none()
        posts = Post.objects.visible_to(user).filter(kind__in=CARD_KINDS, handed_over_at__isnull=True)
        return self.filter(Q(user=user) | Q(user__in=posts.values("user")))


class ProposalAnswerQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """One's own; for a leader everybody's of the community."""
        posts = held(user)
        if not posts:
            return self.none()
        led = {post.community_id for post in held(user, PostKind.LEADER)}
        return self.filter(Q(user=user) | Q(community__in=led))
