"""A real PostgreSQL and Valkey for every test run, with a data folder of their own (var/test).

Runs of one checkout share the servers and hold a shared lock while they need them; the last one to end stops them.
The settings read the addresses when they load, so they are named here, after the servers are up, and not in pyproject.toml.
"""

import atexit
import fcntl
import os
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from mengchuang import embedded
from tests import database

DATA = Path(os.environ.get("TEST_DATA_DIR") or Path(__file__).resolve().parent / "var" / "test").resolve()


def _acquire() -> None:
    DATA.mkdir(parents=True, exist_ok=True)
    held = (DATA / "runs.lock").open("a")
    fcntl.flock(held, fcntl.LOCK_SH)
    embedded.ensure(DATA, durable=False)

    def release() -> None:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # others still need the servers
        embedded.stop(DATA)

    atexit.register(release)


_acquire()
os.environ["DATA_DIR"] = str(DATA)
os.environ["DJANGO_SETTINGS_MODULE"] = "mengchuang.settings.test"
django.setup()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_xdist_suffix: None) -> None:
    """Test databases are copies of a migrated template."""
    settings.DATABASES["default"]["TEST"]["TEMPLATE"] = connection.settings_dict["TEST"]["TEMPLATE"] = database.migrated_template()


@pytest.fixture(scope="session", autouse=True)
def _fresh_database_after_a_transactional_test() -> None:
    """Flushing would be refused by the append-only tables and would lose what migrations wrote: copy the template again."""
    TransactionTestCase._fixture_teardown = lambda self: database.copy_again()
