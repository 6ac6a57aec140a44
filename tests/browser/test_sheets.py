"""A leader brings a list in: a file with faults, the red sheet, the mended file, the wait, the undoing. On a screen and on a phone."""

import re

import pytest
from python_calamine import CalamineWorkbook

from tests import make
from tests.browser.looking import complaints, too_wide
from tests.exchange import sheet_files

HEADING = ("序号", "单位名称", "统一社会信用代码", "所在园区", "注册资本", "成立时间")
WORK = "exchange.tasks.pick_up"


def rows(start, *, wrong):
    fine = make.uscc(start)
    return (
        (1, "杭州光年智造科技有限公司", fine, "梦想天地", "1,707(万欧元)", "2024.3.1"),
        (2, "杭州云岫文化传媒有限公司", "9.13301E+17" if wrong else make.uscc(start + 1), "梦想天地", "500万元", "2024年3月"),
    )


def send(page, site, path):
    page.goto("/sheets/enterprises/import/")
    page.locator("[name=file]").set_input_files(path)
    page.get_by_role("button", name="上传并检查").click()
    page.locator("progress").wait_for()
    site.work(WORK)
    page.locator(".tally").wait_for()


@pytest.mark.parametrize(("width", "start"), [(1440, 8_300_001), (390, 8_300_101)])
def test_a_bad_file_the_red_sheet_the_mended_file_and_the_undo(as_role, site, tmp_path, width, start):
    page = as_role("leader", "/sheets/")
    page.set_viewport_size({"width": width, "height": 900})
    bad = sheet_files.xlsx(tmp_path / "名录.xlsx", *rows(start, wrong=True), heading=HEADING, titles=("梦创社区企业名录",))

    send(page, site, bad)
    assert (complaints(page), too_wide(page) <= 0) == ([], True)
    assert page.locator(".said.error").inner_text().count("末几位已丢失") == 1
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("下载退回的 1 行")).click()
    red = tmp_path / "red.xlsx"
    download.value.save_as(red)
    head, refused = CalamineWorkbook.from_path(red).get_sheet_by_index(0).to_python()
    assert (refused[0], head[-1]) == ("杭州云岫文化传媒有限公司", "问题说明")

    page.locator("[name=leave_out_refused]").check()
    page.get_by_role("button", name="写入 1 行").click()
    page.locator("progress").wait_for()
    site.work(WORK)
    page.get_by_text("新增 1 行").wait_for()

    refused[head.index("统一社会信用代码")] = make.uscc(start + 1)
    send(page, site, sheet_files.xlsx(tmp_path / "mended.xlsx", tuple(refused), heading=tuple(head)))
    page.get_by_role("button", name="写入 1 行").click()
    site.work(WORK)
    page.get_by_text("新增 1 行").wait_for()
    assert site.sql("SELECT count(*) FROM enterprises_enterprise WHERE uscc IN (%s, %s)", make.uscc(start), make.uscc(start + 1)) == [(2,)]

    page.get_by_text("撤销这一批").click()
    page.get_by_role("button", name=re.compile("确认撤销")).click()
    site.work(WORK)
    page.get_by_text("整批撤销，档案已恢复").wait_for()
    assert complaints(page) == []
    assert site.sql("SELECT count(*) FROM enterprises_enterprise WHERE uscc = %s", make.uscc(start + 1)) == [(0,)]


def test_a_list_is_taken_out_from_where_it_is_read(as_role, site):
    page = as_role("leader", "/enterprises/?size_class=small")
    page.locator(".sheet-out summary").click()
    page.get_by_role("button", name="CSV").click()
    page.get_by_text("正在生成").wait_for()

    site.work(WORK)

    page.get_by_role("link", name="下载").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载").click()
    assert re.match(r"企业名录-\d{8}-\d{4}\.csv", download.value.suggested_filename)
