"""Small real files, made here."""

import io
import zipfile

from PIL import Image

OFFICE = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}


def package(ending, *, more=(), types=b"<Types/>", main=True):
    """A docx or xlsx with the least it must hold; `more` are further (name, bytes)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("[Content_Types].xml", types)
        if main:
            parts.writestr(OFFICE[ending], b"<document/>")
        for name, data in more:
            parts.writestr(name, data)
    return out.getvalue()


def picture(kind="JPEG", size=(40, 30), mode="RGB", **facts):
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode in ("RGB", "RGBA") else 1).save(out, kind, **facts)
    return out.getvalue()
