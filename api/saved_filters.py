"""常用筛选: one's own and those colleagues share. Conditions are the list's own parameters, as in its address."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from api import docs, pages
from api.bodies import Body, Flag, Text, read
from api.doors import Behind, Door
from api.shapes import S
from api.ticket import moment
from community.kinds import PostKind
from grievances import saved_filters as subject
from grievances.filters import GrievanceFilter
from grievances.models import SavedFilter
from grievances.models.querysets import COMMUNITY_KINDS

DESK = Door("community", "社区、网格、街道和承办单位的人员", (*COMMUNITY_KINDS, PostKind.STREET))
BY_AGE = pages.Order("age", "created_at", read=pages.read_moment)
_KNOWN = {*GrievanceFilter.base_filters, "queue", "window", "sort"}


class SavedFilterSerializer(S):
    id = serializers.IntegerField()
    name = serializers.CharField()
    query = serializers.CharField(help_text="接在列表地址 ? 之后的条件")
    mine = serializers.BooleanField()
    owner = serializers.CharField()
    shared = serializers.BooleanField(help_text="已分享给社区的同事")
    created_at = serializers.DateTimeField()


class SavedFilterBody(Body):
    name = Text(required=True, help_text=f"名称，不超过 {subject.LONGEST_NAME} 字；同名的换成新的条件")
    query = Text(required=True, help_text="如 queue=overdue&park=MXTD")
    shared = Flag(required=False, help_text="分享给社区的同事，限专员和负责人")


def _row(row: SavedFilter, user: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "name": row.name, "query": row.query, "mine": row.user_id == user.pk, "owner": row.user.display_name,
        "shared": row.shared_with_id is not None, "created_at": moment(row.created_at),
    }  # fmt: skip


class SavedFilters(Behind):
    door = DESK

    @extend_schema(
        operation_id="community_saved_filters", parameters=[docs.CURSOR, docs.SIZE], responses=docs.listed(SavedFilterSerializer)
    )
    def get(self, request: Request) -> Response:
        pages.refuse_filters(request)
        page = pages.page(request, SavedFilter.objects.visible_to(request.user), BY_AGE, ())
        rows = SavedFilter.objects.visible_to(request.user).filter(pk__in=[row["pk"] for row in page.rows]).select_related("user")
        return Response(page.answer([_row(row, request.user) for row in rows.order_by("created_at", "pk")]))

    @extend_schema(operation_id="community_saved_filters_keep", request=SavedFilterBody, responses=docs.made(SavedFilterSerializer))
    def post(self, request: Request) -> Response:
        raw = read(SavedFilterBody, request.data)
        query = raw.get("query") or ""
        unknown = sorted({name for name, _ in parse_qsl(query, keep_blank_values=True)} - _KNOWN)
        if unknown:
            raise ValidationError({"query": [f"没有“{unknown[0][:40]}”这个筛选条件。"]})
        row = subject.keep(request.user, raw.get("name") or "", query, at=self.at, shared=bool(raw.get("shared")))
        return Response(_row(row, request.user), status=201)


class OneSavedFilter(Behind):
    door = DESK

    @extend_schema(operation_id="community_saved_filters_drop", request=None, responses={204: None, **docs.REFUSALS})
    def delete(self, request: Request, saved: int) -> Response:
        """One's own; again it is 204 again."""
        subject.drop(request.user, saved)
        return Response(status=204)
