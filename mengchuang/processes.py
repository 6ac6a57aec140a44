"""Processes and folders of the embedded servers: started in a session of their own, as a user PostgreSQL accepts."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil

SYSTEM_USER = "mengchuang"
PATIENCE = 30  # seconds a server has for an orderly stop


class ServersUnavailable(Exception):
    """PostgreSQL or Valkey cannot be started here; the message says what to set or to do."""


def spawn(command: list[str], *, log: Path, cwd: Path, **user: object) -> subprocess.Popen:
    """Start a server of its own session, so that Ctrl+C in a terminal reaches the supervisor only."""
    with log.open("a") as out:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=cwd, env=server_environment(), start_new_session=True, **user
        )


def end(pid: int, politely: int, otherwise: int) -> None:
    """Signal the process and wait until it is over; a zombie is, its parent just has not looked."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for number in (politely, otherwise):
            process.send_signal(number)
            until = time.monotonic() + PATIENCE
            while process.is_running() and process.status() != psutil.STATUS_ZOMBIE and time.monotonic() < until:
                time.sleep(0.02)
            if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
                return


def end_orphans(path: str) -> None:
    """End servers that still run on a folder which was deleted under them."""
    for process in psutil.process_iter(["pid", "name", "cmdline"]):
        command = process.info["cmdline"] or []
        if process.info["name"] in ("postgres", "valkey-server", "redis-server") and any(path in word for word in command):
            end(process.pid, signal.SIGQUIT if process.info["name"] == "postgres" else signal.SIGTERM, signal.SIGKILL)


def server_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C.UTF-8"}


def server_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        if shutil.which("useradd"):
            subprocess.run(
                ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER], check=False, capture_output=True
            )
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return pwd.getpwnam("nobody")


def as_server_user() -> dict[str, object]:
    """Arguments for subprocess: as root, become the system user; otherwise stay who we are."""
    if os.geteuid() != 0:
        return {}
    account = server_account()
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def give(path: Path) -> None:
    if os.geteuid() == 0:
        account = server_account()
        os.chown(path, account.pw_uid, account.pw_gid)


def may_enter(folder: Path) -> bool:
    entered = subprocess.run(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)], capture_output=True, cwd="/", **as_server_user())
    return entered.returncode == 0


def existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def own_folder(folder: Path) -> None:
    """Make a folder others may enter; one that exists keeps its mode."""
    for path in (*reversed(folder.parents), folder):
        if not path.exists():
            path.mkdir(exist_ok=True)
            path.chmod(0o755)


def private_folder(folder: Path, *, for_database: bool = True) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), server_account().pw_uid if os.geteuid() == 0 else -1}:
        raise ServersUnavailable(f"目录 {folder} 属于别的用户。请删除它，或换一个数据目录（DATA_DIR）。")
    if for_database:
        give(folder)


def tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-8:])
