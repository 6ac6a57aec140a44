"""What no honest client sends: an answer in Chinese in the one error shape, never a 500, and nothing kept (F34–F42)."""

import json
import time

import pytest
from django.utils import timezone

from grievances.models import Grievance
from tests import make
from tests.api.calling import V1, Callers


@pytest.fixture(scope="module")
def stage(stage, django_db_blocker):
    with django_db_blocker.unblock():
        stage.by = Callers(stage, ("manager", "specialist_zl", "partner"))
        stage.number = make.grievance("submitted", scene=stage, at=timezone.now()).number
        stage.working = make.grievance("in_progress", scene=stage, at=timezone.now())
        yield stage


@pytest.fixture
def by(here):
    return here.by


def refused(answer, status=400):
    body = answer.json()
    assert answer.status_code == status, (answer.status_code, body)
    assert set(body) - {"current"} == {"code", "message", "fields", "request_id"}
    assert any("\u4e00" <= letter <= "\u9fff" for letter in body["message"]), body
    return body


def file_need(by, **facts):
    return by.manager.post("enterprise/grievances/", {**make.FILED, **facts})


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"title": "长" * 201}, "title"),
        ({"title": "长" * 10_000}, "title"),
        ({"body": "长" * 5001}, "body"),
        ({"contact_name": "长" * 10_000}, "contact_name"),
        ({"title": ""}, "title"),
        ({"title": "   \u200b"}, "title"),
        ({"title": 12345}, "title"),
        ({"title": ["停车"]}, "title"),
        ({"title": {"a": 1}}, "title"),
        ({"title": True}, "title"),
        ({"title": "响铃\u0007"}, "title"),
        ({"title": "\ufdd0"}, "title"),
        ({"title": "e" + "\u0301" * 31}, "title"),
        ({"contact_phone": "一二三"}, "contact_phone"),
        ({"contact_phone": 13812345678}, "contact_phone"),
        ({"contact_phone": "1"}, "contact_phone"),
        ({"service_item": "XX99"}, "service_item"),
        ({"service_item": 7}, "service_item"),
        ({"service_item": ["ZL02"]}, "service_item"),
        ({"service_item": "ZL02' OR 1=1 --"}, "service_item"),
        ({"urgent": "true"}, "urgent"),
        ({"urgent": 1}, "urgent"),
        ({"urgent": "随便"}, "urgent"),
        ({"confidential": []}, "confidential"),
        ({"personal": "yes"}, "personal"),
        ({"draft": "true"}, "draft"),
        ({"place": -1}, "place"),
        ({"place": 10**30}, "place"),
        ({"place": 1.5}, "place"),
        ({"place": "１２"}, "place"),
        ({"place": True}, "place"),
        ({"attachments": "x"}, "attachments"),
        ({"attachments": ["x"]}, "attachments"),
        ({"attachments": [1]}, "attachments"),
        ({"attachments": ["00000000-0000-4000-8000-000000000000"]}, "attachments"),
        ({"attachments": ["00000000-0000-4000-8000-000000000000"] * 11}, "attachments"),
        ({"channel": "phone"}, "channel"),
        ({"state": "closed"}, "state"),
        ({"number": "MC261121-000001"}, "number"),
        ({"enterprise": "x"}, "enterprise"),
        ({"": 1}, ""),
    ],
)
def test_a_fact_that_cannot_be_is_named(facts, field, by):
    before = Grievance.objects.count()

    body = refused(file_need(by, **facts))

    assert field in body["fields"] or not field
    assert Grievance.objects.count() == before


def test_what_is_too_long_is_told_the_limit(by):
    assert "不超过 200 字" in refused(file_need(by, title="长" * 10_000))["message"]
    assert "不超过 200 字" in refused(file_need(by, title="x" * 900_000))["message"]


@pytest.mark.parametrize("text", ["𠮷野家", "👩‍💻 设备", "e\u0301clair", "شركة\u202e"])
def test_rare_characters_are_kept_and_found(text, by):
    filed = file_need(by, title=f"标题{text}").json()

    assert filed["title"].startswith("标题")
    assert "\u202e" not in filed["title"]
    found = by.manager.get("enterprise/grievances/", q=filed["title"][:6]).json()["results"]
    assert filed["number"] in [row["number"] for row in found]


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"null", b"[]", b'"text"', b"1", b"NaN", b'{"title": NaN}', b'{"title": Infinity}', b'{"title": -Infinity}',
        b'{"title": 1e400}', b'{"title": "\\u0000"}', b'{"ti\\u0000tle": "a"}', b'{"title": "\\ud800"}', b"\xff\xfe{\x00}\x00",
        "{\"title\": \"标题\"}".encode("gbk"), b"\xef\xbb\xbf{}", b'{"title": "a" "b"}', b"[" * 100_000, b'{"a":' * 50_000,
        b"[" * 60 + b"]" * 60, b'{"title": ' + b"9" * 10_000 + b"}", b'{"a":1,' * 10_000, b"x" * 1000, b'{"title": 1' + b"0" * 5000 + b"}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["enterprise/grievances/", "community/grievances/"])
def test_a_body_that_is_not_an_object_in_utf8_is_refused_at_once(raw, path, by):
    caller = by.manager if path.startswith("enterprise") else by.specialist_zl
    began = time.perf_counter()

    answer = caller.client.post(V1 + path, raw, content_type="application/json")

    refused(answer)
    assert time.perf_counter() - began < 5


def test_wide_json_is_refused_by_name_and_too_much_of_it_by_size(by):
    wide = {f"字段{n}": n for n in range(5000)}

    refused(by.manager.post("enterprise/grievances/", wide))
    refused(by.manager.post("enterprise/grievances/", {"body": "长" * 400_000}), 413)


@pytest.mark.parametrize(
    "kind",
    [
        "application/xml",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/html",
        "application/octet-stream",
    ],
)
def test_another_content_type_is_415(kind, by):
    answer = by.manager.client.post(V1 + "enterprise/grievances/", b"<a/>", content_type=kind)

    refused(answer, 415)


@pytest.mark.parametrize("charset", ["gbk", "utf-16", "bz2_codec", "nonsense", "utf-7"])
def test_another_charset_is_415(charset, by):
    body = json.dumps(make.FILED).encode()

    answer = by.manager.client.generic("POST", V1 + "enterprise/grievances/", body, f"application/json; charset={charset}")

    refused(answer, 415)


@pytest.mark.parametrize(
    ("action", "facts", "field"),
    [
        ("finish", {"outcome": "solved", "note": "好"}, "evidence"),
        ("finish", {"outcome": "solved", "note": "好", "evidence": []}, "evidence"),
        ("finish", {"outcome": "solved", "note": "好", "evidence": [[]]}, "evidence"),
        ("finish", {"outcome": "solved", "note": "好", "evidence": [{}]}, "evidence"),
        ("finish", {"outcome": "solved", "note": "好", "evidence": [{"talk": {}}]}, "evidence"),
        ("finish", {"outcome": "solved", "note": "好", "evidence": [{"talk": []}]}, "evidence"),
        ("finish", {"outcome": "solved", "note": "好", "evidence": [{"kind": "file", "file": {"a": 1}}]}, "evidence"),
        ("finish", {"outcome": "solved", "note": "好", "evidence": [{"talk": {"channel": 1, "person": 2, "note": 3}}]}, "evidence"),
        ("finish", {"outcome": "nirvana", "note": "好", "evidence": ["x"]}, "outcome"),
        ("finish", {"outcome": ["solved"], "note": "好", "evidence": ["x"]}, "outcome"),
        ("request-suspend", {"reason": "等", "resume_on": "2026-02-30"}, "resume_on"),
        ("request-suspend", {"reason": "等", "resume_on": "1899-01-01"}, "resume_on"),
        ("request-suspend", {"reason": "等", "resume_on": "2999-01-01"}, "resume_on"),
        ("request-suspend", {"reason": "等", "resume_on": 20261201}, "resume_on"),
        ("request-suspend", {"reason": "等", "resume_on": "明天"}, "resume_on"),
        ("request-extend", {"reason": "等", "due_at": "2026-11-31T10:00"}, "due_at"),
        ("request-extend", {"reason": "等", "due_at": True}, "due_at"),
        ("comment", {"body": "x", "circle": "world"}, "circle"),
        ("comment", {"body": "x" * 5001}, "body"),
        ("comment", {"body": "x", "answers": "１"}, "answers"),
        ("comment", {"body": "x", "answers": 99}, "answers"),
        ("comment", {"body": "x", "answers": 1.5}, "answers"),
    ],
)
def test_a_move_with_facts_that_cannot_be_is_refused_and_changes_nothing(action, facts, field, by, here):
    answer = by.partner.post(f"community/grievances/{here.working.number}/{action}/", {"version": here.working.version, **facts})

    body = refused(answer)
    assert any(name.split(".")[0] == field for name in body["fields"]), body
    here.working.refresh_from_db()
    assert here.working.version == 4


@pytest.mark.parametrize("score", [0, 6, -1, 4.5, "5", True, None, [5], 10**40, "１"])
def test_a_grade_is_an_integer_of_one_to_five(score, by, here):
    number = make.grievance("closed", scene=here, at=timezone.now()).number

    answer = by.manager.act("enterprise", number, "rate", solved="yes", result=score, speed=5)

    assert "result" in refused(answer)["fields"]


@pytest.mark.parametrize("number", ["MC", "'", "%27", "MC261121-000000'--", "..%2F..", "长" * 300, "MC261121-000000 ", "%C0%AF", "null"])
def test_a_number_that_is_none_is_not_found(number, by):
    refused(by.specialist_zl.client.get(f"{V1}community/grievances/{number}/"), 404)


def test_control_characters_in_an_address_are_400(by):
    for path in ("community/grievances/MC%00/", "community/grievances/?q=%00"):
        refused(by.specialist_zl.client.get(V1 + path))


def test_an_idempotency_key_that_is_none_is_400(by):
    for key in ("k" * 101, "键", "a\tb"):
        refused(by.manager.post("enterprise/grievances/", make.FILED, **{"Idempotency-Key": key}))


def test_methods_that_are_not_offered_are_405(by):
    for method in ("put", "delete", "patch"):
        refused(getattr(by.specialist_zl.client, method)(V1 + "community/grievances/"), 405)
    refused(by.specialist_zl.client.delete(V1 + f"community/grievances/{'MC261121-000000'}/"), 405)


def test_an_unknown_address_is_404_in_the_same_shape(by):
    refused(by.specialist_zl.client.get(V1 + "community/everything/"), 404)
    refused(by.specialist_zl.client.get("/api/v2/"), 404)


def test_the_browsers_session_needs_the_csrf_token(here, client):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(here.manager, backend="django.contrib.auth.backends.ModelBackend")

    assert browser.get(V1 + "enterprise/me/").status_code == 200
    answer = browser.post(V1 + "enterprise/grievances/", json.dumps(make.FILED), content_type="application/json")
    assert refused(answer, 403)["code"] == "csrf"
