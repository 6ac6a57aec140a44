"""File names are data people see: cleaned, never used as a path."""

import re

from wording import clean

from files.refused import FileRefused

LONGEST = 120


def clean_name(name: str) -> str:
    """The last part of the path, without quotes and characters that forge, at most 120 characters with its ending kept."""
    base = re.split(r"[/\\]", name)[-1]
    base = re.sub(r'[\x00-\x1f\x7f-\x9f"\'<>|:*?;]', "", base)
    base = re.sub(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", base).strip(" .")
    stem, dot, ending = base.rpartition(".")
    if not dot:
        raise FileRefused("文件名没有扩展名，无法判断类型。请加上 .jpg、.pdf 等扩展名。", code="wrong_type")
    stem = stem.strip(" .") or "附件"
    return clean(f"{stem[: LONGEST - len(ending) - 1]}.{ending}", max_length=LONGEST)
