"""The portal as a person meets it: gunicorn with the application's own database role, on a copy of the small demo."""

import hashlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError

import psycopg2
from django.conf import settings

from mengchuang.demo import accounts
from tests import database

ROOT = database.ROOT
PASSWORD = accounts.FIXED_PASSWORD
# Whatever the seed may depend on: the subjects and the demo itself.
SOURCES = (
    "mengchuang/demo",
    "visits",
    "cultivation",
    "risks",
    "grievances",
    "enterprises",
    "parks",
    "community",
    "notices",
    "audit",
    "files",
    "accounts",
    "workdays",
    "wording",
)


class Site:
    """A running portal. `url` has no slash at its end."""

    def __init__(self, url: str, name: str, environment: dict[str, str]) -> None:
        self.url, self.name, self.environment = url, name, environment

    def work(self, task: str) -> None:
        """What a worker does when it is told to, as the application's own database role: `exchange.tasks.pick_up`."""
        module, _, name = task.rpartition(".")
        code = f"import django; django.setup(); from {module} import {name}; {name}()"
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=self.environment, check=True)

    def sql(self, query: str, *values: Any) -> list[tuple]:
        """Rows of the site's database, as its owner; [] where the statement has none."""
        with closing(psycopg2.connect(database.url_of(self.name))) as connection, connection, connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall() if cursor.description else []


def seeded_template() -> str:
    """The name of a database with the small demo in it, made once for all runs of the same sources."""
    source = database.migrated_template()
    digest = hashlib.sha256(source.encode())
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return database.template(f"seed_{digest.hexdigest()[:16]}", lambda url: database.command(url, "seed", "--small"), source)


@contextmanager
def running() -> Iterator[Site]:
    """A site of its own, stopped and dropped at the end."""
    name, port = f"demo_mc_{os.getpid()}", free_port()
    with database.server() as cursor:
        database.drop(cursor, name)
        database.copy(cursor, seeded_template(), name)
    app = database.app_url_of(name)
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {"DATABASE_URL": app, "DATABASE_OWNER_URL": app, "PUBLIC_URL": url, "DEMO_PASSWORD": PASSWORD}
    log = settings.DATA_DIR / "log" / "site.log"
    command = [sys.executable, "-m", "gunicorn", "mengchuang.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4", "--worker-class", "gthread",
               "--no-control-socket", "--log-level", "warning"]  # fmt: skip
    with log.open("ab") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        _wait(f"{url}/readyz", server, log)
        yield Site(url, name, environment)
    finally:
        server.terminate()
        server.wait(20)
        with database.server() as cursor:
            database.drop(cursor, name)


def _wait(url: str, server: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (URLError, OSError) as error:
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the site did not start, see {log}") from error
            time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
