"""Files of tickets: sent ahead of the form they belong to, and handed out to whoever may read where they hang."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

import files
from files.refused import FileRefused
from grievances.attached import file_for
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
    file = file_for(request.user, key)
    if file is None:
        raise Http404("没有这个附件，或您无权查看。")
    if request.GET.get("view"):
        return picture_response(file)
    if file.uploaded_by_id != request.user.pk:
        record(request, "download", target=f"file:{file.pk}", name=file.name)
    return attachment_response(file)
