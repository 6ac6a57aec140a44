"""What lists of the organisation can be narrowed by; page, API and export share these."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet

from community.kinds import PostKind, UnitKind
from community.models import Community, Grid, Post, Unit
from wording.search import name_search


def in_sight(model: Any) -> Any:
    """A filter's choices: rows the asking user may see; a foreign code reads like one that does not exist (R2)."""

    def rows(request: Any) -> QuerySet[Any]:
        return model.objects.visible_to(request.user) if request is not None else model.objects.none()

    return rows


class UnitFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="名称", method="by_name", max_length=60)
    community = django_filters.ModelChoiceFilter(label="社区", queryset=in_sight(Community), to_field_name="code")
    kind = django_filters.ChoiceFilter(label="类别", choices=UnitKind.choices)
    parent = django_filters.ModelChoiceFilter(label="所属窗口", queryset=in_sight(Unit), to_field_name="code")

    class Meta:
        model = Unit
        fields: tuple[str, ...] = ()

    def by_name(self, queryset: QuerySet[Unit], name: str, value: str) -> QuerySet[Unit]:
        return name_search(queryset, "name", value)


class PostFilter(django_filters.FilterSet):
    community = django_filters.ModelChoiceFilter(label="社区", queryset=in_sight(Community), to_field_name="code")
    kind = django_filters.MultipleChoiceFilter(label="岗位", choices=PostKind.choices)
    grid = django_filters.ModelChoiceFilter(label="网格", queryset=in_sight(Grid), to_field_name="code")
    unit = django_filters.ModelChoiceFilter(label="单位", queryset=in_sight(Unit), to_field_name="code")

    class Meta:
        model = Post
        fields: tuple[str, ...] = ()
