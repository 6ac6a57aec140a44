"""Files that come with a form, or that came before it and are named by id."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest

import files
from files.models import File
from files.refused import FileRefused

#: A plain file input is named for the fact with this behind it; ids of files sent before are under the fact's own name.
FRESH = "_new"
ACCEPT = ".jpg,.jpeg,.png,.pdf,.docx,.xlsx,.txt"


@dataclass
class Uploads:
    """`ids`: what the move is told; `files`: the same as rows, for showing them again; `fresh`: stored by this very request."""

    ids: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    fresh: bool = False


def take(request: HttpRequest, name: str, at: datetime, *, longest_side: int | None = None) -> Uploads:
    """Ids in the field `name` and files in `<name>_new`. A file that is refused is named in `problems`; the others are kept. `longest_side`:
    pixels to which larger pictures are brought down."""
    taken = Uploads(ids=[value for value in request.POST.getlist(name) if value])
    for upload in request.FILES.getlist(name + FRESH):
        try:
            stored = files.store(upload, by=request.user, at=at, longest_side=longest_side)
        except FileRefused as refused:
            taken.problems.append(f"{upload.name}：{refused.message}")
            continue
        taken.ids.append(str(stored.pk))
        taken.fresh = True
    if taken.ids:
        taken.files = own(request.user, taken.ids)
    return taken


def own(user: Any, ids: list[str]) -> list[File]:
    """One's own unused files among the ids, in that order; what is not a key of a file is left out."""
    keys = [key for key in map(_key, ids) if key is not None]
    found = {file.pk: file for file in File.objects.visible_to(user).filter(pk__in=keys)}
    return [found[key] for key in dict.fromkeys(keys) if key in found]


def _key(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
