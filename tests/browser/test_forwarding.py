"""A ticket's progress goes to a colleague who has no account: made on a phone, opened on another, taken back."""

import re

from tests.browser import looking, walking

TITLE = "园区停车位不够，请协调月租车位"
BODY = "公司二十人，月租车位只有两个，员工每天在路边停车被贴单，希望协调。"


def test_the_forwarded_link_on_a_phone(as_role, shoot, site):
    owner = as_role("enterprise", phone=True)
    walking.file_a_need(owner, TITLE, BODY)
    number = walking.submit(owner)
    owner.get_by_role("button", name="生成进度链接").click()
    owner.wait_for_url("**/progress-link/")
    link = owner.locator("#link").input_value()
    assert re.fullmatch(re.escape(site.url) + r"/p/[A-Za-z0-9_-]{43}/", link)
    assert looking.complaints(owner) == []
    assert looking.too_wide(owner) <= 0
    shoot(owner, "forwarding-390-1-made")

    colleague = as_role(None, link, phone=True)
    assert colleague.get_by_role("heading", name=TITLE).is_visible()
    assert colleague.get_by_text("承诺答复").is_visible()
    for secret in (BODY, number, "16000000166", "周敏"):
        assert secret not in colleague.content()
    assert looking.complaints(colleague) == []
    assert looking.too_wide(colleague) <= 0
    shoot(colleague, "forwarding-390-2-opened", full_page=True)

    owner.get_by_role("button", name="收回链接").click()
    owner.wait_for_url(f"**/grievances/{number}/")
    colleague.reload()
    assert colleague.get_by_text("这个链接不能用").is_visible()
    assert TITLE not in colleague.content()


def test_whom_to_call_is_one_touch_from_home(as_role, shoot):
    page = as_role("enterprise", phone=True)
    page.get_by_role("link", name=re.compile("有事一键找")).first.click()
    page.wait_for_url("**/people/")

    calls = page.locator("a[href^='tel:']")
    assert calls.count() >= 4
    assert all(re.fullmatch(r"tel:\+?[0-9-]+(,[0-9]+)?", call.get_attribute("href")) for call in calls.all())
    for word in ("园区长", "专职网格员", "服务专员"):
        assert page.get_by_text(word).first.is_visible()
    assert looking.complaints(page) == []
    assert looking.too_wide(page) <= 0
    shoot(page, "people-390", full_page=True)
