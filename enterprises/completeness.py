"""How complete a file is, and how fresh: what is expected of it, what is missing, when anybody last said something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from enterprises.metrics import CORE, METRIC_OF, last_year
from enterprises.models import Enterprise, Figure, FileCheck, Representative, Tenancy

if TYPE_CHECKING:
    from django.db.models import QuerySet

STALE_AFTER = timedelta(days=180)


@dataclass(frozen=True)
class Item:
    """`filled` looks at an enterprise; figures, people and places are looked up once beside it."""

    code: str
    label: str
    filled: Callable[[Enterprise], bool]


ITEMS = (
    Item("address", "注册地址", lambda each: bool(each.address)),
    Item("industry", "行业", lambda each: bool(each.industry_code)),
    Item("established_on", "成立日期", lambda each: each.established_on is not None),
    Item("legal_person", "法定代表人", lambda each: bool(each.legal_person)),
    Item("capital", "注册资本", lambda each: each.registered_capital_wan is not None),
    Item("code", "信用代码已核", lambda each: not each.uscc_warning),
)


@dataclass(frozen=True)
class Freshness:
    """`at`: when a figure was recorded or the file was checked last; None: never."""

    at: datetime | None
    stale: bool

    @property
    def label(self) -> str:
        return "还没有填报" if self.at is None else "超过 180 天未更新" if self.stale else "半年内有更新"


@dataclass(frozen=True)
class Completeness:
    filled: int
    of: int
    missing: tuple[str, ...]

    @property
    def percent(self) -> int:
        """Whole, and 100 only where nothing is missing."""
        return self.filled * 100 // self.of


def completeness(enterprise: Enterprise, today: date) -> Completeness:
    """Facts, place, people, and the core figures of the last year that is over; three queries."""
    missing = [item.label for item in ITEMS if not item.filled(enterprise)]
    if not Tenancy.objects.open().filter(enterprise=enterprise, is_main=True).exists():
        missing.append("主要办公地")
    if not Representative.objects.in_force().filter(enterprise=enterprise, role="enterprise_manager").exists():
        missing.append("企业管理员")
    year = last_year(today)
    known = set(Figure.objects.standing().filter(enterprise=enterprise, period=year, metric__in=CORE).values_list("metric", flat=True))
    missing += [f"{year} 年{METRIC_OF[code].label}" for code in CORE if code not in known]
    of = len(ITEMS) + 2 + len(CORE)
    return Completeness(of - len(missing), of, tuple(missing))


def freshness(enterprise: Enterprise, at: datetime) -> Freshness:
    latest = [
        Figure.objects.filter(enterprise=enterprise).order_by("-recorded_at").values_list("recorded_at", flat=True).first(),
        FileCheck.objects.filter(enterprise=enterprise).order_by("-at").values_list("at", flat=True).first(),
    ]
    last = max((each for each in latest if each is not None), default=None)
    return Freshness(last, last is not None and last < at - STALE_AFTER)


def spoken_since(moment: datetime) -> Q:
    """Something was recorded or checked since; as a condition on enterprises."""
    figures: Any = Figure.objects.filter(enterprise=OuterRef("pk"), recorded_at__gte=moment)
    return Q(Exists(figures)) | Q(Exists(FileCheck.objects.filter(enterprise=OuterRef("pk"), at__gte=moment)))


def stale(rows: QuerySet[Enterprise], at: datetime) -> QuerySet[Enterprise]:
    """Active, with something on file, none of it newer than 180 days."""
    ever: Any = Figure.objects.filter(enterprise=OuterRef("pk"))
    spoken = Q(Exists(ever)) | Q(Exists(FileCheck.objects.filter(enterprise=OuterRef("pk"))))
    return rows.filter(spoken, ~spoken_since(at - STALE_AFTER), status="active")
