"""Names cut short for narrow columns and for maps."""

import re

_GRID = re.compile(r"^第?([0-9一二三四五六七八九十]+)网格")


def short_grid(name: str) -> str:
    """5格 for 第5网格 and 第5网格（未来）; another name stays."""
    numbered = _GRID.match(name)
    return f"{numbered[1]}格" if numbered else name
