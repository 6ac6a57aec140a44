"""Bytes that people hand in: sniffed, cleaned, hashed, stored under a random name.

`files.store(upload, by=…, at=…)`, `files.open(file)`, `files.use(ids, by=…, at=…)`. The names are looked up late, since models
cannot be imported before the apps are ready.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from files.models import File


def store(upload: Any, *, by: Any, at: datetime, longest_side: int | None = None) -> "File":
    from files.keep import store as deed

    return deed(upload, by=by, at=at, longest_side=longest_side)


def open(file: "File") -> BinaryIO:
    from files.keep import open_stored

    return open_stored(file)


def use(ids: Iterable[Any], *, by: Any, at: datetime) -> "list[File]":
    from files.keep import use as deed

    return deed(ids, by=by, at=at)


def release(key: Any) -> None:
    from files.keep import release as deed

    deed(key)
