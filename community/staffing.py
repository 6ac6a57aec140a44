"""The 1+3+N rule of a grid: one leader, three full-time staff, at least one part-time member or steward of a park (园区力量)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from community.kinds import PostKind
from community.models import Community, Grid, Post


@dataclass(frozen=True)
class Requirement:
    code: str
    label: str
    need: int
    kinds: tuple[PostKind, ...]


#: 仓前 report B07: 「1+3+N」，即一名网格长、三名专职网格员和多名兼职网格员及园区力量.
REQUIREMENTS = (
    Requirement("leader", "网格长", 1, (PostKind.GRID_LEADER,)),
    Requirement("staff", "专职网格员", 3, (PostKind.GRID_STAFF,)),
    Requirement("force", "兼职网格员或园区力量", 1, (PostKind.GRID_PART_TIME, PostKind.STEWARD)),
)


@dataclass(frozen=True)
class Vacancy:
    grid: Grid
    code: str
    label: str
    need: int
    have: int

    @property
    def missing(self) -> int:
        return self.need - self.have

    def __str__(self) -> str:
        return f"{self.grid.name}缺{self.label} {self.missing} 人（应有 {self.need}，现有 {self.have}）"


@dataclass(frozen=True)
class Staffing:
    grid: Grid
    counts: dict[str, int]
    vacancies: tuple[Vacancy, ...]


def staffing(community: Community, at: datetime) -> list[Staffing]:
    """One row per grid, by code; posts in force count, absent or not. Two queries whatever the number of grids."""
    kinds = [kind for requirement in REQUIREMENTS for kind in requirement.kinds]
    posts = Post.objects.in_force(at).filter(grid__community=community, kind__in=kinds).values_list("grid_id", "kind")
    held = Counter(posts)
    rows = []
    for grid in Grid.objects.filter(community=community).order_by("code"):
        counts = {row.code: sum(held[grid.pk, kind.value] for kind in row.kinds) for row in REQUIREMENTS}
        empty = tuple(Vacancy(grid, row.code, row.label, row.need, counts[row.code]) for row in REQUIREMENTS if counts[row.code] < row.need)
        rows.append(Staffing(grid, counts, empty))
    return rows


def vacancies(community: Community, at: datetime) -> list[Vacancy]:
    return [vacancy for row in staffing(community, at) for vacancy in row.vacancies]
