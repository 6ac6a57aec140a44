"""What a profile tag (画像标签) can rest on: one row a trait. A tag names a trait and sets its parameters; why an enterprise has it is said in words.

Every trait gives rows of what is known of an enterprise; those with a row have the trait, and the row says the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import NullIf

from enterprises.kinds import EVENTS, QUALIFICATIONS, Circle
from enterprises.metrics import METRIC_OF, last_year, year_before
from enterprises.models import Enterprise, Event, Figure, Grade, Industry, LandGrade, Lease, Qualification, SizeClass


@dataclass(frozen=True)
class Parameter:
    """A number from `least` to `most` (whole, where `places` is 0), or one of `choices`."""

    code: str
    label: str
    least: int = 1
    most: int = 100
    unit: str = ""
    places: int = 0
    choices: Callable[[], Mapping[str, str]] | None = None

    @property
    def wanted(self) -> str:
        return "请从列出的里选。" if self.choices else f"请填 {self.least:,} 到 {self.most:,} 的{'数' if self.places else '整数'}。"

    def read(self, text: Any) -> Any:
        """The value as it is kept (JSON), or None for what it cannot be."""
        words = str(text).strip()
        if self.choices is not None:
            return words if words in self.choices() else None
        try:
            number = Decimal(words.replace(",", "").replace("，", ""))
        except InvalidOperation:
            return None
        if not number.is_finite() or not self.least <= number <= self.most or round(number, self.places) != number:
            return None
        return float(number) if self.places else int(number)

    def said(self, value: Any) -> str:
        if self.choices is not None:
            return self.choices().get(str(value), str(value))
        return f"{value:,}{self.unit}" if self.unit == "%" else f"{value:,} {self.unit}".rstrip()


@dataclass(frozen=True)
class Trait:
    """`rows(params, today)`: what makes enterprises have it, `owner` the field that says whose it is; `reason(row, params)` in words.

    `needs`: the column without which nobody reads it (`enterprises.columns`): a tag that rests on figures is as confidential as they are.
    """

    code: str
    label: str
    words: str
    needs: str
    parameters: tuple[Parameter, ...]
    rows: Callable[[Mapping[str, Any], date], QuerySet[Any]]
    reason: Callable[[Any, Mapping[str, Any]], str]
    owner: str = "enterprise_id"

    def said(self, params: Mapping[str, Any]) -> str:
        return self.words.format(**{each.code: each.said(params[each.code]) for each in self.parameters})

    def keys(self, params: Mapping[str, Any], today: date) -> QuerySet[Any]:
        """Keys of the enterprises that have it, as a subquery."""
        return self.rows(params, today).order_by().values(self.owner)

    def reasons(self, params: Mapping[str, Any], today: date, enterprises: Iterable[int]) -> dict[int, str]:
        """Why each of these has it, by key; those that have it not are left out. One query."""
        found: dict[int, str] = {}
        for row in self.rows(params, today).filter(**{f"{self.owner}__in": list(enterprises)}):
            found.setdefault(getattr(row, self.owner), self.reason(row, params))
        return found


def _standing(metric: str, *periods: str) -> QuerySet[Figure]:
    return Figure.objects.standing().filter(metric=metric, period__in=periods)  # type: ignore[no-any-return]


def _beside(metric: str, period: str) -> Subquery:
    """The value of the same enterprise for another metric or year."""
    return Subquery(_standing(metric, period).filter(enterprise=OuterRef("enterprise")).values("value")[:1])


def _amount(row: Any, value: Decimal) -> str:
    return f"{row.meaning.label} {value:,.{row.meaning.places}f} {row.meaning.unit}"


def _at_least(params: Mapping[str, Any], today: date) -> QuerySet[Any]:
    return _standing(params["metric"], last_year(today)).filter(value__gte=Decimal(str(params["amount"])))


def _grew(params: Mapping[str, Any], today: date) -> QuerySet[Any]:
    year = last_year(today)
    rows = _standing(params["metric"], year).annotate(before=_beside(params["metric"], year_before(year)))
    return rows.filter(before__gt=0, value__gte=F("before") * (100 + int(params["percent"])) / 100)


def _research_share(params: Mapping[str, Any], today: date) -> QuerySet[Any]:
    year = last_year(today)
    rows = _standing("research", year).annotate(revenue=_beside("revenue", year))
    return rows.filter(revenue__gt=0, value__gte=F("revenue") * int(params["percent"]) / 100)


def _over_years(params: Mapping[str, Any], today: date) -> QuerySet[Any]:
    """The newest of these years carries the sum."""
    last = int(last_year(today))
    years = [str(year) for year in range(last - int(params["years"]) + 1, last + 1)]
    summed = _standing(params["metric"], *years).filter(enterprise=OuterRef("enterprise")).order_by().values("enterprise")
    total = Subquery(summed.annotate(total=Sum("value")).values("total")[:1])
    rows = _standing(params["metric"], *years).annotate(total=total).filter(total__gte=Decimal(str(params["amount"])))
    newest = _standing(params["metric"], *years).filter(enterprise=OuterRef("enterprise")).order_by("-period").values("pk")[:1]
    return rows.filter(pk=Subquery(newest))


def _qualified(params: Mapping[str, Any], today: date) -> QuerySet[Any]:
    return Qualification.objects.in_force(today).filter(kind=params["kind"]).order_by("-issued_on", "pk")  # type: ignore[no-any-return]


def _happened(params: Mapping[str, Any], today: date) -> QuerySet[Any]:
    since = today - timedelta(days=int(params["within_days"]))
    return Event.objects.filter(kind=params["kind"], happened_on__gt=since, happened_on__lte=today).order_by("-happened_on", "pk")


def _lease_ending(params: Mapping[str, Any], today: date) -> QuerySet[Any]:
    rows = Lease.objects.ending(today, within_days=int(params["within_days"]))
    return rows.select_related("building__park").order_by("until_on", "pk")  # type: ignore[no-any-return]


def _young(params: Mapping[str, Any], today: date) -> QuerySet[Any]:
    years = int(params["years"])
    since = date(today.year - years, today.month, min(today.day, 28) if today.month == 2 else today.day)
    return Enterprise.objects.active().filter(established_on__gt=since, established_on__lte=today)


def _in_industry(params: Mapping[str, Any], today: date) -> QuerySet[Any]:
    classes = Industry.objects.filter(edition="2017", section=params["section"]).values("code")
    return Enterprise.objects.active().filter(Q(industry_code=params["section"]) | Q(industry_code__in=classes), industry_edition="2017")


def _of_size(params: Mapping[str, Any], today: date) -> QuerySet[Any]:
    return Enterprise.objects.active().filter(size_class=params["size"])


def _listed(params: Mapping[str, Any], today: date) -> QuerySet[Any]:
    return Enterprise.objects.active().filter(listed=True)


def _per_head(params: Mapping[str, Any], today: date) -> QuerySet[Any]:
    year = last_year(today)
    rows = _standing("revenue", year).annotate(staff=_beside("staff", year)).annotate(heads=NullIf(F("staff"), Decimal(0)))
    return rows.filter(heads__gt=0, value__gte=F("heads") * Decimal(str(params["amount"])))


def _graded(params: Mapping[str, Any], today: date) -> QuerySet[Any]:
    newest = LandGrade.objects.filter(enterprise=OuterRef("enterprise"), year__lte=today.year).order_by("-year").values("pk")[:1]
    return LandGrade.objects.filter(pk=Subquery(newest), grade=params["grade"])


def _metrics() -> dict[str, str]:
    return {code: f"{metric.label}（{metric.unit}）" for code, metric in METRIC_OF.items()}


def _sections() -> dict[str, str]:
    return dict(Industry.objects.filter(edition="2017", level=1).order_by("code").values_list("code", "name"))


_METRIC = Parameter("metric", "指标", choices=_metrics)
_PERCENT = Parameter("percent", "百分比", 0, 1000, "%")
_TENANT = {code: kind.label for code, kind in EVENTS.items() if kind.circle is Circle.TENANT}
_WITHIN = Parameter("within_days", "天数", 1, 1000, "天")

TRAITS: dict[str, Trait] = {
    trait.code: trait
    for trait in (
        Trait(
            "qualified", "有某项资质", "持有「{kind}」", "qualifications",
            (Parameter("kind", "资质", choices=lambda: {code: kind.word for code, kind in QUALIFICATIONS.items()}),), _qualified,
            lambda row, params: f"{row.get_kind_display()}，{row.issued_on:%Y-%m-%d} 认定，{f'有效期至 {row.valid_until_on:%Y-%m-%d}' if row.valid_until_on else '长期有效'}",
        ),
        Trait(
            "young", "成立不久", "成立不满 {years}", "established_on", (Parameter("years", "年数", 1, 20, "年"),), _young,
            lambda row, params: f"{row.established_on:%Y-%m-%d} 成立", owner="pk",
        ),
        Trait(
            "industry", "属于某门类", "行业门类为「{section}」", "industry", (Parameter("section", "门类", choices=_sections),), _in_industry,
            lambda row, params: f"行业代码 {row.industry_code}", owner="pk",
        ),
        Trait(
            "size", "某种规模", "规模为{size}", "size_class", (Parameter("size", "规模", choices=lambda: dict(SizeClass.choices)),), _of_size,
            lambda row, params: f"登记规模为{row.get_size_class_display()}", owner="pk",
        ),
        Trait("listed", "上市公司", "已上市", "listed", (), _listed, lambda row, params: f"上市公司 {row.stock_code}".strip(), owner="pk"),
        Trait(
            "happened", "近期发生某种动态", "{within_days}内有「{kind}」", "events",
            (Parameter("kind", "动态", choices=lambda: _TENANT), _WITHIN), _happened,
            lambda row, params: f"{row.happened_on:%Y-%m-%d} {row.get_kind_display()}",
        ),
        Trait(
            "lease_ending", "租约将到期", "租约 {within_days}内到期", "leases", (_WITHIN,), _lease_ending,
            lambda row, params: f"{row.building.park.name} {row.building.name} {row.room} 的租约 {row.until_on:%Y-%m-%d} 到期",
        ),
        Trait(
            "at_least", "上年某指标达到", "上年{metric}不低于 {amount}", "figures", (_METRIC, Parameter("amount", "数量", 0, 100_000_000, places=2)), _at_least,
            lambda row, params: f"{row.period} 年{_amount(row, row.value)}",
        ),
        Trait(
            "grew", "上年某指标增长", "上年{metric}比前一年增长 {percent}以上", "figures", (_METRIC, _PERCENT), _grew,
            lambda row, params: f"{row.period} 年{_amount(row, row.value)}，比上年增长 {(row.value - row.before) * 100 / row.before:.1f}%",
        ),
        Trait(
            "research_share", "研发强度", "上年研发费用占营业收入 {percent}以上", "figures", (_PERCENT,), _research_share,
            lambda row, params: f"{row.period} 年研发费用占营业收入 {row.value * 100 / row.revenue:.1f}%",
        ),
        Trait(
            "land_grade", "亩均评价等级", "最近一次亩均评价为{grade}", "figures", (Parameter("grade", "等级", choices=lambda: dict(Grade.choices)),), _graded,
            lambda row, params: f"{row.year} 年度亩均评价 {row.get_grade_display()}",
        ),
        Trait(
            "over_years", "几年合计达到", "近 {years}{metric}合计不低于 {amount}", "figures",
            (_METRIC, Parameter("years", "年数", 1, 10, "年"), Parameter("amount", "数量", 0, 100_000_000, places=2)), _over_years,
            lambda row, params: f"截至 {row.period} 年的 {params['years']} 年，{_amount(row, row.total)}",
        ),
        Trait(
            "per_head", "人均营收", "上年人均营业收入不低于 {amount}", "figures", (Parameter("amount", "万元", 0, 1_000_000, "万元", places=2),), _per_head,
            lambda row, params: f"{row.period} 年人均营业收入 {row.value / row.heads:,.1f} 万元",
        ),
    )
}  # fmt: skip


def trait_choices() -> list[tuple[str, str]]:
    """For `choices`; migrations name this function."""
    return [(trait.code, trait.label) for trait in TRAITS.values()]
