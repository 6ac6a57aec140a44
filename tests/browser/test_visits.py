"""At the door with a phone whose network comes and goes: from the list to the recorded visit and the ticket it made, once."""

import re

from playwright.sync_api import expect

expect.set_options(timeout=15_000)
READY = "html[data-offline-ready='1']"


def _until(page, question):
    """Asked again and again, since the page's content policy lets no string be evaluated inside it."""
    for _ in range(300):
        if page.evaluate(question):
            return
        page.wait_for_timeout(100)
    raise AssertionError(question)


def _kept(page, url):
    """The card of that address lies in the phone's cache."""
    _until(page, f"caches.open('mc-visits-pages').then(kept => kept.match('{url}')).then(found => !!found)")


def test_a_visit_without_a_network_is_recorded_once_when_it_is_back(as_role, site, shoot):
    page = as_role("grid", "/visits/", phone=True)
    page.wait_for_selector(READY, state="attached")
    stop = page.locator(".stops .stop a").last
    name, address = stop.locator("b").inner_text(), stop.evaluate("link => link.href")
    shoot(page, "visits-390-1-list")
    _kept(page, address)
    before = site.sql("SELECT count(*) FROM visits_visit")[0][0]

    page.context.set_offline(True)
    stop.click()
    page.wait_for_selector("form[data-doorstep]")
    assert page.locator("h1").inner_text() == name
    page.get_by_text("见到人", exact=True).click()
    if not page.locator("[name=people-0-name]").is_visible():
        page.locator("details.more1 summary", has_text=re.compile("其他人|见到的人")).first.click()
    page.locator("[name=people-0-name]").fill("周敏")
    page.locator("[name=people-0-phone]").fill("16000000166")
    page.locator("summary", has_text="写下一条需求").click()
    page.locator("[name=needs-0-body]").fill("断网时记下的需求。想换一间大一点的办公室")
    page.locator("summary", has_text="核对档案").click()
    page.locator("label[for=d-contact-no]").click()
    page.locator("[name=facts-contact-said]").fill("周敏")
    expect(page.locator("[data-kept]")).to_contain_text("已存在手机上")
    page.reload()
    expect(page.locator("[name=needs-0-body]")).to_have_value(re.compile("^断网时记下的需求"))
    shoot(page, "visits-390-2-filled", full_page=True)
    page.get_by_role("button", name="登记走访").click()
    page.wait_for_url("**/visits/")
    expect(page.locator("#pending [data-n]")).to_have_text("1")
    shoot(page, "visits-390-3-waiting")
    assert site.sql("SELECT count(*) FROM visits_visit")[0][0] == before

    # The answer to the first sending is lost on the way: the server has it, the phone does not know.
    lost = []

    def lose(route):
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/visits/record/", lose, times=1)
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/visits/record/")):
        page.context.set_offline(False)
    assert lost == [201]
    page.get_by_role("button", name="立即发送").click()
    page.wait_for_selector("#pending", state="hidden")

    visits = site.sql(
        "SELECT v.id, v.task_id FROM visits_visit v JOIN enterprises_enterprise e ON e.id = v.enterprise_id"
        " WHERE e.name = %s AND v.result = 'met' AND v.recorded_at > now() - interval '10 minutes'", name,
    )  # fmt: skip
    tickets = site.sql("SELECT number FROM grievances_grievance WHERE body LIKE '断网时记下的需求%%'")
    assert (len(visits), len(tickets)) == (1, 1)
    page.goto(f"/visits/paid/{visits[0][0]}/")
    page.locator("#needs a", has_text=tickets[0][0]).click()
    assert page.locator("h1", has_text="断网时记下的需求").first.is_visible()
    page.goto("/visits/checks/")
    shoot(page, "visits-390-4-checks")

    # Nothing of his is left for whoever takes the phone next.
    page.locator("details.menu summary", has=page.locator("use[href$='#user-circle']")).first.click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/sign-in/**")
    _until(page, "caches.keys().then(names => !names.includes('mc-visits-pages'))")


def test_a_session_that_ended_meanwhile_is_signed_in_again_and_then_sends(browser, site):
    """A context of its own: the session of the role is for the other tests."""
    from tests import demo_site
    from tests.conftest import PHONE

    context = browser.new_context(viewport=PHONE, base_url=site.url, locale="zh-CN", timezone_id="Asia/Shanghai")
    page = context.new_page()
    _sign_in(page, demo_site.PASSWORD, "/visits/")
    page.wait_for_selector(READY, state="attached")
    address = page.locator(".stops .stop a").first.evaluate("link => link.href")
    page.goto(address)
    page.get_by_text("无人", exact=True).click()
    attempts = "SELECT count(*) FROM visits_visit WHERE result = 'nobody'"
    before = site.sql(attempts)[0][0]
    context.clear_cookies()
    page.get_by_role("button", name="登记走访").click()
    expect(page.locator("#pending [data-why]")).to_contain_text("登录已过期")
    assert site.sql(attempts)[0][0] == before

    _sign_in(page, demo_site.PASSWORD, page.locator("#pending a").get_attribute("href"))
    page.wait_for_selector("#pending", state="hidden")
    assert site.sql(attempts)[0][0] == before + 1
    context.close()


def _sign_in(page, password, path):
    page.goto(path)
    page.fill("[name=username]", "grid")
    page.fill("[name=password]", password)
    page.locator("form:has([name=password]) button[type=submit]").click()
    page.wait_for_selector("#pending", state="attached")
