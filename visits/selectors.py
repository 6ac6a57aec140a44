"""Which enterprises are owed a visit, since which event: one row a selector. A class names selectors and sets their parameters.

Each selects matters: enterprise, the day they arose, the day from which the cause is gone (None: it is not), and what they rest on.
Tickets that are personal or confidential owe no visit: whoever reads the reason at the door may not know that they exist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, DateField, Exists, F, Func, OuterRef, Q, QuerySet, Subquery, Value, Window
from django.db.models.functions import Cast, Concat, Greatest, Lag, Least

from cultivation.models import KeyListing, TierHolding
from enterprises.kinds import UNUSUAL
from enterprises.models import Event, Lease, Tenancy
from grievances.models import Grievance, Rating
from risks.kinds import KINDS, LEVEL_CODES, PRIVATE
from risks.models import FlagLevel, Sign
from visits.models.record import Visit
from wording.parameters import Parameter
from workdays import midnight

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


class LocalDay(Func):
    """The date in China of a moment. Eight hours ahead all year since 1992, which PostgreSQL adds four times as fast as it looks a zone up."""

    template = "(%(expressions)s AT TIME ZONE INTERVAL '8 hours')::date"
    output_field = DateField()


def matters(rows: QuerySet[Any], *, on: Any, until: Any = None, key: Any = "", enterprise: str = "enterprise_id") -> QuerySet[Any]:
    """The four columns, in this order. `on` and `until` are dates; `key` names the row behind it for those who may see it."""
    return rows.order_by().values_list(
        F(enterprise),
        Cast(on, DateField()),
        Cast(until if until is not None else Value(None, DateField()), DateField()),
        Cast(key if not isinstance(key, str) else Value(key), CharField(max_length=80)),
    )


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
    parameters: tuple[Parameter, ...] = field(default=(), hash=False)
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
    recorded = LocalDay("recorded_at")
    within = DaysAfter(recorded, -within_days)
    new = Q(enterprise__established_on__gte=within) | Q(from_presumed=False, from_on__gte=within)
    rows = Tenancy.objects.filter(new, is_main=True)
    return rows.filter(recorded_at__gte=midnight(first), recorded_at__lt=midnight(last + timedelta(days=1)))


def newly_arrived(params: Mapping[str, Any], first: date, last: date) -> QuerySet[Any]:
    return matters(_arrivals(params["within_days"], first, last), on=LocalDay("recorded_at"))


def settled_in(params: Mapping[str, Any], first: date, last: date) -> QuerySet[Any]:
    """So many days after an arrival: how are things now. Only where it sits there still."""
    after = timedelta(days=params["after_days"])
    rows = _arrivals(ARRIVAL_DAYS, first - after, last - after).filter(until_on__isnull=True)
    return matters(rows, on=DaysAfter(LocalDay("recorded_at"), params["after_days"]))


def _open_tickets(first: date, last: date) -> QuerySet[Any]:
    """Under way at some moment from `first` to `last`."""
    rows = Grievance.objects.filter(personal=False, confidential=False, submitted_at__lt=midnight(last + timedelta(days=1)))
    return rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=midnight(first)))


def _of_tickets(rows: QuerySet[Any]) -> QuerySet[Any]:
    return matters(rows, on=LocalDay("submitted_at"), until=LocalDay("ended_at"), key=F("number"))


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
    return matters(rows, on=LocalDay("at"), key=F("grievance__number"), enterprise="grievance__enterprise_id")


def revisit_agreed(params: Mapping[str, Any], first: date, last: date) -> QuerySet[Any]:
    """The day on which somebody said at the door that he would come again. Only a visit on it or after it settles that."""
    return matters(Visit.objects.filter(next_on__range=(first, last)), on=F("next_on"), key=_key("visit"))


def risk_flagged(params: Mapping[str, Any], first: date, last: date) -> QuerySet[Any]:
    """Each stretch at this level, until the level changed or the flag was cleared. What rests on personal or confidential tickets owes none."""
    later = FlagLevel.objects.filter(flag=OuterRef("flag")).filter(
        Q(from_at__gt=OuterRef("from_at")) | Q(from_at=OuterRef("from_at"), pk__gt=OuterRef("pk"))
    )
    until = Subquery(later.order_by("from_at", "pk").values(day=LocalDay("from_at"))[:1])
    rows = FlagLevel.objects.filter(level=LEVEL_CODES[params["level"]], from_at__lt=midnight(last + timedelta(days=1)))
    rows = rows.exclude(flag__kind__in=PRIVATE)
    return matters(
        rows,
        on=LocalDay("from_at"),
        until=until,
        key=Concat(Value("flag:"), "flag_id", output_field=CharField()),
        enterprise="flag__enterprise_id",
    )


def sign_seen(params: Mapping[str, Any], first: date, last: date) -> QuerySet[Any]:
    rows = Sign.objects.filter(kind=params["kind"], at__gte=midnight(first), at__lt=midnight(last + timedelta(days=1)))
    return matters(rows, on=LocalDay("at"), key=_key("sign"))


def rent_overdue(params: Mapping[str, Any], first: date, last: date) -> QuerySet[Any]:
    """Gone when it is paid, or the lease is over."""
    rows = Lease.objects.filter(rent_overdue_since_on__isnull=False)
    return matters(rows, on=DaysAfter(F("rent_overdue_since_on"), params["days"]), until=F("ended_on"), key=_key("lease"))


def lease_ending(params: Mapping[str, Any], first: date, last: date) -> QuerySet[Any]:
    """Gone when a later lease of the same enterprise is on file, or with the lease itself."""
    renewed = Lease.objects.filter(enterprise=OuterRef("enterprise"), until_on__gt=OuterRef("until_on"), ended_on__isnull=True)
    rows = Lease.objects.filter(
        ~Exists(renewed), ended_on__isnull=True, until_on__gte=first, until_on__lte=last + timedelta(days=params["before_days"])
    )
    return matters(
        rows,
        on=Greatest(DaysAfter(F("until_on"), -params["before_days"]), F("from_on")),
        until=DaysAfter(F("until_on"), 1),
        key=_key("lease"),
    )


def key_listed(params: Mapping[str, Any], first: date, last: date) -> QuerySet[Any]:
    rows = KeyListing.objects.filter(Q(until_on__isnull=True) | Q(until_on__gte=first), from_on__lte=last)
    return matters(rows, on=F("from_on"), until=DaysAfter(F("until_on"), 1), key=_key("listing"))


def tier_held(params: Mapping[str, Any], first: date, last: date) -> QuerySet[Any]:
    rows = TierHolding.objects.filter(Q(valid_until_on__isnull=True) | Q(valid_until_on__gte=first), gained_on__lte=last)
    return matters(rows, on=F("gained_on"), until=DaysAfter(F("valid_until_on"), 1), key=_key("tier"))


def tier_gained(params: Mapping[str, Any], first: date, last: date) -> QuerySet[Any]:
    return matters(TierHolding.objects.filter(gained_on__range=(first, last)), on=F("gained_on"), key=_key("tier"))


def tier_expiring(params: Mapping[str, Any], first: date, last: date) -> QuerySet[Any]:
    """Not where it has been renewed already."""
    before = timedelta(days=params["before_days"])
    renewed = TierHolding.objects.filter(enterprise=OuterRef("enterprise"), tier=OuterRef("tier")).filter(
        Q(valid_until_on__isnull=True) | Q(valid_until_on__gt=OuterRef("valid_until_on"))
    )
    rows = TierHolding.objects.filter(~Exists(renewed), valid_until_on__range=(first + before, last + before))
    return matters(
        rows, on=DaysAfter(F("valid_until_on"), -params["before_days"]), until=DaysAfter(F("valid_until_on"), 1), key=_key("tier")
    )


def changed(params: Mapping[str, Any], first: date, last: date) -> QuerySet[Any]:
    """Since we learnt of it, until somebody has written down that it is settled, at most so many days."""
    settled = Event.objects.filter(enterprise=OuterRef("enterprise"), kind="settled", recorded_at__gt=OuterRef("recorded_at"))
    day = Subquery(settled.order_by("recorded_at").values(day=LocalDay("recorded_at"))[:1])
    recorded = LocalDay("recorded_at")
    rows = Event.objects.filter(kind__in=UNUSUAL, recorded_at__lt=midnight(last + timedelta(days=1)))
    rows = rows.filter(recorded_at__gte=midnight(first - timedelta(days=params["within_days"])))
    return matters(rows, on=recorded, until=Least(day, DaysAfter(recorded, params["within_days"])), key=_key("event"))


def _key(kind: str) -> Concat:
    return Concat(Value(f"{kind}:"), "pk", output_field=CharField())


LEVELS = {code: f"{level.label}色" for code, level in reversed(LEVEL_CODES.items())}
SIGNS = {kind.code: kind.label for kind in KINDS.values() if not kind.private}
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
        Selector("revisit_agreed", "约定回访", "走访时约定这天再来", OWN, revisit_agreed, many=True),
        Selector(
            "ticket_linked", "某类诉求在办", "有“{link}”类诉求在办", REPORTED, ticket_linked,
            (Parameter("link", "事项的必访类别", "risk", choices=LINKS),), standing=True, many=True, tells_apart="link",
        ),
        Selector(
            "risk_flagged", "风险标记", "风险等级为{level}", REPORTED, risk_flagged,
            (Parameter("level", "等级", "red", choices=LEVELS),), standing=True, many=True, tells_apart="level",
        ),
        Selector(
            "sign_seen", "风险线索", "发现“{kind}”线索", REPORTED, sign_seen,
            (Parameter("kind", "线索种类", next(iter(SIGNS)), choices=SIGNS),), many=True, tells_apart="kind",
        ),
        Selector(
            "rent_overdue", "欠租", "欠租满 {days}", REPORTED, rent_overdue,
            (Parameter("days", "欠租满", 60),), standing=True, many=True,
        ),
        Selector("key_listed", "重点企业名单", "在重点企业名单上", OWN, key_listed, standing=True, many=True),
        Selector("tier_gained", "新进梯度", "新取得一个梯度", OWN, tier_gained, many=True),
        Selector(
            "tier_expiring", "梯度将到期", "梯度在 {before_days}内到期", OWN, tier_expiring,
            (Parameter("before_days", "到期前", 180),), many=True, looks_back="before_days",
        ),
        Selector("tier_held", "梯度在库", "在培育梯队里", OWN, tier_held, standing=True, many=True),
        Selector(
            "changed", "企业异动", "发生更名、迁址、股权变更、减员或有外迁意向等异动", OWN, changed,
            (Parameter("within_days", "最长跟踪", 180),), standing=True, many=True,
        ),
        Selector(
            "lease_ending", "租约将到期", "租约在 {before_days}内到期", OWN, lease_ending,
            (Parameter("before_days", "到期前", 90),), standing=True, many=True,
        ),
    )
}  # fmt: skip
