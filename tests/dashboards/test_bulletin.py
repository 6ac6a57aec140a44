"""月报: each number from its own rows, each sentence no more than the figures say."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dashboards import bulletin
from dashboards.bulletin import Line, month_of
from dashboards.measures import Period
from exchange.subjects import table_named
from risks.kinds import Level
from tests import make
from wording.errors import FactsMissing

pytestmark = pytest.mark.django_db
NOVEMBER, NOW = Period(date(2026, 11, 1), date(2026, 11, 30)), make.WEDNESDAY + timedelta(days=20)
MONTH = timedelta(days=30)


@pytest.fixture
def here():
    return make.scene()


def lines(made):
    return {line.label: line for line in made.lines}


def test_numbers_are_those_of_the_month_beside_the_month_before(here):
    firm, other = here.enterprise, make.enterprise(park=here.park)
    for _ in range(2):
        make.grievance(scene=here)
    make.grievance(scene=here, at=make.WEDNESDAY - 2 * MONTH)
    for enterprise, back in ((firm, 0), (firm, 1), (other, 40), (firm, 80)):
        make.visit(enterprise=enterprise, at=make.WEDNESDAY - timedelta(days=back), by=here.grid_staff)
    make.lowered(make.flag(enterprise=firm, by=here.specialist_zl), verdict="false_alarm")
    make.flag(enterprise=firm, kind="rent", level=Level.YELLOW, at=make.WEDNESDAY - MONTH, by=here.specialist_zl)
    make.park_alert(park=here.park)
    make.event("moved_in", enterprise=firm)
    make.flag()  # of another street
    here.attach(NOW)

    found = lines(bulletin.make(here.leader, NOVEMBER, NOW))

    told = {
        label: (found[label].value, found[label].before)
        for label in ("收集", "走访", "走访企业", "新增红色", "其中误报", "园区预警", "迁入")
    }
    assert told == {
        "收集": (2, 0), "走访": (2, 1), "走访企业": (1, 1), "新增红色": (1, None), "其中误报": (1, None), "园区预警": (1, None), "迁入": (1, None),
    }  # fmt: skip
    assert found["新增黄色"].value == 0
    assert found["月末未解除"].value == 1
    assert found["收集"].sentence == "收集 2 件，比上月增加 2 件"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (Line("", "收集", "件", "", 12, 10, 15), "收集 12 件，比上月增加 2 件（20.0%），同比减少 3 件（20.0%）"),
        (Line("", "收集", "件", "", 12, 12, None), "收集 12 件，比上月持平"),
        (Line("", "收集", "件", "", 3, 9, 0), "收集 3 件，比上月减少 6 件，同比增加 3 件"),
        (Line("", "满意率", "%", "", Decimal("96.0"), Decimal("82.5"), None, 50, 40), "满意率 96.0%（50 件中），比上月上升 13.5 个百分点"),
        (Line("", "满意率", "%", "", Decimal("96.0"), Decimal("50.0"), Decimal("97.0"), 50, 9, 10), "满意率 96.0%（50 件中），同比下降 1.0 个百分点"),
        (Line("", "满意率", "%", "", None, Decimal("50.0"), None, 0, 90), ""),
        (Line("", "在办", "件", "", 7, 5, 6, compared=False), "在办 7 件"),
    ],
)  # fmt: skip
def test_a_sentence_says_what_the_figures_support_and_no_more(line, says):
    assert line.sentence == says


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "2027-01", "1999-12", "十一月", "2026-11-01", "0000-01", "9" * 40])
def test_what_is_no_month_or_has_not_begun_is_refused(text):
    with pytest.raises(FactsMissing):
        month_of(text, date(2026, 12, 8))


def test_without_a_month_it_is_the_last_that_is_over():
    assert month_of("", date(2027, 1, 5)) == Period(date(2026, 12, 1), date(2026, 12, 31))
    assert month_of("2024-02", date(2026, 12, 8)).last == date(2024, 2, 29)
    assert bulletin.year_before(month_of("2024-02", date(2026, 12, 8))).last == date(2023, 2, 28)


def test_the_page_and_the_sheet_say_the_same_to_whoever_may_read_them():
    now = timezone.now()
    here = make.scene(at=now - timedelta(days=1))
    make.grievance(scene=here, at=now - timedelta(hours=3))
    month = f"{timezone.localtime(now):%Y-%m}"
    for name, person in here.people.items():
        client = Client()
        client.force_login(person)
        allowed = name in ("leader", "street", "colleague") or name.startswith("specialist")
        assert (name, client.get(reverse("bulletin"), {"month": month}).status_code) == (name, 200 if allowed else 403)
    client.force_login(here.leader)
    page = client.get(reverse("bulletin"), {"month": month})
    here.attach(now)
    rows = list(table_named("bulletin").exported(here.leader, {"month": [month]}, now))

    assert [row["label"] for row in rows] == [line.label for line in page.context["made"].lines]
    assert [row["value"] for row in rows] == ["" if line.value is None else str(line.value) for line in page.context["made"].lines]
    assert client.get(reverse("bulletin"), {"month": "2026-99"}).status_code == 400
    with pytest.raises(ValidationError):
        list(table_named("bulletin").exported(here.leader, {"month": ["2026-99"]}, now))
