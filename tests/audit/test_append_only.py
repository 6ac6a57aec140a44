"""The trail is append-only for everybody: by trigger for the owner, by grants as well for the app role (R35)."""

import pytest
from django.db import Error, connection, transaction

import audit
from audit.models import Entry
from tests import make


@pytest.fixture
def entry(db):
    return audit.record("sign_in", by=make.user(), at=make.AT, target="somewhere")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"],
)
def test_nobody_changes_the_trail(entry, statement):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL mengchuang.allow_truncate = off")

        with pytest.raises(Error, match="只能添加"), transaction.atomic():
            cursor.execute(statement)

    assert Entry.objects.get().action == "sign_in"
