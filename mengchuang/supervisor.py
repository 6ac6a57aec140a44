"""`manage.py run`: the owner of a data folder, its servers and the processes of a demo.

One run per data folder. It restarts what dies, and on INT, TERM or HUP it stops everything it started. Should it be
killed itself, its children get a TERM from the kernel (Linux) or from the next run.
"""

import atexit
import contextlib
import ctypes
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO
from urllib.error import URLError

import psutil

from mengchuang import embedded, processes
from mengchuang.progress import Progress

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60
GRACE_SECONDS = 20
RESTARTS_PER_MINUTE = 5
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class StartRefused(Exception):
    """The run cannot start, or not go on; the message says why and what to do."""


class Run:
    """What one run holds: its folder, its address, its lock and its children."""

    def __init__(self, data: Path, host: str, port: int) -> None:
        self.data, self.host, self.port = data, host, port
        self.url = f"http://{'127.0.0.1' if host in ('0.0.0.0', '') else host}:{port}"
        self.progress = Progress("梦创社区企业服务平台 · 演示环境", 7)
        self.children: dict[str, Child] = {}
        self.stopping = self.preparing = self.under_way = self.history_is_missing = False

    def begin(self) -> None:
        """Steps 1 to 3, before Django loads: the settings read the addresses of running servers. Raises StartRefused."""
        with self.progress.step("检查端口与目录"):
            self._lock = take(self.data)
            _end_leftovers(self.data)
            _check_port(self.host, self.port)
        # From here on there is something to stop, however this process ends; until `run` takes over, nobody else would.
        atexit.register(embedded.stop, self.data)
        for number in STOP_SIGNALS:
            signal.signal(number, self.tell_to_stop)
        os.environ |= {"DATA_DIR": str(self.data), "PORT": str(self.port)}
        os.environ.setdefault("PUBLIC_URL", self.url)
        try:
            with self.progress.step("启动 PostgreSQL") as notes:
                embedded.ensure(self.data, servers=("postgres",))
                notes.extend(["用 DATABASE_URL 所指的服务器"] if os.environ.get("DATABASE_URL") else [])
            with self.progress.step("启动 Valkey") as notes:
                embedded.ensure(self.data, servers=("valkey",))
                notes.extend(["用 REDIS_URL 所指的服务器"] if os.environ.get("REDIS_URL") else [])
        except embedded.ServersUnavailable as error:
            raise StartRefused(str(error)) from error

    def start(self) -> None:
        """Start the web server, the worker and the beat and wait until the page answers."""
        python, log = sys.executable, self.data / "log"
        bind = f"{self.host}:{self.port}"
        web = ["-m", "gunicorn", "mengchuang.wsgi", "--bind", bind, "--workers", "2", "--threads", "4", "--worker-class", "gthread",
               "--preload", "--no-control-socket", "--graceful-timeout", "10", "--log-level", "warning"]  # fmt: skip
        worker = ["-m", "celery", "-A", "mengchuang", "worker", "--concurrency", "2", "--without-gossip", "--without-mingle",
                  "--loglevel", "INFO"]  # fmt: skip
        # Not inside the worker, which would never notice that its beat has died.
        beat = ["-m", "celery", "-A", "mengchuang", "beat", "--schedule", str(self.data / "beat-schedule"), "--loglevel", "INFO"]
        self.children = {
            "网页": Child([python, *web], log / "web.log", {}),
            "后台任务": Child([python, *worker], log / "worker.log", {"STATEMENT_TIMEOUT": "60s"}),
            "定时": Child([python, *beat], log / "beat.log", {}),
        }
        if self.history_is_missing:
            self.children["演示历史"] = Child([python, "manage.py", "seed", "--processes", "1"], log / "seed.log", {}, once=True)
        for child in self.children.values():
            child.start()
        self._write_down()
        until = time.monotonic() + READY_SECONDS
        while not _answers(f"http://127.0.0.1:{self.port}/readyz"):
            self._stop_if_told()
            if time.monotonic() > until or self.children["网页"].process.poll() is not None:
                raise StartRefused(f"网页没有就绪，日志 {log / 'web.log'} 的末尾：\n{processes.tail(log / 'web.log')}")
            time.sleep(0.1)

    def watch(self) -> None:
        """Until told to stop: restart children that died and servers that are gone."""
        while not self.stopping:
            for name, child in self.children.items():
                if child.is_down():
                    if not child.may_restart():
                        raise StartRefused(f"{name}进程一再退出，日志 {child.log} 的末尾：\n{processes.tail(child.log)}")
                    child.start()
                    self._write_down()
            with contextlib.suppress(embedded.ServersUnavailable):  # tried again in a second
                embedded.ensure(self.data)
            self._wait(1.0)

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < until:
            time.sleep(0.1)
            if _make_was_interrupted():
                self.stopping = True

    def stop(self) -> None:
        """Stop all children, then the embedded servers."""
        for child in self.children.values():
            child.tell(signal.SIGTERM)
        until = time.monotonic() + GRACE_SECONDS
        for child in self.children.values():
            child.end(until)
        (self.data / "run.json").unlink(missing_ok=True)
        embedded.stop(self.data)

    def tell_to_stop(self, number: int, frame: object) -> None:
        self.stopping = True
        if not self.under_way:
            print("\n正在停止……", flush=True)
            sys.exit()
        if self.preparing:  # a seed takes a minute; its transaction is undone
            raise KeyboardInterrupt

    def _stop_if_told(self) -> None:
        if self.stopping or _make_was_interrupted():
            raise KeyboardInterrupt

    def _write_down(self) -> None:
        facts = {"pid": os.getpid(), "url": self.url, "groups": [child.process.pid for child in self.children.values() if child.process]}
        (self.data / "run.json").write_text(json.dumps(facts))


class Child:
    """A process group of ours with its log."""

    def __init__(self, command: list[str], log: Path, environment: dict[str, str], *, once: bool = False) -> None:
        """`once`: it has something to finish, and is started again only when it fails."""
        self.command, self.log, self.environment, self.once = command, log, environment, once
        self.process: subprocess.Popen[bytes]
        self.starts: list[float] = []

    def start(self) -> None:
        self.starts.append(time.monotonic())
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_ROLE"} | self.environment
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True, preexec_fn=_die_with_parent if _libc else None,
            )  # fmt: skip

    def is_down(self) -> bool:
        ended = self.process.poll()
        return ended is not None and not (self.once and ended == 0)

    def may_restart(self) -> bool:
        return sum(1 for at in self.starts if at > time.monotonic() - 60) <= RESTARTS_PER_MINUTE

    def tell(self, number: int) -> None:
        if self.process.poll() is None:
            self.process.send_signal(number)

    def end(self, until: float) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.1, until - time.monotonic()))
        with contextlib.suppress(ProcessLookupError):  # nothing of the group is left
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def run(run: Run, prepare: Callable[[Run], None], announce: Callable[[Run], None]) -> None:
    """Prepare the database, start, announce, watch; whatever happens, nothing is left running. Raises StartRefused."""
    try:
        run.under_way = run.preparing = True
        prepare(run)
        run.preparing = False
        run._stop_if_told()
        with run.progress.step("启动网页与后台任务"):
            run.start()
        announce(run)
        run.watch()
    except KeyboardInterrupt:
        print(flush=True)
    finally:
        run.preparing = False
        print("正在停止……", flush=True)
        run.stop()
        print("已停止。", flush=True)


def take(data: Path) -> IO[str]:
    """The lock of the data folder; kept open for the life of the process. Raises StartRefused."""
    processes.own_folder(data / "log")
    lock = (data / "run.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        running = _written_down(data)
        raise StartRefused(
            f"这个数据目录（{data}）已有一个实例在运行：{running.get('url', '地址未知')}，进程 {running.get('pid', '未知')}。"
            "请直接使用它，或先停止它（Ctrl+C），或用 DATA_DIR 指定另一个目录。"
        ) from None
    return lock


def _check_port(host: str, port: int) -> None:
    if not _is_free(host, port):
        free = next(other for other in range(port + 1, port + 1000) if _is_free(host, other))
        raise StartRefused(f"端口 {port} 已被占用。请改用空闲的端口，例如：make run PORT={free}")


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except PermissionError:
            raise StartRefused(f"没有权限使用端口 {port}，请换一个大于 1023 的端口，例如：make run PORT=8000") from None
        except OSError:
            return False
    return True


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status == 200
    except (URLError, OSError):
        return False


def _written_down(data: Path) -> dict:
    try:
        return json.loads((data / "run.json").read_text())
    except (OSError, ValueError):
        return {}


def _end_leftovers(data: Path) -> None:
    """End what a killed run left: processes of its groups that still run our web server or worker."""
    groups = set(_written_down(data).get("groups", []))
    left = []
    for process in psutil.process_iter(["pid", "cmdline"]) if groups else ():
        with contextlib.suppress(ProcessLookupError, PermissionError, psutil.Error):
            ours = {"mengchuang.wsgi", "mengchuang"} & set(process.info["cmdline"] or ())
            if ours and os.getpgid(process.pid) in groups:
                process.terminate()
                left.append(process)
    for process in psutil.wait_procs(left, timeout=GRACE_SECONDS)[1]:
        process.kill()


def _die_with_parent() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)  # type: ignore[union-attr]


def _make_was_interrupted() -> bool:
    """Whether our parent is a `make` that got an INT or a HUP. Sent to make alone, they are not passed on (TERM is): make
    restores the default action and waits for us, which shows in /proc as a signal no longer caught."""
    parent = Path(f"/proc/{os.getppid()}")
    try:
        if (parent / "comm").read_text().strip() not in ("make", "gmake"):
            return False
        status = (parent / "status").read_text()
    except OSError:
        return False
    masks = {line.split(":")[0]: int(line.split()[1], 16) for line in status.splitlines() if line.startswith(("SigCgt", "SigIgn"))}
    return any(not (masks["SigCgt"] | masks["SigIgn"]) & 1 << (number - 1) for number in (signal.SIGINT, signal.SIGHUP))
