"""回访 and 转办函 as they stand on their pages: one half still to be done, the other over (`tab`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet

from community.kinds import COMMUNITY_WIDE_KINDS, PostKind
from exchange.columns import Column, Kind
from exchange.table import Table
from grievances import follow_up, letters
from grievances.models import FollowUp

if TYPE_CHECKING:
    from accounts.models import User


def _is_over(params: dict[str, Any], over: str) -> bool:
    """Whether `tab` asks for what is over. Raises ValidationError for any other condition."""
    asked = {name: values if isinstance(values, list) else [values] for name, values in params.items()}
    tabs = asked.pop("tab", [])
    if asked or tabs not in ([], [over]):
        raise ValidationError("没有这个筛选条件。")
    return bool(tabs)


def _rows(rows: QuerySet[Any], ticket: str, *plain: str, **joined: Any) -> Iterator[dict[str, Any]]:
    """`ticket`: the way from the row to its ticket."""
    of = {name: F(f"{ticket}__{name}") for name in ("title",)} | {"enterprise_name": F(f"{ticket}__enterprise__name")}
    ordered = rows.select_related(None).values(*plain, ticket_number=F(f"{ticket}__number"), **of, **joined)
    return ordered.iterator(chunk_size=2000)  # type: ignore[no-any-return]


class FollowUps(Table):
    code, label = "follow-ups", "回访清单"
    exporters = (*COMMUNITY_WIDE_KINDS, PostKind.STREET)
    columns = (
        Column("kind", "种类", value=lambda row: FollowUp.Kind(row["kind"]).label, width=10),
        Column("state", "状态", value=lambda row: FollowUp.State(row["state"]).label, width=10),
        Column("ticket_number", "办件编号", kind=Kind.CODE, width=18),
        Column("title", "诉求", width=36),
        Column("enterprise", "企业", value=lambda row: row["enterprise_name"], width=30),
        Column("cycle", "第几轮", kind=Kind.NUMBER, width=8),
        Column("owner", "回访人", value=lambda row: row["owner_name"], width=10),
        Column("contact_due_at", "联系期限", kind=Kind.DATE, width=17),
        Column("contacted_at", "联系时间", kind=Kind.DATE, width=17),
        Column("contact_note", "联系记录", width=36),
        Column("fix_due_at", "整改期限", kind=Kind.DATE, width=17),
        Column("result", "结果", value=lambda row: FollowUp.Result(row["result"]).label if row["result"] else "", width=10),
        Column("end_note", "整改或解释", width=36),
        Column("ended_at", "完成时间", kind=Kind.DATE, width=17),
        Column("again_result", "整改后评价", kind=Kind.NUMBER, width=10),
    )

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        rows = follow_up.over(user).order_by("-ended_at", "-pk") if _is_over(params, "done") else follow_up.waiting(user)
        plain = (
            "kind", "state", "cycle", "contact_due_at", "contacted_at", "contact_note", "fix_due_at", "result", "end_note", "ended_at",
            "again_result",
        )  # fmt: skip
        return _rows(rows, "grievance", *plain, owner_name=F("owner__name"))


class Letters(Table):
    code, label = "letters", "转办函清单"
    exporters = COMMUNITY_WIDE_KINDS
    columns = (
        Column("number", "函号", kind=Kind.CODE, width=22),
        Column("unit", "单位", value=lambda row: row["unit_name"], width=24),
        Column("ticket_number", "办件编号", kind=Kind.CODE, width=18),
        Column("title", "诉求", width=36),
        Column("enterprise", "企业", value=lambda row: row["enterprise_name"], width=30),
        Column("sent_at", "发出", kind=Kind.DATE, width=17),
        Column("due_on", "答复期限", kind=Kind.DATE, width=12),
        Column("reminders", "催复次数", kind=Kind.NUMBER, width=9),
        Column("reminded_at", "最近催复", kind=Kind.DATE, width=17),
        Column("incoming", "来文", width=36),
        Column("answered_at", "答复时间", kind=Kind.DATE, width=17),
        Column("typed_by", "录入人", value=lambda row: row["typist"] or "", width=10),
    )

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        over = _is_over(params, "over")
        rows = letters.over(user).order_by("-sent_at", "-pk") if over else letters.waiting(user).order_by("due_on", "pk")
        plain = ("number", "sent_at", "due_on", "reminders", "reminded_at", "incoming", "answered_at")
        return _rows(rows, "dispatch__grievance", *plain, unit_name=F("dispatch__unit__name"), typist=F("typed_by__name"))
