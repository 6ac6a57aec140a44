"""Boundaries as stored, in metres, and as points of an SVG: y grows downwards there. Numbers only; nothing typed reaches a drawing."""

from __future__ import annotations

from typing import Any

Points = list[tuple[float, float]]


def points_of(boundary: Any) -> Points:
    """What is stored, as pairs of numbers; anything else counts as not drawn."""
    found = []
    for pair in boundary if isinstance(boundary, list) else ():
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(value, int | float) for value in pair)):
            return []
        found.append((float(pair[0]), float(pair[1])))
    return found


def path_of(points: Points, top: float) -> str:
    return " ".join(f"{x:.1f},{top - y:.1f}" for x, y in points)


def middle_of(points: Points) -> tuple[float, float]:
    """Centre of the area; of the corners where the area is nought."""
    area = x = y = 0.0
    for (x1, y1), (x2, y2) in zip(points, [*points[1:], points[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        area += cross
        x += (x1 + x2) * cross
        y += (y1 + y2) * cross
    if not area:
        return sum(px for px, _ in points) / len(points), sum(py for _, py in points) / len(points)
    return x / (3 * area), y / (3 * area)
