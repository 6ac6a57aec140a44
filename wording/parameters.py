"""Parameters of a rule that a community sets: a number in a range or one of a list, how it is typed and how it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Parameter:
    """A number in a range, or one of `choices`."""

    code: str
    label: str
    default: Any
    least: int = 1
    most: int = 366
    unit: str = "天"
    choices: Mapping[str, str] | None = None

    @property
    def wanted(self) -> str:
        return "请从列出的里选" if self.choices else f"请填 {self.least}–{self.most} 的整数"

    def read(self, value: Any) -> Any:
        """The value, or None for what it cannot be."""
        if self.choices is not None:
            return str(value) if str(value) in self.choices else None
        if isinstance(value, bool):
            return None
        text = str(value).strip()
        if not (text.isascii() and text.isdigit() and len(text) <= 6):
            return None
        return int(text) if self.least <= int(text) <= self.most else None

    def said(self, value: Any) -> str:
        return self.choices.get(str(value), str(value)) if self.choices else f"{value} {self.unit}"
