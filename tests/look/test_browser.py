"""The frame in a real Chromium, under the real policy: what it refuses, what the scripts do, what axe finds."""

from typing import Any

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.look.pages import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = (ROOT / "tests/vendor/axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


def complaints(page: Page) -> list[str]:
    """What axe finds, as `rule: element`."""
    page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", RULES)
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found["violations"] for node in rule["nodes"]]


@pytest.fixture
def said(page: Page) -> list[str]:
    """Errors of the console and of scripts, as they come."""
    lines: list[str] = []

    def hear(message: Any) -> None:
        if message.type == "error":
            lines.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: lines.append(str(error)))
    return lines


def test_the_way_in_is_clean_at_every_width_and_size(page: Page, live_server: LiveServer, said: list[str]) -> None:
    for size, fonts in {"": {"14px", "16px"}, "lg": {"18px", "19px"}}.items():
        page.context.add_cookies([{"name": "text_size", "value": size, "url": live_server.url}])
        for width in (1440, 390, 360):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{live_server.url}/sign-in/")

            assert complaints(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate("getComputedStyle(document.documentElement).fontSize") in fonts
    assert said == []


def test_the_text_size_changes_at_once_and_is_remembered(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/sign-in/")

    with page.expect_response("**/text-size/"):
        page.click("form[data-text-size] button")

    assert page.get_attribute("html", "data-size") == "lg"
    page.reload()
    assert page.get_attribute("html", "data-size") == "lg"
    assert page.inner_text("form[data-text-size] button") == "标准字号"


def test_the_text_size_needs_no_script(browser: Any, live_server: LiveServer) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/sign-in/")

        page.click("form[data-text-size] button")

        assert page.url == f"{live_server.url}/sign-in/"
        assert page.get_attribute("html", "data-size") == "lg"


def test_the_keyboard_reaches_the_text_first(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/sign-in/")

    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
