"""What lists of places can be narrowed by; page, API and export share these."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from community.filters import in_sight
from community.models import Community, Grid, Unit
from parks.models import Building, Listing, Park, Space, SpaceKind, SpaceStage, SpaceState


class ParkFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="名称", method="by_name", max_length=60)
    community = django_filters.ModelChoiceFilter(label="社区", queryset=in_sight(Community), to_field_name="code")
    grid = django_filters.ModelChoiceFilter(label="网格", queryset=in_sight(Grid), to_field_name="code")
    operator = django_filters.ModelChoiceFilter(label="运营方", queryset=in_sight(Unit), to_field_name="code")

    class Meta:
        model = Park
        fields: tuple[str, ...] = ()

    def by_name(self, queryset: QuerySet[Park], name: str, value: str) -> QuerySet[Park]:
        return queryset.search(value)  # type: ignore[attr-defined,no-any-return]


class BuildingFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="名称", method="by_name", max_length=60)
    park = django_filters.ModelChoiceFilter(label="园区", queryset=in_sight(Park), to_field_name="code")

    class Meta:
        model = Building
        fields: tuple[str, ...] = ()

    def by_name(self, queryset: QuerySet[Building], name: str, value: str) -> QuerySet[Building]:
        return queryset.search(value)  # type: ignore[attr-defined,no-any-return]


class SpaceFilter(django_filters.FilterSet):
    """Of spaces as they are on a day (`SpaceQuerySet.on`)."""

    park = django_filters.ModelChoiceFilter(label="园区", field_name="building__park", queryset=in_sight(Park), to_field_name="code")
    building = django_filters.ModelChoiceFilter(label="楼宇", queryset=in_sight(Building))
    kind = django_filters.ChoiceFilter(label="用途", choices=SpaceKind.choices)
    status = django_filters.ChoiceFilter(label="状态", field_name="state", choices=SpaceState.choices)
    stage = django_filters.ChoiceFilter(label="阶段", choices=SpaceStage.choices)
    floor = django_filters.NumberFilter(label="楼层")
    listed = django_filters.BooleanFilter(label="招租中", method="by_listing")
    area_min = django_filters.NumberFilter(label="面积不小于", field_name="area_m2", lookup_expr="gte", min_value=0)
    area_max = django_filters.NumberFilter(label="面积不大于", field_name="area_m2", lookup_expr="lte", min_value=0)

    class Meta:
        model = Space
        fields: tuple[str, ...] = ()

    def by_listing(self, queryset: QuerySet[Space], name: str, value: bool) -> QuerySet[Space]:
        shown = Listing.objects.shown().values("space_id")
        return queryset.filter(pk__in=shown) if value else queryset.exclude(pk__in=shown)


class ListingFilter(django_filters.FilterSet):
    """Of what is on offer."""

    park = django_filters.ModelChoiceFilter(label="园区", field_name="space__building__park", queryset=in_sight(Park), to_field_name="code")
    kind = django_filters.ChoiceFilter(label="用途", field_name="space__kind", choices=SpaceKind.choices)
    stage = django_filters.ChoiceFilter(label="阶段", field_name="space__stage", choices=SpaceStage.choices)
    area_min = django_filters.NumberFilter(label="面积不小于", field_name="space__area_m2", lookup_expr="gte", min_value=0)
    area_max = django_filters.NumberFilter(label="面积不大于", field_name="space__area_m2", lookup_expr="lte", min_value=0)
    price_max = django_filters.NumberFilter(label="租金不高于", field_name="price_yuan", lookup_expr="lte", min_value=0)
    available_by = django_filters.DateFilter(label="最迟可入驻", field_name="available_on", lookup_expr="lte")

    class Meta:
        model = Listing
        fields: tuple[str, ...] = ()
