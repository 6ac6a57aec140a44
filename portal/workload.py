"""人员与交接: how much each specialist has in hand, who is away and who stands in, and giving tickets over."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from community import absences
from community.kinds import COMMUNITY_WIDE_KINDS
from community.models import Absence, Community, Post
from grievances import workflow
from grievances.models import Grievance
from grievances.workload import Load, week_began, workload
from portal.rights import OFFICE, only
from portal.told_forms import ToldForm
from wording.errors import FactsMissing, Refused

if TYPE_CHECKING:
    from accounts.models import User

MOST = 100


class AbsenceForm(ToldForm):
    post = forms.ChoiceField(label="谁")
    from_on = forms.CharField(label="从", widget=forms.TextInput(attrs={"type": "date"}))
    until_on = forms.CharField(label="到（含当日）", widget=forms.TextInput(attrs={"type": "date"}))
    deputy = forms.ChoiceField(label="代理", required=False, help_text="期间新来的事由代理人接；不指定时由同窗口的人接")
    reason = forms.CharField(label="事由（选填）", required=False, widget=forms.TextInput(attrs={"maxlength": 100}))


class HandOverForm(ToldForm):
    giver = forms.ChoiceField(label="把谁在办的")
    to = forms.ChoiceField(label="交接给")
    reason = forms.CharField(label="理由", widget=forms.TextInput(attrs={"maxlength": 200, "placeholder": "如：休假两周"}))


@only(*OFFICE)
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """GET the page; POST an absence."""
    at = timezone.now()
    if request.method == "GET":
        return _show(request, at)
    try:
        row = absences.report(request.POST, by=request.user, at=at)
    except Refused as refusal:
        return _show(request, at, absence=AbsenceForm(request.POST, refusal=refusal, auto_id="abs-%s"), status=refusal.status_hint)
    messages.success(request, f"已登记 {row.post.user.display_name} 缺勤；期间新来的事由代理人接，在办的可以在下面交接。")
    return HttpResponseRedirect(reverse("workload"))


@only(*OFFICE)
@require_POST
def end_absence(request: HttpRequest, pk: int) -> HttpResponse:
    absences.end(pk, by=request.user, at=timezone.now())
    messages.success(request, "缺勤已结束，新来的事恢复分给本人。")
    return HttpResponseRedirect(reverse("workload"))


@only(*OFFICE)
@require_POST
def hand_over(request: HttpRequest) -> HttpResponse:
    """Every open ticket of `giver` to `to`, each as a move of its own; what refuses is counted and named, the others go."""
    at, typed = timezone.now(), request.POST
    try:
        done, refused = give_all(request.user, typed.get("giver", ""), typed.get("to", ""), typed.get("reason", ""), at)
    except Refused as refusal:
        return _show(request, at, giving=HandOverForm(typed, refusal=refusal, auto_id="give-%s"), status=refusal.status_hint)
    if done:
        messages.success(request, f"已交接 {done} 件，期限不变，双方都会收到提醒。")
    for words in refused[:5]:
        messages.warning(request, words)
    return HttpResponseRedirect(reverse("workload"))


def give_all(by: User, giver: str, to: str, reason: str, at: datetime) -> tuple[int, list[str]]:
    """How many went, and of those that did not why, in words. Raises FactsMissing."""
    problems = {name: "请选择" for name, value in (("giver", giver), ("to", to)) if not value}
    if giver and giver == to:
        problems["to"] = "请选另一个人"
    if not reason.strip():
        problems["reason"] = "请写理由，会留在每一件的流水里"
    rows = Grievance.objects.visible_to(by, COMMUNITY_WIDE_KINDS).open().filter(assignee__username=giver).by_urgency()
    tickets = [] if problems else list(rows.select_related("community", "enterprise")[:MOST])
    if not problems and not tickets:
        problems["giver"] = "这位同事手上没有在办的诉求"
    if problems:
        raise FactsMissing("还有内容需要更正。", fields=problems)
    refused = []
    for ticket in tickets:
        try:
            with transaction.atomic():
                workflow.apply(ticket, "hand_over", by=by, at=at, version=ticket.version, to=to, reason=reason)
        except Refused as refusal:
            refused.append(f"{ticket.number} 没有交接：{refusal.message}")
    return len(tickets) - len(refused), refused


def _show(request: HttpRequest, at: datetime, *, absence: Any = None, giving: Any = None, status: int = 200) -> HttpResponse:
    user = request.user
    office = (
        Post.objects.visible_to(user).in_force(at).filter(kind__in=COMMUNITY_WIDE_KINDS, community__in=Community.objects.worked_by(user))
    )
    posts = list(office.select_related("user", "unit").order_by("kind", "pk"))
    loads = workload(user, at, posts)
    absence, giving = absence or AbsenceForm(auto_id="abs-%s"), giving or HandOverForm(auto_id="give-%s")
    absence.fields["post"].choices = [("", "请选择"), *((str(post.pk), _words(post)) for post in absences.reportable(user, at))]
    absence.fields["deputy"].choices = [("", "不指定"), *((str(post.pk), _words(post)) for post in absences.deputies(user, at))]
    giving.fields["giver"].choices = [
        ("", "请选择"),
        *((row.person.username, f"{row.person.display_name}（{row.open} 件）") for row in loads if row.open),
    ]
    giving.fields["to"].choices = [("", "请选择"), *{post.user.username: (post.user.username, _words(post)) for post in posts}.values()]
    away = Absence.objects.visible_to(user).filter(until_at__gt=at).select_related("post__user", "deputy__user").order_by("from_at", "pk")
    mine = set(absences.reportable(user, at).values_list("pk", flat=True))
    absent = {row.post.user_id for row in away if row.from_at <= at}
    facts = {
        "rows": [_row(load, posts, absent, at) for load in loads], "absences": [{"row": row, "mine": row.post_id in mine} for row in away],
        "absence": absence, "giving": giving, "now": at,
    }  # fmt: skip
    return render(request, "staff/workload.html", facts, status=status)


def _words(post: Post) -> str:
    place = post.unit.name if post.unit is not None else post.grid.name if post.grid is not None else post.get_kind_display()
    return f"{post.user.display_name} · {place}"


def _row(load: Load, posts: list[Post], absent: set[int], at: datetime) -> dict[str, Any]:
    """A person with his numbers, each with the list it counts."""
    own = {"window": "all", "assignee": load.person.username}
    lists = (
        ("在办", load.open, {"queue": "window"}, False),
        ("今日到期", load.due_today, {"queue": "due_today"}, False),
        ("已超期", load.overdue, {"queue": "overdue"}, True),
        ("本周答复", load.answered, {"queue": "all", "answered_after": week_began(at).isoformat()}, False),
    )
    base = reverse("queue")
    return {
        "load": load,
        "places": [_words(post).partition(" · ")[2] for post in posts if post.user_id == load.person.pk],
        "absent": load.person.pk in absent,
        "numbers": [
            {"label": label, "count": count, "url": f"{base}?{urlencode(asked | own)}", "red": red} for label, count, asked, red in lists
        ],
    }
