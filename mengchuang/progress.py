"""The lines a start prints: what is being done, that it is done, and how long it took."""

import contextlib
import sys
import time
import unicodedata
from collections.abc import Iterator

WIDTH = 34


class Progress:
    def __init__(self, title: str, steps: int) -> None:
        # A terminal that is not UTF-8 shall show question marks rather than stop the start.
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
        self.steps, self.done, self.began = steps, 0, time.monotonic()
        print(title, flush=True)

    @contextlib.contextmanager
    def step(self, label: str) -> Iterator[list[str]]:
        """Print one numbered line; what the caller appends to the list is said at its end."""
        self.done += 1
        head = f"  [{self.done}/{self.steps}] {label}"
        print(head + " " * max(1, WIDTH - _columns(head)), end="", flush=True)
        began, notes = time.monotonic(), []
        yield notes
        print(f"完成 {time.monotonic() - began:5.1f} 秒" + "".join(f"，{note}" for note in notes), flush=True)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
