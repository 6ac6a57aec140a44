"""What each column of a sheet wants: the help beside a field, for machines that fill in what people otherwise type."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import docs
from api.doors import ANYBODY, Behind
from exchange import exports, imports
from exchange.columns import Column
from exchange.subjects import TABLES


class ColumnSerializer(serializers.Serializer):  # type: ignore[type-arg]
    code = serializers.CharField()
    label = serializers.CharField(help_text="模板和导出的表头")
    kind = serializers.ChoiceField(choices=["text", "code", "number", "date"])
    required = serializers.BooleanField()
    imported = serializers.BooleanField(help_text="为 false 的只在导出里出现")
    note = serializers.CharField(help_text="怎么填")
    example = serializers.CharField()
    options = serializers.ListField(child=serializers.CharField(), help_text="只能填这些词；空表示不限")
    spellings = serializers.ListField(child=serializers.CharField(), help_text="也认得的表头")


class SheetSerializer(serializers.Serializer):  # type: ignore[type-arg]
    code = serializers.CharField()
    label = serializers.CharField()
    note = serializers.CharField()
    may_import = serializers.BooleanField()
    may_export = serializers.BooleanField()
    columns = ColumnSerializer(many=True)


class Sheets(Behind):
    """The tables one may bring in or take out, with their columns."""

    door = ANYBODY

    @extend_schema(operation_id="community_sheets", responses=docs.listed(SheetSerializer))
    def get(self, request: Request) -> Response:
        rows = []
        for table in TABLES.values():
            may = {"may_import": imports.may_import(table, request.user), "may_export": exports.may_export(table, request.user)}
            if any(may.values()):
                columns = [_column(column) for column in table.columns]
                rows.append({"code": table.code, "label": table.label, "note": table.note, **may, "columns": columns})
        return Response({"results": rows, "next": None, "previous": None})


def _column(column: Column) -> dict[str, object]:
    return {
        "code": column.code, "label": column.label, "kind": column.kind, "required": column.required, "imported": column.read is not None,
        "note": column.note, "example": column.example, "options": list(column.options), "spellings": list(column.spellings),
    }  # fmt: skip
