"""Databases for tests are copies of a template that is migrated once for each set of migrations: seconds instead of a minute."""

import contextlib
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg2
from django.conf import settings
from django.db import connection, connections

from mengchuang import embedded

ROOT = Path(__file__).resolve().parent.parent
KEPT_TEMPLATES = 3


def migrated_template() -> str:
    """The name of a database with all migrations applied."""
    digest = hashlib.sha256()
    for path in sorted((*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/data/*"), ROOT / "requirements.txt")):
        if path.is_file():
            digest.update(path.read_bytes())
    return template(f"tmpl_{digest.hexdigest()[:16]}", lambda url: migrate(url))


def template(name: str, fill: Callable[[str], Any], source: str = "template0") -> str:
    """Make the database `name` from `source`, once for all runs: `fill` gets its URL. A killed `fill` leaves nothing."""
    with embedded.locked(settings.DATA_DIR / f"{name.split('_')[0]}.lock"), server() as cursor:
        _drop_leftovers(cursor)
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}_unfinished WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {name}_unfinished TEMPLATE {source}")
            fill(url_of(f"{name}_unfinished"))
            cursor.execute(f"ALTER DATABASE {name}_unfinished RENAME TO {name}")
    return name


def migrate(url: str) -> None:
    command(url, "migrate", "--skip-checks", "--verbosity", "0")
    if not os.environ.get("DATABASE_URL"):
        command(url, "grant", app=embedded.addresses(settings.DATA_DIR).app_url)


def command(url: str, *words: str, app: str = "") -> None:
    """Run a management command on the database of `url`, in a process of its own."""
    environment = os.environ | {"DATABASE_OWNER_URL": url, "DATABASE_URL": app or url}
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=True)


@contextlib.contextmanager
def server() -> Iterator[Any]:
    """A cursor outside any test database, in autocommit."""
    with contextlib.closing(psycopg2.connect(url_of("postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def url_of(name: str) -> str:
    entry = settings.DATABASES["default"]
    at = f"{entry['USER']}:{quote(entry['PASSWORD'], safe='')}"
    if entry["HOST"].startswith("/"):
        return f"postgresql://{at}@/{name}?host={quote(entry['HOST'], safe='')}"
    return f"postgresql://{at}@{entry['HOST']}:{entry['PORT'] or 5432}/{name}"


def app_url_of(name: str) -> str:
    """The database `name` as the application's role sees it; a server that was given has one role for everything."""
    if os.environ.get("DATABASE_URL"):
        return url_of(name)
    return embedded.addresses(settings.DATA_DIR).app_url.replace(f"/{embedded.DATABASE}?", f"/{name}?")


def _drop_leftovers(cursor: Any) -> None:
    """Test databases of processes that are gone, and all but the newest templates."""
    cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_mc\\_%' OR datname LIKE 'demo\\_mc\\_%'")
    for (name,) in cursor.fetchall():
        pid = re.match(r"(?:test|demo)_mc_(\d+)", name)
        if pid and not psutil.pid_exists(int(pid[1])):
            drop(cursor, name)
    for kind in ("tmpl", "seed"):
        cursor.execute("SELECT datname FROM pg_database WHERE datname ~ %s ORDER BY oid DESC", [f"^{kind}_[0-9a-f]+$"])
        for (name,) in cursor.fetchall()[KEPT_TEMPLATES:]:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")


def copy_again() -> None:
    """Replace the test database by a fresh copy of its template."""
    entry = connection.settings_dict
    connections.close_all()
    with server() as cursor:
        drop(cursor, entry["NAME"])
        copy(cursor, entry["TEST"]["TEMPLATE"], entry["NAME"])


def copy(cursor: Any, template: str, name: str) -> None:
    """Copying files is ten times faster than the default, which writes every page to the log."""
    cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")


def drop(cursor: Any, name: str) -> None:
    """Force ends sessions of our own role only; those of the application's role are waited for."""
    try:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    except psycopg2.errors.InsufficientPrivilege:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
