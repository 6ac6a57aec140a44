"""社区组织: 四至 and a map, working hours, grids with their 1+3+N, windows with who serves there, departments, partner firms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from community import held
from community.models import Absence, Community, Grid
from community.organisation import Organisation, describe
from community.setting_up import KINDS as SETS_UP
from community.staffing import REQUIREMENTS
from enterprises import counts_by_place
from parks.models import Park
from portal.context import EVERYONE
from portal.polygons import middle_of, path_of, points_of
from portal.rights import GRID, OFFICE, only
from portal.short_names import short_grid

if TYPE_CHECKING:
    from accounts.models import User

SOON_DAYS = 30
MARGIN = 30


@dataclass(frozen=True)
class Shape:
    """A polygon of the map in its own coordinates, y downwards, with where its words stand."""

    key: str
    name: str
    points: str
    x: str
    y: str
    note: str = ""
    warn: bool = False


@dataclass(frozen=True)
class Map:
    view_box: str
    outline: str
    grids: list[Shape]
    size: float


@only(*sorted(EVERYONE))
@require_GET
def organisation(request: HttpRequest) -> HttpResponse:
    """`?community=` where one sees several."""
    user, now = request.user, timezone.now()
    communities = list(Community.objects.visible_to(user).select_related("street").order_by("code"))
    here = next((row for row in communities if row.code == request.GET.get("community")), communities[0] if communities else None)
    if here is None:
        raise Http404("没有这个社区，或您无权查看。")
    found = describe(here, user, now)
    vacancies = [vacancy for row in found.grids for vacancy in row.staffing.vacancies]
    absent = set(Absence.objects.running(now).filter(post__community=here).values_list("post_id", flat=True))
    facts = {
        "communities": communities, "here": here, "org": found, "map": draw(here, found, user), "vacancies": vacancies, "absent": absent,
        "hours": here.hours().on(timezone.localtime(now).date()).words().split("、"), "requirements": REQUIREMENTS, "soon": SOON_DAYS, "now": now,
        "grids": grid_rows(found, user), "may_set": bool(held(user, *SETS_UP)), "staff": bool(held(user, *OFFICE, *GRID, "street")),
    }  # fmt: skip
    return render(request, "organisation/organisation.html", facts)


def grid_rows(found: Organisation, user: User) -> list[dict[str, Any]]:
    """Each grid with its people by part of the 1+3+N, and its parks."""
    parks: dict[int, list[Park]] = {}
    for park in Park.objects.visible_to(user).filter(community=found.community).order_by("pinyin", "pk"):
        if park.grid_id:
            parks.setdefault(park.grid_id, []).append(park)
    rows = []
    for row in found.grids:
        missing = {vacancy.code: vacancy.missing for vacancy in row.staffing.vacancies}
        parts = [
            {
                "label": part.label,
                "need": part.need,
                "have": row.staffing.counts[part.code],
                "missing": missing.get(part.code, 0),
                "people": [post for post in row.people if post.kind in part.kinds],
            }
            for part in REQUIREMENTS
        ]
        rows.append({"grid": row.grid, "parts": parts, "parks": parks.get(row.grid.pk, []), "full": not missing})
    return rows


def draw(here: Community, found: Organisation, user: User) -> Map | None:
    """The boundary and the grids as polygons; None where nobody has drawn them. Numbers only: nothing typed reaches the drawing but names as text."""
    outline = points_of(here.boundary)
    grids = {row.grid: points_of(row.grid.boundary) for row in found.grids}
    every = [point for points in (outline, *grids.values()) for point in points]
    if len(every) < 3:
        return None
    left, right = min(x for x, _ in every), max(x for x, _ in every)
    low, top = min(y for _, y in every), max(y for _, y in every)
    vacant = {row.grid.pk for row in found.grids if row.staffing.vacancies}
    counts = _enterprises(user)
    shapes = [_shape(grid, points, top, counts.get(grid.pk), grid.pk in vacant) for grid, points in grids.items() if len(points) > 2]
    box = f"{left - MARGIN:.0f} {-MARGIN:.0f} {right - left + 2 * MARGIN:.0f} {top - low + 2 * MARGIN:.0f}"
    return Map(box, path_of(outline, top), shapes, (right - left) / 60)


def _enterprises(user: User) -> dict[int, int]:
    """How many enterprises sit in each grid, for those who may know."""
    if not held(user, *OFFICE, "street"):
        return {}
    parks = counts_by_place(user).parks
    counts: dict[int, int] = {}
    for park, grid in Park.objects.visible_to(user).filter(pk__in=list(parks), grid__isnull=False).values_list("pk", "grid_id"):
        counts[grid] = counts.get(grid, 0) + parks[park]
    return counts


def _shape(grid: Grid, points: list[tuple[float, float]], top: float, count: int | None, warn: bool) -> Shape:
    x, y = middle_of(points)
    return Shape(grid.code, short_grid(grid.name), path_of(points, top), f"{x:.1f}", f"{top - y:.1f}", f"{count} 家" if count else "", warn)
