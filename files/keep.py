"""Taking a file in, reading it, using it, clearing away what nobody used."""

import hashlib
import os
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction

from files.images import redraw
from files.models import File
from files.refused import FileRefused
from files.sniff import JPEG, PNG, TEXT, kind_of
from wording.filenames import clean_filename
from wording.text import TextRefused

MOST_BYTES = 10 * 1024 * 1024
UNUSED_FOR = timedelta(hours=24)
_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13}


def _root() -> Path:
    return Path(settings.MEDIA_ROOT)


def path_of(file: File) -> Path:
    return _root() / file.stored_as


def _plain_text(data: bytes) -> bytes:
    """UTF-8 of a text file in UTF-8 or GB 18030. Raises FileRefused("broken")."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(ord(character) in _CONTROLS for character in text):
            return text.encode()
        break
    raise FileRefused("这不是纯文本文件，或编码无法识别。请用记事本另存为 UTF-8 编码后再传。", code="broken")


def _written(data: bytes) -> str:
    """Write the bytes under a random name; whole or not at all. Returns the path below MEDIA_ROOT."""
    name = secrets.token_hex(16)
    stored_as = f"{name[:2]}/{name[2:]}"
    target, incoming = _root() / stored_as, _root() / "incoming" / name
    for folder in (target.parent, incoming.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with open(os.open(incoming, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        incoming.rename(target)
    finally:
        incoming.unlink(missing_ok=True)
    return stored_as


def store(upload: Any, *, by: Any, at: datetime, longest_side: int | None = None) -> File:
    """Check, clean and keep one uploaded file (`.name`, `.read()`); it stays the uploader's until `use`d. `longest_side`: pixels to which
    a larger picture is brought down.

    The bytes are on disk before the row says so: a crash in between leaves bytes that `sweep` clears away, never a row without
    bytes. Raises FileRefused (codes there).
    """
    try:
        name = clean_filename(upload.name or "")
    except TextRefused as error:
        raise FileRefused(error.message, code="wrong_name") from error
    # One byte more than allowed: the size a client declares is not trusted.
    data = upload.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise FileRefused("文件超过 10 MB，请压缩或分开上传。", code="too_large")
    if not data:
        raise FileRefused("文件是空的，请重新选择。", code="empty")
    kind = kind_of(name, data)
    if kind in (JPEG, PNG):
        data = redraw(data, kind, longest_side)
    elif kind is TEXT:
        data = _plain_text(data)
    return File.objects.create(
        name=name,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        mime=kind.mime,
        stored_as=_written(data),
        uploaded_by=by,
        created_at=at,
    )


def open_stored(file: File) -> BinaryIO:
    """The bytes, for reading. Raises FileNotFoundError where the disk has lost them."""
    return path_of(file).open("rb")


def use(ids: Iterable[Any], *, by: Any, at: datetime) -> list[File]:
    """Take files this person uploaded and has not used yet, locked and marked used, in the order given.

    Raises FileRefused("unknown_file") where one is not there, not theirs or used already: the three look alike from outside.
    """
    order = {pk: place for place, pk in enumerate(ids)}
    with transaction.atomic():
        found = {file.pk: file for file in File.objects.visible_to(by).select_for_update(no_key=True).filter(pk__in=order)}
        if len(found) != len(order):
            raise FileRefused("有附件已失效，请重新上传。", code="unknown_file")
        File.objects.filter(pk__in=found).update(used_at=at)
    for file in found.values():
        file.used_at = at
    return sorted(found.values(), key=lambda file: order[file.pk])


def release(key: Any) -> None:
    """Nothing shows this file any more: it goes with the next sweep. The caller has taken away every reference to it."""
    File.objects.filter(pk=key).update(used_at=None)


def sweep(at: datetime, limit: int = 1000) -> int:
    """Forget files nobody used for a day, and bytes no row knows for a day. Returns how many rows went."""
    with transaction.atomic():
        unused = File.objects.select_for_update(skip_locked=True, no_key=True).filter(used_at__isnull=True, created_at__lte=at - UNUSED_FOR)
        paths = dict(unused.values_list("pk", "stored_as")[:limit])
        File.objects.filter(pk__in=paths).delete()
    for stored_as in paths.values():
        (_root() / stored_as).unlink(missing_ok=True)
    _sweep_disk(at)
    return len(paths)


def _sweep_disk(at: datetime) -> None:
    """Remove bytes without a row: left by a crash or a rolled-back transaction."""
    oldest = (at - UNUSED_FOR).timestamp()
    for folder in sorted(path for path in _root().glob("*") if path.is_dir()):
        old = {f"{folder.name}/{path.name}": path for path in folder.iterdir() if path.is_file() and path.stat().st_mtime < oldest}
        known = set(File.objects.filter(stored_as__in=old).values_list("stored_as", flat=True))
        for stored_as, path in old.items():
            if stored_as not in known:
                path.unlink(missing_ok=True)
