"""Files of tickets: sent ahead of the form they belong to, and handed out to whoever may read where they hang."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

import files
from files.models import File
from files.refused import FileRefused
from grievances.capacity import standing
from grievances.models import Attachment, Grievance
from grievances.states import Actor
from grievances.story import readable_circles
from portal.files import attachment_response, picture_response
from portal.trace import record


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """One file (`file`), kept until a form names its id. Answers JSON: this address is for the page's script."""
    sent = request.FILES.get("file")
    if sent is None:
        return JsonResponse({"code": "facts_missing", "message": "没有收到文件，请重新选择。"}, status=400)
    try:
        stored = files.store(sent, by=request.user, at=timezone.now())
    except FileRefused as refused:
        return JsonResponse({"code": refused.code, "message": refused.message}, status=refused.status_hint)
    return JsonResponse({"id": str(stored.pk), "name": stored.name, "size": stored.size, "sha256": stored.sha256}, status=201)


@require_GET
def download(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """A file on a ticket in sight and in a circle one reads, or one's own that no form has used yet. `?view=1`: a photo in the page."""
    show = picture_response if request.GET.get("view") else attachment_response
    row = Attachment.objects.filter(file=key, grievance__in=Grievance.objects.visible_to(request.user)).select_related("file").first()
    if row is None:
        return show(_own(request, key))
    ticket = Grievance.objects.visible_to(request.user).select_related("community__street", "park__operator", "grid__unit").get(
        pk=row.grievance_id
    )  # fmt: skip
    stands = standing(ticket, request.user)
    if row.circle not in readable_circles(stands):
        raise Http404("没有这个附件，或您无权查看。")
    if show is attachment_response and Actor.ENTERPRISE not in stands.posts:
        record(request, "download", target=f"grievance:{ticket.number}", file=str(row.file_id), name=row.file.name)
    return show(row.file)


def _own(request: HttpRequest, key: UUID) -> File:
    used = Attachment.objects.filter(file=key)
    return get_object_or_404(File.objects.visible_to(request.user).exclude(pk__in=used.values("file")), pk=key)
