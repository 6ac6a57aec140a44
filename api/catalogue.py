"""Organisation and catalogue: units to dispatch to, items to choose from with the time that would be promised now."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import docs, pages
from api.doors import ANYBODY, Behind
from api.shapes import ServiceItemSerializer, UnitSerializer
from api.ticket import moment
from community import held
from community.filters import UnitFilter
from community.kinds import COMMUNITY_WIDE_KINDS, ORGANISATION_KINDS, PostKind, UnitKind
from community.models import Unit
from grievances.filters import ServiceItemFilter
from grievances.models import ServiceItem
from grievances.offers import offers

BY_CODE = pages.Order("code", "code")
_UNIT_COLUMNS = ("code", "name", "kind", "is_partner", "parent__code", "community__code", "phone", "has_account")
_UNIT_KINDS = dict(UnitKind.choices)


class Units(Behind):
    """Units of the communities one has a post in. What is retired stays readable, for old tickets name it."""

    door = ANYBODY

    @extend_schema(operation_id="community_units", parameters=docs.filters_of(UnitFilter), responses=docs.listed(UnitSerializer))
    def get(self, request: Request) -> Response:
        units = pages.narrowed(request, UnitFilter, Unit.objects.visible_to(request.user))
        page = pages.page(request, units, BY_CODE, _UNIT_COLUMNS)
        today = timezone.localtime(self.at).date()
        keys = [row["pk"] for row in page.rows]
        usable = set(Unit.objects.visible_to(request.user).usable(today).filter(pk__in=keys).values_list("pk", flat=True))
        return Response(page.answer([self._row(row, row["pk"] in usable) for row in page.rows]))

    def _row(self, found: dict[str, Any], usable: bool) -> dict[str, Any]:
        row = {
            "code": found["code"],
            "name": found["name"],
            "kind": found["kind"],
            "kind_label": _UNIT_KINDS[found["kind"]],
            "is_partner": found["is_partner"],
            "parent": found["parent__code"],
            "community": found["community__code"],
            "phone": found["phone"] if held(self.request.user, *ORGANISATION_KINDS) else "",
            "usable": usable,
        }
        if held(self.request.user, *COMMUNITY_WIDE_KINDS, PostKind.STREET):
            row["has_account"] = found["has_account"]
        return row


class ServiceItems(Behind):
    """The catalogue. The same through both doors: whoever files needs the codes, whoever accepts too."""

    door = ANYBODY

    @extend_schema(parameters=docs.filters_of(ServiceItemFilter), responses=docs.listed(ServiceItemSerializer))
    def get(self, request: Request) -> Response:
        items = pages.narrowed(request, ServiceItemFilter, ServiceItem.objects.visible_to(request.user).offered())
        page = pages.page(request, items, BY_CODE, ("pk",))
        keys = [row["pk"] for row in page.rows]
        related = ("community", "window", "partner_window")
        found = ServiceItem.objects.visible_to(request.user).filter(pk__in=keys).select_related(*related).order_by("code", "pk")
        offered = offers(found, self.at)
        return Response(page.answer([_item(item, offered[item.pk]) for item in found]))


def _item(item: ServiceItem, offer: Any) -> dict[str, Any]:
    partner = item.partner_window
    return {
        "code": item.code,
        "name": item.name,
        "community": item.community.code,
        "plain_category": item.plain_category,
        "group": item.group,
        "window": {"code": item.window.code, "name": item.window.name},
        "partner_window": {"code": partner.code, "name": partner.name} if partner else None,
        "case_type": item.case_type,
        "applicant": item.applicant,
        "personal_by_default": item.personal_by_default,
        "site_visit": item.site_visit,
        "online": item.online,
        "materials": item.materials,
        "result": item.result,
        "accept_hours": offer.terms.accept_hours,
        "workdays": offer.terms.workdays,
        "extension_workdays": offer.terms.extension_workdays,
        "promise": {"due_at": moment(offer.promise.at), "provisional": offer.promise.provisional},
    }
