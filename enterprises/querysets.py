"""Which enterprises, and who may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from community.kinds import ENTERPRISE_KINDS, REPRESENTATIVE_KINDS, PostKind
from community.models import Community
from community.posts import held
from parks.models import Park
from wording.search import name_search, normalise

if TYPE_CHECKING:
    from accounts.models import User


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


class EnterpriseQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Specialist, leader, street: all of the community. Grid staff, steward, operator: those with an open tenancy in their parks.
        Representatives and employees: their own (columns_for says which columns). Partner and department reach enterprises through the tickets
        given to them, which an upper app knows; auditor and admin see none."""
        from enterprises.models import Tenancy

        if not held(user):
            return self.none()
        seen = Q(pk__in=[])
        if held(user, PostKind.SPECIALIST, PostKind.LEADER, PostKind.STREET):
            seen |= Q(community__in=Community.objects.worked_by(user))
        if held(user, PostKind.STEWARD, PostKind.OPERATOR, PostKind.GRID_LEADER, PostKind.GRID_STAFF, PostKind.GRID_PART_TIME):
            parks = Park.objects.filter(parks_served_by(user))
            seen |= Q(pk__in=Tenancy.objects.open().filter(building__park__in=parks).values("enterprise_id"))
        if held(user, *REPRESENTATIVE_KINDS):
            seen |= Q(pk__in=own_keys(user, *REPRESENTATIVE_KINDS))
        return self.filter(seen)

    def represented_by(self, user: User) -> Self:
        """Those the user speaks for, as manager or member; not an employer's."""
        return self.filter(pk__in=own_keys(user, *ENTERPRISE_KINDS))

    def employing(self, user: User) -> Self:
        return self.filter(pk__in=own_keys(user, *REPRESENTATIVE_KINDS))

    def active(self) -> Self:
        return self.filter(status="active")

    def in_place(self, *, park: Any = None, building: Any = None) -> Self:
        """With an open tenancy, main or not, in the park or building; the same rows that `counts_by_place` counts."""
        from enterprises.models import Tenancy

        tenancies = Tenancy.objects.open()
        if park is not None:
            tenancies = tenancies.filter(building__park=park)
        if building is not None:
            tenancies = tenancies.filter(building=building)
        return self.filter(pk__in=tenancies.values("enterprise_id"))

    def search(self, q: str) -> Self:
        """By part of the name or of a former name, by pinyin initials, or by the first characters (three or more) of the code."""
        from enterprises.models import FormerName

        q = normalise(q).strip()
        if not q:
            return self
        rows = type(self)(self.model, using=self._db)
        code = q.replace(" ", "").replace("-", "").upper()
        ways = [
            name_search(rows, "name", q).values("pk"),
            name_search(FormerName.objects.all(), "name", q).values("enterprise_id"),
        ]
        if q.isascii():
            ways.append(name_search(rows, "initials", q).values("pk"))
        if len(code) >= 3 and code.isascii() and code.isalnum():
            ways.append(rows.filter(uscc__startswith=code).values("pk"))
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
