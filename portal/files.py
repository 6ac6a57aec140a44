"""Handing a stored file out (R21)."""

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase

import files
from files.models import File

HEADERS = {
    # Whatever the bytes pretend to be, the browser saves them and runs nothing.
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def attachment_response(file: File) -> HttpResponseBase:
    """The bytes as a download under the original name. The caller has asked `visible_to`; 404 where the disk lost them."""
    return _response(file, as_attachment=True)


def picture_response(file: File) -> HttpResponseBase:
    """A photo to be shown in a page (`<img>`): ours, since every picture is drawn anew when it comes in. Others download."""
    return _response(file, as_attachment=not file.is_image)


def _response(file: File, *, as_attachment: bool) -> HttpResponseBase:
    try:
        stored = files.open(file)
    except FileNotFoundError as error:
        raise Http404("文件不在存储中。") from error
    response = FileResponse(stored, as_attachment=as_attachment, filename=file.name, content_type=file.mime)
    response.headers["Content-Length"] = str(file.size)
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
