"""Clean text: what a person typed, without what no person types.

One rule for every text that enters: form, JSON, spreadsheet, query parameter, file name (F35–F38, R30).

- *Refused*, because no keyboard makes them and a log, a page or the database could be fooled by them: NUL, C0 and C1
  controls, lone surrogates, Unicode non-characters, more than 30 combining marks in a row.
- *Dropped without a word*, because they are invisible, come with pasting (Excel and WeChat put U+202D…U+202C around
  phone numbers) and nobody could find them to delete them: bidirectional marks and overrides, zero-width characters,
  byte-order mark, soft hyphen, tag characters, the object replacement of a pasted picture. A zero-width joiner stays
  inside an emoji sequence.
- *Kept*: every assigned character of every plane (𠮷, 𬭎, emoji, variation selectors) and the private use area, where
  older name registers put rare characters.

The rest is brought to NFC; line ends become "\\n", or a space where one line is asked for; the ends are trimmed.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError

COMBINING_RUN = 30  # the bound of Unicode's stream-safe text format (UAX #15 §13); normalising longer runs is quadratic

_NUL = "\0"
_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_REFUSED = re.compile(
    "[\0-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr((plane << 16) | 0xFFFE)}{chr((plane << 16) | 0xFFFF)}" for plane in range(17))
    + "]"
)
_INVISIBLE = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff9-\ufffc\U000e0001\U000e0020-\U000e007f]"
)
_JOINER = "\u200d"
_EMOJI = "[\u2190-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff]"
_STRAY_JOINER = re.compile(f"(?<!{_EMOJI}){_JOINER}|{_JOINER}(?!{_EMOJI})")
_BLANKS = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f]")
_SPACES_AND_NEWLINES = re.compile("[ \n]+")


class TextRefused(ValidationError):
    """Text that cannot be stored; `code` is nul, control, combining or max_length."""


def refuse_unclean(text: str) -> None:
    """Raise `TextRefused` for what is refused rather than dropped."""
    if _NUL in text:
        raise TextRefused("文字里有空字符（NUL），无法保存；请删去后重新输入。", code="nul")
    if _REFUSED.search(text):
        raise TextRefused("文字里有不可见的控制字符，无法保存；请删去后重新输入。", code="control")
    if not text.isascii() and _combining_run(text) > COMBINING_RUN:
        raise TextRefused("文字里叠加的符号过多，无法保存；请删去后重新输入。", code="combining")


def refuse_long(text: str, max_length: int | None) -> None:
    """Raise `TextRefused` when there are more than `max_length` characters (code points, so 𠮷 is one)."""
    if max_length is not None and len(text) > max_length:
        raise TextRefused(f"不超过 {max_length} 字，现在是 {len(text)} 字；请删减。", code="max_length")


def tidy(text: str, *, multiline: bool = False) -> str:
    """`text` in NFC without invisible characters, trimmed; raises `TextRefused` for what is refused."""
    refuse_unclean(text)
    text = _STRAY_JOINER.sub("", _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text)))
    text = unicodedata.normalize("NFC", _BLANKS.sub(" ", text))
    if multiline:
        return "\n".join(line.rstrip(" \u3000") for line in text.split("\n")).strip()
    return _SPACES_AND_NEWLINES.sub(" ", text).strip()


def clean(text: str, *, max_length: int | None, multiline: bool = False) -> str:
    """`tidy` text of at most `max_length` characters; raises `TextRefused`.

    The length that counts is that of the result; but a million characters are not worked through to find that out.
    """
    if max_length is not None and len(text) > 4 * max_length + 100:
        refuse_long(text, max_length)
    text = tidy(text, multiline=multiline)
    refuse_long(text, max_length)
    return text


def clean_query(text: str | None, *, max_length: int = 100) -> str:
    """A query parameter as clean text; absent is empty. Raises `TextRefused`."""
    return clean(text or "", max_length=max_length)


def _combining_run(text: str) -> int:
    longest = run = 0
    combining = unicodedata.combining
    for character in text:
        if combining(character):
            run += 1
            longest = max(longest, run)
        else:
            run = 0
    return longest
