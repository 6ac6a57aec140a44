"""One FilterSet for page, API and export of the tasks. What is due when, and for what, narrows only rows read as staff: a guest who asks for
the overdue ones or those of a class would otherwise read it off the answer."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Case, DateField, F, Q, When
from django.utils import timezone
from django.utils.dateparse import parse_date

from enterprises.models import Enterprise, Tenancy
from visits.models import Reason, Task
from visits.querysets import of_staff, staffed
from visits.states import TaskState
from wording import clean_query

STATES = [*TaskState.choices, ("all", "全部")]


class TaskFilter(django_filters.FilterSet):
    """Codes, never keys. Takes `user` and `now` beside the data. Without `state` the open ones."""

    due = django_filters.CharFilter(method="by_due", label="应访止", help_text="today、overdue、week 或 2026-12-01")
    assignee = django_filters.CharFilter(method="by_assignee", label="走访人", help_text="用户名、me 或 none")
    grid = django_filters.CharFilter(method="by_grid", label="网格")
    state = django_filters.ChoiceFilter(method="by_state", choices=STATES, label="状态")
    enterprise = django_filters.CharFilter(field_name="enterprise__uscc", label="企业")
    q = django_filters.CharFilter(method="by_text", label="企业", max_length=60)

    class Meta:
        model = Task
        fields: list[str] = []

    def __init__(self, data: Any, queryset: Any, *, user: Any, now: datetime, **rest: Any) -> None:
        super().__init__(data, queryset, **rest)
        self.user, self.today = user, timezone.localtime(now).date()

    def filter_queryset(self, queryset: Any) -> Any:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("state") else found.filter(state=TaskState.OPEN)

    def by_due(self, rows: Any, name: str, value: str) -> Any:
        first, last = days_of(value, self.today)
        if value == "overdue":
            rows = rows.filter(state=TaskState.OPEN)
        if first is not None:
            rows = rows.filter(due_on__gte=first)
        return staffed(rows.filter(due_on__lte=last), self.user)

    def by_class(self, rows: Any, name: str, value: str) -> Any:
        owed = Reason.objects.visible_to(self.user).open().filter(visit_class__code=value)
        return rows.filter(enterprise__in=owed.values("enterprise_id"), state=TaskState.OPEN)

    def by_assignee(self, rows: Any, name: str, value: str) -> Any:
        if value == "me":
            return rows.filter(assignee=self.user.pk)
        return rows.filter(assignee__isnull=True) if value == "none" else rows.filter(assignee__username=value)

    def by_grid(self, rows: Any, name: str, value: str) -> Any:
        seats = Tenancy.objects.open().filter(building__park__grid__code=value)
        return staffed(rows.filter(enterprise__in=seats.values("enterprise_id")), self.user)

    def by_state(self, rows: Any, name: str, value: str) -> Any:
        return rows if value == "all" else rows.filter(state=value)

    def by_text(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(enterprise__in=Enterprise.objects.search(clean_query(value)).values("pk"))


_CLASS = django_filters.CharFilter(method="by_class", label="必访类别")
_CLASS.field_name = "class"
#: A word of the language cannot name an attribute.
TaskFilter.base_filters["class"] = _CLASS


def days_of(value: str, today: date) -> tuple[date | None, date]:
    """First and last day of what is asked for. Raises ValidationError."""
    if value == "today":
        return today, today
    if value == "overdue":
        return None, today - timedelta(days=1)
    if value == "week":
        return today - timedelta(days=today.weekday()), today - timedelta(days=today.weekday()) + timedelta(days=6)
    try:
        day = parse_date(value)
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year < 2100:
        raise ValidationError({"due": "请写 today、overdue、week，或像 2026-12-01 这样的日期"})
    return day, day


def ranked(rows: Any, user: Any) -> Any:
    """With `sort_on`: when it is due for who may know, when it is paid for the others."""
    seen = of_staff(user)
    if seen is None:
        return rows.annotate(sort_on=F("planned_on"))
    return rows.annotate(sort_on=Case(When(Q(seen), then=F("due_on")), default=F("planned_on"), output_field=DateField()))
