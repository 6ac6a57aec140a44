"""What of a title the question met, marked."""

from itertools import accumulate

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from wording import abbreviations
from wording.search import fold, terms_of

register = template.Library()


@register.simple_tag
def met(text: str, q: str, initials: str = "") -> SafeString:
    """`text` with a <mark> around what the question met; by pinyin, around the characters it spells."""
    folded = [fold(letter) for letter in text]
    starts = [0, *accumulate(map(len, folded))]
    marked = {place for start, end in _spans("".join(folded), q, initials) for place in range(start, end)}
    # a bracket between two marked letters is marked with them
    on = [
        {starts[n], max(starts[n], starts[n + 1] - 1)} <= marked and (folded[n] != "" or starts[n] - 1 in marked) for n in range(len(text))
    ]
    parts: list[tuple[bool, str]] = []
    for letter, yes in zip(text, on, strict=True):
        if parts and parts[-1][0] == yes:
            parts[-1] = (yes, parts[-1][1] + letter)
        else:
            parts.append((yes, letter))
    return mark_safe("".join(format_html("<mark>{}</mark>", part) if yes else conditional_escape(part) for yes, part in parts))


def _spans(folded: str, q: str, initials: str) -> list[tuple[int, int]]:
    """From inclusive, to exclusive, in the folded text."""
    terms = [fold(term) for term in terms_of(q)]
    found = [(folded.find(term), len(term)) for term in terms]
    if any(start >= 0 for start, _ in found):
        return [(start, start + length) for start, length in found if start >= 0]
    letters = "".join(terms)
    if len(initials) == len(folded) and letters.isascii():
        for spelt in (letters, *abbreviations(letters)):
            if spelt in initials:
                return [(initials.find(spelt), initials.find(spelt) + len(spelt))]
    return []
