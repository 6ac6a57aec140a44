"""A real HTTP server on this machine: it keeps what it was sent (`accepted`: what it answered as usual) and answers what it was told to."""

import json
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

#: Answers besides a number or a (status, JSON): the connection ends without a word; nothing comes for longer than anybody waits.
HANG_UP, SILENCE = "hang up", "silence"


@dataclass
class Endpoint:
    port: int
    requests: list = field(default_factory=list)
    accepted: list = field(default_factory=list)
    answers: list = field(default_factory=list)
    usual: object = (200, {"code": 0, "errcode": 0, "errmsg": "ok"})
    stop: threading.Event = field(default_factory=threading.Event)
    taken: threading.Event = field(default_factory=threading.Event)

    def url(self, path="/send"):
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def bodies(self):
        return [request["body"] for request in self.requests]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        box = self.server.box
        parts = urlsplit(self.path)
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        box.requests.append(
            {
                "path": parts.path,
                "query": {name: values[0] for name, values in parse_qs(parts.query).items()},
                "headers": dict(self.headers),
                "body": json.loads(content),
            }
        )
        answer = box.answers.pop(0) if box.answers else box.usual
        if answer == box.usual:
            box.accepted.append(json.dumps(box.requests[-1]["body"], ensure_ascii=False))
        box.taken.set()
        self._answer(answer)

    do_GET = do_POST

    def _answer(self, answer):
        if answer == SILENCE:
            self.server.box.stop.wait(30)
        if answer in (HANG_UP, SILENCE):
            self.close_connection = True
            return
        status, facts = answer if isinstance(answer, tuple) else (answer, {})
        content = facts.encode() if isinstance(facts, str) else json.dumps(facts).encode()
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Nothing on the terminal."""


@contextmanager
def listening():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.box = Endpoint(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.box
    finally:
        server.box.stop.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


def closed_port():
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
