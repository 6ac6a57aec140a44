"""Walking the closed loop with a real browser: one function per step a person takes."""

from __future__ import annotations

import io
import re
from typing import Any

from PIL import Image, ImageDraw

NUMBER = re.compile(r"MC\d{6}-\d{6}")


def photo() -> dict[str, Any]:
    """A picture somebody took of a contract."""
    picture = Image.new("RGB", (1200, 900), "#dfe6f1")
    drawing = ImageDraw.Draw(picture)
    for line in range(12):
        drawing.rectangle((120, 120 + line * 55, 1080 - line % 4 * 160, 140 + line * 55), fill="#5d677b")
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG")
    return {"name": "合同照片.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def file_a_need(page: Any, title: str, body: str) -> str:
    """From the filing page to the ticket's number, with a category, an item and a photo."""
    page.goto("/grievances/new/")
    page.get_by_text("劳动与法律", exact=True).first.click()
    item = page.get_by_label(re.compile("合同欠款"))
    if not item.is_visible():  # without a script the items of a category lie in a fold
        page.locator("details.fold summary", has_text="劳动与法律").click()
    item.check()
    page.locator("#f-body").fill(body)
    page.locator("#f-title").fill(title)
    if page.locator("label.add").is_visible():
        with page.expect_response("**/attachments/"):
            page.locator("label.add input[type=file]").set_input_files(photo())
    else:
        page.locator("noscript input[type=file], input[type=file]").first.set_input_files(photo())
    page.locator("#f-contact_name").fill("周敏")
    page.locator("#f-contact_phone").fill("16000000166")
    return title


def submit(page: Any) -> str:
    page.get_by_role("button", name="提交诉求").click()
    page.wait_for_url(re.compile(r"/grievances/MC\d{6}-\d{6}/"))
    found = NUMBER.search(page.url)
    assert found
    return found.group()


def do(page: Any, number: str, code: str, **facts: Any) -> None:
    """Opens the ticket's page at one move, fills what it asks and sends it; waits for the page that follows."""
    page.goto(f"/grievances/{number}/?do={code}#actions")
    form = page.locator(f'form[action$="/{code}/"]')
    for name, value in facts.items():
        _fill(form, name, value)
    with page.expect_navigation():
        form.locator("button[type=submit]").click()
    assert page.locator('[role="alert"]').count() == 0, page.locator('[role="alert"]').first.inner_text()


def _fill(form: Any, name: str, value: Any) -> None:
    control = form.locator(f'[name="{name}"]')
    kind = control.first.evaluate("e => e.tagName + ':' + (e.type || '')")
    if kind == "INPUT:radio":
        choose(form, name, value)
    elif kind.startswith("SELECT"):
        control.select_option(value)
    else:
        control.fill(value)


def choose(form: Any, name: str, value: str) -> None:
    """A radio button as a thumb takes it: by its words. The button itself lies under them, and a forced click may meet the bar at the foot of a phone."""
    control = f'[name="{name}"][value="{value}"]'
    form.locator(f"label:has({control})").click()
    assert form.locator(control).is_checked()
