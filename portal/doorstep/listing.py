"""走访: today's trip in building order, then what is still to be paid, the most urgent first."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from community import held
from community.kinds import PostKind
from community.models import Grid
from portal.doorstep.rows import Row, rows_of
from portal.rights import GRID, OFFICE, only
from visits.models import FactCheck, Reason, Task, VisitClass
from visits.querysets import staffed
from visits.states import CheckOutcome

if TYPE_CHECKING:
    from accounts.models import User

#: Whoever pays or oversees visits; those who come along have a page of their own.
KINDS = (*OFFICE, *GRID, PostKind.STREET)
PAGE = 30
WHOSE = (("mine", "我的"), ("grid", "我的网格"), ("all", "全部"))
ASKED = ("whose", "overdue", "class", "grid", "cursor")


@only(*KINDS)
@require_GET
def visit_list(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    user, today = request.user, timezone.localtime(now).date()
    unknown = sorted(set(request.GET) - set(ASKED))
    if unknown:
        raise BadRequest(f"没有“{unknown[0][:40]}”这个筛选条件。")
    seen = staffed(Task.objects.open(), user)
    mine = seen.filter(assignee=user)
    whose = request.GET.get("whose") or ("mine" if mine.exists() else "grid" if held(user, *GRID) else "all")
    trip = _trip(seen, user, today, now) if not request.GET.get("cursor") else []
    rows, cursor = _page(_narrowed(request, seen, whose, user, today).exclude(pk__in=[row.task.pk for row in trip]), request, user, now)
    facts: dict[str, Any] = {
        "trip": trip, "rows": rows, "next": cursor, "whose": whose, "today": today, "now": now, "scopes": _whose(user),
        "classes": _classes(user, today), "overdue": bool(request.GET.get("overdue")), "chosen": request.GET.get("class", ""),
        "waiting": FactCheck.objects.visible_to(user).filter(outcome=CheckOutcome.REVIEW).count(),
        "user_key": user.pk,
    }  # fmt: skip
    return render(request, "visits/list.html", facts)


def _whose(user: User) -> list[tuple[str, str]]:
    return [row for row in WHOSE if row[0] != "grid" or held(user, *GRID)]


def _trip(seen: Any, user: User, today: date, now: datetime) -> list[Row]:
    """What is planned for today or agreed upon for today, the stops in the order of half-day, park, building and room."""
    day = Q(planned_on=today) | Q(appointed_at__date=today)
    rows = rows_of(seen.filter(day, assignee=user).select_related("enterprise", "assignee"), user, now)
    return sorted(rows, key=lambda row: (_half(row), row.park, row.place, row.task.due_on))


def _half(row: Row) -> str:
    if row.task.appointed_at is not None:
        return "am" if timezone.localtime(row.task.appointed_at).hour < 13 else "pm"
    return row.task.planned_half


def _narrowed(request: HttpRequest, seen: Any, whose: str, user: User, today: date) -> Any:
    if whose not in dict(WHOSE):
        raise BadRequest("没有这个范围。")
    if whose == "mine":
        seen = seen.filter(assignee=user)
    elif whose == "grid":
        seen = seen.in_grids(Grid.objects.filter(pk__in=[post.grid_id for post in held(user, *GRID)]))
    if request.GET.get("overdue"):
        seen = seen.overdue(today)
    if code := request.GET.get("class"):
        seen = seen.filter(enterprise__in=Reason.objects.visible_to(user).open().filter(visit_class__code=code[:12]).values("enterprise"))
    return seen


def _page(tasks: Any, request: HttpRequest, user: User, now: datetime) -> tuple[list[Row], str]:
    if cursor := request.GET.get("cursor"):
        due_on, key = _read(cursor)
        tasks = tasks.filter(Q(due_on__gt=due_on) | Q(due_on=due_on, pk__gt=key))
    found = list(tasks.by_urgency().select_related("enterprise", "assignee")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return rows_of(found[:PAGE], user, now), f"{last.due_on}_{last.pk}" if last is not None else ""


def _read(cursor: str) -> tuple[date, UUID]:
    day, _, key = cursor.partition("_")
    try:
        due_on = parse_date(day)
        if due_on is not None:
            return due_on, UUID(key)
    except ValueError:
        pass
    raise BadRequest("页码不对，请从第一页看起。")


def _classes(user: User, today: date) -> list[tuple[str, str]]:
    rows = VisitClass.objects.visible_to(user).ranked().prefetch_related("versions")
    found: dict[str, str] = {}
    for row in rows:
        names = [version for version in row.versions.all() if version.from_on <= today and version.active]
        if names:
            found.setdefault(row.code, max(names, key=lambda version: version.from_on).name)
    return list(found.items())
