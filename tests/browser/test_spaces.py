"""The park's side in one walk: the operator offers a unit, an enterprise finds it, the steward confirms who has come; looked at on both widths."""

import pytest

from tests.browser.looking import complaints, too_wide

PAGES = {
    "park": ("/vacancies/", "/moves/", "/demands/"), "steward": ("/moves/", "/vacancies/"), "enterprise": ("/vacancies/", "/demands/"),
}  # fmt: skip


@pytest.mark.parametrize("phone", [False, True], ids=["1440", "390"])
def test_pages_of_spaces_shut_nobody_out_and_fit(as_role, shoot, phone):
    for role, paths in PAGES.items():
        page = as_role(role, phone=phone)
        for path in paths:
            page.goto(path)
            shoot(page, f"spaces-{role}-{path.strip('/')}-{'390' if phone else '1440'}")
            assert (role, path, complaints(page), max(0, too_wide(page))) == (role, path, [], 0)


def test_a_unit_is_offered_found_and_moved_into(as_role):
    operator, enterprise, steward = as_role("park"), as_role("enterprise", phone=True), as_role("steward")
    operator.goto("/vacancies/")
    operator.locator("#vacant a[href^='/spaces/']").first.click()
    unit = operator.url
    operator.fill("#publish-price_yuan", "0.88")
    operator.select_option("#publish-stage", "incubator")
    operator.locator("#publish button[type=submit]").first.click()
    assert operator.get_by_text("招租中").first.is_visible()

    enterprise.goto("/vacancies/")
    assert enterprise.locator("a[href='" + unit[unit.index("/spaces/") :] + "']").count() == 1

    steward.goto("/moves/")
    waiting = steward.get_by_role("button", name="属实")
    before = waiting.count()
    waiting.first.click()
    assert steward.get_by_text("已记入企业档案、租约和空间台账").is_visible()
    assert steward.get_by_role("button", name="属实").count() == before - 1
