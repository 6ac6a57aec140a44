"""The trail is append-only for everybody: by trigger for the owner, by grants as well for the app role (R35)."""

import psycopg2
import pytest
from django.conf import settings
from django.db import Error, connection, transaction

import audit
from audit.models import Entry
from mengchuang import grants
from tests import make

CHANGES = ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"]


@pytest.mark.parametrize("statement", CHANGES)
def test_not_even_the_owner_changes_the_trail(db, statement):
    audit.record("sign_in", by=make.user(), at=make.AT)

    with connection.cursor() as cursor:
        # Truncating is refused while checks of foreign keys are outstanding, whoever asks.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL mengchuang.allow_truncate = off")
        with pytest.raises(Error, match="只能添加"), transaction.atomic():
            cursor.execute(statement)

    assert Entry.objects.get().action == "sign_in"


@pytest.fixture
def as_app(transactional_db):
    """A connection of the app role to the test database, with the grants `manage.py grant` gives."""
    role = grants.apply(settings.APP_DATABASE_URL)
    assert role, "the app role must not be the owner"
    name = connection.settings_dict["NAME"]
    url = settings.APP_DATABASE_URL.replace("/mengchuang?", f"/{name}?")
    with connection.cursor() as cursor:
        cursor.execute(f'GRANT CONNECT ON DATABASE "{name}" TO {role}')
    app = psycopg2.connect(url)
    app.autocommit = True
    yield app.cursor()
    app.close()


@pytest.mark.parametrize(
    "statement", [*CHANGES, "ALTER TABLE audit_entry DISABLE TRIGGER ALL", "SET mengchuang.allow_truncate = 'on'; TRUNCATE audit_entry"]
)
def test_the_app_role_adds_and_reads_and_nothing_else(as_app, statement):
    as_app.execute("INSERT INTO audit_entry (at, by_name, action, target, detail, request_id) VALUES (now(), '', 'export', '', '{}', '')")
    as_app.execute("SELECT count(*) FROM audit_entry")
    before = as_app.fetchone()[0]

    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        as_app.execute(statement)

    as_app.execute("SELECT count(*) FROM audit_entry WHERE action = 'export'")
    assert as_app.fetchone()[0] == before == 1
