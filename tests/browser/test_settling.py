"""当场办结 with the keyboard alone: how many keys it takes is counted and printed."""

import pytest


@pytest.mark.parametrize("phone", [False, True], ids=["1440", "390"])
def test_a_phone_answer_is_recorded_without_a_mouse(as_role, shoot, phone):
    desk = as_role("specialist", phone=phone)
    desk.goto("/settle/")
    keys = 0

    def press(*names):
        nonlocal keys
        for name in names:
            desk.keyboard.press(name)
            keys += 1

    def write(text):
        nonlocal keys
        desk.keyboard.type(text)
        keys += len(text)

    def choose(field, text):
        """Type until the list shows what is meant; the first of it is taken with Enter."""
        write(text)
        desk.wait_for_selector(f"#{field}-list [role=option]")
        press("Enter")

    assert desk.evaluate("document.activeElement.id") == "f-who"
    with desk.expect_response("**/settle/of/**"):
        choose("f-who", "cs")
    desk.wait_for_selector("#settle-of input")
    keys += tab_to(desk, "f-item")
    choose("f-item", "gjj")
    keys += tab_to(desk, "f-body")
    write("公积金怎么开户")
    if desk.locator("#settle-of input[name=contact_from]").count() == 0:
        desk.fill("#f-contact_name", "周敏")
        desk.fill("#f-contact_phone", "16000000166")
    keys += tab_to(desk, "f-reply")
    write("网上就能开，指南已发微信")
    shoot(desk, f"settle-{'390' if phone else '1440'}-filled")
    with desk.expect_navigation():
        press("Control+Enter")

    assert desk.get_by_text("已当场办结").first.is_visible()
    print(f"当场办结：{keys} 次按键")
    assert keys < 90


def tab_to(page, wanted: str) -> int:
    """How many tabs it takes."""
    for count in range(1, 25):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == wanted:
            return count
    raise AssertionError(f"{wanted} is not reached by Tab")


def test_a_pasted_chat_fills_the_form(as_role, shoot):
    desk = as_role("specialist")
    desk.goto("/settle/")
    desk.fill("#f-chat", "周敏 2026/11/20 9:40\n公积金怎么开户？\n我 2026/11/20 9:42\n网上就能开。")
    with desk.expect_navigation():
        desk.get_by_role("button", name="填到左边").click()

    assert desk.locator("#f-body").input_value() == "公积金怎么开户？"
    assert desk.locator("#f-reply").input_value() == "网上就能开。"
    shoot(desk, "settle-1440-chat")
