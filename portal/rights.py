"""Which posts a page is for. Rows are narrowed by `visible_to`; this only says whose page it is (403 for the others)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from community import held
from community.kinds import COMMUNITY_WIDE_KINDS, GRID_KINDS, PostKind
from portal.context import KIND_WORDS
from wording.errors import NotYours

View = Callable[..., HttpResponse]

OFFICE = COMMUNITY_WIDE_KINDS
GRID = GRID_KINDS
UNITS = (PostKind.PARTNER, PostKind.DEPARTMENT, PostKind.OPERATOR)
#: Who works through a queue; a steward has his own list of what he filed.
DESK = (*OFFICE, PostKind.STREET, *GRID, *UNITS)
#: Who may file on behalf (machine file, T01: E, S, G); a leader has his specialists for it.
REGISTERS = (PostKind.SPECIALIST, *GRID, PostKind.STEWARD)
SERVED = (PostKind.ENTERPRISE_MANAGER, PostKind.ENTERPRISE_MEMBER, PostKind.EMPLOYEE)


def only(*kinds: str) -> Callable[[View], View]:
    """A page for these posts; anybody else is told whose it is."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not held(request.user, *kinds):
                raise NotYours(f"这一页供{_named(kinds)}使用。如需开通，请联系社区负责人。")
            return view(request, *args, **kwargs)

        checked.kinds = kinds  # type: ignore[attr-defined]
        return checked

    return decorate


def _named(kinds: tuple[str, ...]) -> str:
    return "、".join(dict.fromkeys(KIND_WORDS[kind] for kind in kinds))
