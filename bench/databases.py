"""Databases of a benchmark, on a server of its own; each is filled once and kept between runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from mengchuang import embedded

DATA = Path(os.environ.get("BENCH_DATA_DIR", "var/bench")).resolve()
UNFINISHED = "bench_new"


def named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def statement(sql: str) -> list[tuple]:
    """One statement outside any transaction, as the owner."""
    connection = psycopg2.connect(embedded.addresses(DATA).owner_url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def create(name: str) -> None:
    """Anew, migrated and empty."""
    statement(f"DROP DATABASE IF EXISTS {name}")
    statement(f"CREATE DATABASE {name} TEMPLATE template0 LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'")
    manage(name, "migrate", "-v0")


def prepare(name: str, fill: str) -> None:
    """The database of that name, migrated again each time; a new one is filled by the Python statement `fill` and gets its name when complete."""
    if not statement(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
        print(f"准备数据库 {name}…", flush=True)
        create(UNFINISHED)
        python(UNFINISHED, fill)
        statement(f"ALTER DATABASE {UNFINISHED} RENAME TO {name}")
    manage(name, "migrate", "-v0")
    manage(name, "grant")


def manage(name: str, *command: str) -> None:
    subprocess.run([sys.executable, "manage.py", *command], env=environment(name), check=True, stdout=subprocess.DEVNULL)


def python(name: str, code: str, *, owner: bool = True) -> None:
    """Run with the portal set up on that database, as its owner or as the application."""
    subprocess.run([sys.executable, "-c", f"import django; django.setup(); {code}"], env=environment(name, owner=owner), check=True)


def environment(name: str, *, owner: bool = True) -> dict[str, str]:
    here = embedded.addresses(DATA)
    return {
        **os.environ, "DATA_DIR": str(DATA), "DEMO": "1", "DJANGO_SETTINGS_MODULE": "bench.settings",
        "DATABASE_ROLE": "owner" if owner else "app", "STATEMENT_TIMEOUT": "120s", "DATABASE_URL": named(here.app_url, name),
        "DATABASE_OWNER_URL": named(here.owner_url, name),
    }  # fmt: skip
