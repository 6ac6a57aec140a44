"""Whatever is sent to whatever address: never a 500, always a Chinese word and the number of the request (F37–F39, R33).

The addresses come from the map, and the names of their fields from listening to the views: new pages are tried without a word here.
Each field gets a few of the values in turn; HOSTILE_DEEP=1 tries all of them on all, for a quarter of an hour.
"""

import json
import logging
import os
import sys
import uuid

import pytest
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from accounts.models import Token
from grievances import workflow
from grievances.moves import MOVES
from tests import make
from tests.faults.addresses import endpoints, quoted

pytestmark = pytest.mark.django_db

ENDPOINTS = endpoints()
PAGES = [endpoint for endpoint in ENDPOINTS if not endpoint.is_api]
DOORS = [endpoint for endpoint in ENDPOINTS if endpoint.is_api]

DEEP = bool(os.environ.get("HOSTILE_DEEP"))
IN_A_PATH = (
    "%00",
    "%01",
    "%C0%AF",
    "%ED%A0%80",
    "%FF",
    "..%2F..",
    quoted("'"),
    quoted("长" * 300),
    quoted("\u202e"),
    "9" * 40,
    "%25",
    "%20",
)
IN_A_FIELD = (
    "\x01", "9" * 30, "0001-01-01T00:00:00+14:00_1", "NaN", "长" * 10_001, "-1", "９９", "\x00", "2026-02-30", "9999999999999999-9", "\u202e", "1e400",
    "9999-12-31T23:59:59.999999+14:00", "'", "Infinity", "0001-01-01", "[]", "%", "\\", "2026-11-23T99:99",
)  # fmt: skip
BROKEN_QUERIES = ("%FF=%FF", "=&&a[]=1", "%ED%A0%80=%ED%A0%80", "q=" + quoted("长" * 400), "&".join(f"x{n}=1" for n in range(600)))
METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "TRACE", "PROPFIND")
FORM = "application/x-www-form-urlencoded"
BROKEN_BODIES = (
    (b"\xff\xfe%FF=\xff", FORM),
    (b"a=%00&%00=b", FORM),
    (b"%ED%A0%80=%ED%A0%80", FORM),
    (b"&".join(b"f%d=1" % number for number in range(600)), FORM),
    (b"title=" + "标题".encode("gbk"), "application/x-www-form-urlencoded; charset=gbk"),
    (b"a=1", "application/x-www-form-urlencoded; charset=nonsense"),
    (b"a=1", "application/x-www-form-urlencoded; charset=bz2_codec"),
    (b'--x\r\nContent-Disposition: form-data; name="a"\r\n', "multipart/form-data; boundary=x"),
    (b"nothing of the kind", "multipart/form-data; boundary=x"),
    (b"--x", "multipart/form-data"),
    (b'--x\r\nContent-Disposition: form-data; name="attachments"; filename="a\x00.png"\r\n\r\n\x00\r\n--x--\r\n', "multipart/form-data; boundary=x"),
    (b'--x\r\nContent-Disposition: form-data; name="file"; filename="../../%00.pdf"\r\n\r\n%PDF-\r\n--x--\r\n', "multipart/form-data; boundary=x"),
    (b"{}", "application/json"),
    (b"\x00" * 1000, "nonsense"),
)  # fmt: skip
BROKEN_JSON = (
    b"", b"null", b"[1]", b"{", b'{"a": NaN}', b'{"a": 1e400}', b'{"\\u0000": 1}', b'{"a": "\\ud800"}', b"\xff\xfe{}",
    '{"a": "标题"}'.encode("gbk"), b'{"a":' * 10_000, b'{"": null}', b'{"a": 9' + b"9" * 5000 + b"}",
)  # fmt: skip
WRONG_TYPES = (
    None, "\x01", 10**40, [], {"a": {"b": []}}, "长" * 10_001, True, -1, 1.5, "１２", "NaN", "1e400", ["x"], [[]], [None], {}, "2026-02-30",
)  # fmt: skip
ODD_HEADERS = (
    ("HTTP_HOST", ("a b", "evil.example", "x" * 300, "[::1")),
    ("HTTP_REFERER", ("http://[", "javascript:alert(1)", "\xff", "http://testserver/" + "x" * 3000)),
    ("HTTP_HX_CURRENT_URL", ("http://[", "\x01", "http://testserver/%00")),
    ("HTTP_AUTHORIZATION", ("Token", "Token \xff", "Token " + "x" * 5000, "Basic YTpi", "Token a b c", "Token \x01", "Token \x00")),
    ("HTTP_COOKIE", ("sessionid=\xff", "sessionid=" + "x" * 4000, "sessionid='; csrftoken=%00", "=;=;;", "sessionid=%00", "sessionid=\x00")),
    ("HTTP_X_FORWARDED_FOR", ("not an address", "'", "\x01")),
    ("HTTP_X_REQUEST_ID", ("a\x01b", "x" * 5000, "<script>")),
    ("HTTP_IDEMPOTENCY_KEY", ("\xff", "x" * 200, "\x01", "\x00", " ")),
    ("HTTP_ACCEPT", ("nonsense", "application/xml", "\xff", "*/" + "x" * 2000)),
    ("HTTP_ACCEPT_LANGUAGE", ("x" * 2000, "\xff", "zh;q=nan")),
    ("HTTP_USER_AGENT", ("\x01" * 300, "\x00", "x" * 8000)),
    ("HTTP_IF_MODIFIED_SINCE", ("x", "Thu, 99 Foo 9999 99:99:99 GMT", "Sun, 06 Nov 0000 08:49:37 GMT")),
    ("HTTP_HX_TARGET", ("\xff", "\x00", "x" * 3000)),
    ("CONTENT_LENGTH", ("-1", "x", "１", "9" * 40)),
)  # fmt: skip


class Sweep:
    """Everybody's requests, each undone afterwards; what was wrong with an answer is noted, so that one run tells it all."""

    def __init__(self, people):
        self.people, self.wrong, self.asked, self._crash = people, [], 0, None
        self._signed_in = {"": ({}, "")} | {name: self._sign_in(person) for name, person in people.items()}
        got_request_exception.connect(self._note)

    def _note(self, sender, request, **facts):
        error = sys.exc_info()[1]
        frame = error.__traceback__
        while frame.tb_next is not None:
            frame = frame.tb_next
        self._crash = f"{type(error).__name__}: {str(error)[:150]} ({frame.tb_frame.f_code.co_filename[-40:]}:{frame.tb_lineno})"

    @staticmethod
    def _sign_in(person):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client.cookies, Token.issue(person, at=timezone.now())[1]

    def ask(self, who, method, address, body=b"", kind=FORM, query="", **headers):
        cookies, token = self._signed_in[who]
        client = Client(raise_request_exception=False)
        if address.startswith("/api/"):
            headers = {"HTTP_AUTHORIZATION": f"Token {token}"} | headers if token else headers
        elif cookies and "HTTP_COOKIE" not in headers:
            client.cookies = cookies.copy()
        self.asked, self._crash = self.asked + 1, None
        with transaction.atomic():
            answer = client.generic(method, address, body, content_type=kind, **{"QUERY_STRING": query, **headers})
            transaction.set_rollback(True)
        if problem := self._crash or problem_of(answer, method, address):
            told = f"{body[:120]!r} {kind} " if body else ""
            self.wrong.append(f"{who or 'nobody'}: {method} {address[:120]} {query[:120]} {told}{str(headers)[:120]} → {problem}")
        return answer

    def whoever_may(self, method, address):
        """The first person who is let in, and the answer."""
        for name in (*self.people, ""):
            answer = self.ask(name, method, address)
            if answer.status_code not in (302, 401, 403, 404):
                break
        return name, answer

    def finish(self):
        got_request_exception.disconnect(self._note)
        assert not self.wrong, f"{len(self.wrong)} of {self.asked}:\n" + "\n".join(self.wrong[:200])


def problem_of(answer, method, address):
    number = answer.headers.get("X-Request-ID")
    if answer.status_code >= 500 and address != "/readyz":
        return str(answer.status_code)
    if not number:
        return "no number"
    if answer.status_code < 400 or method == "HEAD" or address == "/readyz":
        return ""
    text = answer.content.decode()
    if answer.headers["Content-Type"].startswith("application/json"):
        text = str(json.loads(text)["message"])
    if not any("\u4e00" <= letter <= "\u9fff" for letter in text):
        return f"{answer.status_code} without a Chinese word: {text[:80]}"
    if address.startswith("/api/") and answer.json()["request_id"] != number:
        return f"{answer.status_code} without the number: {text[:80]}"
    return ""


@pytest.fixture(scope="module")
def here(django_db_setup, django_db_blocker):
    """One scene for the module: every request is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make.scene(at=timezone.now())
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def ticket(here):
    return make.grievance("submitted", scene=here, at=timezone.now())


@pytest.fixture(scope="module")
def known(here, ticket):
    """What may stand in an address."""
    return {"number": (ticket.number,), "code": ("ZL02",), "uscc": (here.enterprise.uscc,), "uidb64": ("MQ",), "action": ("accept",)}


@pytest.fixture(autouse=True)
def _listening(settings, tmp_path):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.faults.addresses.listen"]
    settings.MEDIA_ROOT = tmp_path
    settings.NUDGE = False
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def sweep(here):
    names = ("specialist_zl", "manager", "admin", "auditor", "partner", "street")
    swept = Sweep({name: here.people[name] for name in names})
    yield swept
    swept.finish()


def some(values, turn, count):
    """`count` of the values, another few each turn; all of them when going deep."""
    return values if DEEP else [values[(turn * count + step) % len(values)] for step in range(count)]


def form(fields):
    return "&".join(f"{quoted(name)}={quoted(value)}" for name, value in fields.items()).encode()


def asked(answer, where):
    return getattr(answer, "asked", {where: set()})[where]


def test_the_map_is_read():
    routes = {endpoint.route for endpoint in ENDPOINTS}

    assert {"sign-in/", "grievances/<str:number>/<str:action>/", "api/v1/community/grievances/"} <= routes


def test_every_address_with_every_method_and_odd_arguments(sweep, known):
    for turn, endpoint in enumerate(ENDPOINTS):
        address = next(endpoint.addresses(known))
        for method in some(("GET", "POST"), turn, 1):
            sweep.ask("", method, address)
        for method in some(METHODS, turn, 1):
            sweep.ask("manager", method, address)
        for method in some(METHODS, turn + 3, 1):
            sweep.ask("specialist_zl", method, address)
        for odd in endpoint.with_odd_arguments(known, tuple(some(IN_A_PATH, turn, 1))):
            sweep.ask(("specialist_zl", "manager")[turn % 2], ("GET", "POST")[turn // 2 % 2], odd)


def test_every_field_of_every_page(sweep, known):
    turn = 0
    for endpoint in PAGES:
        address = next(endpoint.addresses(known))
        who, answer = sweep.whoever_may("GET", address)
        if answer.status_code in (404, 405):
            continue
        turn += 1
        for query in some(BROKEN_QUERIES, turn, 1):
            sweep.ask(who, "GET", address, query=query)
        names = sorted(asked(answer, "query"))
        for value in some(IN_A_FIELD, turn, 2) if names else ():
            sweep.ask(who, "GET", address, query="&".join(f"{quoted(name)}={quoted(value)[:300]}" for name in names))
        for name in names:
            turn += 1
            for value in some(IN_A_FIELD, turn, 1):
                sweep.ask(who, "GET", address, query=f"{quoted(name)}={quoted(value)[:3000]}")


def test_every_field_of_every_form(sweep, known):
    turn = 0
    for endpoint in PAGES:
        address = next(endpoint.addresses(known))
        who, answer = sweep.whoever_may("POST", address)
        if answer.status_code in (404, 405):
            continue
        turn += 1
        for body, kind in some(BROKEN_BODIES, turn, 2):
            sweep.ask(who, "POST", address, body, kind)
        names = sorted(asked(answer, "form"))
        for value in some(IN_A_FIELD, turn, 2) if names else ():
            sweep.ask(who, "POST", address, form(dict.fromkeys(names, value)))
        for name in names:
            turn += 1
            for value in some(IN_A_FIELD, turn, 1):
                sweep.ask(who, "POST", address, form({name: value}))


def test_every_fact_of_every_move(sweep, here):
    """By somebody who may make it, on a ticket where it may be made, so that the facts are looked at."""
    now = timezone.now()
    tickets = {
        state: make.grievance(state, scene=here, at=now) for state in sorted({str(move.sources[0]) for move in MOVES if move.sources})
    }
    turn = 0
    for move in MOVES:
        row = tickets.get(str(move.sources[0])) if move.sources else None
        who = next((name for name in sweep.people if row is not None and may(row, here.people[name], move, now)), None)
        if who is None:
            continue
        address, sound = f"/grievances/{row.number}/{move.path}/", {"version": str(row.version)}
        answer = sweep.ask(who, "POST", address, form(sound), HTTP_HX_REQUEST="true", HTTP_HX_TARGET="actions")
        names = sorted(asked(answer, "form"))
        turn += 1
        for value in some(IN_A_FIELD, turn, 1):
            sweep.ask(who, "POST", address, form(dict.fromkeys(names, value) | sound), HTTP_HX_REQUEST="true", HTTP_HX_TARGET="actions")
        for name in names:
            turn += 1
            for value in some(IN_A_FIELD, turn, 1) if DEEP or turn % 4 == 0 else ():
                sweep.ask(who, "POST", address, form(sound | {name: value}), HTTP_HX_REQUEST="true", HTTP_HX_TARGET="actions")


def may(row, person, move, at):
    return move.path in {action.code for action in workflow.available(row, person, at)}


def test_odd_headers(sweep):
    turn = 0
    for name, values in ODD_HEADERS:
        for value in values:
            turn += 1
            for address, kind in some((("/", FORM), ("/sign-in/", FORM), ("/api/v1/community/grievances/", "application/json")), turn, 1):
                for who in ("specialist_zl", ""):
                    for method in some(("GET", "POST"), turn // 3, 1):
                        sweep.ask(who, method, address, b"{}", kind, **{name: value})


def bodies_of(schema, operation):
    """The names a JSON body may have, from the schema the API publishes about itself."""
    found = operation["requestBody"].get("content", {}).get("application/json", {}).get("schema", {})
    while "$ref" in found:
        found = schema["components"]["schemas"][found["$ref"].rsplit("/", 1)[-1]]
    return sorted(found.get("properties", {}))


def test_every_field_of_the_api(sweep, known):
    schema = SchemaGenerator().get_schema(request=None, public=True)
    turn = 0
    for path, operations in schema["paths"].items():
        address = path.replace("{key}", str(uuid.uuid4()))
        for name, values in known.items():
            address = address.replace(f"{{{name}}}", values[0])
        who = "manager" if "/enterprise/" in path else "street" if "/street/" in path else "specialist_zl"
        for method, operation in operations.items():
            for row in operation.get("parameters", ()):
                turn += 1
                for value in some(IN_A_FIELD, turn, 2) if row["in"] == "query" else ():
                    sweep.ask(who, method.upper(), address, query=f"{quoted(row['name'])}={quoted(value)[:3000]}")
            if "requestBody" not in operation:
                continue
            turn += 1
            for body in some(BROKEN_JSON, turn, 2):
                sweep.ask(who, method.upper(), address, body, "application/json")
            for body, kind in some(BROKEN_BODIES, turn, 1):
                sweep.ask(who, method.upper(), address, body, kind)
            for name in bodies_of(schema, operation):
                turn += 1
                for value in some(WRONG_TYPES, turn, 1):
                    sweep.ask(who, method.upper(), address, json.dumps({"version": 2, name: value}).encode(), "application/json")
