"""CSS that Chrome 92 and 109 do not understand has no place in static/: oklch, color-mix, :has and nested rules."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

BANNED = re.compile(r"oklch\(|color-mix\(|:has\(")
IGNORED = re.compile(r"/\*.*?\*/|url\((?:\"[^\"]*\"|'[^']*'|[^)]*)\)|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'", re.DOTALL)
GROUPS = ("@media", "@supports", "@layer", "@container", "@document", "@keyframes", "@-webkit-keyframes", "@-moz-keyframes")


def faults(css: str) -> Iterator[str]:
    """What an old browser would not understand, in words."""
    css = IGNORED.sub("", css)
    for found in BANNED.finditer(css):
        yield found.group()
    rules: list[str] = []
    for found in re.finditer(r"([^{}]*)([{}])", css):
        prelude, brace = found.group(1).rpartition(";")[2].strip(), found.group(2)
        if brace == "{":
            if rules and not rules[-1].startswith(GROUPS):
                yield f"nested rule: {rules[-1][-40:]} {{ {prelude[-40:]}"
            rules.append(prelude)
        elif rules:
            rules.pop()


if __name__ == "__main__":
    found = [f"{path}: {fault}" for path in sorted(Path("static").rglob("*.css")) for fault in faults(path.read_text(encoding="utf8"))]
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(bool(found))
