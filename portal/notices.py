"""The bell."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from notices.models import Notice

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
