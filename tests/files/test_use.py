"""From upload to use; who sees what; what is cleared away."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

import files
from files import keep
from files.models import File
from files.refused import FileRefused
from tests import make

DAY = timedelta(hours=24)


def test_until_used_a_file_is_its_uploaders(store, uploader):
    file = store("a.txt", b"a")

    assert list(File.objects.visible_to(uploader)) == [file]
    assert not File.objects.visible_to(make.user()).exists()

    files.use([file.pk], by=uploader, at=make.AT)

    assert not File.objects.visible_to(uploader).exists()


def test_files_come_back_in_the_order_asked_for(store, uploader):
    first, second, third = (store(f"{number}.txt", b"a") for number in range(3))

    assert files.use([third.pk, first.pk, second.pk], by=uploader, at=make.AT) == [third, first, second]


def test_strange_unknown_and_used_ones_look_alike(store, uploader):
    mine, used = store("a.txt", b"a"), store("b.txt", b"b")
    files.use([used.pk], by=uploader, at=make.AT)
    strangers = store("c.txt", b"c", by=make.user())

    for pk in (strangers.pk, used.pk, uuid4()):
        with pytest.raises(FileRefused) as refused:
            files.use([mine.pk, pk], by=uploader, at=make.AT)
        assert refused.value.code == "unknown_file"

    assert File.objects.visible_to(uploader).get() == mine


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_a_file_at_once_one_gets_it(store, uploader):
    file = store("a.txt", b"a")
    start, outcomes = threading.Barrier(2), []

    def work():
        start.wait()
        try:
            files.use([file.pk], by=uploader, at=make.AT)
            outcomes.append("used")
        except FileRefused as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(outcomes) == ["unknown_file", "used"]


def test_what_nobody_used_for_a_day_is_cleared_with_its_bytes(store, uploader):
    unused, used = store("a.txt", b"a"), store("b.txt", b"b")
    files.use([used.pk], by=uploader, at=make.AT)

    assert keep.sweep(make.AT + DAY - timedelta(seconds=1)) == 0
    assert keep.sweep(make.AT + DAY) == 1

    assert list(File.objects.all()) == [used]
    assert not keep.path_of(unused).exists()
    assert files.open(used).read() == b"b"


def test_the_sweep_is_safe_to_run_twice(store):
    store("a.txt", b"a")

    assert keep.sweep(make.AT + DAY) == 1
    assert keep.sweep(make.AT + DAY) == 0


def test_the_sweep_of_an_empty_store_finds_nothing(db):
    assert keep.sweep(make.AT) == 0


@pytest.mark.parametrize("name", ["合同 (1).txt", "a;b.txt", "résumé.txt", "🎉.txt"])
def test_a_download_is_saved_and_never_run(store, name):
    from portal.files import attachment_response

    file = store(name, "内容".encode())

    response = attachment_response(file)

    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "\n" not in disposition
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("sandbox")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert b"".join(response.streaming_content).decode() == "内容"


def test_a_photo_may_be_shown_and_nothing_else(store):
    from portal.files import picture_response
    from tests.files.samples import picture

    assert picture_response(store("a.jpg", picture())).headers["Content-Disposition"].startswith("inline")
    assert picture_response(store("a.txt", b"x")).headers["Content-Disposition"].startswith("attachment")


def test_the_declared_size_is_not_trusted(uploader):
    upload = SimpleUploadedFile("a.txt", b"x" * (keep.MOST_BYTES + 1))
    upload.size = 1

    with pytest.raises(FileRefused):
        files.store(upload, by=uploader, at=make.AT)
