"""The catalogue of a community: items and their limits. A new limit is a new row with its first day; what runs keeps the old one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone

from community.kinds import COMMUNITY_WIDE_KINDS, PostKind, UnitKind
from community.models import Unit
from exchange import references
from exchange.cells import choice, integer, read_code, read_date, read_yes, text
from exchange.columns import Column, Kind
from exchange.filtered import filtered
from exchange.table import RowByRow, Scope, full_clean_of
from grievances.filters import ServiceItemFilter
from grievances.models import PlainCategory, ServiceItem, ServiceTerm

if TYPE_CHECKING:
    from accounts.models import User

TERMS = ("accept_hours", "workdays", "extension_workdays")
_PLAIN = ("name", "plain_category", "group", "case_type", "applicant", "site_visit", "online", "materials", "result", "retired")


class ServiceItems(RowByRow):
    code, label, key = "service-items", "服务事项", ("code",)
    importers, exporters = (PostKind.LEADER,), (*COMMUNITY_WIDE_KINDS, PostKind.STREET)
    models = (ServiceItem, ServiceTerm)
    note = "时限改动从起用日期起生效，在办的不变；不再提供的事项「停用」填「是」，不要删行。"
    columns = (
        Column("code", "代码", ("事项代码", "事项编码"), read_code, required=True, kind=Kind.CODE, width=10, example="JF01"),
        Column("name", "事项名称", ("名称", "事项"), text(60), required=True, width=28),
        Column("plain_category", "类别", ("大类", "企业端类别"), choice({label: label for label in PlainCategory.values}, called="类别"), width=16, options=tuple(PlainCategory.values)),
        Column("group", "条线", ("业务条线",), text(12), width=12),
        Column("window", "专员窗口", ("窗口", "承办窗口"), text(60), lambda row: row["window_name"], required=True, width=20),
        Column("partner_window", "专业窗口", ("伙伴窗口", "一门多窗"), text(60), lambda row: row["partner_name"] or "", width=20),
        Column("case_type", "办件类型", ("类型",), text(8), width=10),
        Column("applicant", "申请人", ("服务对象",), text(20), width=12),
        Column("accept_hours", "受理时限（工作小时）", ("受理时限",), integer(least=1, most=80, unit="小时"), kind=Kind.NUMBER, width=12),
        Column("workdays", "办理时限（工作日）", ("办理时限", "承诺时限"), integer(least=1, most=120, unit="个工作日"), kind=Kind.NUMBER, width=12),
        Column("extension_workdays", "可延期（工作日）", ("可延期",), integer(most=120, unit="个工作日"), kind=Kind.NUMBER, width=12),
        Column("in_force_on", "起用日期", ("生效日期",), read_date, kind=Kind.DATE, width=12, note="时限从这一天起用，空着按今天。"),
        Column("site_visit", "需要上门", ("上门",), read_yes, lambda row: _yes(row["site_visit"]), width=8, options=("是", "否")),
        Column("online", "可网上办", ("网上办",), read_yes, lambda row: _yes(row["online"]), width=8, options=("是", "否")),
        Column("materials", "所需材料", ("材料",), text(500, multiline=True), width=40),
        Column("result", "办理结果", ("结果",), text(60), width=16),
        Column("retired", "停用", ("是否停用",), read_yes, lambda row: _yes(row["retired"]), width=8, options=("是", "否")),
    )  # fmt: skip

    def options(self, scope: Scope) -> dict[str, Sequence[str]]:
        windows = Unit.objects.filter(community=scope.community, kind=UnitKind.WINDOW, retired=False).order_by("code")
        return {
            "window": list(windows.filter(is_partner=False).values_list("name", flat=True)),
            "partner_window": list(windows.filter(is_partner=True).values_list("name", flat=True)),
        }

    def known(self, values: dict[str, Any], scope: Scope) -> ServiceItem | None:
        rows = ServiceItem.objects.filter(community=scope.community, code=values["code"])
        return rows.select_related("window", "partner_window").first()

    def current(self, thing: ServiceItem) -> dict[str, Any]:
        limits = _latest(thing)
        return {
            **{name: getattr(thing, name) for name in _PLAIN},
            "window": thing.window.name, "partner_window": thing.partner_window.name if thing.partner_window else "",
            **{name: getattr(limits, name) if limits else None for name in TERMS}, "in_force_on": limits.in_force_on if limits else None,
        }  # fmt: skip

    def create(self, values: dict[str, Any], scope: Scope) -> ServiceItem:
        missing = [self.find(name).label for name in TERMS if name not in values]
        if missing:
            raise ValidationError({TERMS[0]: f"新事项须写明{'、'.join(missing)}。"})
        item = ServiceItem(community=scope.community, code=values["code"])
        self._save(item, {"case_type": "服务", "applicant": "企业", "group": "公共事务"} | values, scope)
        self._set_term(item, values, scope)
        return item

    def update(self, thing: ServiceItem, values: dict[str, Any], scope: Scope) -> None:
        self._save(thing, values, scope)
        if values.keys() & {*TERMS, "in_force_on"}:
            self._set_term(thing, values, scope)

    def _save(self, item: ServiceItem, values: dict[str, Any], scope: Scope) -> None:
        for name in _PLAIN:
            if name in values:
                setattr(item, name, values[name])
        windows = Unit.objects.filter(community=scope.community, kind=UnitKind.WINDOW)
        if "window" in values:
            rows = windows.filter(is_partner=False)
            item.window = references.named(rows, values["window"], column="window", called="专员窗口")
        if values.get("partner_window"):
            rows = windows.filter(is_partner=True)
            item.partner_window = references.named(rows, values["partner_window"], column="partner_window", called="专业窗口")
        full_clean_of(item)
        item.save()

    def _set_term(self, item: ServiceItem, values: dict[str, Any], scope: Scope) -> None:
        """From today at the earliest: what was promised yesterday stays."""
        today = timezone.localtime(scope.at).date()
        before = _latest(item)
        day: date = values.get("in_force_on") or today
        if before is not None and day < today:
            raise ValidationError({"in_force_on": "时限只能从今天或以后起用。"})
        limits = {name: values.get(name, getattr(before, name, 0)) for name in TERMS}
        term = ServiceTerm.objects.filter(item=item, in_force_on=day).first() or ServiceTerm(item=item, in_force_on=day)
        for name, value in limits.items():
            setattr(term, name, value)
        term.notice = f"表格导入：{scope.source}"[:100]
        full_clean_of(term)
        term.save()

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        rows = filtered(ServiceItemFilter, params, ServiceItem.objects.visible_to(user), user).order_by("community__code", "code")
        latest = {row.item_id: row for row in ServiceTerm.objects.visible_to(user).order_by("item_id", "in_force_on")}
        joined = {"window_name": F("window__name"), "partner_name": F("partner_window__name")}
        for row in rows.values("id", "code", *_PLAIN, **joined).iterator(chunk_size=2000):
            limits = latest.get(row["id"])
            yield row | {name: getattr(limits, name, None) for name in (*TERMS, "in_force_on")}


def _latest(item: ServiceItem) -> ServiceTerm | None:
    return item.terms.order_by("-in_force_on").first()


def _yes(value: bool) -> str:
    return "是" if value else "否"
