"""The box in the top bar as a person meets it: by keyboard, with an input method, on a phone, without a script."""

import re

import pytest

from tests.browser.looking import complaints, too_wide

ROLES = ("specialist2", "street", "enterprise", "employee", "steward", "park", "partner", "grid", "auditor", "admin")
PANEL = "#found"


def box(page):
    return page.locator("[data-finder] input[type=search]")


def rows(page):
    return page.locator(f"{PANEL} [role=option]")


def focus(page):
    """The key works once the scripts are there, which on a busy machine is later than the page."""
    for _ in range(100):
        page.keyboard.press("/")
        if box(page).evaluate("field => field === document.activeElement"):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the key / does not lead into the box")


def type_in(page, words):
    focus(page)
    with page.expect_response(re.compile("/search/panel/")):
        page.keyboard.type(words)
    page.locator(f"{PANEL}:not([hidden])").wait_for()


@pytest.fixture
def firm(site):
    [(name, uscc, initials)] = site.sql("SELECT name, uscc, initials FROM enterprises_enterprise WHERE NOT listed ORDER BY id LIMIT 1")
    return {"name": name, "uscc": uscc, "initials": initials}


def test_the_panel_goes_by_keyboard(as_role, firm):
    page = as_role("specialist2", "/notices/")
    type_in(page, firm["name"][2:5])
    page.locator("#found-1-1").wait_for()

    assert box(page).get_attribute("aria-expanded") == "true"
    assert page.locator(f"{PANEL} mark").first.inner_text() == firm["name"][2:5]
    page.keyboard.press("ArrowDown")
    assert rows(page).first.get_attribute("aria-selected") == "true"
    assert box(page).get_attribute("aria-activedescendant") == "found-1-1"
    page.keyboard.press("ArrowUp")
    assert box(page).get_attribute("aria-activedescendant") is None
    page.keyboard.press("ArrowUp")
    assert rows(page).last.get_attribute("aria-selected") == "true"
    page.keyboard.press("Escape")
    assert page.locator(PANEL).is_hidden()
    assert box(page).input_value() == firm["name"][2:5]
    assert box(page).get_attribute("aria-expanded") == "false"
    page.keyboard.press("ArrowDown")
    page.locator(f"{PANEL}:not([hidden])").wait_for()
    page.keyboard.press("ArrowDown")
    where = rows(page).first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{where}")


def test_enter_on_nothing_opens_all_results(as_role, firm):
    page = as_role("specialist2", "/notices/")
    type_in(page, firm["initials"][:5])

    page.keyboard.press("Enter")

    page.wait_for_url("**/search/?q=*")
    assert page.locator("a.hit").count() > 0


def test_nothing_is_asked_while_an_input_method_composes(as_role):
    page = as_role("specialist2", "/notices/")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/search/panel/" in request.url else None)
    box(page).focus()

    page.evaluate(
        """() => {
        const input = document.querySelector("[data-finder] input[type=search]");
        input.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
        input.value = "keji";
        input.dispatchEvent(new InputEvent("input", {bubbles: true, isComposing: true}));
        input.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", isComposing: true, bubbles: true}));
        }"""
    )
    page.wait_for_timeout(500)
    assert asked == []
    assert page.url.endswith("/notices/")
    with page.expect_response(re.compile("/search/panel/")):
        page.evaluate(
            """() => {
            const input = document.querySelector("[data-finder] input[type=search]");
            input.value = "科技";
            input.dispatchEvent(new CompositionEvent("compositionend", {bubbles: true}));
            }"""
        )
    page.locator(f"{PANEL}:not([hidden])").wait_for()
    assert len(asked) == 1


def test_an_answer_to_an_older_question_is_not_shown(as_role, firm):
    page = as_role("specialist2", "/notices/")
    slow = []

    def hold(route):
        if not slow:
            slow.append(route)
        else:
            route.continue_()

    page.route(re.compile("/search/panel/"), hold)
    page.keyboard.press("/")
    page.keyboard.type("有限")
    page.wait_for_timeout(400)
    page.keyboard.type("龘龘")
    page.locator(f"{PANEL}:not([hidden]) .none").wait_for()
    assert slow

    assert page.locator(PANEL).get_attribute("data-asked") == "有限龘龘"
    assert box(page).get_attribute("aria-expanded") == "false"
    page.unroute_all(behavior="ignoreErrors")


def test_the_panel_shuts_nobody_out_and_goes_when_one_goes_on(as_role, firm):
    page = as_role("specialist2", "/notices/")
    type_in(page, firm["name"][2:5])

    assert complaints(page) == []
    page.locator("h1").first.click()
    assert page.locator(PANEL).is_hidden()
    type_in(page, "龘")
    assert "首字母" in page.locator(PANEL).inner_text()
    assert complaints(page) == []


def test_on_a_phone_the_box_comes_down_over_the_bar(as_role, firm, shoot):
    page = as_role("specialist2", "/notices/", phone=True)
    assert box(page).is_hidden()

    page.locator("[data-open-search]").click()
    with page.expect_response(re.compile("/search/panel/")):
        page.keyboard.type(firm["name"][2:5])
    page.locator("#found-1-1").wait_for()
    assert too_wide(page) <= 0
    assert complaints(page) == []
    where = rows(page).first.get_attribute("href")
    rows(page).first.tap()
    page.wait_for_url(f"**{where}")


def test_without_a_script_the_form_opens_the_page(as_role, firm):
    page = as_role("specialist2", "/notices/", java_script_enabled=False)

    box(page).fill(firm["name"][2:5])
    box(page).press("Enter")

    assert page.locator("a.hit").first.inner_text().startswith(firm["name"])


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_the_box_and_what_it_finds_opens(as_role, role):
    page = as_role(role, "/notices/")
    type_in(page, "园")

    for where in {row.get_attribute("href") for row in rows(page).all()[:6]}:
        assert page.request.get(where).ok, where


def test_an_enterprise_is_typed_and_never_picked_from_a_list(as_role, firm):
    page = as_role("specialist2", "/register/")
    with page.expect_response(re.compile("/search/enterprises/")):
        page.locator("#f-who").press_sequentially(firm["name"][2:5])

    page.get_by_role("option").filter(has_text=firm["uscc"]).first.click()

    assert page.locator("#f-uscc").input_value() == firm["uscc"]
    assert page.locator("select option").filter(has_text=firm["name"]).count() == 0
