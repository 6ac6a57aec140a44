"""Named random streams: adding a draw in one place never shifts the draws of another."""

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


def stream(name: str) -> random.Random:
    """A generator that depends on nothing but its name; a string seed is stable between Python releases."""
    return random.Random(f"mengchuang:{name}")  # noqa: S311 - invented data, no secret


def weighted(dice: random.Random, weights: Mapping[T, float]) -> T:
    return dice.choices(list(weights), weights=list(weights.values()))[0]


def shares(total: int, weights: Sequence[float]) -> list[int]:
    """Split `total` in proportion to `weights`; whole numbers that add up (largest remainders get the rest)."""
    exact = [total * weight / sum(weights) for weight in weights]
    whole = [int(part) for part in exact]
    by_remainder = sorted(range(len(weights)), key=lambda place: (whole[place] - exact[place], place))
    for place in by_remainder[: total - sum(whole)]:
        whole[place] += 1
    return whole
