from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from community.kinds import PostKind
from community.models import Unit
from community.organisation import describe
from tests import make

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY


def test_the_four_bounds_are_read_in_order_and_an_unknown_side_is_left_out():
    place = make.community(north="文一西路", east="良睦路", west="东西大道")
    user = make.somebody(PostKind.LEADER, community=place)

    assert [f"{bound.side}{bound.text}" for bound in describe(place, user, AT).bounds] == ["东至良睦路", "西至东西大道", "北至文一西路"]


def test_a_firm_stands_under_its_window_with_the_days_its_agreement_has_left():
    place = make.community()
    window = make.unit(community=place, code="CW", name="财务法务之窗", is_partner=True)
    firm = make.unit(community=place, kind="partner", name="某律师事务所", parent=window, agreement_until_on=date(2026, 11, 28))
    over = make.unit(community=place, kind="partner", name="旧所", parent=window, agreement_until_on=date(2026, 11, 17))
    lawyer = make.post(PostKind.PARTNER, community=place, unit=firm)
    user = make.somebody(PostKind.LEADER, community=place)

    [row] = describe(place, user, AT).partner_windows

    assert {firm_row.unit: (firm_row.running, firm_row.ends_in_days) for firm_row in row.firms} == {firm: (True, 10), over: (False, -1)}
    assert [post.user for firm_row in row.firms for post in firm_row.people] == [lawyer.user]


@pytest.mark.parametrize(
    ("from_on", "until_on", "usable"),
    [
        (date(2026, 11, 18), None, True),
        (date(2026, 11, 19), None, False),
        (date(2026, 1, 1), date(2026, 11, 18), True),
        (date(2026, 1, 1), date(2026, 11, 17), False),
    ],
)
def test_a_firm_is_usable_on_the_first_and_on_the_last_day_of_its_agreement(from_on, until_on, usable):
    firm = make.unit(kind="partner", agreement_from_on=from_on, agreement_until_on=until_on)

    assert Unit.objects.usable(AT.date()).filter(pk=firm.pk).exists() == usable
    assert firm.is_usable(AT.date()) == usable


def test_a_retired_unit_is_not_usable_and_not_shown():
    unit = make.unit(kind="department", retired=True)
    user = make.somebody(PostKind.LEADER, community=unit.community)

    assert not Unit.objects.usable(AT.date()).filter(pk=unit.pk).exists()
    assert not unit.is_usable(AT.date())
    assert describe(unit.community, user, AT).departments == ()


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"kind": "partner"}, "所属窗口和协议起始日"),
        ({"kind": "window", "agreement_from_on": date(2026, 1, 1)}, "其他单位不填"),
        ({"kind": "department", "is_partner": True}, "只有窗口"),
        ({"kind": "grid"}, "须指明网格"),
    ],
)
def test_a_unit_that_cannot_be_is_refused_in_chinese(facts, words):
    unit = Unit(community=make.community(), code="X", name="某单位", **facts)

    with pytest.raises(ValidationError, match=words):
        unit.full_clean()


def test_who_has_left_is_gone_from_the_page_and_the_queries_do_not_grow(django_assert_num_queries):
    place = make.community()
    window = make.unit(community=place, code="JF")
    make.post(community=place, unit=window, until_at=AT - timedelta(days=1))
    here = make.post(community=place, unit=window)
    for _ in range(5):
        make.post(PostKind.GRID_LEADER, community=place)
    user = make.somebody(PostKind.STREET, community=place)

    with django_assert_num_queries(4):
        organisation = describe(place, user, AT)

    assert [post.user for row in organisation.windows for post in row.people] == [here.user]
    assert [len(row.people) for row in organisation.grids] == [1] * 5
