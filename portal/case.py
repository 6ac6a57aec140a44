"""What a case of law has beside a plain ticket: claims, the visit at the door, the legal days, the other side and its invitations."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, TextField
from django.db.models.functions import Cast, JSONObject
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from enterprises.employees import identity_of
from enterprises.models import EmployeeIdentity
from grievances import line_items, site_visits
from grievances.capacity import Standing
from grievances.clocks import calendar_of
from grievances.legal_days import legal_limits
from grievances.models import Grievance, LineItem, Mediation, SiteVisit
from grievances.sides import AGAINST_EMPLOYER, other_side
from grievances.states import OPEN, Actor
from portal.clockface import Clockface, clockface
from wording import mask_name

if TYPE_CHECKING:
    from enterprises.models import Enterprise

#: Matters that may have another side.
DISPUTES = line_items.ITEMS | AGAINST_EMPLOYER
_READS_LIMITS = frozenset({Actor.ENTERPRISE, Actor.SPECIALIST, Actor.LEADER, Actor.HANDLER, Actor.PARTNER})


_summed = LineItem.objects.filter(grievance=OuterRef("pk")).order_by().values("grievance").annotate(**line_items.SUMS)
#: What the page of a ticket reads with the ticket: its claims in sums (text, to be exact), and the visits owed or made in this cycle.
CLAIMS = ArraySubquery(
    _summed.values(
        row=JSONObject(
            count="count",
            recovered="recovered",
            amount_yuan=Cast("amount_yuan", TextField()),
            recovered_yuan=Cast("recovered_yuan", TextField()),
        )
    )
)
SITE_VISITS = ArraySubquery(
    SiteVisit.objects.filter(dispatch__grievance=OuterRef("pk"), dispatch__cycle=OuterRef("cycle"))
    .exclude(dispatch__state__in=site_visits.GONE)
    .order_by("-pk")
    .values(row=JSONObject(due_at="due_at", provisional="provisional", made_at="made_at", person="person", unit="dispatch__unit__name"))
)


class Case:
    """Of a ticket that is no such case, everything is empty. `claims` and `visits`: the rows of CLAIMS and SITE_VISITS."""

    def __init__(
        self, row: Grievance, user: User, at: datetime, stands: Standing, *, claims: list[dict[str, Any]], visits: list[dict[str, Any]]
    ) -> None:
        self.row, self.user, self.at, self.stands = row, user, at, stands
        self.item = row.service_item.code if row.service_item is not None else ""
        self._claims, self._visits = claims, visits

    @cached_property
    def totals(self) -> line_items.Totals | None:
        """None where there are none to expect, and for whoever does not read them."""
        if not (self._claims or self.item in line_items.ITEMS) or not line_items.may_read(self.row, self.user):
            return None
        sums = self._claims[0] if self._claims else {"count": 0, "recovered": 0, "amount_yuan": 0, "recovered_yuan": 0}
        return line_items.Totals(sums["count"], sums["recovered"], Decimal(sums["amount_yuan"]), Decimal(sums["recovered_yuan"]))

    @cached_property
    def site_visit(self) -> dict[str, Any] | None:
        if not self._visits:
            return None
        visit = self._visits[0]
        if Actor.ENTERPRISE not in self.stands.posts:
            visit = visit | {"person": mask_name(visit["person"])}
        return visit | {name: parse_datetime(visit[name]) if visit[name] else None for name in ("due_at", "made_at")}

    @property
    def visit_face(self) -> Clockface | None:
        visit = self.site_visit
        if visit is None:
            return None
        calendar = calendar_of(self.row.community)
        return clockface(visit["due_at"], at=self.at, calendar=calendar, provisional=visit["provisional"], answered_at=visit["made_at"])

    @property
    def may_record_visit(self) -> bool:
        visit = self.site_visit
        works = bool(self.stands.posts.keys() & {Actor.HANDLER, Actor.SPECIALIST})
        return visit is not None and visit["made_at"] is None and works and self.row.state in OPEN

    @cached_property
    def limits(self) -> list[dict[str, Any]]:
        if not self.stands.posts.keys() & _READS_LIMITS:
            return []
        today = timezone.localtime(self.at).date()
        return [{"limit": limit, "left": limit.days_left(today)} for limit in legal_limits(self.row)]

    @property
    def specialist(self) -> bool:
        return Actor.SPECIALIST in self.stands.posts

    @cached_property
    def identity(self) -> EmployeeIdentity | None:
        """Of an employee who registered himself, for the specialist who calls him first; the handling units need not know."""
        if not self.row.personal or self.row.on_behalf or not self.specialist:
            return None
        return identity_of(self.row.filed_by, self.row.enterprise)

    @property
    def ways(self) -> list[tuple[str, str]]:
        return EmployeeIdentity.How.choices

    @property
    def has_sides(self) -> bool:
        """Whether the panel of the two sides is shown: to specialists of a dispute, to other staff once there is one to read of."""
        staff = self.stands.posts.keys() & {Actor.SPECIALIST, Actor.LEADER, Actor.STREET, Actor.HANDLER}
        return bool(staff) and (self.specialist and self.item in DISPUTES or self.row.counterparty_id is not None)

    @cached_property
    def other_side(self) -> Enterprise | None:
        key = other_side(self.row)
        if key is None:
            return None
        return self.row.enterprise if key == self.row.enterprise_id else self.row.counterparty

    @cached_property
    def mediations(self) -> list[Mediation]:
        if not self.has_sides or self.other_side is None:
            return []
        return list(
            Mediation.objects.visible_to(self.user).filter(grievance=self.row).select_related("enterprise", "invited_by").order_by("-pk")
        )

    @property
    def running(self) -> Mediation | None:
        return next((row for row in self.mediations if row.ended_at is None), None)
