"""Columns over the years as SVG, drawn on the server: numbers in, geometry out. Nothing here knows what is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 320, 150
TOP, BOTTOM, SIDE = 24, 20, 6
WIDEST = 44
MOST_BARS = 8


@dataclass(frozen=True)
class Bar:
    """A column with its words. `growth` against the bar before it in percent; `mark_y`: where the median lies."""

    label: str
    words: str
    x: float
    y: float
    width: float
    height: float
    middle: float
    words_y: float
    below: bool
    growth: str
    mark_y: float | None
    mark_words: str


@dataclass(frozen=True)
class Chart:
    """`told` says in words what the picture shows, for whoever cannot see it."""

    bars: list[Bar]
    base_y: float
    told: str
    width: int = WIDTH
    height: int = HEIGHT


def short(value: Decimal | None, places: int = 2) -> str:
    """1234567.5 → 123.46万; what it stands for is said beside it."""
    if value is None:
        return "—"
    large = abs(value) >= 10_000
    said = f"{value / 10_000:,.2f}" if large else f"{value:,.{places}f}"
    return (said.rstrip("0").rstrip(".") if "." in said else said) + ("万" if large else "")


def growth(now: Decimal | None, before: Decimal | None) -> str:
    """+12.3%; nothing is said against nothing, against a loss or where a year lies between."""
    if now is None or before is None or before <= 0:
        return ""
    rate = (now - before) / before * 100
    return f"{rate:+,.1f}%" if abs(rate) < 1000 else f"{'+' if rate > 0 else '-'}{abs(rate) / 100 + (1 if rate > 0 else 0):,.0f}倍"


def columns(
    points: Sequence[tuple[str, Decimal | None]],
    marks: Sequence[Decimal | None] = (),
    *,
    title: str,
    unit: str,
    places: int = 2,
    each: str = " 年",
) -> Chart | None:
    """The last eight points, a gap where there is no value; None without any. `each`: what is said after a label."""
    points, marks = list(points)[-MOST_BARS:], list(marks)[-MOST_BARS:] or [None] * min(len(points), MOST_BARS)
    known = [value for _, value in points if value is not None]
    if not known:
        return None
    seen = [*known, *(mark for mark in marks if mark is not None), Decimal(0)]
    highest, lowest = max(seen), min(seen)
    span = float(highest - lowest) or 1.0
    room = HEIGHT - TOP - BOTTOM

    def y_of(value: Decimal) -> float:
        return round(TOP + room * float(highest - value) / span, 1)

    step = (WIDTH - 2 * SIDE) / len(points)
    width = min(WIDEST, step * 0.6)
    bars = []
    for place, ((label, value), mark) in enumerate(zip(points, marks, strict=True)):
        middle = round(SIDE + step * (place + 0.5), 1)
        shown = value if value is not None else Decimal(0)
        top, foot = sorted((y_of(shown), y_of(Decimal(0))))
        before = points[place - 1][1] if place and _follows(points[place - 1][0], label) else None
        bars.append(
            Bar(
                label=label, words=short(value, places), x=round(middle - width / 2, 1), y=top, width=round(width, 1),
                height=round(max(foot - top, 1.5 if value is not None else 0), 1), middle=middle, words_y=round(top - 6, 1) if shown >= 0 else round(foot + 12, 1),
                below=shown < 0, growth=growth(value, before), mark_y=y_of(mark) if mark is not None else None, mark_words=short(mark, places),
            )
        )  # fmt: skip
    told = "，".join(f"{bar.label}{each} {bar.words}{f'（{bar.growth}）' if bar.growth else ''}" for bar in bars)
    return Chart(bars, y_of(Decimal(0)), f"{title}（{unit}）：{told}")


def _follows(earlier: str, later: str) -> bool:
    return earlier.isdigit() and later.isdigit() and int(later) - int(earlier) == 1
