"""Serving and measuring: gunicorn with one worker, one client at a time, the contenders taken in turn so that noise falls on all alike."""

from __future__ import annotations

import http.client
import re
import socket
import statistics
import subprocess
import sys
import time
import urllib.parse
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "Ce-Su-2026-bench"
FORM = "application/x-www-form-urlencoded"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(settings: str, env: dict[str, str]):
    """A gunicorn with one gthread worker, gone when the block ends; yields its port."""
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", "mengchuang.wsgi", "-b", f"127.0.0.1:{port}", "-w", "1", "-k", "gthread", "--threads", "4",
        "--keep-alive", "75", "--no-control-socket", "--log-level", "error",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env={**env, "DJANGO_SETTINGS_MODULE": settings})
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        else:
            raise RuntimeError("gunicorn did not start")
        yield port
    finally:
        process.terminate()
        process.wait(30)


@dataclass
class Client:
    """One browser: cookies, CSRF and a connection kept alive."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def send(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body, {"Cookie": cookie, **(headers or {})})
        answer = self.connection.getresponse()
        content = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, content

    def post_form(self, path: str, **fields: str) -> tuple[int, bytes]:
        fields["csrfmiddlewaretoken"] = self.cookies.get("csrftoken", "")
        return self.send(
            "POST", path, urllib.parse.urlencode(fields).encode(), {"Content-Type": FORM, "Referer": f"http://127.0.0.1:{self.port}{path}"}
        )

    def sign_in(self, username: str, password: str) -> None:
        _, page = self.send("GET", "/sign-in/")
        hidden = dict(re.findall(rb'name="([a-z_]+)" value="([^"]*)"', page))
        status, _ = self.post_form(
            "/sign-in/", **{k.decode(): v.decode() for k, v in hidden.items() if b"csrf" not in k}, username=username, password=password
        )
        if status != 302:
            raise RuntimeError(f"sign-in answered {status}")


@dataclass
class Contender:
    """`once` does the work one time and raises when the answer is wrong."""

    name: str
    once: object
    times: list[float] = field(default_factory=list)

    @property
    def median_ms(self) -> float:
        return statistics.median(self.times) * 1000


def race(contenders: list[Contender], *, rounds: int, warm: int = 5) -> None:
    """Everybody once a round, in changing order."""
    for contender in contenders:
        for _ in range(warm):
            contender.once()
    for turn in range(rounds):
        shift = turn % len(contenders)
        for contender in contenders[shift:] + contenders[:shift]:
            began = time.perf_counter()
            contender.once()
            contender.times.append(time.perf_counter() - began)
