"""Which groups of enterprises may be spoken of together (DESIGN §4): at least five members, none with over half of the sum, and no two
published groups that differ by fewer or by one so large; otherwise a difference would tell what a member keeps to itself."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

FEWEST = 5
TOO_FEW, TOO_LARGE, TOO_CLOSE = "too_few", "too_large", "too_close"
WHY = {
    TOO_FEW: f"填报的企业不足 {FEWEST} 家，为保护企业数据不显示",
    TOO_LARGE: "一家企业占了一半以上，为保护企业数据不显示",
    TOO_CLOSE: "与另一组只差很少几家，放在一起看会推算出个别企业，因此不显示",
}

Key = TypeVar("Key", bound=Hashable)


def refused(values: Iterable[Decimal]) -> str:
    """Why these may not be spoken of together; empty where they may. Losses count by their size."""
    sizes = [abs(value) for value in values]
    if len(sizes) < FEWEST:
        return TOO_FEW
    return TOO_LARGE if max(sizes) * 2 > sum(sizes) else ""


def publishable(groups: Mapping[str, Mapping[Key, Decimal]], order: Sequence[str] = ()) -> dict[str, str]:
    """Group → why it is not shown, empty where it is. Earlier ones (in `order`, else as they come) go first.

    What is published cuts the enterprises into pieces: those in the same published groups. Every combination of groups somebody could
    work out is made of such pieces, so each of them has to be fit to be published itself.
    """
    verdicts: dict[str, str] = {}
    values: dict[Key, Decimal] = {}
    pieces: list[frozenset[Key]] = []
    for name in order or groups:
        members = groups[name]
        verdicts[name] = refused(members.values())
        if verdicts[name]:
            continue
        everybody = {**values, **members}
        cut = _cut(pieces, frozenset(members))
        if any(refused(everybody[key] for key in piece) for piece in cut):
            verdicts[name] = TOO_CLOSE
            continue
        values, pieces = everybody, cut
    return verdicts


def _cut(pieces: list[frozenset[Key]], members: frozenset[Key]) -> list[frozenset[Key]]:
    """The pieces after one more group, without empty ones."""
    outside = members.difference(*pieces) if pieces else members
    halves = [half for piece in pieces for half in (piece & members, piece - members)]
    return [piece for piece in (*halves, outside) if piece]
