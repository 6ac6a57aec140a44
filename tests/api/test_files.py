"""Attachments by API: what is taken, who opens it before and after it is used, how it is handed out."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from files.keep import sweep
from files.models import File
from grievances.models import Attachment
from tests import make
from tests.api.calling import photo


def named(name, data):
    file = io.BytesIO(data)
    file.name = name
    return file


def zipped(**members):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as package:
        for name, text in members.items():
            package.writestr(name, text)
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("page.html", b"<script>alert(1)</script>"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.zip", zipped(a="b")),
        ("run.exe", b"MZ"),
        ("photo.jpg", b"<html>"),
        ("photo.jpg", b"\x89PNG\r\n\x1a\n"),
        ("sheet.xlsx", zipped(a="b")),
        ("noending", b"x"),
        ("empty.txt", b""),
        ("macro.docx", zipped(**{"[Content_Types].xml": "macroEnabled", "word/document.xml": "", "word/vbaProject.bin": ""})),
    ],
)
def test_what_is_not_on_the_list_is_400(name, data, by):
    answer = by.manager.upload("enterprise/attachments/", named(name, data))

    assert answer.status_code == 400, answer.content
    assert not File.objects.exists()


def test_more_than_ten_megabytes_is_413(by):
    answer = by.manager.upload("enterprise/attachments/", named("big.txt", b"x" * (10 * 1024 * 1024 + 1)))

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_anything_but_one_file_in_a_form_is_refused(by):
    assert by.manager.post("enterprise/attachments/", {"file": "x"}).status_code == 415
    assert by.manager.client.post("/api/v1/enterprise/attachments/", {}).status_code == 400
    assert by.manager.client.post("/api/v1/enterprise/attachments/", {"file": "text"}).status_code == 400
    assert by.manager.client.post("/api/v1/enterprise/attachments/", {"file": [photo(), photo()]}).status_code == 400


def test_the_same_key_uploads_once(by):
    first = by.manager.upload("enterprise/attachments/", photo(), **{"Idempotency-Key": "f-1"})
    again = by.manager.upload("enterprise/attachments/", photo(), **{"Idempotency-Key": "f-1"})
    other = by.manager.upload("enterprise/attachments/", photo(colour="red"), **{"Idempotency-Key": "f-1"})

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.json() == again.json()
    assert File.objects.count() == 1


def test_a_file_is_saved_under_its_name_and_runs_nothing(by):
    key = by.manager.upload("enterprise/attachments/", photo("现场 “照片”.jpg")).json()["id"]

    answer = by.manager.get(f"enterprise/attachments/{key}/")

    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "private, no-store"
    assert b"".join(answer.streaming_content).startswith(b"\xff\xd8\xff")


def test_an_upload_is_the_uploaders_until_it_is_used_then_everybodys_who_sees_the_ticket(by, here):
    key = by.manager.upload("enterprise/attachments/", photo()).json()["id"]
    before = [caller.get(f"{door}/attachments/{key}/").status_code for caller, door in _readers(by)]

    filed = by.manager.post("enterprise/grievances/", {**make.FILED, "attachments": [key]}).json()
    after = [caller.get(f"{door}/attachments/{key}/").status_code for caller, door in _readers(by)]

    assert [each["id"] for each in filed["attachments"]] == [key]
    assert before == [200, 404, 404, 404, 404]
    assert after == [200, 200, 200, 404, 404]
    assert Entry.objects.filter(action="download", target=f"file:{key}").count() == 2


def _readers(by):
    return [
        (by.manager, "enterprise"), (by.member, "enterprise"), (by.specialist_zl, "community"), (by.stranger, "enterprise"),
        (by.partner, "community"),
    ]  # fmt: skip


def test_a_file_is_used_once_and_by_its_uploader_only(by):
    key = by.manager.upload("enterprise/attachments/", photo()).json()["id"]

    stolen = by.stranger.post("enterprise/grievances/", {**make.FILED, "attachments": [key]})
    first = by.manager.post("enterprise/grievances/", {**make.FILED, "attachments": [key]})
    second = by.manager.post("enterprise/grievances/", {**make.FILED, "attachments": [key]})
    twice = by.manager.post("enterprise/grievances/", {**make.FILED, "attachments": [key, key]})

    assert (stolen.status_code, first.status_code, second.status_code, twice.status_code) == (400, 201, 400, 400)
    assert stolen.json()["fields"] == second.json()["fields"] == {"attachments": ["附件号不对或已被使用，请重新上传"]}


def test_a_refused_filing_leaves_the_file_for_the_next_try(by):
    key = by.manager.upload("enterprise/attachments/", photo()).json()["id"]

    refused = by.manager.post("enterprise/grievances/", {**make.FILED, "title": "", "attachments": [key]})
    filed = by.manager.post("enterprise/grievances/", {**make.FILED, "attachments": [key]})

    assert (refused.status_code, filed.status_code) == (400, 201)


def test_clearing_away_takes_what_nobody_used_and_leaves_what_a_ticket_has(by):
    used, unused = (by.manager.upload("enterprise/attachments/", photo(colour=colour)).json()["id"] for colour in ("red", "blue"))
    by.manager.post("enterprise/grievances/", {**make.FILED, "attachments": [used]})

    sweep(timezone.now() + timedelta(hours=25))

    assert [str(key) for key in File.objects.values_list("pk", flat=True)] == [used]
    assert by.manager.get(f"enterprise/attachments/{used}/").status_code == 200
    assert by.manager.get(f"enterprise/attachments/{unused}/").status_code == 404


def test_a_file_opens_in_the_circle_it_was_added_in(by, here):
    number = make.grievance("in_progress", scene=here, at=timezone.now()).number
    keys = {}
    for circle, caller in (("internal", by.specialist_zl), ("partners", by.partner), ("enterprise", by.partner)):
        keys[circle] = caller.upload("community/attachments/", photo()).json()["id"]
        assert caller.act("community", number, "comment", body="见附件", circle=circle, attachments=[keys[circle]]).status_code == 200

    opened = {
        circle: [
            by.specialist_zl.get(f"community/attachments/{key}/").status_code,
            by.colleague.get(f"community/attachments/{key}/").status_code,
            by.partner.get(f"community/attachments/{key}/").status_code,
            by.manager.get(f"enterprise/attachments/{key}/").status_code,
        ]
        for circle, key in keys.items()
    }
    listed = [each["id"] for each in by.manager.get(f"enterprise/grievances/{number}/").json()["attachments"]]

    assert opened == {"internal": [200, 200, 404, 404], "partners": [200, 200, 200, 404], "enterprise": [200, 200, 200, 200]}
    assert listed == [keys["enterprise"]]


def test_the_evidence_of_a_request_is_read_by_whoever_decides_and_kept_when_approved(by, here):
    number = make.grievance("in_progress", scene=here, at=timezone.now()).number
    key = by.partner.upload("community/attachments/", photo("对方来函.jpg")).json()["id"]
    resume = (timezone.localtime() + timedelta(days=9)).date().isoformat()
    talk = {"talk": {"channel": "电话", "person": "王磊", "note": "对方确认下周回函"}}

    asked = by.partner.act("community", number, "request-suspend", reason="等对方回函", resume_on=resume, evidence=[key, talk, "visit:v-1"])
    read = by.leader.get(f"community/attachments/{key}/")
    approved = by.leader.act("community", number, "approve")

    assert (asked.status_code, read.status_code, approved.status_code) == (200, 200, 200), approved.content
    assert approved.json()["state"] == "suspended"
    assert [each["kind"] for each in approved.json()["evidence"]] == ["file", "talk", "visit"]
    assert approved.json()["evidence"][1]["talk"]["person"] == "王*"
    assert Attachment.objects.filter(file=key).count() == 1


def test_a_recalled_partner_opens_nothing_any_more_not_even_what_he_handed_in(by, here):
    number = make.grievance("in_progress", scene=here, at=timezone.now()).number
    key = by.partner.upload("community/attachments/", photo()).json()["id"]
    by.partner.act("community", number, "comment", body="见附件", circle="partners", attachments=[key])

    by.specialist_zl.act("community", number, "recall", reason="改派")

    assert by.partner.get(f"community/attachments/{key}/").status_code == 404
    assert by.specialist_zl.get(f"community/attachments/{key}/").status_code == 200


def test_a_file_the_disk_has_lost_is_not_found(by, settings, tmp_path):
    key = by.manager.upload("enterprise/attachments/", photo()).json()["id"]
    settings.MEDIA_ROOT = tmp_path / "empty"

    answer = by.manager.get(f"enterprise/attachments/{key}/")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
