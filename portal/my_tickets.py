"""My tickets: five tabs with counts, newest first, page by page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import User
from community import held
from community.kinds import REPRESENTATIVE_KINDS, PostKind
from grievances import queues
from grievances.clocks import calendar_of
from grievances.models import Clock, Grievance
from grievances.models.querysets import GrievanceQuerySet
from grievances.states import OPEN, OVER, ClockCode, State
from portal.clockface import Clockface, clockface
from portal.riders import bring, unpack
from portal.ticket_page import PAUSED
from wording import clean_query

PAGE = 20
ON_CARD = ("community", "service_item", "assignee")
OWN_DOOR = (*REPRESENTATIVE_KINDS, PostKind.STEWARD)


@dataclass(frozen=True)
class Tab:
    code: str
    label: str
    rows: Q
    empty: str
    note: str


TABS = (
    Tab("open", "办理中", Q(state__in=OPEN) & ~Q(state=State.RETURNED), "没有办理中的诉求", "有事就说，一般一个工作日内有人联系您。"),
    Tab("returned", "待补正", Q(state=State.RETURNED), "没有要补的材料", "专员请您补充时，会出现在这里，也会提醒您。"),
    Tab("to-rate", "待评价", Q(rateable=True), "没有待评价的诉求", "办结后 15 个工作日内可以评价，也可以说“没解决”。"),
    Tab("over", "已结束", Q(state__in=OVER, rateable=False), "还没有结束的诉求", "办结、撤回的都收在这里，随时可查。"),
    Tab("draft", "草稿", Q(state=State.DRAFT), "没有草稿", "写到一半离开，内容会自动存成草稿。"),
)


def mine(user: User) -> GrievanceQuerySet:
    """What one filed or speaks for: the enterprise's own, an employee's personal ones, those a steward filed on behalf."""
    return Grievance.objects.visible_to(user, OWN_DOOR)


def to_rate(rows: GrievanceQuerySet, user: User, at: datetime) -> GrievanceQuerySet:
    return queues.select(rows, "to_rate", user, at)


@dataclass(frozen=True)
class Card:
    row: Grievance
    clock: Clockface | None


def on_cards(rows: GrievanceQuerySet) -> GrievanceQuerySet:
    """With what a card shows."""
    return bring(rows, *ON_CARD)


def cards(rows: Iterable[Grievance], at: datetime) -> list[Card]:
    """`rows` come from `on_cards`."""
    return [Card(row, _clock(row, at)) for row in unpack(rows, *ON_CARD)]


def _clock(row: Grievance, at: datetime) -> Clockface | None:
    if row.promise_due_at is None or row.state in (State.DRAFT, State.WITHDRAWN, State.MERGED, State.REJECTED):
        return None
    return clockface(
        row.promise_due_at, at=at, calendar=calendar_of(row.community), provisional=row.provisional, paused=row.state in PAUSED,
        answered_at=row.answered_at,
    )  # fmt: skip


@require_GET
def my_grievances(request: HttpRequest) -> HttpResponse:
    """`?tab=`, `?q=` number or words of the title, `?cursor=` from the pager."""
    at = timezone.now()
    tab = next((tab for tab in TABS if tab.code == request.GET.get("tab")), TABS[0])
    q = clean_query(request.GET.get("q", ""))
    window = Clock.objects.filter(grievance=OuterRef("pk"), code=ClockCode.RATING_WINDOW, ended_at__isnull=True, due_at__gte=at)
    rows = mine(request.user).alias(rateable=Q(state=State.CLOSED) & Exists(window))
    counts = rows.aggregate(**{tab.code: Count("pk", filter=tab.rows) for tab in TABS})
    found = rows.filter(tab.rows)
    if q:
        found = found.search(q)
    shown, more = page(on_cards(found), "created_at", request.GET.get("cursor", ""), PAGE)
    facts = {
        "tabs": [{"tab": each, "count": counts[each.code]} for each in TABS], "tab": tab, "q": q, "cards": cards(shown, at), "more": more,
        "may_file": bool(held(request.user, *REPRESENTATIVE_KINDS)),
    }  # fmt: skip
    return render(request, "grievances/mine.html", facts)


def page(rows: Any, column: str, cursor: str, size: int) -> tuple[list[Any], str | None]:
    """Keyset, newest first by `column` and key; the cursor is microseconds-key of the last row shown. A cursor nobody gave out counts as none."""
    micros, _, pk = cursor.partition("-")
    if micros.isascii() and micros.isdecimal() and pk.isascii() and pk.isdecimal() and len(micros) < 17 and len(pk) < 19:
        moment = datetime.fromtimestamp(int(micros) / 1_000_000, tz=timezone.get_default_timezone())
        rows = rows.filter(Q(**{f"{column}__lt": moment}) | Q(**{column: moment, "pk__lt": int(pk)}))
    found = list(rows.order_by(f"-{column}", "-pk")[: size + 1])
    if len(found) <= size:
        return found, None
    last = found[size - 1]
    return found[:size], f"{round(getattr(last, column).timestamp() * 1_000_000)}-{last.pk}"
