"""Pictures of the board as geometry for SVG: map of grids, days of a trend, ring of grades. Words and numbers come in, nothing is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

from portal.polygons import middle_of, path_of, points_of
from portal.short_names import short_grid

WIDE, HIGH, LEFT, TOP, BOTTOM = 720, 230, 34, 14, 24
MOST_LABELS = 16


@dataclass(frozen=True)
class Cell:
    """`step` of 0 to 3: how much is open, as shade; the number stands beside it."""

    key: int
    name: str
    points: str
    x: str
    y: str
    open: int
    overdue: int
    step: int


@dataclass(frozen=True)
class Map:
    view_box: str
    outline: str
    cells: list[Cell]
    steps: list[tuple[int, str]]
    size: float
    told: str


def grid_map(outline: Any, grids: Sequence[Any], counts: Mapping[int, tuple[int, int]]) -> Map | None:
    """Of the community's own polygons; None where nobody has drawn them. `counts`: key of the grid → open, overdue."""
    edge = points_of(outline)
    shapes = [(grid, points_of(grid.boundary)) for grid in grids]
    shapes = [(grid, points) for grid, points in shapes if len(points) > 2]
    every = [point for points in (edge, *(points for _, points in shapes)) for point in points]
    if not shapes:
        return None
    left, right = min(x for x, _ in every), max(x for x, _ in every)
    low, top = min(y for _, y in every), max(y for _, y in every)
    most = max((counts.get(grid.pk, (0, 0))[0] for grid, _ in shapes), default=0)
    bounds = [0, max(1, most // 4), max(2, most // 2), max(3, most * 3 // 4)]
    cells = []
    for grid, points in shapes:
        still, late = counts.get(grid.pk, (0, 0))
        x, y = middle_of(points)
        step = sum(still > bound for bound in bounds[1:])
        cells.append(Cell(grid.pk, short_grid(grid.name), path_of(points, top), f"{x:.1f}", f"{top - y:.1f}", still, late, step))
    size = (right - left) / 46
    told = "；".join(f"{cell.name}在办 {cell.open} 件{f'、超期 {cell.overdue} 件' if cell.overdue else ''}" for cell in cells)
    box = f"{left - 12:.0f} -12 {right - left + 24:.0f} {top - low + 24:.0f}"
    words = [f"{low + (n > 0)}–{high} 件" for n, (low, high) in enumerate(zip(bounds, bounds[1:], strict=False))]
    return Map(box, path_of(edge, top), cells, list(enumerate([*words, f"{bounds[3] + 1} 件以上"])), size, told)


@dataclass(frozen=True)
class Column:
    label: str
    shown: bool
    x: float
    y: float
    width: float
    height: float
    middle: float
    value: int
    beside: int
    last: int | None


@dataclass(frozen=True)
class Trend:
    """Columns for what came in, a line for what was done, a dashed one for the year before, one for the target."""

    columns: list[Column]
    line: str
    dots: list[tuple[float, float]]
    last: str
    target_y: float | None
    target: str
    ticks: list[tuple[float, int]]
    base_y: float
    told: str
    width: int = WIDE
    height: int = HIGH


def trend(
    labels: Sequence[str], came: Sequence[int], done: Sequence[int], year_before: Sequence[int | None], *, target: float | None
) -> Trend | None:
    """None where there is nothing to draw. `target`: of each column, as far as one was set."""
    highest = max([*came, *done, *(n for n in year_before if n is not None), int(target or 0)], default=0)
    if not highest:
        return None
    top = _round(highest)
    room = HIGH - TOP - BOTTOM

    def y_of(value: float) -> float:
        return round(TOP + room * (1 - value / top), 1)

    step = (WIDE - LEFT - 6) / len(labels)
    width = round(min(26, step * 0.55), 1)
    every = max(1, -(-len(labels) // MOST_LABELS))
    columns = []
    for place, label in enumerate(labels):
        middle = round(LEFT + step * (place + 0.5), 1)
        y = y_of(came[place])
        columns.append(
            Column(
                label,
                place % every == 0,
                round(middle - width / 2, 1),
                y,
                width,
                round(y_of(0) - y, 1),
                middle,
                came[place],
                done[place],
                year_before[place],
            )
        )
    dots = [(column.middle, y_of(column.beside)) for column in columns]
    before = [(column.middle, y_of(column.last)) for column in columns if column.last is not None]
    told = "，".join(f"{c.label}收集 {c.value} 件、办结 {c.beside} 件" for c in columns)
    return Trend(
        columns, _line(dots), dots, _line(before), y_of(target) if target else None, f"{target:g}" if target else "",
        [(y_of(top * n / 4), round(top * n / 4)) for n in range(5)], y_of(0), told,
    )  # fmt: skip


def _line(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def _round(value: int) -> int:
    """The next 4, 8, 20, 40, 80, 200 …"""
    scale = 1
    while True:
        for step in (4, 8, 20):
            if value <= step * scale:
                return step * scale
        scale *= 10


@dataclass(frozen=True)
class Arc:
    grade: int
    label: str
    count: int
    path: str


def ring(parts: Sequence[tuple[int, str, int]]) -> list[Arc]:
    """Grades around a circle of radius 60 in a box of 160, clockwise from the top; empty without a rating."""
    total = sum(count for _, _, count in parts)
    arcs, at = [], 0.0
    for grade, label, count in parts:
        share = count / total if total else 0.0
        arcs.append(Arc(grade, label, count, _arc(at, at + share) if count else ""))
        at += share
    return arcs if total else []


def _arc(start: float, end: float) -> str:
    end = min(end, start + 0.9999)
    (x1, y1), (x2, y2) = _on_ring(start), _on_ring(end)
    return f"M{x1:.2f} {y1:.2f}A60 60 0 {int(end - start > 0.5)} 1 {x2:.2f} {y2:.2f}"


def _on_ring(turn: float) -> tuple[float, float]:
    return 80 + 60 * sin(2 * pi * turn), 80 - 60 * cos(2 * pi * turn)
