"""Spaces as JSON: the operator's and the staff's book of units with its deeds, and what is on offer to enterprises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import docs, pages
from api.bodies import said_in
from api.doors import COMMUNITY, ENTERPRISE, PARK, Behind, Door
from api.place_shapes import SpaceSerializer
from api.space_shapes import DeedBody, MergeBody, OfferedSpaceSerializer
from api.ticket import exact, moment
from enterprises import letting
from enterprises.models import Lease
from parks import keeping, occupying, offering
from parks.filters import ListingFilter, SpaceFilter
from parks.keeping import Part
from parks.models import Listing, Park, Space, SpaceKind, SpaceStage, SpaceState
from parks.querysets import parks_whose_spaces_show
from wording.errors import FactsMissing

if TYPE_CHECKING:
    from accounts.models import User

_KINDS, _STATES, _STAGES = dict(SpaceKind.choices), dict(SpaceState.choices), dict(SpaceStage.choices)
COLUMNS = (
    "room", "floor", "area_m2", "kind", "stage", "state", "from_on", "until_on", "building_id", "building__name", "building__park__code", "building__park__name",
)  # fmt: skip
BY_ROOM = pages.Order("room", "room")


def _price(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not 0 < value < 10_000:
        raise ValueError(text)
    return value


CHEAPEST = pages.Order("price", "price_yuan", read=_price)


def today(view: Behind) -> date:
    return timezone.localtime(view.at).date()


def unit_rows(user: User, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One query more for what is on offer."""
    shown = Listing.objects.visible_to(user).shown().filter(space__in=[row["pk"] for row in rows])
    offers = {row.space_id: row for row in shown}
    return [_unit(row, offers.get(row["pk"])) for row in rows]


def _unit(row: dict[str, Any], offer: Listing | None) -> dict[str, Any]:
    return {
        "id": row["pk"], "park": {"code": row["building__park__code"], "name": row["building__park__name"]},
        "building": {"id": row["building_id"], "name": row["building__name"]}, "room": row["room"], "floor": row["floor"], "area_m2": exact(row["area_m2"]),
        "kind": row["kind"], "kind_label": _KINDS[row["kind"]], "stage": row["stage"], "stage_label": _STAGES.get(row["stage"], ""),
        "status": row["state"], "status_label": _STATES[row["state"]], "from_on": row["from_on"], "until_on": row["until_on"],
        "listing": None if offer is None else {
            "price_yuan": exact(offer.price_yuan), "available_on": offer.available_on, "note": offer.note, "published_at": moment(offer.published_at),
        },
    }  # fmt: skip


class Units(Behind):
    """The units of today. A door says which parks."""

    door: ClassVar[Door] = PARK

    def own(self) -> QuerySet[Any]:
        return Park.objects.run_by(self.request.user)

    def rows(self) -> QuerySet[Space]:
        found: QuerySet[Space] = Space.objects.visible_to(self.request.user).on(today(self)).filter(building__park__in=self.own())
        return found

    @extend_schema(operation_id="park_spaces", parameters=docs.filters_of(SpaceFilter), responses=docs.listed(SpaceSerializer))
    def get(self, request: Request) -> Response:
        page = pages.page(request, pages.narrowed(request, SpaceFilter, self.rows()), BY_ROOM, COLUMNS)
        return Response(page.answer(unit_rows(request.user, page.rows)))


class StaffUnits(Units):
    """Of the parks whose spaces one reads: the office all, grid and steward their own."""

    door = COMMUNITY

    def own(self) -> QuerySet[Any]:
        return parks_whose_spaces_show(self.request.user)  # type: ignore[no-any-return]

    @extend_schema(operation_id="community_spaces", parameters=docs.filters_of(SpaceFilter), responses=docs.listed(SpaceSerializer))
    def get(self, request: Request) -> Response:
        return super().get(request)


class UnitDeed(Units):
    """publish, withdraw, reserve, release, let, end-lease, split, retire; the answer is the unit as it then is."""

    @extend_schema(
        operation_id="park_spaces_act",
        request=DeedBody,
        responses=docs.changed(SpaceSerializer(many=True)),  # type: ignore[arg-type]
        parameters=[OpenApiParameter("deed", str, OpenApiParameter.PATH, enum=["publish", "withdraw", "reserve", "release", "let", "end-lease", "split", "retire"])],
    )  # fmt: skip
    def post(self, request: Request, key: int, deed: str) -> Response:
        """The units that come of it: one, or the parts of a split."""
        found = Space.objects.visible_to(request.user).filter(building__park__in=self.own(), pk=key).first()
        if found is None or deed not in DEEDS:
            raise Http404
        made = DEEDS[deed](found, said_in(DeedBody, request), request.user, self.at)
        return Response(whole(request.user, made, today(self)))

    http_method_names: ClassVar[list[str]] = ["post", "options"]


class StaffUnitDeed(UnitDeed):
    door = COMMUNITY

    def own(self) -> QuerySet[Any]:
        return parks_whose_spaces_show(self.request.user)  # type: ignore[no-any-return]

    @extend_schema(operation_id="community_spaces_act", request=DeedBody, responses=docs.changed(SpaceSerializer(many=True)))  # type: ignore[arg-type]
    def post(self, request: Request, key: int, deed: str) -> Response:
        return super().post(request, key, deed)


class Merge(Units):
    @extend_schema(operation_id="park_spaces_merge", request=MergeBody, responses=docs.changed(SpaceSerializer(many=True)))  # type: ignore[arg-type]
    def post(self, request: Request) -> Response:
        said = said_in(MergeBody, request)
        rows = list(Space.objects.visible_to(request.user).filter(building__park__in=self.own(), pk__in=said["spaces"]))
        if len(rows) < len(set(said["spaces"])):
            raise Http404
        change = keeping.merge(rows, said["room"], on=said["on"], by=request.user, at=self.at, note=said.get("note", ""))
        return Response(whole(request.user, list(change.made.all()), today(self)))

    http_method_names: ClassVar[list[str]] = ["post", "options"]


def whole(user: User, made: list[Space], day: date) -> list[dict[str, Any]]:
    """As they are today, or on their first or last day where they are not there today."""
    rows = []
    for space in made:
        when = max(day, space.from_on or day)
        rows += Space.objects.visible_to(user).on(min(when, space.until_on or when)).filter(pk=space.pk).values("pk", *COLUMNS)
    return unit_rows(user, rows)


class Offered(Behind):
    """What operators have on offer in the community."""

    door = ENTERPRISE

    @extend_schema(
        operation_id="enterprise_spaces", parameters=docs.filters_of(ListingFilter), responses=docs.listed(OfferedSpaceSerializer)
    )
    def get(self, request: Request) -> Response:
        shown = pages.narrowed(request, ListingFilter, Listing.objects.visible_to(request.user).shown())
        page = pages.page(request, shown, CHEAPEST, ("pk",))
        rows = (
            Listing.objects.visible_to(request.user)
            .select_related("space__building__park__operator", "space__building__park__community")
            .in_bulk([row["pk"] for row in page.rows])
        )
        return Response(page.answer([offered(rows[row["pk"]]) for row in page.rows]))


def offered(row: Listing) -> dict[str, Any]:
    space, park = row.space, row.space.building.park
    operator = park.operator.phone if park.operator else ""
    return {
        "id": space.pk, "park": {"code": park.code, "name": park.name}, "building": space.building.name, "room": space.room, "floor": space.floor,
        "area_m2": exact(space.area_m2), "kind": space.kind, "stage": space.stage, "price_yuan": exact(row.price_yuan), "available_on": row.available_on,
        "note": row.note, "phone": operator or park.community.phone,
    }  # fmt: skip


Said = dict[str, Any]


def _need(said: Said, *names: str) -> list[Any]:
    missing = {name: "请填写" for name in names if said.get(name) in (None, "")}
    if missing:
        raise FactsMissing("缺少必填的内容。", fields=missing)
    return [said[name] for name in names]


def _publish(space: Space, said: Said, by: User, at: datetime) -> list[Space]:
    price, day, stage = _need(said, "price_yuan", "available_on", "stage")
    offering.publish(space, price_yuan=price, available_on=day, stage=stage, note=said.get("note", ""), by=by, at=at)
    return [space]


def _withdraw(space: Space, said: Said, by: User, at: datetime) -> list[Space]:
    offering.withdraw(space, by=by, at=at)
    return [space]


def _reserve(space: Space, said: Said, by: User, at: datetime) -> list[Space]:
    holder, until = _need(said, "holder", "until_on")
    occupying.reserve(space, holder=holder, until_on=until, by=by, at=at)
    return [space]


def _release(space: Space, said: Said, by: User, at: datetime) -> list[Space]:
    occupying.release(space, by=by, at=at)
    return [space]


def _let(space: Space, said: Said, by: User, at: datetime) -> list[Space]:
    code, first = _need(said, "uscc", "from_on")
    letting.let(
        space,
        letting.named(space, code),
        from_on=first,
        until_on=said.get("until_on"),
        annual_rent_wan=said.get("annual_rent_wan"),
        by=by,
        at=at,
    )
    return [space]


def _end_lease(space: Space, said: Said, by: User, at: datetime) -> list[Space]:
    (day,) = _need(said, "ended_on")
    lease = Lease.objects.visible_to(by).filter(space=space).running(day).order_by("-from_on").first()
    if lease is None:
        raise FactsMissing("这间那天没有在租的租约。", fields={"ended_on": "请核对日期"})
    letting.end_lease(lease, on=day, by=by, at=at)
    return [space]


def _split(space: Space, said: Said, by: User, at: datetime) -> list[Space]:
    day, parts = _need(said, "on", "parts")
    change = keeping.split(space, [Part(each["room"], each["area_m2"]) for each in parts], on=day, by=by, at=at, note=said.get("note", ""))
    return list(change.made.order_by("room"))


def _retire(space: Space, said: Said, by: User, at: datetime) -> list[Space]:
    (day,) = _need(said, "on")
    return [keeping.retire(space, on=day, by=by, at=at)]


DEEDS: dict[str, Callable[[Space, Said, Any, datetime], list[Space]]] = {
    "publish": _publish, "withdraw": _withdraw, "reserve": _reserve, "release": _release, "let": _let, "end-lease": _end_lease, "split": _split, "retire": _retire,
}  # fmt: skip
