"""Pinyin of names, for look-up by letters and for sorting (the database has no Chinese collation)."""

from functools import lru_cache
from typing import Any

from wording.search import normalise


def pinyin_full(name: str) -> str:
    """利尔达科技园 → lierdakejiyuan; Latin letters and digits stay, everything else goes."""
    return "".join(_syllables(name))


def pinyin_initials(name: str) -> str:
    """利尔达科技园 → ledkjy; a run of Latin letters or digits stays whole: A座 → az, 5G园 → 5gy."""
    return "".join(
        syllable if original.isascii() else syllable[:1] for original, syllable in zip(_pieces(name), _syllables(name), strict=True)
    )


@lru_cache(maxsize=4096)
def _pieces(name: str) -> tuple[str, ...]:
    pieces: list[str] = []
    for character in normalise(name):
        if not character.isalnum():
            continue
        if character.isascii() and pieces and pieces[-1].isascii():
            pieces[-1] += character
        else:
            pieces.append(character)
    return tuple(pieces)


@lru_cache(maxsize=4096)
def _syllables(name: str) -> tuple[str, ...]:
    """One entry per piece; a character without a reading (rare, foreign) stands for itself."""
    pieces = _pieces(name)
    readings = _lazy_pinyin()("".join(pieces), errors=_each)
    flat = [reading for reading in readings if reading]
    # Latin runs come back in one piece from the library and from _pieces alike; anything else would be a new release
    if len(flat) != len(pieces):
        return pieces
    return tuple(piece if piece.isascii() else flat[place].replace("ü", "v") for place, piece in enumerate(pieces))


def _each(unread: str) -> list[str]:
    """Keep Latin runs whole and everything else character by character, so that the count agrees with the pieces."""
    return list(_pieces(unread))


@lru_cache(maxsize=1)
def _lazy_pinyin() -> Any:
    # the dictionaries cost 0.4 s and 30 MB, which processes that only show pages need not pay
    from pypinyin import lazy_pinyin

    return lazy_pinyin
