"""Attachments: handed in, and handed out again (R21)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

import audit
import files
from accounts.address import client_address
from api import docs
from api.doors import Behind
from api.shapes import UploadedSerializer
from files.models import File
from grievances.attached import file_for

# Whatever the bytes pretend to be, the caller saves them and runs nothing.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class UploadBody(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="jpg、png、pdf、docx、xlsx、txt，不超过 10 MB")


class Upload(Behind):
    """POST one file; it stays the uploader's until a ticket uses it, and is cleared away after a day if none does."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        request={"multipart/form-data": UploadBody},
        responses=docs.made(UploadedSerializer) | {413: docs.refusal("文件超过 10 MB"), 415: docs.refusal("不是 multipart/form-data")},
    )
    def post(self, request: Request) -> Response:
        uploads = request.FILES.getlist("file")
        if len(uploads) != 1:
            raise ValidationError({"file": ["请用 multipart/form-data 的 file 字段上传一个文件，一次一个。"]})
        kept = files.store(uploads[0], by=request.user, at=self.at)
        answer = {"id": str(kept.pk), "name": kept.name, "size": kept.size, "sha256": kept.sha256}
        return Response(answer, status=201)


class Attachment(Behind):
    """GET the bytes. Reading what somebody else handed in leaves a line in the trail."""

    @extend_schema(
        responses={
            (200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, description="文件内容，以附件形式下载"),
            **docs.REFUSALS,
            404: docs.refusal("没有这个附件，或不在您的查看范围内"),
        }
    )
    def get(self, request: Request, key: UUID) -> HttpResponseBase:
        file = file_for(request.user, key, self.door.kinds)
        if file is None:
            raise Http404
        if file.uploaded_by_id != request.user.pk:
            asked = request._request
            audit.record(
                "download", by=request.user, at=self.at, target=f"file:{file.pk}", detail={"door": self.door.name},
                request_id=getattr(asked, "id", ""), address=client_address(asked),
            )  # fmt: skip
        return handed_out(file)


def handed_out(file: File) -> HttpResponseBase:
    """The bytes as a download. The caller has asked `visible_to`. Raises Http404 where the disk lost them."""
    try:
        stored = files.open(file)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(stored, as_attachment=True, filename=file.name, content_type=file.mime)
    response.headers["Content-Length"] = str(file.size)
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
