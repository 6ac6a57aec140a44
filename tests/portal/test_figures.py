"""Pages of figures: my years, what was known on a day, proposing and deciding, the file on paper; who may not see them finds nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from enterprises.models import Figure, FigureProposal, FileCheck
from portal.charts import columns, growth, short
from tests import make
from tests.portal.pages import signed_in, words

THIS = timezone.localdate().year
YEARS = [str(THIS - back) for back in (3, 2, 1)]
FIELDS = {"metric": "revenue", "period": YEARS[-1], "value": "1,300.5"}


@pytest.fixture
def filled(here, now):
    for place, year in enumerate(YEARS):
        make.figure("revenue", enterprise=here.enterprise, period=year, value=1000 + 100 * place, at=now - timedelta(days=30))
    return here.enterprise


def at(name, enterprise, *rest):
    return reverse(name, args=[enterprise.uscc, *rest])


def test_my_years_are_drawn_and_stand_in_a_table_and_the_home_shows_two(here, filled):
    client = signed_in(here.manager)

    page, home = words(client.get(at("figures", filled))), words(client.get("/"))

    assert "<svg" in page
    assert "同比 <b" in page
    assert all(f">{year}<" in page for year in YEARS)
    assert "不足 5 家" in page
    assert "无法判定" in page
    assert "我的年度数据" in home
    assert "<svg" in home
    assert "style=" not in page


def test_without_data_with_one_year_and_with_a_very_long_name_the_page_stands(here):
    client = signed_in(here.manager)
    assert "还没有年度数据" in words(client.get(at("figures", here.enterprise)))
    here.enterprise.name = "很长的名字" * 40
    here.enterprise.save()
    make.figure("profit", enterprise=here.enterprise, period=YEARS[-1], value=-5)
    make.figure("revenue", enterprise=here.enterprise, period=YEARS[-1], value=0)

    assert "<svg" in words(client.get(at("figures", here.enterprise)))


def test_what_was_known_on_a_day(here, filled, now):
    client = signed_in(here.leader)
    day = (timezone.localtime(now) - timedelta(days=31)).date()

    assert "到这一天还没有登记数据" in words(client.get(at("figures", filled), {"as_of": day.isoformat()}))
    assert "1,200.00" in words(client.get(at("figures", filled), {"as_of": (day + timedelta(days=1)).isoformat()}))
    assert client.get(at("figures", filled), {"as_of": "昨天"}).status_code == 400


def test_the_enterprise_proposes_and_the_office_decides(here, filled):
    manager, office = signed_in(here.manager), signed_in(here.specialist_zl)

    sent = manager.post(at("figures", filled), FIELDS | {"note": "审计后"})
    [proposal] = FigureProposal.objects.filter(enterprise=filled)
    listed = words(office.get(reverse("figure-review")))
    declined = office.post(reverse("figure-decide", args=[proposal.pk, "decline"]), {"seen": "1300.50"})
    done = office.post(reverse("figure-decide", args=[proposal.pk, "accept"]), {"seen": "1300.50"})

    assert sent.status_code == 302
    assert "相差 +100.50 万元" in listed
    assert declined.status_code == 400
    assert done.status_code == 302
    assert Figure.objects.standing().get(enterprise=filled, period=YEARS[-1]).value == Decimal("1300.5")
    assert "企业自报" in words(office.get(at("figures", filled), {"metric": "revenue"}))
    assert office.post(reverse("figure-decide", args=[proposal.pk, "accept"]), {"seen": "1300.50"}).status_code == 409


def test_the_office_records_with_a_source_and_nothing_typed_is_lost(here, filled):
    client = signed_in(here.leader)

    without = client.post(at("figures", filled), FIELDS)
    wrong = client.post(at("figures", filled), FIELDS | {"value": "很多", "source": "报表"})
    right = client.post(at("figures", filled), FIELDS | {"source": "统计月报"})

    assert (without.status_code, wrong.status_code, right.status_code) == (400, 400, 302)
    assert 'value="1,300.5"' in words(without)
    assert 'value="很多"' in words(wrong)
    for name, value in (("period", "后年"), ("metric", ""), ("metric", "x"), ("dated_on", "2026-13-01"), ("value", "NaN"), ("value", "-1")):
        assert (name, client.post(at("figures", filled), FIELDS | {"source": "报表", name: value}).status_code) == (name, 400)


def test_checking_the_file_and_printing_it(here, filled):
    client = signed_in(here.member)

    assert client.post(at("figures-check", filled)).status_code == 302
    assert FileCheck.objects.get().by == here.member
    page = words(client.get(at("enterprise-print", filled)))
    assert "营业收入（万元）" in page
    assert filled.uscc in page


def test_who_does_not_read_figures_finds_none_of_these_pages(here, filled):
    readers = {"specialist_zl", "leader", "street", "manager", "member"}
    office = {"specialist_zl", "leader"}
    for who in (
        "specialist_zl",
        "leader",
        "street",
        "grid_staff",
        "steward",
        "operator",
        "partner",
        "manager",
        "member",
        "employee",
        "stranger",
        "admin",
        "auditor",
    ):
        client = signed_in(here.people[who])
        outside = 404 if who == "stranger" else 403
        for name in ("figures", "enterprise-print"):
            assert (who, name, client.get(at(name, filled)).status_code) == (who, name, 200 if who in readers else outside)
        assert (who, client.get(reverse("figure-review")).status_code) == (who, 200 if who in office else 403)
        assert (who, client.get(reverse("figure-watch")).status_code) == (who, 200 if who in office | {"street"} else 403)
    assert signed_in(here.street).post(at("figures-check", filled)).status_code == 403
    elsewhere = make.enterprise()
    for who in ("leader", "street", "manager"):
        assert signed_in(here.people[who]).get(at("figures", elsewhere)).status_code == 404


def test_a_file_shows_what_hangs_on_the_enterprise_as_its_reader_may_see_it(here):
    firm = here.enterprise
    make.qualification(enterprise=firm, number="GR202533001234")
    make.lease(enterprise=firm, annual_rent_wan=Decimal("12.5"))
    make.event("intends_to_leave", enterprise=firm, note="在看外区场地")
    make.key_listing("top_taxpayer", enterprise=firm)

    pages = {
        who: words(signed_in(here.people[who]).get(at("enterprise", firm)))
        for who in ("leader", "grid_staff", "operator", "steward", "manager", "employee")
    }

    shown = {who: ("GR202533001234" in page, "12.5" in page, "在看外区场地" in page, "税收前100" in page) for who, page in pages.items()}
    assert shown == {
        "leader": (True, True, True, True), "grid_staff": (True, True, True, True), "operator": (True, True, False, False),
        "steward": (True, False, False, False), "manager": (True, True, False, False), "employee": (False, False, False, False),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("now", "before", "said"), [(110, 100, "+10.0%"), (90, 100, "-10.0%"), (5, 0, ""), (5, -1, ""), (None, 1, ""), (100, 1, "+100倍")]
)
def test_growth_is_said_only_where_it_means_something(now, before, said):
    assert growth(*(None if each is None else Decimal(each) for each in (now, before))) == said


@pytest.mark.parametrize(
    ("value", "places", "said"),
    [
        ("12.00", 0, "12"),
        ("835.08", 2, "835.08"),
        ("1200.50", 2, "1,200.5"),
        ("1234567.5", 2, "123.46万"),
        ("-20000", 0, "-2万"),
        ("0.00", 2, "0"),
    ],
)
def test_a_number_is_short_over_its_column(value, places, said):
    assert short(Decimal(value), places) == said


def test_a_loss_hangs_below_the_line_and_a_gap_is_no_column():
    drawn = columns([("2023", Decimal(10)), ("2024", None), ("2025", Decimal(-5))], title="利润", unit="万元")

    assert [bar.below for bar in drawn.bars] == [False, False, True]
    assert (drawn.bars[1].height, drawn.bars[1].words) == (0, "—")
    assert drawn.bars[2].y == drawn.base_y
    assert drawn.told == "利润（万元）：2023 年 10，2024 年 —，2025 年 -5"
    assert columns([("2025", None)], title="", unit="") is None
