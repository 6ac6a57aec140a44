"""Streets, communities, grids, units and posts; whoever acts in a test is made by `make.somebody(kind)`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count as _count
from typing import Any
from zoneinfo import ZoneInfo

import community as _posts
from accounts.models import User
from community.kinds import GRID_KINDS, PostKind, UnitKind
from community.models import Absence, Community, Grid, Post, Street, Unit
from tests.make.accounts import user as _user

SHANGHAI = ZoneInfo("Asia/Shanghai")
#: A Wednesday morning in working hours, two days after which comes a weekend.
WEDNESDAY = datetime(2026, 11, 18, 10, 0, tzinfo=SHANGHAI)
_serial = _count(1)


def street(*, code: str = "", name: str = "仓前街道") -> Street:
    return Street.objects.create(code=code or f"JD{next(_serial)}", name=name)


def community(*, street: Street | None = None, code: str = "", name: str = "梦创社区", **facts: Any) -> Community:
    if street is None:
        street = _new_street()
    return Community.objects.create(street=street, code=code or f"SQ{next(_serial)}", name=name, **facts)


_new_street, _new_community = street, community


def grid(*, community: Community | None = None, code: str = "", name: str = "第一网格") -> Grid:
    community = community or _new_community()
    return Grid.objects.create(community=community, code=code or f"G{next(_serial)}", name=name)


def unit(
    *, community: Community | None = None, kind: str = UnitKind.WINDOW, code: str = "", name: str = "经济发展专员窗口", **facts: Any
) -> Unit:
    """A partner firm gets its window and an agreement from 2026, a grid unit its grid, unless they are given."""
    community = community or _new_community()
    if kind == UnitKind.PARTNER:
        facts.setdefault("agreement_from_on", date(2026, 1, 1))
        if "parent" not in facts:
            facts["parent"] = Unit.objects.filter(community=community, is_partner=True).first() or unit(
                community=community, is_partner=True, name="财务法务之窗"
            )
    if kind == UnitKind.GRID and "grid" not in facts:
        facts["grid"] = grid(community=community)
    return Unit.objects.create(community=community, kind=kind, code=code or f"U{next(_serial)}", name=name, **facts)


_UNIT_OF = {
    PostKind.SPECIALIST: UnitKind.WINDOW,
    PostKind.PARTNER: UnitKind.PARTNER,
    PostKind.DEPARTMENT: UnitKind.DEPARTMENT,
    PostKind.OPERATOR: UnitKind.OPERATOR,
}


def post(
    kind: str = PostKind.SPECIALIST,
    *,
    user: User | None = None,
    community: Community | None = None,
    street: Street | None = None,
    at: datetime = WEDNESDAY - timedelta(days=365),
    until_at: datetime | None = None,
    **facts: Any,
) -> Post:
    """A post with what its kind needs (unit, grid); without the park or enterprise of upper apps."""
    kind = PostKind(kind)
    if kind == PostKind.STREET:
        street = street or (community.street if community else _new_street())
        community = None
    elif community is None and street is None:
        community = _new_community()
    if kind in _UNIT_OF and "unit" not in facts:
        facts["unit"] = unit(community=community, kind=_UNIT_OF[kind])
    if kind in GRID_KINDS and "grid" not in facts:
        facts["grid"] = grid(community=community)
    user = user or _user()
    return _posts.appoint(user, kind, community=community, street=street, at=at, by=None, until_at=until_at, **facts)


def somebody(kind: str = PostKind.SPECIALIST, *, at: datetime = WEDNESDAY, **facts: Any) -> User:
    """A person with one post of this kind, and the posts attached as a request would."""
    return _posts.attach(post(kind, **facts).user, at)


def absence(post: Post, *, from_at: datetime, until_at: datetime, deputy: Post | None = None, reason: str = "年休假") -> Absence:
    return Absence.objects.create(post=post, from_at=from_at, until_at=until_at, deputy=deputy, reason=reason)
