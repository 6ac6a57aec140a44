"""Which rows of visiting, and who may see them. Why somebody is visited is for staff alone; what the enterprise is told stands in `words`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from community import held
from community.kinds import ENTERPRISE_KINDS, GRID_KINDS, REPRESENTATIVE_KINDS, PostKind
from community.models import Community
from enterprises.models import Conflict, Enterprise, Tenancy
from enterprises.querysets import own_keys
from parks.models import Park

if TYPE_CHECKING:
    from accounts.models import User

#: Whoever may come along from outside the community, and the steward: they see the visits they are asked to, and no reason.
GUESTS = (PostKind.PARTNER, PostKind.DEPARTMENT, PostKind.STEWARD)


def of_staff(user: User) -> Q | None:
    """Condition on `enterprise`: whose visits this person plans, pays or oversees. None: nobody's. An operator and a steward pay none.

    Nobody reads why the enterprise is visited at which he works himself: part-time grid staff come from the enterprises.
    """
    seen = Q()
    if held(user, PostKind.SPECIALIST, PostKind.LEADER, PostKind.STREET):
        seen |= Q(enterprise__community__in=Community.objects.worked_by(user))
    if held(user, *GRID_KINDS):
        parks = Park.objects.in_grids_of(user)
        seen |= Q(enterprise__in=Tenancy.objects.open().filter(building__park__in=parks).values("enterprise_id"))
    if seen and held(user, *REPRESENTATIVE_KINDS):
        seen &= ~Q(enterprise__in=own_keys(user, *REPRESENTATIVE_KINDS))
    return seen if seen else None


def staffed(rows: Any, user: User) -> Any:
    """Those of `rows` (tasks, reasons or visits) that this person plans, pays or oversees."""
    seen = of_staff(user)
    return rows.filter(seen) if seen is not None else rows.none()


class ClassQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Whoever plans, pays or oversees visits: that a class exists tells others what they may be visited for."""
        if held(user, *GRID_KINDS):
            communities = {post.community_id for post in held(user, *GRID_KINDS)}
            return self.filter(Q(community__in=communities) | Q(community__in=Community.objects.worked_by(user)))
        return self.filter(community__in=Community.objects.worked_by(user))

    def ranked(self) -> Self:
        return self.order_by("rank", "code")


class ClassVersionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        from visits.models import VisitClass

        return self.filter(visit_class__in=VisitClass.objects.visible_to(user))

    def in_force(self, on: date) -> Self:
        """At most one row a class: the latest whose first day has come."""
        return self.filter(from_on__lte=on).order_by("visit_class_id", "-from_on").distinct("visit_class_id")


class ReasonQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Staff of the community, its grids and the street; nobody else, in whatever words."""
        return staffed(self, user)

    def open(self) -> Self:
        return self.filter(ended_on__isnull=True)


class TaskQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Staff: those of the enterprises they look after. The enterprise: its own once it is known when somebody comes. Whoever pays the
        visit or was asked along: that one, while it is to be paid."""
        if not held(user):
            return self.none()
        seen = of_staff(user) or Q(pk__in=[])
        if held(user, *ENTERPRISE_KINDS):
            announced = Q(planned_on__isnull=False) | Q(appointed_at__isnull=False)
            seen |= Q(enterprise__in=Enterprise.objects.represented_by(user), state="open") & announced
        if held(user, *GUESTS):
            seen |= self._asked_along(user)
        return self.filter(seen)

    def _asked_along(self, user: User) -> Q:
        """Of the communities in which the guest still has a post; nothing of an enterprise that his firm may not serve."""
        from visits.models import Companion

        communities = {post.community_id for post in held(user, *GUESTS)}
        asked = Companion.objects.visible_to(user).filter(user=user).exclude(coming=False)
        mine = Q(pk__in=asked.values("task_id")) | Q(assignee=user)
        return mine & Q(state="open", community__in=communities)

    def open(self) -> Self:
        return self.filter(state="open")

    def overdue(self, today: date) -> Self:
        return self.open().filter(due_on__lt=today)

    def by_urgency(self) -> Self:
        return self.order_by("due_on", "pk")

    def in_grids(self, grids: Any) -> Self:
        seats = Tenancy.objects.open().filter(building__park__grid__in=grids)
        return self.filter(enterprise__in=seats.values("enterprise_id"))


class CompanionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Staff: those of the tasks they plan. Whoever was asked: his own, until the visit is recorded, while he holds the post, and not where
        his firm serves the other side."""
        from visits.models import Task

        if not held(user):
            return self.none()
        seen = Q(task__in=staffed(Task.objects.all(), user))
        if held(user, *GUESTS):
            communities = {post.community_id for post in held(user, *GUESTS)}
            against = Conflict.objects.filter(unit=OuterRef("unit"), enterprise=OuterRef("task__enterprise"))
            seen |= Q(~Exists(against), user=user, task__state="open", task__community__in=communities)
        return self.filter(seen)


class VisitQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Staff; the enterprise its own, attempts left out; whoever was there, those he was at. Columns by role: `visits.columns`."""
        if not held(user):
            return self.none()
        seen = of_staff(user) or Q(pk__in=[])
        if held(user, *ENTERPRISE_KINDS):
            seen |= Q(enterprise__in=Enterprise.objects.represented_by(user), result="met")
        if held(user, *GUESTS):
            from visits.models import Visitor

            communities = {post.community_id for post in held(user, *GUESTS)}
            seen |= Q(pk__in=Visitor.objects.filter(user=user).values("visit_id"), community__in=communities)
        return self.filter(seen)

    def met(self) -> Self:
        return self.filter(result="met")

    def newest(self) -> Self:
        return self.order_by("-visited_on", "-pk")


class OfVisitQuerySet(models.QuerySet[Any]):
    """What hangs on a visit and is for staff: who was there, what was asked, checked and photographed."""

    def visible_to(self, user: User) -> Self:
        from visits.models import Visit

        return self.filter(visit__in=staffed(Visit.objects.all(), user))


class VisitorQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Staff: all of a visit. A guest: himself, with his own note. Who was there is told to others through the visit."""
        from visits.models import Visit

        if not held(user):
            return self.none()
        seen = Q(visit__in=staffed(Visit.objects.all(), user))
        if held(user, *GUESTS):
            communities = {post.community_id for post in held(user, *GUESTS)}
            seen |= Q(user=user, visit__community__in=communities)
        return self.filter(seen)


class PlanQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Whoever plans, pays or oversees visits in the community; what of it, is said by the trips, lines and misses."""
        communities = {post.community_id for post in held(user, *GRID_KINDS)}
        return self.filter(Q(community__in=communities) | Q(community__in=Community.objects.worked_by(user)))


class OfPlanQuerySet(models.QuerySet[Any]):
    """Trips, lines and misses: of the enterprises somebody looks after, and what he pays himself."""

    def visible_to(self, user: User) -> Self:
        from visits.models import PlanTrip, Task

        if of_staff(user) is None:
            return self.none()
        tasks = Task.objects.filter(of_staff(user)).values("pk")
        if self.model is not PlanTrip:
            return self.filter(task__in=tasks)
        return self.filter(Q(lines__task__in=tasks) | Q(person=user)).distinct()


class AllowanceQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """One's own, and those of the communities one works on."""
        if not held(user):
            return self.none()
        return self.filter(Q(user=user) | Q(community__in=Community.objects.worked_by(user)))
