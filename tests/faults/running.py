"""A whole `manage.py run` with servers of its own, for faults that must not touch the servers other tests use."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError

import psutil
import psycopg2
import redis

from mengchuang import embedded
from tests import database, demo_site

NEED = {
    "service_item": None,
    "title": "电梯坏了",
    "body": "三号楼电梯停了一上午。",
    "contact_name": "沈知夏",
    "contact_phone": "13812345678",
}


class Answer:
    """What a request came to: its status (0 when nobody answered), headers and JSON."""

    def __init__(self, status: int, headers: dict, body: dict) -> None:
        self.status, self.headers, self.body = status, headers, body


class Running:
    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port, self.url = data, port, f"http://127.0.0.1:{port}"
        self.token = ""

    def start(self, *command: str, until: str = "Ctrl+C") -> None:
        """Start, by `manage.py run` or by another command, and wait until it says it is ready (or `until`)."""
        environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")}
        environment |= {"DJANGO_SETTINGS_MODULE": "mengchuang.settings.dev", "DATA_DIR": str(self.data), "PORT": str(self.port)}
        self.process = subprocess.Popen(
            command or (sys.executable, "manage.py", "run"), cwd=database.ROOT, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        said = []
        for line in self.process.stdout:
            said.append(line)
            if until in line:
                return
        raise RuntimeError("".join(said))

    def sign_in(self, username: str) -> None:
        self.token = self.post("/api/v1/auth/token/", {"username": username, "password": demo_site.PASSWORD}).body["token"]

    def post(self, path: str, facts: dict, *, key: str = "") -> Answer:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Token {self.token}"} if self.token else {})
        headers |= {"Idempotency-Key": key} if key else {}
        asked = urllib.request.Request(self.url + path, json.dumps(facts).encode(), headers)
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                return Answer(answer.status, dict(answer.headers), json.load(answer))
        except HTTPError as error:
            return Answer(error.code, dict(error.headers), json.load(error))
        except (URLError, OSError):
            return Answer(0, {}, {})

    def sql(self, query: str, *values: object) -> list[tuple]:
        with closing(psycopg2.connect(embedded.addresses(self.data).owner_url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall()

    def postmaster(self) -> psutil.Process:
        return psutil.Process(int((embedded.place(self.data).cluster / "postmaster.pid").read_text().split()[0]))

    def broker(self) -> psutil.Process:
        with closing(redis.Redis.from_url(embedded.addresses(self.data).redis_url)) as client:
            return psutil.Process(client.info("server")["process_id"])

    def web_workers(self) -> list[psutil.Process]:
        """The processes that answer requests: children of the web server's master."""
        found = []
        for master in self.masters():
            with contextlib.suppress(psutil.NoSuchProcess):  # killed, and not yet buried
                found += master.children() if "gunicorn" in " ".join(master.cmdline()) else []
        return found

    def masters(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    @contextmanager
    def unattended(self) -> Iterator[None]:
        """The supervisor, which would start at once what has died, stands still for a while."""
        os.kill(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.process.pid, signal.SIGCONT)

    def family(self) -> list[psutil.Process]:
        """The supervisor, its children, both servers and theirs."""
        found = [psutil.Process(self.process.pid), self.postmaster(), self.broker()]
        return [*{process for parent in found for process in (parent, *parent.children(recursive=True))}]

    def kill_everything(self) -> None:
        """kill -9 for all of them."""
        family = self.family()
        for process in family:
            if process.is_running():
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(family, timeout=20)
        self.process.wait()


def alive(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """An orphan is dead as soon as it is a zombie; when its foster parent collects it is not ours to say."""
    found = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            found += [process] if process.is_running() and process.status() != psutil.STATUS_ZOMBIE else []
    return found


@contextmanager
def portal() -> Iterator[Running]:
    """The small demo under `manage.py run`; the data comes from the template by pg_dump, so nothing is seeded twice."""
    folder = Path(tempfile.mkdtemp(prefix="mc-"))
    folder.chmod(0o755)
    run = Running(folder / "var", demo_site.free_port())
    given = {name: os.environ.pop(name) for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL") if name in os.environ}
    template = demo_site.seeded_template()
    try:
        embedded.ensure(run.data)
        tools = embedded.postgres_tools(embedded.place(run.data))
        dump = subprocess.Popen([tools / "pg_dump", "--no-owner", database.url_of(template)], stdout=subprocess.PIPE)
        owner = embedded.addresses(run.data).owner_url
        subprocess.run([tools / "psql", "-q", "-v", "ON_ERROR_STOP=1", owner], stdin=dump.stdout, stdout=subprocess.DEVNULL, check=True)
        run.start()
        yield run
        run.process.send_signal(signal.SIGTERM)
        run.process.wait(60)
    finally:
        if hasattr(run, "process"):
            run.process.kill()
        embedded.stop(run.data)
        embedded.remove(run.data)
        shutil.rmtree(folder, ignore_errors=True)
        os.environ |= given


class Filing:
    """Needs filed in a steady stream. Each has a key of its own and is sent again with it until it is acknowledged."""

    def __init__(self, run: Running, threads: int = 3) -> None:
        self.run, self.stopped = run, threading.Event()
        self.acknowledged: dict[str, str] = {}
        self.refused: list[Answer] = []
        self.moments: list[float] = []
        self.threads = [threading.Thread(target=self._file) for _ in range(threads)]

    def __enter__(self) -> "Filing":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def wait_for(self, more: int, seconds: float = 60) -> float:
        """Wait until that many more are acknowledged; the seconds it took."""
        began, wanted = time.monotonic(), len(self.acknowledged) + more
        while len(self.acknowledged) < wanted:
            if time.monotonic() - began > seconds:
                raise TimeoutError(f"{len(self.acknowledged)} of {wanted} acknowledged after {seconds} s")
            self.stopped.wait(0.05)
        return time.monotonic() - began

    def longest_gap(self) -> float:
        return max(later - earlier for earlier, later in zip(self.moments, self.moments[1:], strict=False))

    def _file(self) -> None:
        while not self.stopped.is_set():
            key = uuid.uuid4().hex
            answer = Answer(0, {}, {})
            while answer.status != 201 and not (self.stopped.is_set() and answer.status == 0 and self.refused):
                answer = self.run.post("/api/v1/enterprise/grievances/", NEED | {"title": key}, key=key)
                if answer.status == 201:
                    self.acknowledged[key] = answer.body["number"]
                    self.moments.append(time.monotonic())
                else:
                    self.refused.append(answer)
                    self.stopped.wait(0.1)
