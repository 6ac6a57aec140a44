"""The audit trail and one's own notices go out as they stand on their pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from audit.actions import FACTS, label_of
from audit.models import Entry
from audit.search import EntryFilter
from community.kinds import PostKind
from exchange.columns import Column, Kind
from exchange.filtered import filtered
from exchange.table import Table
from notices.kinds import kind_of
from notices.models import Notice

if TYPE_CHECKING:
    from accounts.models import User


def who(by_name: str, request_id: str) -> str:
    """A request without a person comes from a stranger, a deed without a request from the clock."""
    return by_name or ("（未登录）" if request_id else "（系统）")


def in_words(detail: dict[str, Any]) -> str:
    """The facts of an entry in Chinese; a fact that was not there is left out."""
    known = {name: value for name, value in detail.items() if value not in (None, "", [], {})}
    return "；".join(f"{FACTS.get(name, name)}：{_word(value)}" for name, value in known.items())


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(PostKind(value).label) if value in PostKind.values else str(value)


class Trail(Table):
    code, label = "audit", "操作日志"
    exporters = (PostKind.AUDITOR,)
    columns = (
        Column("at", "时间", value=lambda row: f"{timezone.localtime(row['at']):%Y-%m-%d %H:%M:%S}", width=20),
        Column("by", "操作人", value=lambda row: who(row["by_name"], row["request_id"]), width=14),
        Column("action", "操作", value=lambda row: label_of(row["action"]), width=18),
        Column("target", "对象", width=36),
        Column("detail", "详情", value=lambda row: in_words(row["detail"]), width=60),
        Column("address", "地址", value=lambda row: row["address"] or "", kind=Kind.CODE, width=18),
        Column("request_id", "请求编号", kind=Kind.CODE, width=36),
    )

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        found = filtered(EntryFilter, params, Entry.objects.visible_to(user), user)
        rows = found.order_by("-pk").values("at", "by_name", "action", "target", "detail", "address", "request_id")
        return rows.iterator(chunk_size=2000)  # type: ignore[no-any-return]


class Notices(Table):
    code, label = "notices", "我的提醒"
    exporters = tuple(PostKind.values)
    columns = (
        Column("available_at", "时间", kind=Kind.DATE, width=17),
        Column("kind", "类别", value=lambda row: kind_of(row["kind"]).label, width=10),
        Column("title", "标题", width=36),
        Column("body", "内容", width=60),
        Column("read_at", "阅读时间", kind=Kind.DATE, width=17),
    )

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        asked = {name: values if isinstance(values, list) else [values] for name, values in params.items()}
        shows = asked.pop("show", [])
        if asked or shows not in ([], ["unread"]):
            raise ValidationError("没有这个筛选条件。")
        mine = Notice.objects.visible_to(user).available(at)
        rows = (mine.unread() if shows else mine).order_by("-available_at", "-id")
        return rows.values("available_at", "kind", "title", "body", "read_at").iterator(chunk_size=2000)  # type: ignore[no-any-return]
