"""One FilterSet for page, API and export. Unknown parameters are the face's to refuse (R8)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import django_filters
from django.core.exceptions import ValidationError

from grievances.models import Grievance, PlainCategory, ServiceItem
from grievances.queues import QUEUES, select
from grievances.states import OPEN, OVER, Channel, Priority, State
from wording import clean_query, name_search

_GROUPS = {"open": OPEN, "over": OVER}


class GrievanceFilter(django_filters.FilterSet):
    """Codes, never keys; several states may be given, apart or by comma. Takes `user` and `now` beside the data."""

    state = django_filters.CharFilter(method="by_state", label="状态")
    queue = django_filters.ChoiceFilter(method="by_queue", choices=[(q.code, q.label) for q in QUEUES.values()], label="队列")
    unit = django_filters.CharFilter(field_name="unit__code", label="主办单位")
    window = django_filters.CharFilter(method="by_window", label="窗口")
    grid = django_filters.CharFilter(field_name="grid__code", label="网格")
    park = django_filters.CharFilter(field_name="park__code", label="园区")
    building = django_filters.NumberFilter(field_name="building_id", label="楼宇", min_value=0, max_value=2**63 - 1)
    enterprise = django_filters.CharFilter(field_name="enterprise__uscc", label="企业")
    service_item = django_filters.CharFilter(field_name="service_item__code", label="事项")
    category = django_filters.ChoiceFilter(field_name="service_item__plain_category", choices=PlainCategory.choices, label="类别")
    channel = django_filters.ChoiceFilter(choices=Channel.choices, label="来源")
    priority = django_filters.ChoiceFilter(choices=Priority.choices, label="优先级")
    assignee = django_filters.CharFilter(field_name="assignee__username", label="责任专员")
    overdue = django_filters.BooleanFilter(method="by_overdue", label="已超期")
    urged = django_filters.BooleanFilter(method="by_urged", label="催办过")
    q = django_filters.CharFilter(method="by_text", label="标题、企业或编号", max_length=60)
    created_after = django_filters.IsoDateTimeFilter(field_name="submitted_at", lookup_expr="gte", label="提交不早于")
    created_before = django_filters.IsoDateTimeFilter(field_name="submitted_at", lookup_expr="lt", label="提交早于")
    answered_after = django_filters.IsoDateTimeFilter(field_name="answered_at", lookup_expr="gte", label="答复不早于")

    class Meta:
        model = Grievance
        fields: list[str] = []

    def __init__(self, data: Any, queryset: Any, *, user: Any, now: datetime, **rest: Any) -> None:
        super().__init__(data, queryset, **rest)
        self.user, self.now = user, now

    def by_state(self, rows: Any, name: str, value: str) -> Any:
        asked: list[str] = []
        for word in value.split(","):
            if word in _GROUPS:
                asked += _GROUPS[word]
            elif word in State.values:
                asked.append(word)
            else:
                raise ValidationError({name: f"没有“{word}”这个状态"})
        return rows.filter(state__in=asked)

    def by_queue(self, rows: Any, name: str, value: str) -> Any:
        return select(rows, value, self.user, self.now)

    def by_window(self, rows: Any, name: str, value: str) -> Any:
        return rows if value == "all" else rows.filter(window__code=value)

    def by_overdue(self, rows: Any, name: str, value: bool) -> Any:
        late = rows.overdue(self.now)
        return late if value else rows.exclude(pk__in=late.values("pk"))

    def by_urged(self, rows: Any, name: str, value: bool) -> Any:
        return rows.filter(urges__gt=0) if value else rows.filter(urges=0)

    def by_text(self, rows: Any, name: str, value: str) -> Any:
        return rows.search(clean_query(value))


class ServiceItemFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="名称", method="by_name", max_length=60)
    category = django_filters.ChoiceFilter(label="类别", field_name="plain_category", choices=PlainCategory.choices)
    window = django_filters.CharFilter(label="专员窗口", field_name="window__code")
    retired = django_filters.BooleanFilter(label="已停用")

    class Meta:
        model = ServiceItem
        fields: list[str] = []

    def by_name(self, queryset: Any, name: str, value: str) -> Any:
        return name_search(queryset, "name", clean_query(value))
