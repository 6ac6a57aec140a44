"""The main job as people do it: an enterprise files a need on a phone, the law firm solves it, the enterprise rates, the street sees it."""

import re

import pytest

from tests.browser import walking

TITLE = "展厅项目尾款被拖欠，请求法律协助"
BODY = "我司为客户做完三个展厅，验收单齐全，尾款 38.6 万元拖欠半年，电话不接。希望律师帮忙催收。"


def number_of(page, label: str) -> int:
    page.goto("/numbers/")
    return int(page.locator(f'section:has(h2:text-is("{label}")) .v a').first.inner_text())


@pytest.mark.parametrize("phone", [True, False], ids=["390", "1440"])
def test_a_need_goes_round_the_loop(as_role, shoot, phone):
    width = "390" if phone else "1440"
    street = as_role("street")
    before = number_of(street, "收集")

    enterprise = as_role("enterprise", phone=phone)
    shoot(enterprise, f"loop-{width}-1-home")
    walking.file_a_need(enterprise, TITLE, BODY)
    enterprise.evaluate("scrollTo(0, 0)")
    shoot(enterprise, f"loop-{width}-2-filing")
    number = walking.submit(enterprise)
    shoot(enterprise, f"loop-{width}-3-filed")

    desk = as_role("specialist2")
    desk.goto(f"/queue/?queue=unassigned&q={number}")
    assert desk.get_by_text(number).first.is_visible()
    walking.do(desk, number, "accept", service_item="ZL02")
    desk.goto(f"/grievances/{number}/?do=dispatch#actions")
    shoot(desk, f"loop-{width}-4-proposal")
    walking.do(desk, number, "dispatch", unit="CW")
    desk.goto(f"/queue/{number}/?queue=window")
    shoot(desk, f"loop-{width}-5-queue")

    partner = as_role("partner", phone=phone)
    partner.goto("/queue/?queue=to_accept")
    assert partner.get_by_text(number).first.is_visible()
    shoot(partner, f"loop-{width}-6-partner")
    walking.do(partner, number, "acknowledge")
    finish(partner, number)

    walking.do(desk, number, "feed-back", reply="对方已签还款协议，首期 20 万元今日到账。", told_by="phone", told_to="周敏")

    enterprise.goto(f"/grievances/{number}/")
    assert enterprise.get_by_text("对方已签还款协议").first.is_visible()
    assert "仅社区内部" not in enterprise.content()
    rate(enterprise)
    shoot(enterprise, f"loop-{width}-7-rated")
    enterprise.goto(f"/grievances/{number}/receipt/")
    shoot(enterprise, f"loop-{width}-8-receipt")

    assert number_of(street, "收集") == before + 1
    shoot(street, f"loop-{width}-9-street")
    street.goto(f"/grievances/{number}/")
    assert street.get_by_text("已评价").first.is_visible()


def finish(page, number: str) -> None:
    page.goto(f"/grievances/{number}/?do=finish#actions")
    form = page.locator('form[action$="/finish/"]')
    walking.choose(form, "outcome", "solved")
    form.locator('[name="note"]').fill("对方签了还款协议，首期已到账。")
    with page.expect_response("**/attachments/"):
        form.locator("label.add input[type=file]").set_input_files(walking.photo())
    with page.expect_navigation():
        form.locator("button[type=submit]").click()


def rate(page) -> None:
    form = page.locator("#rate")
    walking.choose(form, "solved", "yes")
    walking.choose(form, "result", "5")
    walking.choose(form, "speed", "4")
    form.locator('[name="comment"]').fill("律师第二天就上门了。")
    with page.expect_navigation():
        page.locator('button[form="rate"], #rate button[type=submit]').first.click()
    assert page.get_by_text("非常满意").first.is_visible()


def test_filing_and_reading_need_no_script(as_role):
    page = as_role("enterprise", java_script_enabled=False)
    walking.file_a_need(page, TITLE, BODY)
    number = walking.submit(page)

    page.goto("/grievances/")
    assert page.get_by_text(re.compile(number)).first.is_visible()
    page.goto(f"/grievances/{number}/")
    assert page.get_by_text(TITLE).first.is_visible()
    assert page.locator("img[alt*='合同照片']").count() == 1 or page.get_by_text("合同照片").count() > 0
