"""Which files are taken, and what becomes of them."""

import hashlib
import io
import struct
import zlib
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from PIL import Image

import files
from files import keep
from files.models import File
from files.refused import FileRefused
from tests import make
from tests.files.samples import package, picture

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def _refused(store, name, data):
    with pytest.raises(FileRefused) as refused:
        store(name, data)
    assert not File.objects.exists()
    return refused.value


def _png_header(width, height):
    """A PNG that claims a size and holds nothing."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    end = struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND"))
    return b"\x89PNG\r\n\x1a\n" + chunks + end


@pytest.mark.parametrize(
    ("name", "data", "mime"),
    [
        ("现场.jpg", picture(), "image/jpeg"),
        ("现场.JPEG", picture(), "image/jpeg"),
        ("截图.png", picture("PNG"), "image/png"),
        ("合同.pdf", PDF, "application/pdf"),
        ("函.docx", package("docx"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("清单.xlsx", package("xlsx"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("说明.txt", "欠薪经过\n".encode(), "text/plain"),
    ],
)
def test_these_are_taken(store, uploader, name, data, mime):
    file = store(name, data)

    stored = files.open(file).read()
    assert (file.name, file.mime, file.uploaded_by, file.used_at) == (name, mime, uploader, None)
    assert (file.size, file.sha256) == (len(stored), hashlib.sha256(stored).hexdigest())
    assert "现场" not in file.stored_as


@pytest.mark.parametrize("ending", ["svg", "html", "xml", "zip", "exe", "doc", "xls", "docm", "gif", "heic", "webp", "js", "pdf.exe"])
def test_these_endings_are_not_taken_whatever_is_inside(store, ending):
    assert _refused(store, f"a.{ending}", picture()).code == "wrong_type"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jpg", picture("PNG")),
        ("a.jpg", PDF),
        ("a.jpg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("a.pdf", b"MZ\x90\x00"),
        ("a.pdf", b"<html>%PDF-1.7"),
        ("a.docx", PDF),
        ("a.docx", package("xlsx")),
        ("a.xlsx", package("docx")),
        ("a.docx", package("docx", main=False)),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("a.txt", picture()),
        ("noending", b"text"),
    ],
)
def test_content_and_ending_must_agree(store, name, data):
    assert _refused(store, name, data).code == "wrong_type"


@pytest.mark.parametrize(
    ("more", "types", "code"),
    [
        ([("word/vbaProject.bin", b"x")], b"<Types/>", "active_content"),
        ([("word/embeddings/oleObject1.bin", b"x")], b"<Types/>", "active_content"),
        ([("word/activeX/activeX1.xml", b"x")], b"<Types/>", "active_content"),
        ([("setup.exe", b"MZ")], b"<Types/>", "active_content"),
        ([], b"<Override ContentType='application/vnd.ms-word.document.macroEnabled.main+xml'/>", "active_content"),
        ([], b"<!DOCTYPE lolz [<!ENTITY lol 'lol'>]><Types/>", "active_content"),
        ([("../../etc/passwd", b"x")], b"<Types/>", "broken"),
        ([("/etc/passwd", b"x")], b"<Types/>", "broken"),
        ([(f"word/media/{number}.xml", b"x") for number in range(1001)], b"<Types/>", "zip_bomb"),
        ([("word/media/bomb", b"\0" * 30_000_000)], b"<Types/>", "zip_bomb"),
    ],
)
def test_macros_and_bombs_in_office_files_are_refused(store, more, types, code):
    assert _refused(store, "a.docx", package("docx", more=more, types=types)).code == code


@pytest.mark.parametrize("cut", [5, 60, 200])
def test_a_truncated_office_file_is_refused(store, cut):
    assert _refused(store, "a.docx", package("docx")[:cut]).code in ("broken", "wrong_type")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_truncated_picture_is_refused(store, kind):
    whole = picture(kind, (400, 300))

    assert _refused(store, f"a.{'jpg' if kind == 'JPEG' else 'png'}", whole[: len(whole) // 2]).code == "broken"


def test_a_picture_of_too_many_pixels_is_refused_by_its_header(store):
    assert _refused(store, "a.png", _png_header(8000, 5001)).code == "too_many_pixels"
    assert _refused(store, "b.png", _png_header(60000, 60000)).code in ("too_many_pixels", "broken")


def test_nothing_and_too_much_are_refused(store):
    assert _refused(store, "a.txt", b"").code == "empty"
    refused = _refused(store, "a.txt", b"x" * (10 * 1024 * 1024 + 1))
    assert (refused.code, refused.status_hint) == ("too_large", 413)
    assert "10 MB" in refused.message


def test_ten_megabytes_to_the_byte_are_taken(store):
    assert store("a.txt", b"x" * (10 * 1024 * 1024)).size == 10 * 1024 * 1024


def test_a_photo_loses_place_and_camera_and_stands_upright(store):
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[2] = (30.0, 16.0, 0.0)  # GPS latitude
    photo = picture("JPEG", (40, 30), exif=exif, comment=b"home address")

    stored = files.open(store("a.jpg", photo)).read()

    again = Image.open(io.BytesIO(stored))
    assert again.size == (30, 40)
    assert not again.getexif()
    assert b"SecretCamera" not in stored
    assert b"home address" not in stored


def test_a_png_loses_its_texts_and_keeps_its_transparency(store):
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Author", "SecretAuthor")
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"

    stored = files.open(store("a.png", picture("PNG", mode="RGBA", pnginfo=words, exif=exif))).read()

    assert b"Secret" not in stored
    assert Image.open(io.BytesIO(stored)).mode == "RGBA"


def test_what_is_hung_behind_a_picture_is_gone(store):
    stored = files.open(store("a.jpg", picture() + b"<script>alert(1)</script>PK\x03\x04")).read()

    assert b"script" not in stored


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_gray_and_print_pictures_are_taken(store, mode):
    assert store("a.jpg", picture("JPEG", mode=mode)).mime == "image/jpeg"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_of_chinese_notepads_is_kept_as_utf8(store, encoding):
    assert files.open(store("a.txt", "欠薪经过：𠮷".encode(encoding))).read().decode() == "欠薪经过：𠮷"


@pytest.mark.parametrize("data", [b"a\0b", "欠薪".encode("utf-16"), b"\x1b[31mred", bytes(range(128, 256))])
def test_what_is_no_text_is_refused(store, data):
    assert _refused(store, "a.txt", data).code == "broken"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\王\\桌面\\合同.pdf", "合同.pdf"),
        ("../../etc/合同.pdf", "合同.pdf"),
        ("合\"同'\n.pdf", "合同.pdf"),
        ("合同\u202efdp.pdf", "合同fdp.pdf"),
    ],
)
def test_names_are_cleaned(store, given, kept):
    from django.core.files.uploadedfile import InMemoryUploadedFile

    upload = InMemoryUploadedFile(io.BytesIO(PDF), None, "x.pdf", "", len(PDF), None)
    upload._name = given

    assert files.store(upload, by=make.user(), at=make.AT).name == kept


def test_a_long_name_keeps_its_ending(store):
    name = store("长" * 200 + ".pdf", PDF).name

    assert len(name) <= 120
    assert name.endswith(".pdf")


def test_a_row_that_cannot_be_written_leaves_bytes_that_the_sweep_clears(store, media, uploader):
    with transaction.atomic():
        store("a.pdf", PDF)
        transaction.set_rollback(True)
    left = [path for path in media.rglob("*") if path.is_file()]
    assert len(left) == 1

    keep.sweep(make.AT + timedelta(days=400))

    assert not left[0].exists()


def test_a_row_never_points_at_nothing(store, media):
    media.parent.mkdir(exist_ok=True)
    media.write_text("a file where the folder should be: the disk says no")

    with pytest.raises(OSError, match=r"exists|directory"):
        store("a.pdf", PDF)

    assert not File.objects.exists()


def test_stored_bytes_are_for_us_alone(store):
    path = keep.path_of(store("a.pdf", PDF))

    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_size_out_of_bounds_is_refused_by_the_database(uploader):
    with pytest.raises(IntegrityError), transaction.atomic():
        File.objects.create(name="a.pdf", size=0, sha256="", mime="", stored_as="a", uploaded_by=uploader, created_at=make.AT)
