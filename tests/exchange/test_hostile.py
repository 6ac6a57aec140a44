"""F32, F33, R23: a hostile file is refused with a sentence, at once, and costs little memory."""

import json
import os
import subprocess
import sys
from functools import lru_cache

import pytest
from django.conf import settings

from exchange import sheets
from exchange.sheets import SheetRefused
from tests.exchange import sheet_files

SECONDS, MIB = 2, 100
NOISE = os.urandom(1024 * 1024)
ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c></row>'


def rows(markup):
    return sheet_files.raw_xlsx(f"<sheetData>{markup}</sheetData>")


def one_text_in_every_cell():
    cells = "".join(f'<row r="{number}">' + f'<c r="A{number}" t="s"><v>0</v></c>' * 20 + "</row>" for number in range(1, 5001))
    return sheet_files.raw_xlsx(f"<sheetData>{cells}</sheetData>", strings=f"<si><t>{'甲' * 20_000}</t></si>")


def merged_over_and_over():
    ranges = '<mergeCell ref="A1:IV4000"/>' * 2000
    cells = "".join(f'<row r="{number}"><c r="A{number}"><v>1</v></c></row>' for number in range(1, 4001))
    return sheet_files.raw_xlsx(f'<sheetData>{cells}</sheetData><mergeCells count="1">{ranges}</mergeCells>')


def ods_rows(repeated, cells="<table:table-cell office:value-type='string'><text:p>甲</text:p></table:table-cell>"):
    return sheet_files.ods(f'<table:table-row table:number-rows-repeated="{repeated}">{cells}</table:table-row>')


def billion_laughs():
    entities = "".join(f'<!ENTITY e{number} "{f"&e{number - 1};" * 10 if number else "ha"}">' for number in range(10))
    return sheet_files.raw_xlsx(f'<?xml version="1.0"?><!DOCTYPE x [{entities}]><worksheet><sheetData/></worksheet>'.encode())


XLS = sheet_files.xls([("企业名称", "统一社会信用代码"), ("甲公司", "1")])
PLAIN = rows(ROW)
FILES = {
    "far cell": lambda: rows(ROW + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "far cell with another prefix": lambda: rows('<a-b:row r="1"><a-b:c r="XFD1048576"><a-b:v>1</a-b:v></a-b:c></a-b:row>'),
    "far cell behind an attribute": lambda: rows('<row r="1"><c x=">" r="XFD1048576"><v>1</v></c></row>'),
    "far cell with blanks in its address": lambda: rows('<row r="1"><c r = "XFD1048576"><v>1</v></c></row>'),
    "far cell in a part called otherwise": lambda: sheet_files.raw_xlsx('<sheetData><row r="1048576"/></sheetData>', target="other/a.xml"),
    "far cell in a part that is no markup": lambda: sheet_files.raw_xlsx('<sheetData><row r="1048576"/></sheetData>', target="a.dat"),
    "far cell in a folder below": lambda: sheet_files.raw_xlsx('<sheetData><row r="1048576"/></sheetData>', target="worksheets/a/b.xml"),
    "an entity in an address": lambda: rows('<row r="1"><c r="&#88;FD1048576"><v>1</v></c></row>'),
    "many rows and many columns, both within bounds": lambda: rows(
        '<row r="1"><c r="IV1"><v>1</v></c></row><row r="99999"><c r="A99999"><v>1</v></c></row>'
    ),
    "100,000 columns": lambda: rows("<row>" + "<c><v>1</v></c>" * 100_000 + "</row>"),
    "100,000 columns without addresses in every row": lambda: rows(("<row>" + "<c><v>1</v></c>" * 1_000 + "</row>") * 30),
    "200,000 rows without addresses": lambda: sheet_files.raw_xlsx(f"<sheetData>{'<row><c><v>1</v></c></row>' * 120_000}</sheetData>", xl__media__a=NOISE[:20_000]),
    "a bomb of blanks": lambda: sheet_files.raw_xlsx(b" " * (40 * 1024 * 1024)),
    "a bomb of blanks among noise": lambda: sheet_files.raw_xlsx(
        "<sheetData/>" + " " * (20 * 1024 * 1024), xl__media__a=NOISE
    ),
    "a bomb in a bomb": lambda: sheet_files.raw_xlsx("<sheetData/>", xl__embeddings__b=sheet_files.book({"a": b"\0" * 10_000_000})),
    "one text in every cell": one_text_in_every_cell,
    "merged over and over": merged_over_and_over,
    "macros": lambda: sheet_files.raw_xlsx("<sheetData/>", **{"xl__vbaProject.bin": b"\0"}),
    "external links": lambda: sheet_files.raw_xlsx("<sheetData/>", **{"xl__externalLinks__externalLink1.xml": "<x/>"}),
    "billion laughs": billion_laughs,
    "document type in the shared texts": lambda: sheet_files.raw_xlsx("<sheetData/>", **{"xl__sharedStrings.xml": "<!DOCTYPE x><sst/>"}),
    "UTF-16 inside": lambda: sheet_files.raw_xlsx("<worksheet><sheetData/></worksheet>".encode("utf-16")),
    "UTF-16 declared after a long declaration": lambda: sheet_files.raw_xlsx(
        f'<?xml version="1.0"{" " * 500} encoding="utf-16"?><worksheet><sheetData/></worksheet>'.encode()
    ),
    "xlsb": lambda: sheet_files.book({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": b"\0"}),
    "two formats in one": lambda: sheet_files.raw_xlsx("<sheetData/>", **{"content.xml": "<x/>"}),
    "ods of a million equal rows": lambda: ods_rows(1_048_576),
    "ods of a million equal rows in three lots": lambda: sheet_files.ods(
        '<table:table-row table:number-rows-repeated="40000"><table:table-cell office:value="1" office:value-type="float"/></table:table-row>' * 3
    ),
    "ods of a million equal columns": lambda: ods_rows(
        1, "<table:table-cell table:number-columns-repeated='1000000' office:value-type='string'><text:p>甲</text:p></table:table-cell>"
    ),
    "ods with a number that is none": lambda: ods_rows("&#57;99999"),
    "ods with a far cell behind blank ones": lambda: ods_rows(
        1, "<table:table-cell table:number-columns-repeated='16000'/><table:table-cell office:value-type='float' office:value='1'/>"
    ),
    "ods with two thousand million blanks": lambda: ods_rows(
        1, "<table:table-cell office:value-type='string'><text:p>甲<text:s text:c='2000000000'/></text:p></table:table-cell>"
    ),
    "xls with a far cell": lambda: sheet_files.xls([("甲",)], at=[(65_535, 255, "乙")]),
    "xls with macros": lambda: sheet_files.xls([("甲",)], macros=True),
    "xls cut short": lambda: XLS[:1500],
    "xls of noise": lambda: XLS[:512] + NOISE[:20_000],
    "encrypted": lambda: XLS[:1024] + "EncryptedPackage".encode("utf-16-le") + XLS[1024:],
    "xlsx cut short": lambda: PLAIN[: len(PLAIN) // 2],
    "a picture called xlsx": lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + NOISE[:2000],
    "a document": lambda: sheet_files.book({"[Content_Types].xml": "<Types/>", "word/document.xml": "<x/>"}),
    "CSV of commas": lambda: ("," * 250 + "\n").encode() * 80_000,
    "CSV of line ends": lambda: b"\n" * 15_000_000 + "甲".encode(),
    "CSV with a quote left open": lambda: b'"' + "甲,".encode() * 100_000,
    "UTF-8 with a byte-order mark and a broken letter": lambda: b"\xef\xbb\xbf" + "企业名称".encode()[:-1],
}  # fmt: skip


@lru_cache(maxsize=1)
def ordinary_peak():
    return measured(PLAIN)["peak_mib"]


def measured(content):
    done = subprocess.run(
        [sys.executable, "-S", "-m", "tests.exchange.measured"], input=content, capture_output=True, check=True, cwd=settings.BASE_DIR
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_at_once_and_costs_little(name):
    content = FILES[name]()

    found = measured(content)

    assert found["refused"]
    assert found["seconds"] < SECONDS, found
    # what was sent has to be held, by us and by the reader
    assert found["peak_mib"] - ordinary_peak() < MIB, found


def test_a_reader_that_dies_is_answered_with_a_sentence():
    with pytest.raises(SheetRefused, match="过大或已损坏"):
        sheets.read(one_text_in_every_cell())


@pytest.mark.parametrize(
    "content",
    [
        rows("<row><c t='inlineStr'><is><t>甲</t></is></c><c><v>3</v></c></row>"),
        sheet_files.raw_xlsx(
            '<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c><c r="B1"><v>3</v></c></row></sheetData>'
        ),
        sheet_files.xls([("甲", 3)]),
        sheet_files.ods([("甲", 3)]),
        sheet_files.ods(
            "<table:table-row><table:table-cell office:value-type='string'><text:p>甲</text:p></table:table-cell>"
            "<table:table-cell office:value-type='float' office:value='3'/><table:table-cell table:number-columns-repeated='16382'/></table:table-row>"
            "<table:table-row table:number-rows-repeated='1048575'><table:table-cell table:number-columns-repeated='16384'/></table:table-row>"
        ),
    ],
    ids=["xlsx without addresses", "xlsx that lies about its dimensions", "xls", "ods", "ods with blanks to the end of the world"],
)
def test_an_ordinary_file_that_looks_a_little_alike_is_read(content):
    [sheet] = sheets.read(content)

    assert [cell for cell in sheet.rows[0] if cell != ""] == ["甲", 3]
