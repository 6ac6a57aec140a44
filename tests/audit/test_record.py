"""What is written down, by whom it is found."""

import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import transaction

import audit
from audit.actions import ACTIONS, label_of
from audit.models import Entry
from audit.search import EntryFilter
from tests import make


def _found(**query):
    return list(EntryFilter(query, queryset=Entry.objects.order_by("pk")).qs.values_list("action", flat=True))


def test_an_entry_keeps_the_name_of_that_day(db):
    user = make.user("lixj", name="李小军")
    entry = audit.record("export", by=user, at=make.AT, target="enterprises", detail={"rows": 12}, request_id="r1", address="10.0.0.1")

    user.name = "李大军"
    user.save()

    entry.refresh_from_db()
    assert (entry.by_name, entry.target, entry.detail, entry.request_id, entry.address) == (
        "李小军（lixj）",
        "enterprises",
        {"rows": 12},
        "r1",
        "10.0.0.1",
    )


def test_a_deed_that_is_rolled_back_leaves_no_entry(db):
    with transaction.atomic():
        audit.record("edit", by=make.user(), at=make.AT)
        transaction.set_rollback(True)

    assert not Entry.objects.exists()


def test_what_a_stranger_typed_cannot_forge_a_line(db):
    entry = audit.record("sign_in_refused", by=None, at=make.AT, target="root\n2026\x00\u202eadmin", detail={"a": ["b\x00"]})

    entry.refresh_from_db()
    assert entry.target == "root�2026��admin"
    assert entry.detail == {"a": ["b�"]}


@pytest.mark.parametrize("kind", ["specialist", "leader", "street", "admin", "enterprise_manager"])
def test_only_the_auditor_reads(db, kind):
    audit.record("edit", by=make.user(), at=make.AT)

    assert Entry.objects.visible_to(SimpleNamespace(posts=[SimpleNamespace(kind="auditor")])).count() == 1
    assert not Entry.objects.visible_to(SimpleNamespace(posts=[SimpleNamespace(kind=kind)])).exists()
    assert not Entry.objects.visible_to(SimpleNamespace(posts=[])).exists()


def test_posts_must_be_attached(db):
    with pytest.raises(AttributeError):
        Entry.objects.visible_to(make.user())


def test_search_by_person_action_target_and_day(db):
    wang, zhao = make.user("wang", name="王一"), make.user("zhao", name="赵二")
    audit.record("export", by=wang, at=make.AT, target="enterprises")
    audit.record("unmask", by=zhao, at=make.AT + timedelta(days=1), target="MC261121-000001", request_id="abcd1234")

    assert _found(q="王一") == ["export"]
    assert _found(q="MC261121") == ["unmask"]
    assert _found(q="abcd1234") == ["unmask"]
    assert _found(action="unmask") == ["unmask"]
    assert _found(from_on="2026-11-23", until_on="2026-11-23") == ["export"]
    assert _found(from_on="2026-11-24") == ["unmask"]


def test_every_action_has_a_word():
    assert all(words for words in ACTIONS.values())
    assert label_of("of_a_later_release") == "of_a_later_release"


def test_every_action_of_the_source_has_a_word():
    root = Path(settings.BASE_DIR)
    sources = [path for path in root.rglob("*.py") if not {"tests", ".venv", "var", "migrations"} & set(path.relative_to(root).parts)]
    call = re.compile(r'(?:audit\.record|\brecord|\b_record)\(\s*(?:request,\s*)?"([a-z_]+)"')

    used = {action for path in sources for action in call.findall(path.read_text(encoding="utf-8"))}

    assert "sign_in" in used
    assert used <= set(ACTIONS)
