"""Schemes and rounds, led to where a test wants them by the deeds themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import community as _posts
from accounts.models import User
from community.kinds import PostKind
from community.models import Community
from evaluations import rounds as _rounds
from evaluations import schemes as _schemes
from evaluations.models import Result, Round, Scheme
from tests.make.community import WEDNESDAY
from tests.make.community import somebody as _somebody

#: tenants 60 relative, vacancy 40 by steps; three grades.
PLAIN: tuple[dict[str, Any], ...] = (
    {"code": "tenants", "weight": "60", "scoring": "minmax", "missing": "zero"},
    {"code": "vacancy", "weight": "40", "scoring": "steps", "steps": "30:40，10:100", "missing": "zero"},
)
GRADES = (("优", "20"), ("良", "50"), ("中", "30"))


def leader_of(community: Community, *, at: datetime = WEDNESDAY) -> User:
    return _somebody(PostKind.LEADER, community=community, at=at)


def scheme(
    *, community: Community, by: User | None = None, at: datetime = WEDNESDAY - timedelta(days=400), indicators: Sequence[dict[str, Any]] = PLAIN,
    grades: Sequence[tuple[str, str]] = GRADES, **facts: Any,
) -> Scheme:  # fmt: skip
    """In force from the day it is set, by default more than a year before `WEDNESDAY`."""
    by = by or leader_of(community)
    raw = {"community": community.code, "from_on": at.date(), "name": "园区评价", "ties": "up", "objection_workdays": "5"} | facts
    raw |= {"indicators": list(indicators), "grades": [{"label": label, "quota": quota} for label, quota in grades]}
    return _schemes.save(_schemes.draft(raw, by=by, at=at), by=by, at=at)


def round_(
    *, community: Community, period: str = "2026Q3", state: str = "draft", by: User | None = None, at: datetime = WEDNESDAY
) -> Round:
    """Reckoned by the scheme in force (one is made where there is none), then shown at `at`, then published once objections are over."""
    by = by or leader_of(community, at=at)
    if not Scheme.objects.filter(community=community).exists():
        scheme(community=community, by=by)
    made = _rounds.begin({"community": community.code, "period": period}, by=by, at=at)
    if state != "draft":
        made = _rounds.show(made, by=by, at=at)
    if state == "published":
        later = made.objections_until_at + timedelta(minutes=1)
        made = _rounds.publish(made, by=_posts.attach(by, later), at=later)
    return made


def result(made: Round, park: Any) -> Result:
    return Result.objects.select_related("round", "park", "grade").get(round=made, park=park)
