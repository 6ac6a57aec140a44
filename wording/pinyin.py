"""Pinyin of names, for look-up by letters and for sorting (the database has no Chinese collation)."""

from collections import defaultdict
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
    text = "".join(pieces)
    single, phrases = _readings()
    if any(phrase in text for character in phrases.keys() & set(text) for phrase in phrases[character]):
        return _by_phrases(pieces)
    return tuple(piece if piece.isascii() else single.get(piece, piece) for piece in pieces)


def _by_phrases(pieces: tuple[str, ...]) -> tuple[str, ...]:
    """By the library's own cutting into phrases: 重庆 is not 重量."""
    from pypinyin import lazy_pinyin

    each: Any = _each  # the library's own hints leave out that a list is taken as well
    flat = [reading for reading in lazy_pinyin("".join(pieces), errors=each) if reading]
    # Latin runs come back in one piece from the library and from _pieces alike; anything else would be a new release
    if len(flat) != len(pieces):
        return pieces
    return tuple(piece if piece.isascii() else flat[place].replace("ü", "v") for place, piece in enumerate(pieces))


def _each(unread: str) -> list[str]:
    """Keep Latin runs whole and everything else character by character, so that the count agrees with the pieces."""
    return list(_pieces(unread))


@lru_cache(maxsize=1)
def _readings() -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The usual reading of each character, and by character the phrases in which it is read otherwise.

    Where no such phrase occurs, cutting the name into phrases changes nothing, and that is what takes the library 0.2 ms a name.
    The dictionaries cost half a second and 30 MB, which processes that only show pages need not pay.
    """
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT
    from pypinyin.contrib.tone_convert import to_normal

    plain = lru_cache(maxsize=None)(to_normal)
    single = {chr(point): plain(readings.split(",")[0]).replace("ü", "v") for point, readings in PINYIN_DICT.items()}
    otherwise: dict[str, list[str]] = defaultdict(list)
    for phrase, readings in PHRASES_DICT.items():
        for character, reading in zip(phrase, readings, strict=False):
            if single.get(character) != plain(reading[0]).replace("ü", "v"):
                otherwise[character].append(phrase)
    return single, {character: tuple(phrases) for character, phrases in otherwise.items()}
