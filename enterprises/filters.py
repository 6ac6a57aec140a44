"""What the list of enterprises can be narrowed by; page, API and export share it."""

from __future__ import annotations

import django_filters
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.db.models.functions import Now

from community.filters import in_sight
from community.models import Community, Grid
from enterprises import profiles
from enterprises.completeness import stale
from enterprises.kinds import event_kinds, qualification_kinds
from enterprises.metrics import metric_choices
from enterprises.models import (
    Enterprise,
    EnterpriseStatus,
    Event,
    Figure,
    FigureProposal,
    Grade,
    Industry,
    LandGrade,
    Lease,
    MoveKind,
    MoveReport,
    ProfileTag,
    Qualification,
    Representative,
    SizeClass,
    SpaceDemand,
    Tenancy,
)
from parks.models import Building, Park, SpaceKind, SpaceStage


class EnterpriseFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="名称、首字母或信用代码", method="by_words", max_length=60)
    community = django_filters.ModelChoiceFilter(label="社区", queryset=in_sight(Community), to_field_name="code")
    grid = django_filters.ModelChoiceFilter(label="网格", queryset=in_sight(Grid), to_field_name="code", method="by_grid")
    park = django_filters.ModelChoiceFilter(label="园区", queryset=in_sight(Park), to_field_name="code", method="by_park")
    building = django_filters.ModelChoiceFilter(label="楼宇", queryset=in_sight(Building), method="by_building")
    industry = django_filters.CharFilter(
        label="行业", method="by_industry", validators=[RegexValidator(r"^([A-T]|[0-9]{2,4})$", "请填写门类字母或 2 到 4 位行业代码。")]
    )
    size_class = django_filters.MultipleChoiceFilter(label="规模", choices=SizeClass.choices)
    status = django_filters.MultipleChoiceFilter(label="状态", choices=EnterpriseStatus.choices)
    tag = django_filters.CharFilter(label="标签", method="by_tag", max_length=20)
    listed = django_filters.BooleanFilter(label="上市公司")
    opened = django_filters.BooleanFilter(label="已开通", method="by_opened")
    uscc_warning = django_filters.BooleanFilter(label="代码待核")
    profile = django_filters.ModelChoiceFilter(label="画像标签", queryset=in_sight(ProfileTag), method="by_profile")
    file = django_filters.ChoiceFilter(label="档案更新", choices=[("stale", "超过 180 天未更新")], method="by_freshness")

    class Meta:
        model = Enterprise
        fields: tuple[str, ...] = ()

    def by_opened(self, queryset: QuerySet[Enterprise], name: str, value: bool) -> QuerySet[Enterprise]:
        """False: active and nobody speaks for it yet."""
        return queryset.opened() if value else queryset.not_opened()  # type: ignore[attr-defined,no-any-return]

    def by_freshness(self, queryset: QuerySet[Enterprise], name: str, value: str) -> QuerySet[Enterprise]:
        """As of the moment of the query: page, API and export have no other in common."""
        return stale(queryset, Now())  # type: ignore[arg-type]

    def by_profile(self, queryset: QuerySet[Enterprise], name: str, value: ProfileTag) -> QuerySet[Enterprise]:
        return profiles.having(queryset, value, profiles.today_there()) if not value.retired else queryset.none()

    def by_words(self, queryset: QuerySet[Enterprise], name: str, value: str) -> QuerySet[Enterprise]:
        return queryset.search(value)  # type: ignore[attr-defined,no-any-return]

    def by_grid(self, queryset: QuerySet[Enterprise], name: str, value: Grid) -> QuerySet[Enterprise]:
        return queryset.filter(pk__in=Tenancy.objects.open().filter(building__park__grid=value).values("enterprise_id"))

    def by_park(self, queryset: QuerySet[Enterprise], name: str, value: Park) -> QuerySet[Enterprise]:
        return queryset.in_place(park=value)  # type: ignore[attr-defined,no-any-return]

    def by_building(self, queryset: QuerySet[Enterprise], name: str, value: Building) -> QuerySet[Enterprise]:
        return queryset.in_place(building=value)  # type: ignore[attr-defined,no-any-return]

    def by_industry(self, queryset: QuerySet[Enterprise], name: str, value: str) -> QuerySet[Enterprise]:
        """A section letter takes all its classes; digits take every class that begins with them. Edition 2017."""
        rows = queryset.filter(industry_edition="2017")
        if value.isalpha():
            return rows.filter(industry_code__in=Industry.objects.filter(edition="2017", section=value).values("code"))
        return rows.filter(industry_code__startswith=value)

    def by_tag(self, queryset: QuerySet[Enterprise], name: str, value: str) -> QuerySet[Enterprise]:
        return queryset.filter(tags__contains=[value])


class TenancyFilter(django_filters.FilterSet):
    park = django_filters.ModelChoiceFilter(label="园区", field_name="building__park", queryset=in_sight(Park), to_field_name="code")
    building = django_filters.ModelChoiceFilter(label="楼宇", queryset=in_sight(Building))
    enterprise = django_filters.CharFilter(label="企业", field_name="enterprise__uscc", max_length=18)
    open = django_filters.BooleanFilter(label="仍在", field_name="until_on", lookup_expr="isnull")

    class Meta:
        model = Tenancy
        fields: tuple[str, ...] = ()


class RepresentativeFilter(django_filters.FilterSet):
    enterprise = django_filters.CharFilter(label="企业", field_name="enterprise__uscc", max_length=18)
    role = django_filters.CharFilter(label="身份", max_length=20)

    class Meta:
        model = Representative
        fields: tuple[str, ...] = ()


class EventFilter(django_filters.FilterSet):
    enterprise = django_filters.CharFilter(label="企业", field_name="enterprise__uscc", max_length=18)
    kind = django_filters.MultipleChoiceFilter(label="类别", choices=event_kinds)
    since = django_filters.DateFilter(label="发生不早于", field_name="happened_on", lookup_expr="gte")
    until = django_filters.DateFilter(label="发生不晚于", field_name="happened_on", lookup_expr="lte")

    class Meta:
        model = Event
        fields: tuple[str, ...] = ()


class QualificationFilter(django_filters.FilterSet):
    enterprise = django_filters.CharFilter(label="企业", field_name="enterprise__uscc", max_length=18)
    kind = django_filters.MultipleChoiceFilter(label="资质", choices=qualification_kinds)
    ends_before = django_filters.DateFilter(label="有效期早于", field_name="valid_until_on", lookup_expr="lt")

    class Meta:
        model = Qualification
        fields: tuple[str, ...] = ()


class LeaseFilter(django_filters.FilterSet):
    enterprise = django_filters.CharFilter(label="企业", field_name="enterprise__uscc", max_length=18)
    park = django_filters.ModelChoiceFilter(label="园区", field_name="building__park", queryset=in_sight(Park), to_field_name="code")
    building = django_filters.ModelChoiceFilter(label="楼宇", queryset=in_sight(Building))
    ends_before = django_filters.DateFilter(label="到期日早于", field_name="until_on", lookup_expr="lt")

    class Meta:
        model = Lease
        fields: tuple[str, ...] = ()


class MoveReportFilter(django_filters.FilterSet):
    park = django_filters.ModelChoiceFilter(label="园区", field_name="building__park", queryset=in_sight(Park), to_field_name="code")
    kind = django_filters.ChoiceFilter(label="类别", choices=MoveKind.choices)
    waiting = django_filters.BooleanFilter(label="待确认", field_name="decided_at", lookup_expr="isnull")

    class Meta:
        model = MoveReport
        fields: tuple[str, ...] = ()


class SpaceDemandFilter(django_filters.FilterSet):
    stage = django_filters.ChoiceFilter(label="阶段", choices=SpaceStage.choices)
    kind = django_filters.ChoiceFilter(label="用途", choices=SpaceKind.choices)
    unmet = django_filters.BooleanFilter(label="暂无合适的", method="by_answer")

    class Meta:
        model = SpaceDemand
        fields: tuple[str, ...] = ()

    def by_answer(self, queryset: QuerySet[SpaceDemand], name: str, value: bool) -> QuerySet[SpaceDemand]:
        unmet = SpaceDemand.objects.unmet().values("pk")
        return queryset.filter(pk__in=unmet) if value else queryset.exclude(pk__in=unmet)


class FigureFilter(django_filters.FilterSet):
    enterprise = django_filters.CharFilter(label="企业", field_name="enterprise__uscc", max_length=18)
    period = django_filters.CharFilter(label="期间", max_length=7)
    year = django_filters.NumberFilter(label="年份", field_name="period", lookup_expr="startswith", min_value=1949, max_value=2100)
    metric = django_filters.MultipleChoiceFilter(label="指标", choices=metric_choices)
    park = django_filters.ModelChoiceFilter(label="园区", queryset=in_sight(Park), to_field_name="code", method="by_park")

    class Meta:
        model = Figure
        fields: tuple[str, ...] = ()

    def by_park(self, queryset: QuerySet[Figure], name: str, value: Park) -> QuerySet[Figure]:
        return queryset.filter(enterprise__in=Tenancy.objects.open().filter(building__park=value).values("enterprise_id"))


class LandGradeFilter(django_filters.FilterSet):
    enterprise = django_filters.CharFilter(label="企业", field_name="enterprise__uscc", max_length=18)
    year = django_filters.NumberFilter(label="年度", field_name="year", min_value=2010, max_value=2100)
    grade = django_filters.MultipleChoiceFilter(label="等级", choices=Grade.choices)

    class Meta:
        model = LandGrade
        fields: tuple[str, ...] = ()


class FigureProposalFilter(django_filters.FilterSet):
    enterprise = django_filters.CharFilter(label="企业", field_name="enterprise__uscc", max_length=18)
    metric = django_filters.MultipleChoiceFilter(label="指标", choices=metric_choices)
    waiting = django_filters.BooleanFilter(label="待审核", field_name="decided_at", lookup_expr="isnull")

    class Meta:
        model = FigureProposal
        fields: tuple[str, ...] = ()
