"""The desk as a person meets it: every page of every role on a wide screen and a narrow one, the queue by keyboard."""

import pytest

from portal.context import NAVIGATION, address_of
from tests.browser.looking import complaints, too_wide

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 360, "height": 740}
TICKET = "SELECT number FROM grievances_grievance WHERE state = %s AND NOT confidential AND NOT personal ORDER BY id DESC LIMIT 1"
# Of roles that read the same pages one reads them for all; what only the others have is theirs.
ROLES = {
    "specialist2": ("specialist",),
    "leader": ("leader",),
    "gridleader": ("grid_leader",),
    "partner": ("partner",),
    "park": ("operator",),
    "steward": ("steward",),
    "auditor": ("auditor",),
    "admin": ("admin",),
}
SAME = {"leader": "specialist2", "park": "partner"}


def lines_of(role):
    """The lines of this role's navigation."""
    return {address_of(entry.name) for entry in NAVIGATION if entry.kinds & set(ROLES[role])}


def pages_of(role, site):
    lines = sorted(lines_of(role) - (lines_of(SAME[role]) if role in SAME else set()))
    match role:
        case "specialist2":
            [(accepted,)], [(uscc,)], [(park,)] = (
                site.sql(TICKET, "accepted"),
                site.sql("SELECT uscc FROM enterprises_enterprise ORDER BY id LIMIT 1"),
                site.sql("SELECT code FROM parks_park ORDER BY id LIMIT 1"),
            )
            return [
                *lines, "/queue/?tree=1", "/queue/?queue=all&q=%E6%B2%A1%E6%9C%89", f"/queue/{accepted}/", f"/queue/{accepted}/?do=dispatch",
                f"/grievances/{accepted}/?do=dispatch", f"/grievances/{accepted}/receipt/", f"/enterprises/{uscc}/", f"/parks/{park}/",
                "/numbers/collected/", "/items/terms/", "/search/?q=%E5%9B%AD", "/notices/", "/notices/settings/", "/account/",
            ]  # fmt: skip
        case "partner":
            return [*lines, "/queue/history/"]
    return lines


@pytest.mark.parametrize("role", ROLES)
def test_no_page_of_the_staff_is_too_wide_or_shuts_anybody_out(as_role, site, role):
    page = as_role(role)

    for path in pages_of(role, site):
        page.set_viewport_size(WIDE)
        assert page.goto(path).ok, path
        assert complaints(page) == [], path
        page.set_viewport_size(NARROW)
        assert too_wide(page) <= 0, path


def cursor(page):
    return page.locator("tr.cur").get_attribute("data-id")


def press(page, key):
    """A key that brings something from the server."""
    with page.expect_response("**/*"):
        page.keyboard.press(key)


def test_the_queue_goes_by_keyboard(as_role):
    page = as_role("specialist2", "/queue/?queue=unassigned&window=all")
    drawer = page.locator("#drawer")
    first, second = (page.locator("tr[data-id]").nth(place).get_attribute("data-id") for place in (0, 1))

    page.keyboard.press("j")
    assert cursor(page) == second
    page.keyboard.press("k")
    assert cursor(page) == first
    press(page, "Enter")
    drawer.get_by_text(first).first.wait_for()
    press(page, "a")
    drawer.locator('form[action$="/accept/"]').wait_for()
    drawer.locator("form :focus").wait_for()
    page.keyboard.press("Escape")
    drawer.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.closest('tr').dataset.id") == first
    page.keyboard.press("?")
    assert page.locator("#keys-help").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#keys-help").is_hidden()


def test_keys_sleep_while_somebody_types_or_composes(as_role):
    page = as_role("specialist2", "/queue/?queue=unassigned&window=all")
    before = cursor(page)

    page.keyboard.press("/")
    page.keyboard.type("jka?")
    assert page.locator("[data-search]").input_value() == "jka?"
    page.evaluate("""document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "j", isComposing: true, bubbles: true}))""")
    assert cursor(page) == before
    assert page.locator("#drawer").is_hidden()
    assert page.locator("#keys-help").is_hidden()


def test_what_is_half_typed_in_the_drawer_outlives_one_escape(as_role):
    page = as_role("specialist2", "/queue/")
    press(page, "Enter")
    page.locator("#drawer h2").wait_for()
    press(page, "r")
    note = page.locator("#drawer form textarea").first
    note.fill("已和对方约好")

    page.keyboard.press("Escape")

    assert note.input_value() == "已和对方约好"
    assert note.is_visible()
    page.keyboard.press("Escape")
    page.locator("#drawer").wait_for(state="hidden")


def test_several_at_once_are_shown_beside_the_list(as_role):
    page = as_role("leader", "/queue/?queue=unassigned")
    for place in (0, 1):
        page.locator("[data-pick]").nth(place).check()
    assert page.locator("[data-picked-count]").inner_text() == "2"

    page.get_by_role("button", name="批量派单").click()

    page.locator("#drawer").get_by_text("2 件，逐件确认派往哪里").wait_for()
    assert complaints(page) == []
