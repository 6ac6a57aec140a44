"""The versions of the privacy notice (隐私说明). Its words are templates/privacy/<version>.html: one file a version, never edited once in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Version:
    """`changed`: what is new in it, for those who accepted the one before."""

    code: str
    from_on: date
    changed: str = ""


#: Oldest first; the last one is in force. Adding one asks everybody again at the next page.
VERSIONS = (Version("2026-11", date(2026, 11, 1)),)
VERSION = VERSIONS[-1].code
