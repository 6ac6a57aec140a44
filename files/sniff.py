"""What a file really is: its ending AND its first bytes must agree, and both must be on the list."""

import io
import re
import zipfile
from dataclasses import dataclass

from files.refused import FileRefused

MOST_ENTRIES = 1000
MOST_UNPACKED = 100 * 1024 * 1024
MOST_RATIO = 200
WORDS = "jpg、png、pdf、docx、xlsx、txt"


@dataclass(frozen=True)
class Kind:
    code: str
    mime: str
    endings: tuple[str, ...]


_OFFICE = "application/vnd.openxmlformats-officedocument."
JPEG = Kind("jpg", "image/jpeg", ("jpg", "jpeg"))
PNG = Kind("png", "image/png", ("png",))
PDF = Kind("pdf", "application/pdf", ("pdf",))
DOCX = Kind("docx", _OFFICE + "wordprocessingml.document", ("docx",))
XLSX = Kind("xlsx", _OFFICE + "spreadsheetml.sheet", ("xlsx",))
TEXT = Kind("txt", "text/plain", ("txt",))
KINDS = (JPEG, PNG, PDF, DOCX, XLSX, TEXT)

# What Office calls a macro, an ActiveX control or an embedded program; none of them belongs into a piece of evidence.
_ACTIVE = re.compile(r"(vbaproject|vbadata|activex|oleobject|macrosheets|\.exe$|\.dll$|\.js$|\.vbs$|\.bat$|\.cmd$|\.ps1$)", re.IGNORECASE)


def kind_of(name: str, data: bytes) -> Kind:
    """The kind of this file. Raises FileRefused("wrong_type" | "broken" | "active_content" | "zip_bomb")."""
    ending = name.rpartition(".")[2].lower()
    claimed = next((kind for kind in KINDS if ending in kind.endings), None)
    if claimed is None:
        raise FileRefused(f"不能上传这种文件，只收 {WORDS}。照片请存为 jpg，旧版 doc、xls 请另存为 docx、xlsx。", code="wrong_type")
    if claimed in (DOCX, XLSX):
        found = _office_kind(data)
    elif data.startswith(b"\xff\xd8\xff"):
        found = JPEG
    elif data.startswith(b"\x89PNG\r\n\x1a\n"):
        found = PNG
    elif data.startswith(b"%PDF-"):
        found = PDF
    else:
        found = TEXT if claimed is TEXT else None
    if found is not claimed:
        raise FileRefused(f"文件内容与扩展名“.{ending}”不符，请检查后重新选择；不要直接改扩展名。", code="wrong_type")
    return claimed


def _office_kind(data: bytes) -> Kind | None:
    """docx or xlsx by what the package holds; nothing is unpacked except its table of contents, and that within bounds."""
    if not data.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
            _check_entries(entries, len(data))
            names = {entry.filename for entry in entries}
            if "[Content_Types].xml" not in names:
                return None
            with package.open("[Content_Types].xml") as contents:
                types = contents.read(512 * 1024)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError, OSError) as error:
        raise FileRefused("文件已损坏或加了密码，打不开。请用 Office 或 WPS 重新保存后再传。", code="broken") from error
    if b"macroEnabled" in types or b"<!DOCTYPE" in types or b"<!ENTITY" in types:
        raise FileRefused("文件含有宏，不能上传。请另存为不含宏的 docx 或 xlsx。", code="active_content")
    if "word/document.xml" in names:
        return DOCX
    return XLSX if "xl/workbook.xml" in names else None


def _check_entries(entries: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(packed, 1024):
        raise FileRefused("文件展开后过大，不能上传。请删去多余内容或分成几个文件。", code="zip_bomb")
    for entry in entries:
        if entry.filename.startswith("/") or "\\" in entry.filename or ".." in entry.filename.split("/"):
            raise FileRefused("文件结构异常，不能上传。请用 Office 或 WPS 重新保存后再传。", code="broken")
        if entry.flag_bits & 0x1:
            raise FileRefused("文件加了密码，不能上传。请去掉密码后再传。", code="broken")
        if _ACTIVE.search(entry.filename):
            raise FileRefused("文件含有宏或嵌入的程序，不能上传。请另存为不含宏的 docx 或 xlsx。", code="active_content")
