"""The schema's words: which answers a view gives, how one signs in, and the page that shows it all without the internet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_view,
)
from rest_framework import serializers

from api.doors import COMMUNITY, ENTERPRISE, STREET, Door
from api.pages import LARGEST_PAGE, PAGE_SIZE
from api.shapes import ErrorSerializer, TicketRowSerializer, TicketSerializer, page_of
from api.tickets import MOVE_BODIES
from grievances.filters import GrievanceFilter
from grievances.moves import MOVES
from grievances.states import Actor, State

TicketPageSerializer = page_of(TicketRowSerializer)
Kind = type[serializers.Serializer[Any]]


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "api.authentication.PortalAuthentication"
    name = ["token", "session"]  # type: ignore[assignment]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:  # type: ignore[override]
        return [
            {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token …，由 /api/v1/auth/token/ 签发，12 小时有效"},
            {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "浏览器会话；POST 须带 X-CSRFToken"},
        ]


def refusal(what: str) -> OpenApiResponse:
    return OpenApiResponse(ErrorSerializer, description=what)


REFUSALS: dict[Any, OpenApiResponse] = {401: refusal("尚未登录"), 403: refusal("不在您的权限之内")}
BAD = {400: refusal("内容有误，fields 说明是哪几项")}
_KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="同一键重复提交只做一次，答复相同；24 小时内有效")
CURSOR = OpenApiParameter("cursor", str, description="上一页 next 或 previous 里的游标")
SIZE = OpenApiParameter("page_size", int, description=f"每页条数，默认 {PAGE_SIZE}，最多 {LARGEST_PAGE}")


def answers(kind: Kind) -> dict[Any, Any]:
    return {200: kind, **REFUSALS}


def found(kind: Kind) -> dict[Any, Any]:
    return {200: kind, **REFUSALS, 404: refusal("没有，或不在您的查看范围内")}


def listed(kind: Kind) -> dict[Any, Any]:
    return {200: page_of(kind), **BAD, **REFUSALS}


def made(kind: Kind) -> dict[Any, Any]:
    return {201: kind, **BAD, **REFUSALS, 422: refusal("同一幂等键用于另一份内容")}


def changed(kind: Kind) -> dict[Any, Any]:
    conflict = refusal("不在这个状态，或已有变化；current 是现在的样子")
    return {
        200: kind,
        **BAD,
        **REFUSALS,
        404: refusal("没有，或不在您的查看范围内"),
        409: conflict,
        422: refusal("同一幂等键用于另一份内容"),
    }


def filters_of(filters: Any, *, skip: tuple[str, ...] = ()) -> list[OpenApiParameter]:
    """One parameter per declared filter, with its label."""
    listed_filters = []
    for name, each in filters.base_filters.items():
        if name not in skip:
            choices = each.extra.get("choices")
            enum = [value for value, _ in choices] if isinstance(choices, list | tuple) else None
            kind = {"BooleanFilter": bool, "NumberFilter": float}.get(type(each).__name__, str)
            listed_filters.append(OpenApiParameter(name, kind, description=each.label or "", enum=enum))
    return [*listed_filters, CURSOR, SIZE]


def _ticket_filters() -> list[OpenApiParameter]:
    states = "，".join(f"{value} {label}" for value, label in State.choices)
    state = OpenApiParameter("state", str, description=f"可给多个，用逗号隔开；open 为全部在办，over 为全部已结束。{states}")
    return [state, *filters_of(GrievanceFilter, skip=("state",))]


def ticket_list(view: Any) -> Any:
    name = view.door.name
    schema = extend_schema(
        operation_id=f"{name}_grievances_list",
        description="在办的队列按最近期限排列，其余从新到旧。",
        parameters=_ticket_filters() + list(getattr(view, "more_parameters", ())),
        responses={200: TicketPageSerializer, **BAD, **REFUSALS},
    )
    return extend_schema_view(get=schema)(view)


def one_ticket(view: Any) -> Any:
    schema = extend_schema(operation_id=f"{view.door.name}_grievances_read", responses=found(TicketSerializer))
    return extend_schema_view(get=schema)(view)


_ACTORS = {
    ENTERPRISE.name: {Actor.ENTERPRISE},
    COMMUNITY.name: {Actor.SPECIALIST, Actor.GRID, Actor.HANDLER, Actor.PARTNER, Actor.LEADER},
    STREET.name: {Actor.STREET},
}


def act(door: Door) -> Callable[[Any], Any]:
    """The moves people of this door may make; any other is 403 there."""
    moves = [move for move in MOVES if _ACTORS[door.name] & set(move.actors)]
    words = "\n".join(f"- `{move.path}` {move.label}：{'、'.join(str(source.label) for source in move.sources)}" for move in moves)
    bodies = PolymorphicProxySerializer(
        component_name=f"{door.name.capitalize()}Move",
        serializers=list(dict.fromkeys(MOVE_BODIES[move.path] for move in moves)),
        resource_type_field_name=None,
    )
    schema = extend_schema(
        operation_id=f"{door.name}_grievances_act",
        description=f"办理。拒绝的次序：401、404、403、409、400。\n\n{words}",
        parameters=[
            OpenApiParameter("action", str, OpenApiParameter.PATH, enum=[move.path for move in moves]),
            _KEY,
        ],
        request=bodies,
        responses=changed(TicketSerializer),
    )
    return extend_schema_view(post=schema)
