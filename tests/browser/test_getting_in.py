"""From a printed letter to the enterprise's first page, and from a licence to the same: read off the paper, not out of the database."""

import re

import pytest

from tests.browser import looking, walking

PASSWORD = "Gui-Hua-2026-Lou"


def letter_of_an_unopened_enterprise(desk, place: int) -> tuple[str, str]:
    """(name, address of the picture) of a letter just printed, as the paper says them."""
    desk.goto("/codes/")
    desk.locator("table.codes input[type=checkbox]").nth(place).check()
    desk.get_by_role("button", name="打印勾选的").click()
    desk.wait_for_url("**/codes/print/")
    name = desk.locator(".letter .to b").inner_text()
    code = desk.locator(".letter .code").inner_text()
    assert re.fullmatch(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", code)
    assert desk.locator(".letter .qr svg").is_visible()
    address = desk.locator(".letter .how .num").inner_text()
    return name, f"{address}?code={code}"


@pytest.mark.parametrize("phone", [True, False], ids=["390", "1440"])
def test_activation_from_a_printed_code(as_role, shoot, site, phone):
    width = "390" if phone else "1440"
    desk = as_role("specialist3")
    name, link = letter_of_an_unopened_enterprise(desk, 0 if phone else 1)
    shoot(desk, f"getting-in-{width}-1-letter")
    assert link.startswith(f"{site.url}/activate/?code=")

    page = as_role(None, link, phone=phone)
    assert page.get_by_text(name).first.is_visible()
    assert looking.complaints(page) == []
    assert looking.too_wide(page) <= 0
    assert fields_to_fill(page) == 5
    page.get_by_label("您的姓名").fill("许知远")
    page.get_by_label("手机号码").fill("160 0000 07" + ("01" if phone else "02"))
    page.get_by_label("设置密码").fill(PASSWORD)
    page.get_by_label("再输一遍密码").fill(PASSWORD)
    page.get_by_label(re.compile("我已阅读并同意")).check()
    shoot(page, f"getting-in-{width}-2-who", full_page=True)
    page.get_by_role("button", name="开通").click()
    page.wait_for_url(site.url + "/")

    assert page.get_by_text(name).first.is_visible()
    assert page.locator(".guide-strip").is_visible()
    shoot(page, f"getting-in-{width}-3-home")

    again = as_role(None, link, phone=phone)
    assert again.get_by_text("这个开通码不能用").first.is_visible()
    assert name not in again.content()


def fields_to_fill(page) -> int:
    """What activation costs a thumb."""
    return page.locator("form:has([name=phone]) input:not([type=hidden])").count()


def test_asking_with_a_licence_and_opening_by_the_kept_link(as_role, shoot, site):
    desk = as_role("specialist3")
    desk.goto("/codes/")
    row = desk.locator("table.codes tbody tr").nth(3)
    name, uscc = row.locator("td.head").inner_text(), row.locator("input[type=checkbox]").get_attribute("value")

    page = as_role(None, "/sign-in/", phone=True)
    page.get_by_role("link", name="申请开通").click()
    page.get_by_label("统一社会信用代码").fill(uscc[:-1])
    page.get_by_label("企业名称").fill(name)
    page.get_by_label("营业执照照片").set_input_files(walking.photo())
    page.get_by_label("您的姓名").fill("顾南乔")
    page.get_by_label("手机号码").fill("16000000703")
    page.get_by_label(re.compile("我已阅读")).check()
    page.get_by_role("button", name="提交申请").click()
    assert page.get_by_text("已收到 合同照片.jpg").is_visible()
    assert looking.complaints(page) == []
    page.get_by_label("统一社会信用代码").fill(uscc)
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url("**/activate/asked/**")
    assert page.get_by_text("正在核实").is_visible()
    assert looking.too_wide(page) <= 0
    shoot(page, "getting-in-390-4-asked")
    kept = page.locator("#link").input_value()

    desk.goto("/openings/")
    desk.get_by_role("link", name=name).click()
    assert desk.locator("img.licence").evaluate("image => image.naturalWidth") > 0
    shoot(desk, "getting-in-1440-5-opening")
    desk.get_by_role("button", name="核实无误").click()
    desk.wait_for_url("**/openings/")

    page.goto(kept)
    page.get_by_label("设置密码").fill(PASSWORD)
    page.get_by_label("再输一遍密码").fill(PASSWORD)
    page.get_by_label(re.compile("我已阅读并同意")).check()
    page.get_by_role("button", name="设置密码并开通").click()
    page.wait_for_url(site.url + "/")
    assert page.get_by_text(name).first.is_visible()


@pytest.mark.parametrize("phone", [True, False], ids=["390", "1440"])
@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("specialist3", "/codes/"),
        ("specialist3", "/openings/"),
        ("specialist3", "/opened/"),
        ("specialist3", "/guide/"),
        ("enterprise", "/consent/"),
        (None, "/activate/"),
        (None, "/privacy/"),
    ],
)
def test_the_pages_shut_nobody_out_and_fit(as_role, role, path, phone):
    page = as_role(role, path, phone=phone)

    assert looking.complaints(page) == []
    assert looking.too_wide(page) <= 0


def test_the_reason_is_asked_for_where_the_chosen_unit_is_a_partner(as_role, site, shoot):
    """Of an enterprise whose manager is no demo account, so that nothing has been agreed to."""
    [(number,)] = site.sql(
        "SELECT g.number FROM grievances_grievance g WHERE g.state = 'accepted' AND NOT g.personal AND NOT EXISTS (SELECT 1 FROM "
        "enterprises_representative r JOIN community_post p ON p.id = r.post_id JOIN accounts_user u ON u.id = p.user_id "
        "WHERE r.enterprise_id = g.enterprise_id AND u.is_demo) ORDER BY g.id LIMIT 1"
    )
    desk = as_role("specialist")
    desk.goto(f"/grievances/{number}/?do=dispatch#actions")
    part = desk.locator("[data-shown-for]")
    unit = desk.locator('form#move select[name="unit"]')

    unit.select_option("CW")
    assert part.is_visible()
    shoot(desk, "getting-in-1440-6-consent")
    unit.select_option(desk.locator('form#move optgroup[label="部门"] option').first.get_attribute("value"))
    assert not part.is_visible()
