"""The page of the API's docs in a real Chromium, under its own policy and without the internet."""

import pytest

from tests.look.conftest import browser_type_launch_args  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_docs_draw_every_door_and_ask_nobody_else(page, live_server, settings):
    settings.DEMO = True
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{live_server.url}/api/docs/")
    page.wait_for_selector(".opblock", timeout=60_000)

    assert said == []
    assert all(url.startswith((live_server.url, "data:", "blob:")) for url in asked)
    assert page.locator(".opblock").count() >= 30
    page.locator("#operations-v1-enterprise_grievances_file, [id$=enterprise_grievances_file]").first.click()
    page.wait_for_selector(".opblock.is-open")
    assert "contact_phone" in page.locator(".opblock.is-open").inner_text()
    assert said == []
