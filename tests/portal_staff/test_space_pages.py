"""Pages of the park's side: who opens them, that each deed works and what is refused comes back as it was typed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from community.kinds import PostKind
from enterprises.models import Enterprise, Lease, MoveReport, SpaceDemand
from parks import people
from parks.models import Listing, ParkPost, Space
from portal import urls_spaces
from tests import make
from tests.portal.pages import words
from tests.portal_staff.test_doors import OFFICE, ROLES

pytestmark = pytest.mark.django_db
INSIDE = {*OFFICE, "grid_staff", "grid_leader", "street", "steward", "operator"}
SEEKERS = {"manager", "member"}
#: Page → who opens it; of the park and a vacant unit of it.
PAGES = {
    "vacancies": INSIDE | SEEKERS, "moves": INSIDE, "demands": OFFICE | {"street", "operator"} | SEEKERS, "park-spaces": INSIDE, "park-print": INSIDE,
    "park-stewards": INSIDE, "space": INSIDE,
}  # fmt: skip
DEEDS = {"space-act", "spaces-merge", "park-steward-act", "move-decide", "demand", "demand-close"}


def today():
    return timezone.localdate()


@pytest.fixture
def park(here):
    return here.enterprise.tenancies.get().building.park


@pytest.fixture
def space(park):
    return make.space(building=park.buildings.first(), room="301", area_m2=Decimal("120.50"), floor=3)


def address(name, park, space):
    return reverse(name, args=[park.code] if name.startswith("park-") else [space.pk] if name == "space" else [])


def test_every_address_has_a_verdict():
    assert {pattern.name for pattern in urls_spaces.urlpatterns} == {*PAGES, *DEEDS}


def test_each_page_is_for_those_it_is_for_and_foreign_parks_are_not_there(here, enter, park, space):
    foreign = make.space(building=make.building(park=make.park()), room="9")
    for role in ROLES:
        client = enter(here.people[role])
        for name, readers in PAGES.items():
            answer = client.get(address(name, park, space)).status_code
            expected = {200} if role in readers else {404} if (name, role) in {("space", "manager"), ("space", "member")} else {403}
            assert answer in expected, (role, name, answer)
        assert client.get(address("space", park, foreign)).status_code in (403, 404), role
        assert client.get(address("park-spaces", foreign.building.park, foreign)).status_code in (403, 404), role


def test_a_unit_is_offered_let_given_back_split_and_merged_by_its_operator(here, enter, park, space):
    client, page = enter(here.people["operator"]), reverse("space", args=[space.pk])

    def do(deed, status=302, **sent):
        answer = client.post(reverse("space-act", args=[space.pk, deed]), sent)
        assert answer.status_code == status, words(answer)
        return answer

    refused = do("publish", 400, price_yuan="-1", available_on=str(today()), stage="maker", note="随时看房")
    assert "随时看房" in refused.content.decode()
    do("publish", price_yuan="2.5", available_on=str(today()), stage="maker", note="随时看房")
    assert Listing.objects.shown().get().space == space
    assert "招租中" in words(client.get(page))
    do("let", 400, uscc="91", from_on=str(today()))
    do("let", uscc=here.enterprise.uscc, from_on=str(today() - timedelta(days=9)), until_on="", annual_rent_wan="9.6")
    lease = Lease.objects.get(space=space)
    assert not Listing.objects.shown().exists()
    assert here.enterprise.name in words(client.get(reverse("park-spaces", args=[park.code])))
    do("split", 409, parts="301A 60.5\n301B 60", on=str(today()))
    do("end-lease", lease=lease.pk, ended_on=str(today() - timedelta(days=1)))
    refused = do("split", 400, parts="301A 60.5\n301B 70", on=str(today()))
    assert "301B 70" in refused.content.decode()
    do("split", parts="301A，60.5㎡\n301B 60", on=str(today()))
    halves = list(Space.objects.on(today()).filter(building=space.building, room__startswith="301").order_by("room"))
    assert [(half.room, half.area_m2) for half in halves] == [("301A", Decimal("60.50")), ("301B", Decimal(60))]
    merge = reverse("spaces-merge", args=[park.code])
    assert client.post(merge, {"spaces": [halves[0].pk], "room": "302", "on": str(today() + timedelta(days=1))}).status_code == 400
    done = client.post(merge, {"spaces": [half.pk for half in halves], "room": "302", "on": str(today() + timedelta(days=1))})
    assert done.status_code == 302
    assert "拆分与合并" in words(client.get(page))


def test_others_do_not_keep_the_book(here, enter, space):
    for role in ("steward", "grid_staff", "street", "manager"):
        answer = enter(here.people[role]).post(reverse("space-act", args=[space.pk, "reserve"]), {"holder": "x", "until_on": str(today())})
        assert answer.status_code in (403, 404), role
    assert enter(here.people["operator"]).post(reverse("space-act", args=[space.pk, "sell"])).status_code == 404


def test_an_enterprise_sees_what_is_on_offer_and_nothing_of_the_book(here, enter, space):
    make.listing(space=space, available_on=today())
    hidden = make.space(building=space.building, room="Z909")
    client = enter(here.people["manager"])

    board, page = words(client.get(reverse("vacancies"))), words(client.get(reverse("space", args=[space.pk])))

    make.occupancy(hidden, from_on=today() - timedelta(days=40), until_on=today() - timedelta(days=10))
    inside = words(enter(here.people["operator"]).get(reverse("vacancies")))
    assert "Z909" in inside
    assert ">10</span> 天" in inside
    assert "301" in board
    assert "Z909" not in board
    assert "登记租约" not in page
    assert "租用与预订" not in page
    assert client.get(reverse("space", args=[hidden.pk])).status_code == 404
    assert client.get(reverse("vacancies"), {"stage": "castle"}).status_code == 400


def test_a_tenant_is_reported_by_the_operator_and_confirmed_by_the_steward(here, enter, space):
    operator, steward, code = enter(here.people["operator"]), enter(here.people["steward"]), make.uscc()
    sent = {
        "kind": "arrived",
        "uscc": code,
        "name": "新来公司",
        "building": space.building_id,
        "space": space.pk,
        "on": str(today()),
        "staff_count": "12",
    }

    refused = operator.post(reverse("moves"), sent | {"uscc": "12"})
    assert (refused.status_code, "新来公司" in refused.content.decode()) == (400, True)
    assert operator.post(reverse("moves"), sent).status_code == 302
    row = MoveReport.objects.get()
    assert "等园区长或社区确认" in words(operator.get(reverse("moves")))
    assert operator.post(reverse("move-decide", args=[row.pk, "confirm"])).status_code == 403
    assert steward.post(reverse("move-decide", args=[row.pk, "confirm"])).status_code == 302

    assert Enterprise.objects.get(uscc=code).staff_count == 12
    assert Space.objects.on(today()).get(pk=space.pk).state == "let"


def test_a_demand_is_matched_and_its_name_is_told_to_operators_only_with_leave(here, enter, space):
    make.listing(space=space, available_on=today())
    manager, operator = enter(here.people["manager"]), enter(here.people["operator"])

    bad = manager.post(reverse("demands"), {"area_from_m2": "100", "area_to_m2": "50", "note": "要有货梯"})
    assert (bad.status_code, "要有货梯" in bad.content.decode()) == (400, True)
    made = manager.post(reverse("demands"), {"area_from_m2": "100", "area_to_m2": "150", "price_most_yuan": "3"}, follow=True)

    row = SpaceDemand.objects.get()
    assert "在要求的 100–150 ㎡之内" in words(made)
    assert here.enterprise.name not in words(operator.get(reverse("demand", args=[row.pk])))
    assert here.enterprise.name not in words(operator.get(reverse("demands")))
    SpaceDemand.objects.update(named=True)
    assert here.enterprise.name in words(operator.get(reverse("demand", args=[row.pk])))
    assert operator.post(reverse("demand-close", args=[row.pk]), {"outcome": "found"}).status_code == 403
    assert manager.post(reverse("demand-close", args=[row.pk]), {"outcome": "found"}).status_code == 302
    assert operator.get(reverse("demand", args=[row.pk])).status_code == 404


def test_the_leader_names_stewards_with_a_term_and_deputies(here, enter, park):
    leader, somebody = enter(here.leader), make.post("grid_staff", community=park.community, grid=park.grid).user
    page = reverse("park-stewards", args=[park.code])

    assert leader.post(page, {"username": "nobody"}).status_code == 400
    assert (
        leader.post(page, {"username": somebody.username, "until_on": str(today() + timedelta(days=365)), "deputy": "on"}).status_code
        == 302
    )
    row = ParkPost.objects.get(post__user=somebody, post__kind=PostKind.STEWARD)
    assert (row.deputy, timezone.localtime(row.post.until_at).date()) == (True, today() + timedelta(days=366))
    assert "副园区长" in words(leader.get(page))
    assert leader.post(reverse("park-steward-act", args=[park.code, row.post_id, "term"]), {"until_on": ""}).status_code == 302
    assert enter(here.people["operator"]).post(page, {"username": somebody.username}).status_code == 403
    assert leader.post(reverse("park-steward-act", args=[park.code, row.post_id, "end"])).status_code == 302
    assert row not in people.stewards_in_office(park, timezone.now())
