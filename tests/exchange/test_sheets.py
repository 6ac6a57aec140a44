import pytest
import xlsxwriter

from exchange import containers, sheets
from exchange.containers import OPEN_FORMULA
from exchange.planning import understood
from exchange.sheets import SheetRefused
from exchange.subjects import table_named
from tests.exchange import sheet_files

SHEET = "xl/worksheets/sheet1.xml"


def _cells(xml: str) -> bytes:
    body = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{xml}</sheetData></worksheet>'
    return body.encode()


def _read(path):
    return sheets.read(path.read_bytes())


@pytest.fixture
def book(tmp_path):
    return sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", "1"))


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        ('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "远在名录之外"),
        ('<row r="1"><c r="XFD1"><v>1</v></c></row>', "最多 256 列"),
        ('<row r="1048576"/>', "最多 100000 行"),
    ],
)
def test_one_cell_at_the_end_of_the_world_is_refused_before_reading(book, xml, words):
    with pytest.raises(SheetRefused, match=words):
        _read(sheet_files.tampered(book, SHEET, _cells(xml)))


def test_a_document_type_is_refused(book):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet><sheetData/></worksheet>'

    with pytest.raises(SheetRefused, match="文档类型声明"):
        _read(sheet_files.tampered(book, "xl/sharedStrings.xml", bomb))


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml", "xl/embeddings/oleObject1.bin"])
def test_macros_links_and_embedded_objects_are_refused(book, part):
    with pytest.raises(SheetRefused, match="宏、外部链接"):
        _read(sheet_files.tampered(book, part, b"<x/>"))


@pytest.mark.parametrize("part", ["../../etc/x.xml", "/x.xml"])
def test_parts_that_point_out_of_the_container_are_refused(book, part):
    with pytest.raises(SheetRefused, match="路径"):
        _read(sheet_files.tampered(book, part, b"<x/>"))


def test_a_bomb_is_refused_by_what_it_would_unpack_to(book):
    with pytest.raises(SheetRefused, match="解压后过大"):
        _read(sheet_files.tampered(book, "xl/media/a.bin", b"\0" * (31 * 1024 * 1024)))


def test_a_container_of_many_parts_is_refused(book):
    import zipfile

    with zipfile.ZipFile(book, "a") as archive:
        for number in range(200):
            archive.writestr(f"xl/x{number}.bin", b"")

    with pytest.raises(SheetRefused, match="部件"):
        _read(book)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 but nothing more", "已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "已加密、已损坏"),
        (b"\x89PNG\r\n\x1a\n\0\0", "不是文本"),
        (b"\xff\xff\xff", "不是文本"),
    ],
)
def test_what_is_no_spreadsheet_is_answered_with_a_sentence(tmp_path, content, words):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)

    with pytest.raises(SheetRefused, match=words):
        _read(path)


def test_a_broken_sheet_is_answered_with_a_sentence(book):
    with pytest.raises(SheetRefused, match="已损坏"):
        _read(sheet_files.tampered(book, SHEET, b"<worksheet><sheetData>"))


def test_a_csv_with_a_quote_left_open_is_read_or_refused_but_never_falls(tmp_path):
    path = sheet_files.csv(tmp_path / "a.csv", '名称,代码\n"甲公司,1\n' + "x" * 200_000)

    with pytest.raises(SheetRefused, match="CSV 无法读取"):
        _read(path)


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_note_full_of_commas_above_the_table_does_not_mislead_about_the_delimiter(tmp_path, delimiter):
    rows = [delimiter.join(("名称", "代码", "地址")), *(delimiter.join(("甲", "1", "某路，1 号")) for _ in range(3))]
    path = sheet_files.csv(tmp_path / "a.csv", "\n".join(["说明：一，二，三，四，五，六", *rows]))

    [sheet] = _read(path)

    assert sheet.rows[1] == ["名称", "代码", "地址"]


def test_a_formula_that_nobody_has_worked_out_is_no_zero_and_is_told(tmp_path):
    path = tmp_path / "公式.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        sheet = made.add_worksheet()
        for place, row in enumerate((sheet_files.HEADING, ("甲公司", "91330110MA2B0XYZ00"), ("=A2", "乙"), ("=A2", "丙"))):
            sheet.write_row(place, 0, row)
        sheet.write_formula(4, 0, "=A2", value="算好的公司")

    [read] = sheets.read(path.read_bytes())
    plan = understood(table_named("enterprises"), [read])

    assert [row[0] for row in read.rows] == ["企业名称", "甲公司", OPEN_FORMULA, OPEN_FORMULA, "算好的公司"]
    assert "公式" in plan.rows[1].problems[0].reason
    assert not any("公式" in problem.reason for problem in plan.rows[3].problems)


def test_more_formulas_without_a_value_than_can_be_told_refuse_the_file(book, monkeypatch):
    monkeypatch.setattr(containers, "MAX_OPEN_FORMULAS", 2)
    rows = "".join(f'<row r="{n}"><c r="A{n}"><f>B{n}</f><v></v></c></row>' for n in range(1, 4))

    with pytest.raises(SheetRefused, match="保存一次"):
        containers.check_xlsx(sheet_files.tampered(book, SHEET, _cells(rows)).read_bytes())
