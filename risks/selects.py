"""What each rule selects: one queryset a rule over a whole community, five columns, never a loop over enterprises.

`key` names the evidence (a lease, the latest sign, a metric and its period); `weight` says how bad it is, so that the same evidence grown worse
counts as new. `known_at`: when we came to know; None where a fact ripens by the calendar alone. `figures` is frozen with the finding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    DecimalField,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    SmallIntegerField,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat, Floor, Greatest, JSONObject, Least, Length, Substr

from enterprises.metrics import Span, days_of
from enterprises.models import Event, Figure, Lease, Tenancy
from grievances.models import Grievance, Rating
from grievances.states import FINAL, POOR_GRADES, State
from parks.models import Park, Space, SpaceState
from risks.kinds import Source
from risks.models import Sign
from workdays import midnight

Params = Mapping[str, Any]
Select = Callable[[Params, int, date], "QuerySet[Any]"]
#: Labour disputes and unpaid wages, in the catalogue every community begins with.
LABOUR_ITEMS = ("ZL03",)
_SPANS = {Span.YEAR: 4, Span.QUARTER: 6, Span.MONTH: 7}
_PERCENT = DecimalField(max_digits=20, decimal_places=2)


def _columns(
    rows: QuerySet[Any], subject: str, *, key: Any, figures: dict[str, Any], known_at: Any = None, weight: Any = 0
) -> QuerySet[Any]:
    known = known_at if known_at is not None else Value(None, DateTimeField())
    return rows.order_by().values_list(
        F(subject),
        Cast(key, CharField(max_length=80)),
        Cast(weight if not isinstance(weight, int) else Value(weight), SmallIntegerField()),
        Cast(known, DateTimeField()),
        JSONObject(**figures),
    )


def _text(expression: Any) -> Cast:
    return Cast(expression, CharField())


# figures


def periods(today: date, within_days: int, spans: tuple[Span, ...]) -> list[str]:
    """Those that have ended by `today`, at most so many days ago."""
    found: list[str] = []
    for year in range((today - timedelta(days=within_days)).year, today.year + 1):
        named = {
            Span.YEAR: [str(year)],
            Span.QUARTER: [f"{year}Q{number}" for number in range(1, 5)],
            Span.MONTH: [f"{year}-{number:02d}" for number in range(1, 13)],
        }
        found += [period for span in spans for period in named[span] if 0 <= (today - days_of(period)[1]).days <= within_days]
    return found


def fallen(metric: str) -> Select:
    """Against the same period of the year before, the latest period of each length that is on file; `percent` or more is fallen."""

    def select(params: Params, community: int, today: date) -> QuerySet[Any]:
        spans = tuple(_SPANS) if params["span"] == "any" else (Span(params["span"]),)
        asked = periods(today, params["within_days"], spans)
        standing = Figure.objects.filter(metric=metric, superseded_at__isnull=True)
        before = Concat(Cast(Cast(Substr(OuterRef("period"), 1, 4), IntegerField()) - 1, CharField()), Substr(OuterRef("period"), 5))
        base = standing.filter(enterprise=OuterRef("enterprise"), period=before)
        # of one length the later period is the greater text
        later = standing.annotate(size=Length("period")).filter(
            enterprise=OuterRef("enterprise"), period__in=asked, size=Length(OuterRef("period")), period__gt=OuterRef("period")
        )
        rows = standing.filter(~Exists(later), enterprise__community=community, period__in=asked).annotate(
            base=Subquery(base.values("value")[:1]), base_at=Subquery(base.values("recorded_at")[:1])
        )
        rows = rows.filter(base__gte=params["least"], value__lte=F("base") * Value(Decimal(100 - params["percent"]) / 100))
        drop = (F("base") - F("value")) * 100 / F("base")
        return _columns(
            rows,
            "enterprise_id",
            key=Concat(Value(f"{metric}:"), "period", output_field=CharField()),
            weight=Floor(Least(Cast(drop, _PERCENT), Value(Decimal(10_000))) / 10),
            known_at=Greatest("recorded_at", "base_at"),
            figures={
                "period": F("period"), "value": _text(F("value")), "base": _text(F("base")), "drop": _text(Cast(drop, _PERCENT)),
                "source": F("source"),
            },
        )  # fmt: skip

    return select


# leases


def rent_overdue(params: Params, community: int, today: date) -> QuerySet[Any]:
    rows = Lease.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=today),
        enterprise__community=community, rent_overdue_since_on__lte=today - timedelta(days=params["days"]),
    )  # fmt: skip
    return _columns(
        rows,
        "enterprise_id",
        key=Concat(Value("lease:"), "pk", Value(":"), "rent_overdue_since_on", output_field=CharField()),
        figures=_place() | {"since": _text(F("rent_overdue_since_on")), "rent": _text(F("annual_rent_wan"))},
    )


def lease_ending(params: Params, community: int, today: date) -> QuerySet[Any]:
    """Not where a later lease of the enterprise is on file."""
    renewed = Lease.objects.filter(
        Q(until_on__isnull=True) | Q(until_on__gt=OuterRef("until_on")), enterprise=OuterRef("enterprise"), ended_on__isnull=True
    ).exclude(pk=OuterRef("pk"))
    rows = Lease.objects.filter(
        ~Exists(renewed), enterprise__community=community, ended_on__isnull=True, from_on__lte=today,
        until_on__range=(today, today + timedelta(days=params["days"])),
    )  # fmt: skip
    return _columns(
        rows,
        "enterprise_id",
        key=Concat(Value("lease:"), "pk", Value(":"), "until_on", output_field=CharField()),
        figures=_place() | {"until": _text(F("until_on")), "area": _text(F("area_m2"))},
    )


def _place() -> dict[str, Any]:
    return {"building": F("building__name"), "room": F("room")}


# signs, events, tickets, ratings: so many within so many days; a later one is new evidence


def signed(*kinds: str, unsettled_after: bool = False) -> Select:
    """`unsettled_after`: only signs that are older than `days`, with nothing written down since that it is settled."""

    def select(params: Params, community: int, today: date) -> QuerySet[Any]:
        rows = Sign.objects.filter(kind__in=kinds, enterprise__community=community).exclude(source=Source.RULE)
        if unsettled_after:
            settled = Event.objects.filter(enterprise=OuterRef("enterprise"), kind="settled", recorded_at__gt=OuterRef("at"))
            rows = rows.filter(~Exists(settled), at__lt=midnight(today - timedelta(days=params["days"]) + timedelta(days=1)))
        rows = rows.filter(at__gte=midnight(today - timedelta(days=params["within_days"])))
        return _counted(
            rows, params, "enterprise_id", "sign", at="at", known_at="recorded_at",
            more={"sources": ArrayAgg("source", distinct=True), "note": _latest("note", "at")},
        )  # fmt: skip

    return select


def happened(*kinds: str) -> Select:
    def select(params: Params, community: int, today: date) -> QuerySet[Any]:
        settled = Event.objects.filter(enterprise=OuterRef("enterprise"), kind="settled", recorded_at__gt=OuterRef("recorded_at"))
        rows = Event.objects.filter(~Exists(settled), kind__in=kinds, enterprise__community=community)
        rows = rows.filter(recorded_at__gte=midnight(today - timedelta(days=params["within_days"])))
        return _counted(rows, params, "enterprise_id", "event", at="recorded_at", known_at="recorded_at")

    return select


def labour_tickets(*, private: bool) -> Select:
    """Filed and not withdrawn, refused or merged away. `private`: personal or confidential; of those nothing but how many is written down."""

    def select(params: Params, community: int, today: date) -> QuerySet[Any]:
        hidden = Q(personal=True) | Q(confidential=True)
        rows = Grievance.objects.filter(
            hidden if private else ~hidden, enterprise__community=community, service_item__code__in=LABOUR_ITEMS,
            submitted_at__gte=midnight(today - timedelta(days=params["within_days"])),
        ).exclude(state__in=(State.DRAFT, *FINAL))  # fmt: skip
        return _counted(rows, params, "enterprise_id", "ticket", at="submitted_at", known_at="submitted_at", dated=not private)

    return select


def poorly_rated(params: Params, community: int, today: date) -> QuerySet[Any]:
    rows = Rating.objects.filter(
        result__in=POOR_GRADES, grievance__enterprise__community=community, grievance__personal=False, grievance__confidential=False,
        at__gte=midnight(today - timedelta(days=params["within_days"])),
    )  # fmt: skip
    return _counted(rows, params, "grievance__enterprise_id", "rating", at="at", known_at="at")


def _latest(field: str, at: str) -> Any:
    return ArrayAgg(field, order_by=(F(at).desc(), F("pk").desc()))


def _counted(
    rows: QuerySet[Any], params: Params, subject: str, name: str, *, at: str, known_at: str, more: dict[str, Any] | None = None, dated: bool = True
) -> QuerySet[Any]:  # fmt: skip
    figures: dict[str, Any] = {"count": Count("pk")}
    if dated:
        figures["latest"] = Max(at)
    grouped = rows.order_by().values(subject).annotate(n=Count("pk")).filter(n__gte=params["times"])
    return grouped.values_list(
        F(subject),
        Cast(Concat(Value(f"{name}:"), Max("pk"), output_field=CharField()), CharField(max_length=80)),
        Cast(Value(0), SmallIntegerField()),
        Cast(Max(known_at), DateTimeField()),
        JSONObject(**figures | (more or {})),
    )


# parks


def vacancy(params: Params, community: int, today: date) -> QuerySet[Any]:
    """Of the measured area; five points more are new evidence. Where enterprises sit and no let room is on file only the vacant ones were
    entered, and there is no rate to speak of."""
    here = Space.objects.on(today).filter(building__park=OuterRef("pk")).order_by().values("building__park")
    area = Subquery(here.annotate(sum=Sum("area_m2")).values("sum"), output_field=_PERCENT)
    free = Subquery(here.filter(state=SpaceState.VACANT).annotate(sum=Sum("area_m2")).values("sum"), output_field=_PERCENT)
    vacant = Coalesce(free, Decimal(0), output_field=_PERCENT)
    rows = Park.objects.filter(community=community).order_by().values("pk").annotate(area=area, vacant=vacant)
    seated = Exists(Tenancy.objects.filter(building__park=OuterRef("pk"), until_on__isnull=True))
    rows = rows.exclude(Q(vacant=F("area")) & seated)
    rows = rows.filter(area__gte=params["least"], area__gt=0, vacant__gte=F("area") * Value(Decimal(params["percent"]) / 100))
    rate = Cast(F("vacant") * 100 / F("area"), _PERCENT)
    return rows.values_list(
        F("pk"),
        Cast(Value("vacancy"), CharField(max_length=80)),
        Cast(Floor(rate / 5), SmallIntegerField()),
        Cast(Value(None, DateTimeField()), DateTimeField()),
        JSONObject(area=_text(F("area")), vacant=_text(F("vacant")), rate=_text(rate)),
    )
