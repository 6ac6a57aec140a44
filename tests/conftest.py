"""The browser tests' site and its signed-in pages."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests import demo_site

# Playwright keeps an event loop in the main thread; Django would refuse the database to every later test of the process.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
IN_A_BROWSER = {"browser", "page", "as_role", "shoot"}

As = Callable[..., Any]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All browser tests run in one process, with one site and one Chromium. What fails there is tried once more, and is named in the report."""
    for item in items:
        if IN_A_BROWSER & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.flaky(reruns=1))
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    if CHROMIUM is None:
        pytest.skip("没有 Chromium，浏览器测试已跳过：apt-get install chromium fonts-noto-cjk")
    return {"executable_path": CHROMIUM, "args": ["--no-sandbox", "--disable-gpu", "--lang=zh-CN"]}


@pytest.fixture(scope="session")
def site() -> Iterator[demo_site.Site]:
    """The small demo behind gunicorn, one for the session. Tests leave it usable for the next."""
    with demo_site.running() as running:
        yield running


@pytest.fixture(scope="session")
def _signed_in() -> dict[str, Any]:
    """What the browser keeps of each role's sign-in."""
    return {}


@pytest.fixture
def as_role(site: demo_site.Site, browser: Any, _signed_in: dict[str, Any]) -> Iterator[As]:
    """`as_role("enterprise")` is a page signed in as that demo account, on the home page.

    `phone=True` is 390 px wide with touch; `path` is where to go; other words go to Playwright's `new_context`, such as
    `java_script_enabled=False`. At the end no page may have met an error of script or a breach of the content policy.
    """
    contexts, faults = [], []

    def open_page(role: str | None, path: str = "/", *, phone: bool = False, **words: Any) -> Any:
        facts = {"viewport": PHONE, "has_touch": True, "is_mobile": True} if phone else {"viewport": DESKTOP}
        facts |= {"base_url": site.url, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"} | words
        if role is not None:
            if role not in _signed_in:
                _signed_in[role] = _sign_in(browser, site, role)
            facts["storage_state"] = _signed_in[role]
        context = browser.new_context(**facts)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.on("console", lambda line: faults.append(f"{page.url}: {line.text}") if "Content Security Policy" in line.text else None)
        answer = page.goto(path)
        if role is not None and "/sign-in/" in page.url:
            del _signed_in[role]
            pytest.fail(f"{role} is no longer signed in: {page.url}")
        assert answer is None or answer.status < 500, f"{page.url}: {answer.status} {page.locator('body').inner_text()[:500]}"
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults


@pytest.fixture
def shoot(request: pytest.FixtureRequest) -> Callable[..., Path]:
    """`shoot(page, "queue")` keeps a picture in var/screenshots/ and answers its path."""

    def take(page: Any, name: str, **words: Any) -> Path:
        folder = settings.BASE_DIR / "var" / "screenshots"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{re.sub(r'[^0-9A-Za-z._-]', '-', name)}.png"
        page.screenshot(path=path, **words)
        return path

    return take


def _sign_in(browser: Any, site: demo_site.Site, role: str) -> Any:
    context = browser.new_context(base_url=site.url, locale="zh-CN")
    page = context.new_page()
    page.goto("/sign-in/")
    page.fill("[name=username]", role)
    page.fill("[name=password]", demo_site.PASSWORD)
    page.locator("form:has([name=password]) button[type=submit]").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    state = context.storage_state()
    context.close()
    return state
