"""A real Chromium for the few things only a browser can say."""

import os
import shutil
from typing import Any

import pytest

# Playwright keeps an event loop in the thread of the test; the database is used from that thread all the same.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not chromium:
        pytest.skip("no Chromium on this machine: set CHROMIUM or install the package chromium")
    return browser_type_launch_args | {"executable_path": chromium, "args": ["--no-sandbox"]}
