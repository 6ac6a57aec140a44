"""Decision 41: whoever holds a row lets others refer to it."""

import re

from django.conf import settings

ROOT = settings.BASE_DIR
LOCK = re.compile(r"select_for_update\((?:[^()]|\([^()]*\))*\)|\bFOR\s+UPDATE\b")


def test_no_row_is_held_against_those_who_refer_to_it():
    sources = [
        path for path in ROOT.rglob("*.py") if not {"tests", ".venv", "var", "migrations", "bench"} & set(path.relative_to(ROOT).parts)
    ]
    locks = [(str(path.relative_to(ROOT)), lock) for path in sources for lock in LOCK.findall(path.read_text(encoding="utf-8"))]

    assert len(locks) > 50
    assert [(path, lock) for path, lock in locks if "no_key=True" not in lock] == []
