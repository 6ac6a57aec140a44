"""消息送达: what could not be sent, what is stuck, what waits, and why. Titles and texts are business; nobody reads them here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST
from kombu.exceptions import OperationalError

from community import held
from community.kinds import PostKind
from community.models import Post
from notices import channels, failures
from notices.models import LEASE, Channel, Notice, NoticeQuerySet, Robot, State, is_stuck, is_under_way
from notices.relay import rerun
from portal.keyset import page_of
from portal.rights import only
from portal.trace import record
from workdays import midnight

KINDS = (PostKind.ADMIN, PostKind.LEADER)


@dataclass(frozen=True)
class Show:
    """One tab; `again`: whether its rows can be sent again."""

    code: str
    label: str
    where: Callable[[datetime], Q]
    again: bool = False


SHOWS = {
    show.code: show
    for show in (
        Show("dead", "已停发", lambda at: Q(state=State.DEAD), again=True),
        Show("stuck", "受阻", is_stuck, again=True),
        Show("waiting", "待发", is_under_way),
        Show("sent", "今日送达", lambda at: Q(state=State.SENT, sent_at__gte=midnight(timezone.localtime(at).date()))),
    )
}


def in_sight(user: Any, at: datetime) -> NoticeQuerySet:
    """All of it for the admin. For a leader what goes to people whose post he sees (not: to anybody's employees) and to his groups."""
    if held(user, PostKind.ADMIN):
        return Notice.objects.outbound()
    people = Post.objects.visible_to(user).in_force(at).values("user")
    return Notice.objects.outbound().filter(Q(recipient__in=people) | Q(robot__in=Robot.objects.visible_to(user)))


@only(*KINDS)
@require_GET
def notices_dead(request: HttpRequest) -> HttpResponse:
    """`?show=` a tab, `?channel=` one channel, `?cursor=`; anything else shows what is dead, in all channels."""
    at = timezone.now()
    show, channel = _asked(request.GET)
    table = _table(in_sight(request.user, at), at)
    rows = _chosen(in_sight(request.user, at), show, channel, at).select_related("recipient", "robot")
    page = page_of(rows, request.GET.get("cursor", ""), key="created_at")
    facts = {
        "show": show, "channel": channel, "tabs": _tabs(table, channel), "table": table, "at": at,
        "rows": [{"notice": row, "why": _why(row, at)} for row in page.rows], "more": page.next or None,
        "admin": bool(held(request.user, PostKind.ADMIN)),
        "tasks": failures.dead().order_by("-last_failed_at")[:200] if held(request.user, PostKind.ADMIN) else [],
    }  # fmt: skip
    return render(request, "notices/dead.html", facts)


def _asked(words: Any) -> tuple[Show, str]:
    channel = words.get("channel", "")
    return SHOWS.get(words.get("show", ""), SHOWS["dead"]), channel if channel in Channel.values and channel != Channel.APP else ""


def _chosen(rows: NoticeQuerySet, show: Show, channel: str, at: datetime) -> NoticeQuerySet:
    return (rows.filter(channel=channel) if channel else rows).filter(show.where(at))


def _table(rows: NoticeQuerySet, at: datetime) -> list[dict[str, Any]]:
    """One line per channel with the length of each tab's list, in one query."""
    any_of = reduce(or_, (show.where(at) for show in SHOWS.values()))
    counts = {show.code: Count("pk", filter=show.where(at)) for show in SHOWS.values()}
    found = {row["channel"]: row for row in rows.filter(any_of).order_by().values("channel").annotate(**counts)}
    return [
        {"code": channel, "label": label, "on": channels.is_on(channel)}
        | {"counts": [(show, found.get(channel, {}).get(show.code, 0)) for show in SHOWS.values()]}
        for channel, label in Channel.choices
        if channel != Channel.APP
    ]


def _tabs(table: list[dict[str, Any]], channel: str) -> list[dict[str, Any]]:
    lines = [line for line in table if channel in ("", line["code"])]
    return [{"show": show, "count": sum(line["counts"][place][1] for line in lines)} for place, show in enumerate(SHOWS.values())]


def _why(notice: Notice, at: datetime) -> str:
    if notice.state == State.SENT:
        return ""
    if notice.error:
        return notice.error
    if notice.state == State.SENDING:
        return "正在发送" if notice.claimed_at is not None and notice.claimed_at >= at - LEASE else "发送进程中断，稍后接着发"
    if notice.available_at > at:
        return "免打扰时段，到时自动发送"
    return "等待发送"


@only(*KINDS)
@require_POST
def notices_rerun(request: HttpRequest) -> HttpResponse:
    """Another five attempts for one message (`key`), or for all of the list shown (`show`, `channel`)."""
    at = timezone.now()
    show, channel = _asked(request.POST)
    rows = _chosen(in_sight(request.user, at), show if show.again else SHOWS["dead"], channel, at)
    key = request.POST.get("key", "")
    if key:
        rows = rows.filter(pk=int(key) if key.isascii() and key.isdecimal() and len(key) < 19 else 0)
    with transaction.atomic():
        count = rerun(rows, at=at)
        record(request, "notice_rerun", target=key or "all", count=count)
    messages.success(request, f"{count} 条重新排队，几秒内再发；免打扰时段的等到早上 8:00。" if count else "没有需要重发的消息。")
    words = {"show": show.code} | ({"channel": channel} if channel else {})
    return HttpResponseRedirect(f"{reverse('notices-dead')}?{urlencode(words)}")


@only(PostKind.ADMIN)
@require_POST
def task_rerun(request: HttpRequest) -> HttpResponse:
    """Run one dead task again; its row goes when it succeeds."""
    key = request.POST.get("key", "")
    task = get_object_or_404(failures.dead(), pk=int(key) if key.isdecimal() and len(key) < 19 else 0)
    record(request, "task_rerun", target=task.name)
    try:
        failures.rerun(failures.dead().filter(pk=task.pk))
    except OperationalError:
        messages.warning(request, "消息队列暂时连不上，任务没有送出；恢复后会按时自动再做，也可以稍后再按一次。")
    else:
        messages.success(request, "已送去重做；做成后会从这里消失。")
    return redirect("notices-dead")
