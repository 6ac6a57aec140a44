"""JSON as this API takes it: UTF-8, not absurdly nested, without NUL. Anything else is 400, never 500."""

import codecs
import json
from typing import Any, NoReturn

from django.utils.http import parse_header_parameters
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

DEEPEST = 50


class StrictJSONParser(BaseParser):
    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(self, stream: Any, media_type: str | None = None, parser_context: dict[str, Any] | None = None) -> Any:
        # Django forgets a charset it does not know; what the client wrote is in the media type.
        written = parse_header_parameters(media_type or "")[1].get("charset")
        encoding = written or (parser_context or {}).get("encoding") or "utf-8"
        try:
            if codecs.lookup(encoding).name != "utf-8":
                raise LookupError
        except LookupError:
            raise UnsupportedMediaType(media_type or "", detail="请求内容须为 UTF-8 编码的 JSON。") from None
        try:
            data = json.loads(stream.read().decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError, UnicodeError):
            raise ParseError("请求内容不是有效的 JSON（UTF-8）。") from None
        _check(data, DEEPEST)
        return data


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are not JSON


def _check(value: Any, levels: int) -> None:
    if levels == 0:
        raise ParseError(f"请求内容嵌套过深，最多 {DEEPEST} 层。")
    match value:
        case str():
            if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
                raise ParseError("请求内容含有不可见的控制字符或残缺的字符。")
        case list():
            for item in value:
                _check(item, levels - 1)
        case dict():
            for name, item in value.items():
                _check(name, levels - 1)
                _check(item, levels - 1)
