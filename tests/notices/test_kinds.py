"""The table of kinds, and that every kind somebody writes is in it."""

import re
from pathlib import Path

from django.conf import settings

from notices.kinds import CHOSEN, KINDS
from notices.models import Channel


def test_every_kind_that_is_written_is_in_the_table():
    found = set()
    for app in ("grievances", "risks", "visits", "evaluations", "mengchuang", "enterprises", "notices", "portal", "exchange"):
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            for call in re.findall(r"\btell\((?:[^()]|\([^()]*\))*\)", path.read_text(encoding="utf-8")):
                found |= set(re.findall(r'kind="([a-z_]+)"', call))

    assert {"deadline", "system"} <= found
    assert found <= set(KINDS)


def test_a_choice_is_among_channels_that_reach_a_person():
    assert set(CHOSEN) < set(Channel.values)
    assert all(set(kind.wanted) <= set(CHOSEN) and kind.label and kind.note for kind in KINDS.values())


def test_what_cannot_be_switched_off_is_about_the_way_in():
    assert {code for code, kind in KINDS.items() if kind.fixed} == {"account", "password_link", "invitation"}
