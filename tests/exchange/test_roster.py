import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from python_calamine import CalamineWorkbook

from enterprises.models import Enterprise, Tenancy
from exchange.sheets import SheetRefused
from parks.models import Park
from tests import make
from tests.exchange import sheet_files
from tests.exchange.rosters import bring

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
GOOD = make.uscc(8_000_001)
OTHER = make.uscc(8_000_002)


@pytest.fixture
def place():
    return make.community()


@pytest.fixture
def building(place):
    return make.building(park=make.park(community=place, name="云谷创新园"))


def test_a_plain_sheet_enters_its_enterprises_in_their_parks(tmp_path, place, building):
    path = sheet_files.xlsx(tmp_path / "a.xlsx", ("杭州甲科技有限公司", GOOD, "云谷创新园", "余杭区某路 1 号"))

    report = bring(path, place)

    enterprise = Enterprise.objects.get(uscc=GOOD)
    assert (enterprise.name, enterprise.address, enterprise.community) == ("杭州甲科技有限公司", "余杭区某路 1 号", place)
    assert [row.building for row in Tenancy.objects.open().filter(enterprise=enterprise)] == [building]
    assert (report.created, report.problems) == ([GOOD], [])


def test_importing_the_same_file_again_changes_nothing(tmp_path, place, building):
    path = sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD, "云谷创新园", "某路"), ("乙公司", OTHER, "", ""))
    bring(path, place)

    report = bring(path, place, at=AT + timedelta(days=1))

    assert sorted(report.unchanged) == sorted([GOOD, OTHER])
    assert (report.created, report.updated) == ([], [])
    assert Enterprise.objects.get(uscc=GOOD).events.count() == 1
    assert Tenancy.objects.count() == 2


@pytest.mark.parametrize("name", ["企业名称", "单位名称", "公司名称", "名称", "* 企业名称（必填）", "企业\n名称", "企业 全称"])
@pytest.mark.parametrize("code", ["统一社会信用代码", "信用代码", "社会信用代码", "统一社会信用代码(18位)", "纳税人识别号"])
def test_many_spellings_of_the_headings_are_known(tmp_path, place, name, code):
    path = sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD), heading=(name, code))

    assert bring(path, place).created == [GOOD]


@pytest.mark.parametrize("heading", ["园区", "所属园区", "楼宇"])
def test_the_park_may_be_headed_as_park_or_building(tmp_path, place, building, heading):
    path = sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD, "云谷创新园"), heading=("名称", "信用代码", heading))

    bring(path, place)

    assert Tenancy.objects.get(enterprise__uscc=GOOD).building == building


def test_merged_titles_above_the_heading_and_blank_rows_are_passed_over_and_rows_keep_their_numbers(tmp_path, place):
    path = sheet_files.xlsx(
        tmp_path / "a.xlsx", ("", "", "", ""), ("甲公司", GOOD[:-1] + "?", "", ""), titles=("梦创社区企业名录", "截至 2026 年 10 月")
    )

    report = bring(path, place)

    assert [(problem.row, problem.column) for problem in report.errors] == [(5, "统一社会信用代码")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_in_the_encodings_and_delimiters_offices_save(tmp_path, place, encoding, delimiter):
    text = "\r\n".join(delimiter.join(row) for row in (("企业名称", "统一社会信用代码"), ("杭州甲网络有限公司", GOOD), ("", "")))
    path = sheet_files.csv(tmp_path / "a.csv", text, encoding)

    bring(path, place)

    assert Enterprise.objects.get(uscc=GOOD).name == "杭州甲网络有限公司"


def test_full_width_and_lower_case_codes_and_excels_text_formula_are_taken(tmp_path, place):
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in GOOD)
    path = sheet_files.csv(tmp_path / "a.csv", f'名称,信用代码\n甲公司,{wide}\n乙公司,"=""{OTHER.lower()}"""\n')

    assert bring(path, place).created == [GOOD, OTHER]


def test_a_code_that_became_a_number_is_an_error_that_says_how_to_mend_it(tmp_path, place):
    path = sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", 913301061432551905, "", ""), ("乙公司", "9.13301E+17", "", ""))

    report = bring(path, place)

    assert [(problem.row, "末几位已丢失" in problem.reason, "「文本」" in problem.reason) for problem in report.errors] == [
        (2, True, True),
        (3, True, True),
    ]


def test_a_fifteen_digit_number_is_told_apart_from_a_typing_mistake(tmp_path, place):
    path = sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", 330106000123456, "", ""), ("乙公司", "330106000123456", "", ""))

    assert ["旧注册号" in problem.reason for problem in bring(path, place).errors] == [True, True]


def test_a_wrong_check_digit_keeps_the_row_out_unless_a_historical_list_is_accepted_with_a_warning(tmp_path, place):
    wrong = GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1")
    path = sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", wrong, "", ""), ("乙公司", OTHER, "", ""))

    assert [problem.row for problem in bring(path, place).errors] == [2]
    report = bring(path, place, accept_warnings=True)

    assert report.errors == []
    assert Enterprise.objects.get(uscc=wrong).uscc_warning


def test_a_row_without_a_name_or_code_is_listed_and_the_others_are_entered(tmp_path, place):
    path = sheet_files.xlsx(tmp_path / "a.xlsx", ("", GOOD, "", ""), ("乙公司", "", "", ""), ("丙公司", OTHER, "", ""))

    report = bring(path, place)

    assert [(problem.row, problem.column) for problem in report.errors] == [(2, "企业名称"), (3, "统一社会信用代码")]
    assert report.created == [OTHER]


def test_a_repeated_row_counts_once_and_one_that_contradicts_is_an_error(tmp_path, place):
    path = sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD, "", ""), ("甲公司", GOOD.lower(), "", ""), ("乙公司", GOOD, "", ""))

    report = bring(path, place)

    assert report.created == [GOOD]
    assert [(problem.row, problem.fatal) for problem in report.problems] == [(3, False), (4, True)]


def test_an_unknown_park_is_reported_and_its_enterprise_waits_until_a_later_import_places_it(tmp_path, place):
    path = sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD, "新园区", ""))

    report = bring(path, place)

    assert [(problem.row, problem.fatal, "待核园区" in problem.reason) for problem in report.problems] == [(2, False, True)]
    assert Tenancy.objects.get(enterprise__uscc=GOOD).building.park.name == "待核园区"

    building = make.building(park=make.park(community=place, name="新园区"))
    bring(path, place)

    assert [tenancy.building for tenancy in Tenancy.objects.filter(enterprise__uscc=GOOD)] == [building]


def test_parks_are_created_when_asked(tmp_path, place):
    path = sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD, "新园区", ""), ("乙公司", OTHER, "新 园区", ""))

    report = bring(path, place, create_parks=True)

    assert report.plan.remarks == ["将新建园区 1 个：新园区"]
    assert Enterprise.objects.in_place(park=Park.objects.get(name="新园区")).count() == 2


def test_the_building_is_taken_from_its_column_or_from_the_address(tmp_path, place, building):
    third = make.building(park=building.park, name="3幢")
    thirteenth = make.building(park=building.park, name="13幢")
    path = sheet_files.xlsx(
        tmp_path / "a.xlsx",
        ("甲公司", GOOD, "云谷创新园", "", "3幢", "502"),
        ("乙公司", OTHER, "", "余杭区云谷创新园13幢401室", "", ""),
        heading=("名称", "信用代码", "园区", "地址", "楼栋", "房号"),
    )

    bring(path, place)

    assert {row.enterprise.uscc: (row.building, row.room) for row in Tenancy.objects.all()} == {
        GOOD: (third, "502"),
        OTHER: (thirteenth, ""),
    }


def test_a_new_name_keeps_the_old_one_and_a_new_park_is_a_move(tmp_path, place, building):
    bring(sheet_files.xlsx(tmp_path / "a.xlsx", ("旧名公司", GOOD, "云谷创新园", "")), place, at=AT - timedelta(days=30))
    target = make.building(park=make.park(community=place, name="另一园区"))

    report = bring(sheet_files.xlsx(tmp_path / "b.xlsx", ("新名公司", GOOD, "另一园区", "")), place)

    enterprise = Enterprise.objects.get(uscc=GOOD)
    assert report.updated == [GOOD]
    assert [former.name for former in enterprise.former_names.all()] == ["旧名公司"]
    assert list(Enterprise.objects.search("新名")) == [enterprise]
    assert [(row.building, row.until_on) for row in Tenancy.objects.order_by("from_on")] == [
        (building, AT.date() - timedelta(days=1)),
        (target, None),
    ]


def test_an_empty_cell_changes_nothing(tmp_path, place, building):
    bring(sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD, "云谷创新园", "某路")), place)

    report = bring(sheet_files.xlsx(tmp_path / "b.xlsx", ("甲公司", GOOD, "", "无")), place)

    assert report.unchanged == [GOOD]


def test_an_enterprise_of_another_community_is_left_there(tmp_path, place):
    enterprise = make.enterprise(code=GOOD)

    report = bring(sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD, "", "")), place)

    assert "请先由该社区办理迁出" in report.errors[0].reason
    enterprise.refresh_from_db()
    assert enterprise.community != place


def test_who_moved_out_and_is_on_the_list_again_is_active_again(tmp_path, place, building):
    import enterprises

    enterprise = make.enterprise(code=GOOD, name="甲公司", building=building)
    enterprises.move_out(enterprise, at=AT - timedelta(days=3), by=None)

    bring(sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD, "云谷创新园", "")), place)

    enterprise.refresh_from_db()
    assert enterprise.status == "active"
    assert Tenancy.objects.open().get(enterprise=enterprise).building == building


def test_checking_keeps_nothing(tmp_path, place):
    path = sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD, "新园区", ""))

    report = bring(path, place, create_parks=True, check_only=True)

    assert report.created == [GOOD]
    assert not Enterprise.objects.exists()
    assert not Park.objects.exists()


def test_invisible_characters_in_a_name_are_refused_or_taken_away_and_brackets_are_those_of_a_licence(tmp_path, place):
    path = sheet_files.xlsx(tmp_path / "a.xlsx", ("甲 (杭州)\u200b有限公司", GOOD, "", ""), ("乙\u202e公司", OTHER, "", ""))

    bring(path, place)

    names = set(Enterprise.objects.values_list("name", flat=True))
    assert "甲（杭州）有限公司" in names
    assert not any("\u202e" in name for name in names)


def test_rare_characters_are_stored_and_found(tmp_path, place):
    bring(sheet_files.xlsx(tmp_path / "a.xlsx", ("杭州𬭎䶮文化有限公司", GOOD, "", "")), place)

    assert [row.name for row in Enterprise.objects.search("𬭎䶮")] == ["杭州𬭎䶮文化有限公司"]


def test_the_command_checks_without_writing_and_ends_with_its_counts(tmp_path, place, capsys):
    wrong = GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1")
    path = sheet_files.xlsx(tmp_path / "名录.xlsx", ("甲公司", wrong[:-2] + "?1", "", ""), ("乙公司", OTHER, "", ""))

    call_command("import_roster", str(path), community=place.code)

    *said, counts = capsys.readouterr().out.strip().splitlines()
    assert json.loads(counts) == {"create": 1, "update": 0, "same": 0, "warned": 0, "refused": 1}
    assert any("错误 第 2 行 统一社会信用代码" in line for line in said)
    assert not Enterprise.objects.exists()


def test_the_command_commits_and_leaves_what_it_refused_in_a_sheet_that_goes_back_in_once_mended(tmp_path, place, capsys):
    path = sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD[:-1] + "?", "", "某路"), ("乙公司", OTHER, "", ""))
    report = tmp_path / "退回.xlsx"

    call_command("import_roster", str(path), commit=True, report=report, community=place.code)

    assert set(Enterprise.objects.values_list("uscc", flat=True)) == {OTHER}
    head, row = CalamineWorkbook.from_path(report).get_sheet_by_index(0).to_python()
    assert head[-1] == "问题说明"
    assert "原第 2 行" in row[-1]
    row[head.index("统一社会信用代码")] = GOOD
    bring(sheet_files.xlsx(tmp_path / "b.xlsx", tuple(row), heading=tuple(head)), place)
    assert Enterprise.objects.get(uscc=GOOD).address == "某路"


def test_with_strict_one_bad_row_keeps_all_out(tmp_path, place):
    path = sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD[:-1] + "?", "", ""), ("乙公司", OTHER, "", ""))

    with pytest.raises(CommandError, match="没有写入"):
        call_command("import_roster", str(path), commit=True, strict=True, community=place.code)

    assert not Enterprise.objects.exists()


def test_the_command_says_a_repeated_problem_once_with_its_rows(tmp_path, place, capsys):
    rows = [(f"{number}号公司", make.uscc(7_000_000 + number), "新园区", "") for number in range(8)]

    call_command("import_roster", str(sheet_files.xlsx(tmp_path / "a.xlsx", *rows)), community=place.code)

    assert capsys.readouterr().out.count("没有名为「新园区」的园区") == 1


def test_the_command_finds_the_only_community_and_asks_where_there_are_several(tmp_path, place):
    path = sheet_files.xlsx(tmp_path / "a.xlsx", ("甲公司", GOOD, "", ""))
    call_command("import_roster", str(path), commit=True)
    assert Enterprise.objects.filter(uscc=GOOD, community=place).exists()

    make.community(name="第二社区")

    with pytest.raises(CommandError, match="--community"):
        call_command("import_roster", str(path))


def test_a_sheet_without_a_heading_and_a_missing_file_are_answered_with_a_sentence(tmp_path, place):
    with pytest.raises(SheetRefused, match="没有找到表头"):
        bring(sheet_files.xlsx(tmp_path / "a.xlsx", ("甲", "乙"), heading=("一", "二")), place)
    with pytest.raises(CommandError, match="没有这个文件"):
        call_command("import_roster", str(tmp_path / "none.xlsx"), community=place.code)
