"""File names as data: shown and offered for download, never a path on our disk (R21, R22)."""

import re

from wording.text import TextRefused, tidy

MAX_LENGTH = 120
UNNAMED = "未命名"

_FORBIDDEN = re.compile("[\"'`“”‘’<>|:*?;%$&\\\\/\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]+")
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)")


def clean_filename(name: str, *, max_length: int = MAX_LENGTH) -> str:
    """The last part of `name`, safe to show and to save on Windows, at most `max_length` characters, never empty.

    The ending survives shortening. Full-width dots and slashes count as what they look like. Raises `TextRefused` for
    a NUL; other controls, bidirectional marks and quotes are dropped.
    """
    if "\0" in name:
        raise TextRefused("文件名里有空字符（NUL），无法保存；请改名后重新上传。", code="nul")
    name = re.split(r"[\\/／＼]", name)[-1].replace("．", ".")
    if len(name) > 4 * max_length:
        name = name[: 2 * max_length] + name[-2 * max_length :]
    name = _FORBIDDEN.sub("", tidy(_FORBIDDEN.sub("", name))).strip(" .\u3000")
    name = _RESERVED.sub(r"\1_", name)
    return _shorten(name, max_length) or UNNAMED


def _shorten(name: str, max_length: int) -> str:
    stem, dot, ending = name.rpartition(".")
    if len(name) <= max_length or not dot or len(ending) > 10:
        return name[:max_length].rstrip(" .")
    return stem[: max_length - len(ending) - 1].rstrip(" .") + "." + ending
