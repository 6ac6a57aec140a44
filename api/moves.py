"""企业进出 and 找空间 as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import docs, pages
from api.bodies import said_in
from api.doors import COMMUNITY, ENTERPRISE, PARK, Behind, Door
from api.space_shapes import (
    DemandBody,
    DemandSerializer,
    MatchedDemandSerializer,
    MoveBody,
    MoveReportSerializer,
    OutcomeBody,
    VerdictBody,
)
from api.ticket import exact, moment
from api.units import offered
from community import held
from community.kinds import COMMUNITY_WIDE_KINDS, ENTERPRISE_KINDS
from enterprises import demands, moves
from enterprises.filters import MoveReportFilter, SpaceDemandFilter
from enterprises.models import MoveReport, SpaceDemand
from grievances import filing
from parks.models import Building, Listing, Space
from parks.querysets import parks_whose_spaces_show

if TYPE_CHECKING:
    from accounts.models import User

NEWEST = pages.Order("newest", "reported_at", descending=True, read=pages.read_moment)
LATEST = pages.Order("latest", "made_at", descending=True, read=pages.read_moment)


class Moves(Behind):
    door: ClassVar[Door] = PARK

    @extend_schema(operation_id="park_moves", parameters=docs.filters_of(MoveReportFilter), responses=docs.listed(MoveReportSerializer))
    def get(self, request: Request) -> Response:
        page = pages.page(request, pages.narrowed(request, MoveReportFilter, MoveReport.objects.visible_to(request.user)), NEWEST, ("pk",))
        rows = (
            MoveReport.objects.visible_to(request.user)
            .select_related("building__park", "space", "reported_by")
            .in_bulk([row["pk"] for row in page.rows])
        )
        return Response(page.answer([report_row(rows[row["pk"]]) for row in page.rows]))

    @extend_schema(operation_id="park_moves_report", request=MoveBody, responses=docs.made(MoveReportSerializer))
    def post(self, request: Request) -> Response:
        """Nothing counts before somebody else has confirmed it."""
        said = said_in(MoveBody, request)
        building = (
            Building.objects.visible_to(request.user)
            .filter(park__in=parks_whose_spaces_show(request.user), pk=said.pop("building"))
            .select_related("park")
            .first()
        )
        key = said.pop("space", None)
        space = Space.objects.visible_to(request.user).filter(pk=key).first() if key else None
        if building is None or (key and space is None):
            raise Http404
        row = moves.report(said.pop("kind"), building=building, space=space, by=request.user, at=self.at, name=said.pop("name", ""), **said)
        return Response(report_row(row), status=201)


class CommunityMoves(Moves):
    door = COMMUNITY

    @extend_schema(
        operation_id="community_moves", parameters=docs.filters_of(MoveReportFilter), responses=docs.listed(MoveReportSerializer)
    )
    def get(self, request: Request) -> Response:
        return super().get(request)

    @extend_schema(operation_id="community_moves_report", request=MoveBody, responses=docs.made(MoveReportSerializer))
    def post(self, request: Request) -> Response:
        return super().post(request)


class DecideMove(Behind):
    door = COMMUNITY

    @extend_schema(
        operation_id="community_moves_decide", request=VerdictBody, responses=docs.changed(MoveReportSerializer),
        parameters=[OpenApiParameter("verdict", str, OpenApiParameter.PATH, enum=["confirm", "refuse"])],
    )  # fmt: skip
    def post(self, request: Request, key: int, verdict: str) -> Response:
        row = MoveReport.objects.visible_to(request.user).filter(pk=key).first()
        if row is None or verdict not in ("confirm", "refuse"):
            raise Http404
        said = said_in(VerdictBody, request)
        done = moves.decide(row, confirmed=verdict == "confirm", by=request.user, at=self.at, reason=said.get("reason", ""))
        return Response(report_row(done))


def report_row(row: MoveReport) -> dict[str, Any]:
    park = row.building.park
    return {
        "id": row.pk, "kind": row.kind, "kind_label": row.get_kind_display(), "uscc": row.uscc, "name": row.name, "park": {"code": park.code, "name": park.name},
        "building": row.building.name, "room": row.space.room if row.space else "", "on": row.on, "place": row.place, "note": row.note,
        "reported_by": row.reported_by.display_name, "reported_at": moment(row.reported_at), "confirmed": row.confirmed,
        "decided_at": moment(row.decided_at), "reason": row.reason,
    }  # fmt: skip


class Demands(Behind):
    door: ClassVar[Door] = COMMUNITY

    @extend_schema(
        operation_id="community_space_demands", parameters=docs.filters_of(SpaceDemandFilter), responses=docs.listed(DemandSerializer)
    )
    def get(self, request: Request) -> Response:
        return self.answered(request)

    def answered(self, request: Request) -> Response:
        """Open ones; an operator is told whose they are only where that was agreed to."""
        rows = SpaceDemand.objects.visible_to(request.user).open()
        page = pages.page(request, pages.narrowed(request, SpaceDemandFilter, rows), LATEST, ("pk",))
        keys = [row["pk"] for row in page.rows]
        unmet = set(SpaceDemand.objects.visible_to(request.user).filter(pk__in=keys).unmet().values_list("pk", flat=True))
        found = SpaceDemand.objects.visible_to(request.user).in_bulk(keys)
        return Response(page.answer([demand_row(found[key], request.user, unmet=key in unmet) for key in keys]))


class ParkDemands(Demands):
    door = PARK

    @extend_schema(
        operation_id="park_space_demands", parameters=docs.filters_of(SpaceDemandFilter), responses=docs.listed(DemandSerializer)
    )
    def get(self, request: Request) -> Response:
        return self.answered(request)


class MyDemands(Demands):
    door = ENTERPRISE

    @extend_schema(
        operation_id="enterprise_space_demands", parameters=docs.filters_of(SpaceDemandFilter), responses=docs.listed(DemandSerializer)
    )
    def get(self, request: Request) -> Response:
        return self.answered(request)

    @extend_schema(operation_id="enterprise_space_demands_ask", request=DemandBody, responses=docs.made(MatchedDemandSerializer))
    def post(self, request: Request) -> Response:
        """Kept until it is closed; the answer has the units that come nearest, with reasons."""
        enterprise = filing.own_enterprise(request.user)
        row = demands.ask(enterprise.community, enterprise=enterprise, by=request.user, at=self.at, **said_in(DemandBody, request))
        return Response(matched(row, request.user), status=201)


class OneDemand(Behind):
    door = ENTERPRISE

    @extend_schema(operation_id="enterprise_space_demand", responses=docs.found(MatchedDemandSerializer))
    def get(self, request: Request, key: int) -> Response:
        return Response(matched(self.found(key), request.user))

    def found(self, key: int) -> SpaceDemand:
        row = SpaceDemand.objects.visible_to(self.request.user).filter(pk=key).first()
        if row is None:
            raise Http404
        return row  # type: ignore[no-any-return]


class CloseDemand(OneDemand):
    @extend_schema(operation_id="enterprise_space_demands_close", request=OutcomeBody, responses=docs.changed(MatchedDemandSerializer))
    def post(self, request: Request, key: int) -> Response:
        row = self.found(key)
        return Response(matched(demands.close(row, said_in(OutcomeBody, request)["outcome"], by=request.user, at=self.at), request.user))

    http_method_names: ClassVar[list[str]] = ["post", "options"]


class CommunityDemand(OneDemand):
    door = COMMUNITY

    @extend_schema(operation_id="community_space_demand", responses=docs.found(MatchedDemandSerializer))
    def get(self, request: Request, key: int) -> Response:
        return super().get(request, key)


def demand_row(row: SpaceDemand, user: User, *, unmet: bool) -> dict[str, Any]:
    inside = row.named or bool(held(user, *COMMUNITY_WIDE_KINDS, "street", *ENTERPRISE_KINDS))
    return {
        "id": row.pk, "who": row.who if inside else "", "area_from_m2": exact(row.area_from_m2), "area_to_m2": exact(row.area_to_m2),
        "price_most_yuan": exact(row.price_most_yuan), "stage": row.stage, "kind": row.kind, "industry_code": row.industry_code, "move_in_on": row.move_in_on,
        "note": row.note, "made_at": moment(row.made_at), "unmet": unmet, "outcome": row.outcome,
    }  # fmt: skip


def matched(row: SpaceDemand, user: User) -> dict[str, Any]:
    row.refresh_from_db()
    shown = Listing.objects.visible_to(user).shown().select_related("space__building__park__operator", "space__building__park__community")
    found = demands.matches(row, shown)
    told = [{"fits": each.fits, "reasons": each.reasons, "misses": each.misses, "space": offered(each.listing)} for each in found]
    return demand_row(row, user, unmet=not any(each.fits for each in found)) | {"matches": told}
