"""docs/faults.md names only tests that there are, and every fault that is promised by now has its line."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
PROMISED = {1, 2, 5, 9, *range(15, 20), 25, *range(37, 41), 45, 46}


def test_every_promised_fault_has_its_line():
    lines = {int(number) for line in re.findall(r"^\| (F[^|]*) \|", PAGE, re.MULTILINE) for number in re.findall(r"F(\d+)", line)}

    assert lines >= PROMISED


def test_every_test_named_there_is_a_test():
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
    assert len(named) > 40

    missing = [f"{file}::{name}" for file, name in named if f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8")]
    assert missing == []
