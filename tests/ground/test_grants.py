"""What the application's own database role cannot do, whatever bug it has."""

import psycopg2
import pytest
from django.db import connection

from mengchuang import embedded, grants
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def app():
    """A cursor of the application's role on the test database."""
    from django.conf import settings

    app_url = embedded.addresses(settings.DATA_DIR).app_url
    assert grants.apply(app_url) == embedded.APP
    name = connection.settings_dict["NAME"]
    made = psycopg2.connect(app_url.replace("/mengchuang?", f"/{name}?"))
    made.autocommit = True
    with made.cursor() as cursor:
        yield cursor
    made.close()


def test_it_reads_and_writes_rows(app):
    make.user("somebody")

    app.execute("UPDATE accounts_user SET name = '王' WHERE username = 'somebody' RETURNING name")

    assert app.fetchone() == ("王",)


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE audit_entry SET action = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "TRUNCATE accounts_user CASCADE",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "DROP TABLE audit_entry",
        "CREATE TABLE mine (id int)",
        "DELETE FROM django_migrations",
        "SET ROLE mengchuang_owner",
    ],
)
def test_it_cannot_rewrite_history_or_change_tables(app, attempt):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        app.execute(attempt)


def test_the_tickets_timeline_and_the_row_histories_are_append_only():
    tables = grants.append_only_tables()

    assert {"audit_entry", "grievances_transition"} <= set(tables)
