"""The enterprise's pages as a person meets them: a phone, a script that helps, axe."""

import pytest

from tests.browser.looking import complaints, too_wide
from tests.browser.walking import photo

PAGES = ("/", "/grievances/new/", "/grievances/", "/items/", "/items/ZL02/")


def choose(page, category):
    page.locator(".cats label", has_text=category).click()


def ticket_of(site, state, username="enterprise"):
    [(number,)] = site.sql(
        "SELECT g.number FROM grievances_grievance g JOIN accounts_user u ON u.id = g.filed_by_id "
        "WHERE g.state = %s AND u.username = %s ORDER BY g.id DESC LIMIT 1",
        state,
        username,
    )
    return number


@pytest.mark.parametrize("width", [360, 390, 1440])
def test_no_page_of_the_enterprise_is_too_wide_or_shuts_anybody_out(as_role, width):
    page = as_role("enterprise", viewport={"width": width, "height": 844})

    for large in ("", "lg"):
        page.context.add_cookies([{"name": "text_size", "value": large, "url": page.url}])
        for path in PAGES:
            page.goto(path)
            assert too_wide(page) <= 0, (path, large)
            assert complaints(page) == [], (path, large)


def test_what_else_the_enterprise_and_its_people_open_shuts_nobody_out(as_role, site):
    number = ticket_of(site, "in_progress")
    pages = {
        "enterprise": (
            f"/grievances/{number}/",
            f"/grievances/{number}/receipt/",
            "/organisation/",
            "/notices/",
            "/account/",
            "/search/",
            "/about/",
        ),
        "employee": ("/", "/grievances/", "/grievances/new/"),
    }
    for role, paths in pages.items():
        page = as_role(role)
        for path in paths:
            page.set_viewport_size({"width": 1440, "height": 900})
            assert page.goto(path).ok, path
            assert complaints(page) == [], path
            page.set_viewport_size({"width": 360, "height": 740})
            assert too_wide(page) <= 0, path


def test_a_category_shows_its_items_and_the_promise_follows_the_item(as_role):
    page = as_role("enterprise", "/grievances/new/", phone=True)
    before = page.locator("#promise").inner_text()
    assert page.locator(".pick:visible").count() == 0

    choose(page, "劳动与法律")
    with page.expect_response("**/promise/**"):
        page.get_by_label("合同欠款").check()

    page.wait_for_function("before => document.getElementById('promise').innerText !== before", arg=before)
    assert "综合治理" in page.locator("#promise").inner_text()
    choose(page, "帮我选")
    page.wait_for_function("before => document.getElementById('promise').innerText === before", arg=before)


def test_photos_are_sent_at_once_and_a_bad_one_is_named(as_role):
    page = as_role("enterprise", "/grievances/new/", phone=True)
    choosing = page.locator("label.add input[type=file]")

    with page.expect_response("**/attachments/"):
        choosing.set_input_files(photo())
    choosing.set_input_files({"name": "清单.exe", "mimeType": "application/octet-stream", "buffer": b"MZ00"})

    page.locator(".photos .p.bad").wait_for()
    assert page.locator('.photos input[name="attachments"]').count() == 1
    page.locator(".photos .p.bad .rm").click()
    assert page.locator(".photos .p[data-file]").count() == 1


def test_words_wait_as_a_draft_and_the_form_says_so(as_role, site):
    page = as_role("enterprise", "/grievances/new/", phone=True)
    body = "会议室空调不制冷，已经三天，下周要接待客户。"

    with page.expect_response(lambda answer: answer.request.method == "POST" and "X-Draft" in {name.title() for name in answer.headers}):
        page.fill("#f-body", body)

    page.get_by_text("草稿已保存").wait_for()
    number = page.locator("input[name=number]").input_value()
    page.goto("/grievances/?tab=draft")
    page.locator(f'a[href$="?draft={number}"]').click()
    assert page.locator("#f-body").input_value() == body


def test_errors_take_the_focus_and_keep_the_words(as_role):
    page = as_role("enterprise", "/grievances/new/", phone=True)
    page.fill("#f-title", "空调不制冷")
    page.fill("#f-contact_phone", "")

    with page.expect_navigation():
        page.get_by_role("button", name="提交诉求").click()

    assert page.evaluate("document.activeElement.className").startswith("errsum")
    assert page.locator("#f-title").input_value() == "空调不制冷"
    page.locator(".errsum a", has_text="情况说明").click()
    assert page.evaluate("location.hash") == "#f-body"


def test_an_answer_is_rated_with_faces_on_a_phone(as_role, site):
    page = as_role("enterprise", f"/grievances/{ticket_of(site, 'closed')}/", phone=True)
    rate = page.locator("#rate")

    page.get_by_role("button", name="提交评价").click()
    page.locator("#rate .errsum").wait_for()
    rate.get_by_text("部分解决").click()
    rate.locator(".faces").nth(0).locator("label").nth(3).click()
    rate.locator(".faces").nth(1).locator("label").nth(4).click()
    with page.expect_navigation():
        page.get_by_role("button", name="提交评价").click()

    assert page.get_by_text("结果“满意”，速度“非常满意”").first.is_visible()
    assert complaints(page) == []


def test_the_panel_of_moves_changes_in_place_and_the_number_hides_again(as_role, site):
    [(number,)] = site.sql("SELECT number FROM grievances_grievance WHERE state = 'accepted' ORDER BY id DESC LIMIT 1")
    page = as_role("leader", f"/grievances/{number}/")

    page.locator("#actions .proposal").wait_for()  # comes by itself a moment later
    page.locator("#actions .movebar a", has_text="督办").click()
    page.locator("#supervise-demand").wait_for()
    assert page.url.endswith(f"/grievances/{number}/")
    page.locator("summary", has_text="查看").click()
    page.fill("input[name=reason]", "电话核实办理时间")
    with page.expect_response("**/reveal/"):
        page.get_by_role("button", name="显示电话").click()
    page.locator("[data-hide-after]").wait_for()
    assert "*" not in page.locator("[data-hide-after]").inner_text()
    assert complaints(page) == []
