"""The name of a firm as a business licence writes it."""

import re
import unicodedata

_BRACKETS = str.maketrans({"(": "（", ")": "）"})
_WIDE_BLANK = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")


def licence_name(name: str) -> str:
    """Half-width letters and digits, full-width brackets, no blanks between Chinese characters."""
    text = _WIDE_BLANK.sub("", unicodedata.normalize("NFKC", name).translate(_BRACKETS))
    return unicodedata.normalize("NFC", text)  # a mark that stood behind a blank joins its letter
