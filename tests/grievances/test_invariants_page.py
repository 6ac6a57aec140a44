"""docs/invariants.md names all 28, and only tests and laws that there are."""

import json
import re
from pathlib import Path

import grievances
from tests.grievances import laws, test_invariants

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "invariants.md").read_text(encoding="utf-8")


def test_every_invariant_of_the_machine_file_has_its_line():
    file = json.loads((Path(grievances.__file__).parent / "data" / "ticket_machine.json").read_text(encoding="utf-8"))

    assert re.findall(r"^\| (INV\d\d) \|", PAGE, re.MULTILINE) == [text.split()[0] for text in file["invariants"]]


def test_every_test_named_there_is_a_test():
    named = re.findall(r"`(?:(tests/[\w/]+)/)?(test_\w+\.py)(?:::(\w+))?`", PAGE)
    assert len(named) > 50

    for folder, file, name in named:
        text = (ROOT / (folder or "tests/grievances") / file).read_text(encoding="utf-8")
        assert f"def {name}(" in text if name else text, (file, name)


def test_every_law_and_rule_named_there_is_one():
    for name in set(re.findall(r"`laws\.(\w+)`", PAGE)):
        assert callable(getattr(laws, name))
    for name in ("an_unlawful_move", "sweeps_run", "look_at_the_desks"):
        assert callable(getattr(test_invariants.Walk, name))
