"""The bell, and for the admin what could not be sent."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from community import held
from community.kinds import PostKind
from notices import failures
from notices.models import Notice
from notices.relay import rerun
from portal.trace import record

PAGE = 30


def _after(notices: Any, cursor: str) -> Any:
    """Keyset: rows older than the cursor `seconds-id`; a cursor nobody gave out counts as none."""
    seconds, _, pk = cursor.partition("-")
    if not (seconds.isdecimal() and pk.isdecimal() and len(seconds) < 17 and len(pk) < 19):
        return notices
    moment = timezone.datetime.fromtimestamp(int(seconds) / 1_000_000, tz=timezone.get_default_timezone())
    return notices.filter(available_at__lte=moment).exclude(available_at=moment, pk__gte=int(pk))


def _cursor(notice: Notice) -> str:
    return f"{round(notice.available_at.timestamp() * 1_000_000)}-{notice.pk}"


def notice_list(request: HttpRequest) -> HttpResponse:
    mine = Notice.objects.visible_to(request.user).available(timezone.now())
    unread_only = request.GET.get("show") == "unread"
    shown = _after(mine.unread() if unread_only else mine, request.GET.get("cursor", ""))
    rows = list(shown.order_by("-available_at", "-id")[: PAGE + 1])
    more = _cursor(rows[PAGE - 1]) if len(rows) > PAGE else None
    facts = {"notices": rows[:PAGE], "more": more, "unread_only": unread_only, "unread": mine.unread()[:100].count()}
    return render(request, "notices/list.html", facts)


def notice_open(request: HttpRequest, key: Any) -> HttpResponse:
    """Mark one notice read and go where it points. Safe to follow twice."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), key=key)
    Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update(read_at=timezone.now())
    if notice.link and url_has_allowed_host_and_scheme(notice.link, allowed_hosts=None):
        return HttpResponseRedirect(notice.link)
    return redirect("notices")


@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """Mark all read that have arrived by now."""
    at = timezone.now()
    Notice.objects.visible_to(request.user).available(at).unread().update(read_at=at)
    return redirect("notices")


def notices_dead(request: HttpRequest) -> HttpResponse:
    """What could not be sent, and why. Without title and text: those are business, the admin sees none."""
    _admin_only(request)
    rows = Notice.objects.dead().select_related("recipient").order_by("-created_at")[:200]
    return render(request, "notices/dead.html", {"notices": rows, "tasks": failures.dead().order_by("-last_failed_at")[:200]})


@require_POST
def notices_rerun(request: HttpRequest) -> HttpResponse:
    """Give dead notices another try: one (`key`) or all."""
    _admin_only(request)
    dead = Notice.objects.dead()
    key = request.POST.get("key", "")
    if key:
        dead = dead.filter(pk=int(key) if key.isdecimal() and len(key) < 19 else 0)
    with transaction.atomic():
        count = rerun(dead, at=timezone.now())
        record(request, "notice_rerun", target=key or "all", count=count)
    return redirect("notices-dead")


@require_POST
def task_rerun(request: HttpRequest) -> HttpResponse:
    """Run one dead task again; its row goes when it succeeds."""
    _admin_only(request)
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


def _admin_only(request: HttpRequest) -> None:
    if not held(request.user, PostKind.ADMIN):
        raise PermissionDenied
