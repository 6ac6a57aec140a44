"""Exceptions as answers of the API: `{code, message, fields, request_id}`, in Chinese, never the text of a bug."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelValidationError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from wording.errors import Refused

WORDS: dict[int, tuple[str, str]] = {
    400: ("bad_request", "请求的内容有误，请检查后重试。"),
    401: ("not_signed_in", "尚未登录或登录已过期，请重新登录。"),
    403: ("not_yours", "这件事不在您的办理权限之内。"),
    404: ("not_found", "没有找到您要的内容，它可能不存在，或者不在您的查看范围内。"),
    405: ("method_not_allowed", "这个地址不支持这种请求方式。"),
    406: ("not_acceptable", "接口只提供 JSON。"),
    409: ("state_conflict", "内容已经变化，请刷新后再办理。"),
    413: ("too_large", "提交的内容太大。单个附件不超过 10 MB，每件诉求不超过 10 个附件。"),
    415: ("unsupported_media_type", "不支持这种内容类型，请用 JSON（UTF-8）或表单上传。"),
    422: ("key_reused", "同一个幂等键已用于另一份内容，请换一个新的幂等键。"),
    429: ("too_many", "操作过于频繁，请稍后再试。"),
    500: ("internal_error", "系统出了差错，我们已记录。请凭错误编号联系社区，或稍后重试。"),
    503: ("unavailable", "系统暂时不可用，数据没有丢失，请稍后重试。"),
}
GENERAL = {"non_field_errors", "__all__", "detail"}
CHECK = "有 {count} 处内容需要修改，请看各栏的说明。"


def shape(
    status: int, *, code: str = "", message: str = "", fields: Mapping[str, Any] | None = None, request_id: str = ""
) -> dict[str, Any]:
    """The body of every error; `fields` names the facts at fault, each with a list of messages."""
    usual_code, usual_message = WORDS.get(status, WORDS[400 if status < 500 else 500])
    return {"code": code or usual_code, "message": message or usual_message, "fields": dict(fields or {}), "request_id": request_id}


def exception_handler(exception: Exception, context: dict[str, Any]) -> Response | None:
    """An answer, or None for a bug or a database that is down: those become 500 or 503 in mengchuang/errors.py."""
    found = _answer(exception)
    if found is None:
        return None
    status, body, headers = found
    set_rollback()
    body["request_id"] = getattr(context["request"], "id", "")
    return Response(body, status=status, headers=headers)


def _answer(exception: Exception) -> tuple[int, dict[str, Any], dict[str, str]] | None:
    match exception:
        case Refused():
            body = shape(exception.status_hint, code=exception.code, message=exception.message, fields=exception.fields)
            current = getattr(exception, "current", None)
            return exception.status_hint, body | ({"current": current} if current is not None else {}), {}
        case exceptions.ValidationError():
            return 400, invalid(exception.detail), {}
        case ModelValidationError():
            return 400, invalid(exception.message_dict if hasattr(exception, "error_dict") else exception.messages), {}
        case Http404():
            return 404, shape(404), {}
        case PermissionDenied():
            return 403, shape(403), {}
        case RequestDataTooBig():
            return 413, shape(413), {}
        case SuspiciousOperation():
            return 400, shape(400), {}
        case exceptions.APIException():
            return _from_framework(exception)
    return None


def _from_framework(exception: exceptions.APIException) -> tuple[int, dict[str, Any], dict[str, str]]:
    headers = {}
    if header := getattr(exception, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(exception, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    status, message = exception.status_code, ""
    if isinstance(exception, exceptions.PermissionDenied) and str(exception.detail).startswith("CSRF"):
        return status, shape(403, code="csrf", message="安全校验未通过：浏览器会话须带 X-CSRFToken，或改用令牌。"), headers
    if isinstance(exception, exceptions.ParseError | exceptions.UnsupportedMediaType):
        message = str(exception.detail) if _is_chinese(str(exception.detail)) else ""
    elif str(exception.detail) != str(type(exception).default_detail):
        message = str(exception.detail)
    return status, shape(status, message=message), headers


def invalid(detail: Any) -> dict[str, Any]:
    """400 for fields at fault. `fields` is flat: a nested one is named `parent.child` or `parent.0`."""
    fields: dict[str, list[str]] = {}
    general: list[str] = []
    _flatten(detail, "", fields, general)
    # The framework's own words for "no body at all" are never translated.
    message = "；".join(text for text in general if _is_chinese(text)) or (CHECK.format(count=len(fields)) if fields else "")
    if not general and len(fields) == 1:
        message = next(iter(fields.values()))[0]
    return shape(400, code="invalid", message=message, fields=fields)


def _flatten(detail: Any, name: str, fields: dict[str, list[str]], general: list[str]) -> None:
    if isinstance(detail, dict):
        for key, value in detail.items():
            _flatten(value, name if key in GENERAL else f"{name}.{key}".lstrip("."), fields, general)
    elif isinstance(detail, list | tuple):
        for position, value in enumerate(detail):
            _flatten(value, f"{name}.{position}".lstrip(".") if isinstance(value, dict | list) else name, fields, general)
    elif name:
        fields.setdefault(name, []).append(str(detail))
    else:
        general.append(str(detail))


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)
