"""What lists of flags, signs and lowerings can be narrowed by; page, API and export share it."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from community.filters import in_sight
from community.models import Community, Grid
from enterprises.models import Enterprise, Tenancy
from parks.models import Park
from risks.kinds import LEVEL_CODES, Dimension, Source, Verdict, kind_choices, kinds_of
from risks.models import Finding, Flag, Sign
from risks.rules import rule_choices

STATES = (("open", "未解除"), ("ended", "已解除"), ("all", "全部"))
LEVELS = tuple((code, level.label) for code, level in reversed(LEVEL_CODES.items()))


class _OfEnterprise(django_filters.FilterSet):
    """What both lists are narrowed by: which enterprises, where, which kinds."""

    q = django_filters.CharFilter(label="企业名称、首字母或信用代码", method="by_words", max_length=60)
    uscc = django_filters.CharFilter(label="信用代码", field_name="enterprise__uscc", max_length=18)
    kind = django_filters.MultipleChoiceFilter(label="种类", choices=kind_choices)
    dimension = django_filters.ChoiceFilter(label="维度", choices=Dimension.choices, method="by_dimension")
    community = django_filters.ModelChoiceFilter(
        label="社区", field_name="enterprise__community", queryset=in_sight(Community), to_field_name="code"
    )
    grid = django_filters.ModelChoiceFilter(label="网格", queryset=in_sight(Grid), to_field_name="code", method="by_grid")
    park = django_filters.ModelChoiceFilter(label="园区", queryset=in_sight(Park), to_field_name="code", method="by_park")

    def by_words(self, queryset: QuerySet[Flag], name: str, value: str) -> QuerySet[Flag]:
        return queryset.filter(enterprise__in=Enterprise.objects.search(value).values("pk"))

    def by_dimension(self, queryset: QuerySet[Flag], name: str, value: str) -> QuerySet[Flag]:
        return queryset.filter(kind__in=kinds_of(value))

    def by_grid(self, queryset: QuerySet[Flag], name: str, value: Grid) -> QuerySet[Flag]:
        return queryset.filter(enterprise__in=Tenancy.objects.open().filter(building__park__grid=value).values("enterprise_id"))

    def by_park(self, queryset: QuerySet[Flag], name: str, value: Park) -> QuerySet[Flag]:
        return queryset.filter(enterprise__in=Enterprise.objects.in_place(park=value).values("pk"))


class FlagFilter(_OfEnterprise):
    """Without `state` what is open."""

    level = django_filters.MultipleChoiceFilter(label="等级", choices=LEVELS, method="by_level")
    state = django_filters.ChoiceFilter(label="状态", choices=STATES, method="by_state")
    verdict = django_filters.ChoiceFilter(label="结论", choices=Verdict.choices)
    owner = django_filters.ChoiceFilter(label="责任人", choices=[("me", "我负责的")], method="by_owner")
    source = django_filters.MultipleChoiceFilter(label="来源", choices=Source.choices)
    rule = django_filters.ChoiceFilter(label="预警规则", choices=rule_choices, method="by_rule")
    pending = django_filters.BooleanFilter(label="降级待复核", method="by_pending")

    class Meta:
        model = Flag
        fields: tuple[str, ...] = ()

    def by_level(self, queryset: QuerySet[Flag], name: str, value: list[str]) -> QuerySet[Flag]:
        return queryset.filter(level__in=[LEVEL_CODES[code] for code in value]) if value else queryset

    def by_state(self, queryset: QuerySet[Flag], name: str, value: str) -> QuerySet[Flag]:
        """Read by `filter_queryset`, which knows when it was not asked."""
        return queryset

    def by_owner(self, queryset: QuerySet[Flag], name: str, value: str) -> QuerySet[Flag]:
        return queryset.filter(owner=self.request.user)

    def by_rule(self, queryset: QuerySet[Flag], name: str, value: str) -> QuerySet[Flag]:
        return queryset.filter(pk__in=Finding.objects.filter(rule=value).values("flag_id"))

    def by_pending(self, queryset: QuerySet[Flag], name: str, value: bool) -> QuerySet[Flag]:
        waiting = queryset.filter(lowerings__state="pending")
        return waiting if value else queryset.exclude(pk__in=waiting.values("pk"))

    def filter_queryset(self, queryset: QuerySet[Flag]) -> QuerySet[Flag]:
        found = super().filter_queryset(queryset)
        match self.form.cleaned_data.get("state") or "open":
            case "open":
                return found.filter(ended_at__isnull=True)
            case "ended":
                return found.filter(ended_at__isnull=False)
        return found


class SignFilter(_OfEnterprise):
    source = django_filters.MultipleChoiceFilter(label="来源", choices=Source.choices)

    class Meta:
        model = Sign
        fields: tuple[str, ...] = ()
