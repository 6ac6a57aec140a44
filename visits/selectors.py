"""Which enterprises are owed a visit, since which event: one row a selector. A class names selectors and sets their parameters.

Each selects matters: enterprise, the day they arose, the day from which the cause is gone (None: it is not), and what they rest on.
Tickets that are personal or confidential owe no visit: whoever reads the reason at the door may not know that they exist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import CharField, DateField, F, Func, Q, QuerySet, Value, Window
from django.db.models.functions import Cast, Lag, TruncDate
from django.utils import timezone

from enterprises.models import Tenancy
from grievances.models import Grievance, Rating
from workdays import SHANGHAI

#: Source of the classes and figures: DOMAIN §2; the reports name 新设、有需求、有风险 only.
REPORTED = "报道所载“新设企业、有需求企业、有风险企业等六类企业都是我们必访的”"
OWN = "本社区自定"
ARRIVAL_DAYS = 90


class DaysAfter(Func):
    """A date so many days later, earlier when negative: `date + integer` of PostgreSQL."""

    template = "(%(expressions)s + (%(days)s))"
    output_field = DateField()

    def __init__(self, day: Any, days: int) -> None:
        super().__init__(day, days=int(days))


def local_day(field: str) -> TruncDate:
    return TruncDate(field, tzinfo=SHANGHAI)


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()), SHANGHAI)


def matters(rows: QuerySet[Any], *, on: Any, until: Any = None, key: Any = "", enterprise: str = "enterprise_id") -> QuerySet[Any]:
    """The four columns, in this order. `on` and `until` are dates; `key` names the row behind it for those who may see it."""
    return rows.order_by().values_list(
        F(enterprise),
        Cast(on, DateField()),
        Cast(until if until is not None else Value(None, DateField()), DateField()),
        Cast(key if not isinstance(key, str) else Value(key), CharField(max_length=80)),
    )


@dataclass(frozen=True)
class Parameter:
    """A number in a range, or one of `choices`."""

    code: str
    label: str
    default: Any
    least: int = 1
    most: int = 366
    unit: str = "天"
    choices: Mapping[str, str] | None = None

    @property
    def wanted(self) -> str:
        return "请从列出的里选" if self.choices else f"请填 {self.least}–{self.most} 的整数"

    def read(self, value: Any) -> Any:
        """The value, or None for what it cannot be."""
        if self.choices is not None:
            return str(value) if str(value) in self.choices else None
        if isinstance(value, bool):
            return None
        text = str(value).strip()
        if not (text.isascii() and text.isdigit() and len(text) <= 6):
            return None
        return int(text) if self.least <= int(text) <= self.most else None

    def said(self, value: Any) -> str:
        return self.choices.get(str(value), str(value)) if self.choices else f"{value} {self.unit}"


@dataclass(frozen=True)
class Selector:
    """`select(params, first, last)` gives matters that arose from `first` to `last`, both inclusive; a standing selector also those that arose
    earlier and are still so on `first`. `looks_back` names the parameter that says how old a matter may be on the class's first day.
    `many`: an enterprise may have several on one day. `tells_apart`: the parameter by which a class may name the selector twice.
    `words`: how a matter of it reads, with `{}` for each parameter.
    """

    code: str
    label: str
    words: str
    basis: str
    select: Callable[[Mapping[str, Any], date, date], QuerySet[Any]]
    parameters: tuple[Parameter, ...] = ()
    standing: bool = False
    many: bool = False
    looks_back: str = ""
    tells_apart: str = ""

    def said(self, params: Mapping[str, Any]) -> str:
        return self.words.format(**{each.code: each.said(params[each.code]) for each in self.parameters})

    def back(self, params: Mapping[str, Any]) -> int:
        return int(params[self.looks_back]) if self.looks_back else 0


def _arrivals(within_days: int, first: date, last: date) -> QuerySet[Any]:
    """Main places entered in the register from `first` to `last`, within so many days of the founding or of moving in. A roster that does
    not say since when an enterprise sits there presumes the day it was imported, and that is no arrival."""
    recorded = local_day("recorded_at")
    within = DaysAfter(recorded, -within_days)
    new = Q(enterprise__established_on__gte=within) | Q(from_presumed=False, from_on__gte=within)
    rows = Tenancy.objects.filter(new, is_main=True)
    return rows.filter(recorded_at__gte=midnight(first), recorded_at__lt=midnight(last + timedelta(days=1)))


def newly_arrived(params: Mapping[str, Any], first: date, last: date) -> QuerySet[Any]:
    return matters(_arrivals(params["within_days"], first, last), on=local_day("recorded_at"))


def settled_in(params: Mapping[str, Any], first: date, last: date) -> QuerySet[Any]:
    """So many days after an arrival: how are things now. Only where it sits there still."""
    after = timedelta(days=params["after_days"])
    rows = _arrivals(ARRIVAL_DAYS, first - after, last - after).filter(until_on__isnull=True)
    return matters(rows, on=DaysAfter(local_day("recorded_at"), params["after_days"]))


def _open_tickets(first: date, last: date) -> QuerySet[Any]:
    """Under way at some moment from `first` to `last`."""
    rows = Grievance.objects.filter(personal=False, confidential=False, submitted_at__lt=midnight(last + timedelta(days=1)))
    return rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=midnight(first)))


def _of_tickets(rows: QuerySet[Any]) -> QuerySet[Any]:
    return matters(rows, on=local_day("submitted_at"), until=local_day("ended_at"), key=F("number"))


def asked_on_site(params: Mapping[str, Any], first: date, last: date) -> QuerySet[Any]:
    return _of_tickets(_open_tickets(first, last).filter(service_item__site_visit=True))


def ticket_linked(params: Mapping[str, Any], first: date, last: date) -> QuerySet[Any]:
    return _of_tickets(_open_tickets(first, last).filter(service_item__visit_link=params["link"]))


def repeated_need(params: Mapping[str, Any], first: date, last: date) -> QuerySet[Any]:
    """The ticket with which it becomes so many within so many days."""
    within = timedelta(days=params["within_days"])
    rows = Grievance.objects.filter(personal=False, confidential=False)
    rows = rows.filter(submitted_at__gte=midnight(first) - within, submitted_at__lt=midnight(last + timedelta(days=1)))
    earlier = Window(Lag("submitted_at", params["times"] - 1), partition_by="enterprise_id", order_by=("submitted_at", "id"))
    rows = rows.annotate(earlier=earlier).filter(earlier__gte=F("submitted_at") - within, submitted_at__gte=midnight(first))
    return _of_tickets(rows)


def poor_rating(params: Mapping[str, Any], first: date, last: date) -> QuerySet[Any]:
    """不满意 or 非常不满意 with the result."""
    rows = Rating.objects.filter(result__lte=2, grievance__personal=False, grievance__confidential=False)
    rows = rows.filter(at__gte=midnight(first), at__lt=midnight(last + timedelta(days=1)))
    return matters(rows, on=local_day("at"), key=F("grievance__number"), enterprise="grievance__enterprise_id")


LINKS = {"need": "需求", "risk": "风险", "new": "新设", "moving": "异动", "growth": "成长培育", "key": "重点"}

SELECTORS: dict[str, Selector] = {
    selector.code: selector
    for selector in (
        Selector(
            "newly_arrived", "新设或新迁入", "登记时成立或迁入未满 {within_days}", REPORTED, newly_arrived,
            (Parameter("within_days", "成立或迁入后", ARRIVAL_DAYS),), looks_back="within_days",
        ),
        Selector(
            "settled_in", "入驻后回访", "新设或新迁入满 {after_days}", REPORTED, settled_in,
            (Parameter("after_days", "入驻后", 90),),
        ),
        Selector("asked_on_site", "诉求需要上门", "提交了需要上门的诉求", REPORTED, asked_on_site, standing=True, many=True),
        Selector(
            "repeated_need", "短期内多次诉求", "{within_days}内提了 {times}诉求", REPORTED, repeated_need,
            (Parameter("within_days", "多少天内", 30), Parameter("times", "第几件起", 2, 2, 20, "件")), many=True,
        ),
        Selector("poor_rating", "评价不满意", "对办理结果不满意", REPORTED, poor_rating, many=True),
        Selector(
            "ticket_linked", "某类诉求在办", "有“{link}”类诉求在办", REPORTED, ticket_linked,
            (Parameter("link", "事项的必访类别", "risk", choices=LINKS),), standing=True, many=True, tells_apart="link",
        ),
    )
}  # fmt: skip
