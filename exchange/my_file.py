"""我的数据: what the portal keeps of somebody and of the enterprise he speaks for, in one sheet (个人信息保护法第四十五条)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from community.kinds import REPRESENTATIVE_KINDS
from enterprises.columns import columns_for
from enterprises.metrics import period_label
from enterprises.models import Consent, Enterprise, Event, Figure, FigureProposal, FileCheck, Lease, Qualification, Representative, Tenancy
from exchange.columns import Column
from exchange.table import Table
from grievances.models import Grievance

if TYPE_CHECKING:
    from accounts.models import User

#: Facts of the enterprise by the column that lets somebody read them.
FACTS = {
    "uscc": "统一社会信用代码", "name": "企业名称", "address": "注册地址", "legal_person": "法定代表人", "registered_capital_wan": "注册资本（万元）",
    "established_on": "成立日期", "staff_count": "从业人数", "stock_code": "股票代码", "source": "来源",
}  # fmt: skip


class MyFile(Table):
    code, label = "my-file", "我的数据"
    exporters = REPRESENTATIVE_KINDS
    columns = (
        Column("part", "类别", width=12),
        Column("what", "项目", width=26),
        Column("content", "内容", width=44),
        Column("on", "时间", width=18),
        Column("source", "来源", width=24),
    )

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        if params:
            raise ValidationError(f"没有「{sorted(params)[0][:40]}」这个筛选条件。")
        yield from _person(user)
        for enterprise in Enterprise.objects.employing(user).visible_to(user).order_by("pk"):
            yield from _enterprise(user, enterprise)
        for row in Grievance.objects.visible_to(user).order_by("-submitted_at", "pk"):
            yield _row("诉求", row.number or "草稿", f"{row.title}：{row.body}", row.submitted_at, row.get_state_display())


def _person(user: User) -> Iterator[dict[str, Any]]:
    facts = (("登录名", user.username), ("姓名", user.name), ("手机号码", user.phone), ("电子邮箱", user.email))
    for what, content in facts:
        yield _row("我的账号", what, content)
    yield _row("我的账号", "同意隐私说明", user.privacy_version, user.privacy_accepted_at)
    posts = Representative.objects.filter(post__user=user).select_related("enterprise", "post").order_by("pk")
    for row in posts:
        yield _row("我的岗位", row.get_role_display(), row.enterprise.name, row.post.from_at)


def _enterprise(user: User, enterprise: Enterprise) -> Iterator[dict[str, Any]]:
    columns = columns_for(user, enterprise)
    for name, label in FACTS.items():
        if name in columns:
            yield _row("企业档案", label, getattr(enterprise, name))
    mine = {"enterprise": enterprise}
    for row in Tenancy.objects.visible_to(user).filter(**mine).select_related("building__park").order_by("from_on", "pk"):
        yield _row("入驻", row.building.park.name, f"{row.building.name} {row.room}", row.from_on)
    for row in Qualification.objects.visible_to(user).filter(**mine).order_by("issued_on", "pk"):
        yield _row("资质", row.get_kind_display(), f"{row.level} {row.number}".strip(), row.issued_on, row.source)
    for row in Lease.objects.visible_to(user).filter(**mine).select_related("building").order_by("from_on", "pk"):
        yield _row("租约", f"{row.building.name} {row.room}", f"至 {row.ended_on or row.until_on or '不定期'}", row.from_on, row.source)
    for row in Event.objects.visible_to(user).filter(**mine).order_by("happened_on", "pk"):
        yield _row("企业动态", row.get_kind_display(), row.note, row.happened_on, row.source)
    for row in Figure.objects.visible_to(user).filter(**mine).order_by("metric", "period", "recorded_at"):
        ended = f"（{_moment(row.superseded_at)} 前）" if row.superseded_at else ""
        yield _row(
            "指标", f"{row.meaning.label} {period_label(row.period)}", f"{row.value} {row.meaning.unit}{ended}", row.recorded_at, row.source
        )
    for row in FigureProposal.objects.visible_to(user).filter(**mine).order_by("proposed_at", "pk"):
        state = "待审核" if row.accepted is None else "已采纳" if row.accepted else f"未采纳：{row.reason}"
        yield _row(
            "数据更正", f"{row.meaning.label} {period_label(row.period)}", f"{row.value} {row.meaning.unit} {state}", row.proposed_at
        )
    for row in FileCheck.objects.visible_to(user).filter(**mine).order_by("at", "pk"):
        yield _row("核对无误", "", "", row.at)
    for row in Consent.objects.visible_to(user).filter(**mine).order_by("at", "pk"):
        yield _row("转交同意", row.number or "企业", "同意" if row.given else "不同意", row.at)


def _row(part: str, what: str, content: Any, on: Any = None, source: str = "") -> dict[str, Any]:
    said = "" if content is None else str(content)
    return {"part": part, "what": what, "content": said, "on": _moment(on), "source": source}


def _moment(on: Any) -> str:
    if isinstance(on, datetime):
        return f"{timezone.localtime(on):%Y-%m-%d %H:%M}"
    return str(on or "")
