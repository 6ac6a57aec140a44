"""Finding in the trail: one FilterSet for the auditor's page and whatever comes later."""

from datetime import date, timedelta

import django_filters
from django.db.models import Q, QuerySet

from audit.actions import ACTIONS
from audit.models import Entry
from wording.text import TextRefused, clean
from workdays import midnight


class EntryFilter(django_filters.FilterSet):
    """Who, what, on what, between which days (both included, Asia/Shanghai)."""

    q = django_filters.CharFilter(label="操作人、对象或请求编号", method="search")
    action = django_filters.ChoiceFilter(label="操作", choices=sorted(ACTIONS.items(), key=lambda row: row[1]))
    from_on = django_filters.DateFilter(label="开始日期", method="since")
    until_on = django_filters.DateFilter(label="结束日期", method="before")

    class Meta:
        model = Entry
        fields: list[str] = []

    def search(self, entries: QuerySet[Entry], _name: str, value: str) -> QuerySet[Entry]:
        try:
            word = clean(value, max_length=100)
        except TextRefused:
            return entries.none()
        return entries.filter(Q(by_name__icontains=word) | Q(target__icontains=word) | Q(request_id=word))

    def since(self, entries: QuerySet[Entry], _name: str, value: date) -> QuerySet[Entry]:
        return entries.filter(at__gte=midnight(value))

    def before(self, entries: QuerySet[Entry], _name: str, value: date) -> QuerySet[Entry]:
        # The last day of the calendar has no next one, and nothing comes after it.
        return entries.filter(at__lt=midnight(value + timedelta(days=1))) if value < date.max else entries
