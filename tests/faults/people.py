"""Somebody at the doors of a running portal: the API by token, the pages as a browser sends forms."""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode

import psycopg2

from mengchuang import embedded
from tests import demo_site
from tests.faults.running import NEED, Running


class Said:
    """What came back; status 0 when nobody answered. `waited`: the seconds somebody had to insist."""

    def __init__(self, status: int, headers: dict[str, str], text: str, seconds: float) -> None:
        self.status, self.headers, self.text, self.seconds = status, headers, text, seconds
        self.waited = 0.0

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.text)


class Person:
    def __init__(self, run: Running, username: str) -> None:
        self.run = run
        self.cookies: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        password = demo_site.PASSWORD
        token = insist(lambda: self.ask("POST", "/api/v1/auth/token/", {"username": username, "password": password}))
        self.headers = {"Authorization": f"Token {token.json['token']}"}
        insist(lambda: self.page("/sign-in/"))
        insist(lambda: self.press("/sign-in/", username=username, password=password))

    def ask(self, method: str, path: str, facts: dict[str, Any] | None = None, *, key: str = "") -> Said:
        headers = {**self.headers, "Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        return self._send(method, path, json.dumps(facts) if facts is not None else "", headers)

    def page(self, path: str) -> Said:
        return self._send("GET", path, "", self._browser())

    def press(self, path: str, **fields: str) -> Said:
        """A form as the browser sends it."""
        fields |= {"csrfmiddlewaretoken": self.cookies["csrftoken"]}
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Referer": self.run.url + path}
        return self._send("POST", path, urlencode(fields), self._browser() | kind)

    def file(self, title: str = "") -> str:
        """A need of the enterprise; its number."""
        facts, key = NEED | {"title": title or uuid.uuid4().hex}, uuid.uuid4().hex
        return insist(lambda: self.ask("POST", "/api/v1/enterprise/grievances/", facts, key=key)).json["number"]

    def act(self, door: str, number: str, action: str, *, key: str = "", **facts: Any) -> Said:
        """A move at the version just read."""
        version = insist(lambda: self.ask("GET", f"/api/v1/{door}/grievances/{number}/")).json["version"]
        return self.ask("POST", f"/api/v1/{door}/grievances/{number}/{action}/", {"version": version, **facts}, key=key)

    def begin(self, path: str, facts: dict[str, Any], *, key: str = "", bytes_sent: int | None = None) -> socket.socket:
        """Sends a POST, or the first bytes of its body, and hands back the open socket; `reset` ends it rudely."""
        body = json.dumps(facts).encode()
        headers = {
            **self.headers,
            "Host": f"127.0.0.1:{self.run.port}",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }
        headers |= {"Idempotency-Key": key} if key else {}
        head = f"POST {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
        line = socket.create_connection(("127.0.0.1", self.run.port), timeout=30)
        line.sendall(head.encode() + body[:bytes_sent])
        return line

    def _browser(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def _send(self, method: str, path: str, body: str, headers: dict[str, str]) -> Said:
        began = time.monotonic()
        with closing(HTTPConnection("127.0.0.1", self.run.port, timeout=30)) as line:
            try:
                line.request(method, path, body.encode() or None, headers)
                answer = line.getresponse()
                text = answer.read().decode()
            except (OSError, HTTPException):
                return Said(0, {}, "", time.monotonic() - began)
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie" and (found := re.match(r"(\w+)=([^;]*)", value)):
                self.cookies[found[1]] = found[2]
        return Said(answer.status, dict(answer.getheaders()), text, time.monotonic() - began)


def reset(line: socket.socket) -> None:
    """Close with RST, as a phone does that loses its network."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """What each came to, started together."""
    gate = threading.Barrier(len(deeds))
    results: list[Any] = [None] * len(deeds)

    def do(position: int, deed: Callable[[], Any]) -> None:
        gate.wait(30)
        results[position] = deed()

    threads = [threading.Thread(target=do, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    return results


def started(deed: Callable[[], Any]) -> Callable[[], Any]:
    """Starts it aside; calling what comes back waits for its result."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(deed()))
    thread.start()

    def wait() -> Any:
        thread.join(60)
        return results[0]

    return wait


def until(condition: Callable[[], Any], seconds: float = 30) -> float:
    """Wait for it; the seconds it took. Raises TimeoutError."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.02)
    return time.monotonic() - began


def insist(deed: Callable[[], Said]) -> Said:
    """Again while nobody answers or the portal asks for patience: nothing has happened then."""
    answers: list[Said] = []

    def answered() -> bool:
        answers.append(deed())
        return answers[-1].status not in (0, 503)

    waited = until(answered, 60)
    answers[-1].waited = waited
    return answers[-1]


@contextmanager
def holding(run: Running, statement: str, *values: Any) -> Iterator[Held]:
    """The locks of a statement, kept until the block ends or they are released."""
    with closing(psycopg2.connect(embedded.addresses(run.data).owner_url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
        yield Held(connection)


class Held:
    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def release(self) -> None:
        self.connection.rollback()

    def wanted(self) -> bool:
        """Whether somebody waits for a lock."""
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            return bool(cursor.fetchone()[0])
