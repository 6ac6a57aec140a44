"""The browser fixtures themselves: a role signs in with its password and sees its home."""

import pytest


@pytest.mark.parametrize("role", ["enterprise", "specialist2", "street"])
def test_each_role_gets_a_page_of_its_own(as_role, shoot, role):
    page = as_role(role)

    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert "/sign-in/" not in page.url
    shoot(page, f"ground-{role}")
