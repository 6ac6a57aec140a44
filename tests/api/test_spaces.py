"""Spaces, offers, moves and demands as JSON: the same verdicts as on the pages."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from enterprises.models import Enterprise, SpaceDemand
from tests import make


def today():
    return timezone.localdate()


@pytest.fixture
def space(here):
    return make.space(building=here.park.buildings.first(), room="701", area_m2=Decimal("88.50"), floor=7)


def test_an_operator_keeps_its_units_and_the_areas_add_up(by, here, space):
    make.space(building=space.building, room="702", area_m2=40, state="let")
    [park] = by.operator.get("park/parks/").json()["results"]
    published = by.operator.post(
        f"park/spaces/{space.pk}/publish/", {"price_yuan": "2.50", "available_on": str(today()), "stage": "incubator", "note": "朝南"}
    )
    twice = by.operator.post(f"park/spaces/{space.pk}/reserve/", {"holder": "甲", "until_on": str(today() + timedelta(days=9))})

    assert Decimal(park["stock"]["let_m2"]) + Decimal(park["stock"]["reserved_m2"]) + Decimal(park["stock"]["vacant_m2"]) == Decimal(
        park["stock"]["lettable_m2"]
    )
    assert (published.status_code, published.json()[0]["listing"]["price_yuan"], published.json()[0]["floor"]) == (200, "2.50", 7)
    assert (twice.status_code, twice.json()[0]["status"], twice.json()[0]["listing"]) == (200, "reserved", None)
    split = {"on": str(today()), "parts": [{"room": "701A", "area_m2": "40"}, {"room": "701B", "area_m2": "48.50"}]}
    assert by.operator.post(f"park/spaces/{space.pk}/split/", split).status_code == 409
    assert by.operator.post(f"park/spaces/{space.pk}/release/", {}).status_code == 200
    assert by.operator.post(f"park/spaces/{space.pk}/split/", {**split, "parts": split["parts"][:1]}).status_code == 400
    parts = by.operator.post(f"park/spaces/{space.pk}/split/", split).json()
    assert [part["room"] for part in parts] == ["701A", "701B"]
    assert by.operator.post(f"park/spaces/{space.pk}/sell/", {}).status_code == 404
    assert by.operator.post(f"park/spaces/{parts[0]['id']}/reserve/", {}).json()["fields"].keys() == {"holder", "until_on"}
    merged = by.operator.post(
        "park/spaces/merge/", {"spaces": [part["id"] for part in parts], "room": "701", "on": str(today() + timedelta(days=1))}
    )
    assert (merged.status_code, merged.json()[0]["area_m2"]) == (200, "88.50")


def test_enterprises_read_what_is_on_offer_and_staff_the_whole_book(by, here, space):
    offers = [
        make.listing(space=make.space(building=space.building, room=str(800 + n)), price_yuan=f"{n}.50", available_on=today())
        for n in (1, 2)
    ]

    first = by.manager.get("enterprise/spaces/", page_size=1).json()
    cheap = by.manager.get("enterprise/spaces/", price_max="2").json()["results"]
    staff = {row["room"] for row in by.specialist_zl.get("community/spaces/", page_size=200).json()["results"]}

    assert [row["id"] for row in first["results"]] == [offers[0].space_id] == [row["id"] for row in cheap]
    assert [row["id"] for row in by.manager.get(first["next"]).json()["results"]] == [offers[1].space_id]
    assert {"701", "801", "802"} <= staff
    assert by.manager.get("community/spaces/").status_code == 403
    assert by.specialist_zl.get("community/spaces/", colour="red").status_code == 400


def test_a_move_is_reported_confirmed_and_in_the_book(by, here, space):
    code = make.uscc()
    body = {"kind": "arrived", "uscc": code, "name": "新来公司", "building": space.building_id, "space": space.pk, "on": str(today())}

    made = by.operator.post("park/moves/", body)
    key = made.json()["id"]
    refused = by.specialist_zl.post(f"community/moves/{key}/refuse/", {})
    done = by.specialist_zl.post(f"community/moves/{key}/confirm/", {})

    assert (made.status_code, refused.status_code, done.status_code, done.json()["confirmed"]) == (201, 400, 200, True)
    assert Enterprise.objects.filter(uscc=code).exists()
    assert [row["id"] for row in by.operator.get("park/moves/", waiting="false").json()["results"]] == [key]
    assert by.operator.post("park/moves/", {**body, "building": make.building().pk}).status_code == 404


def test_a_demand_brings_ranked_units_and_operators_learn_no_name(by, here, space):
    make.listing(space=space, available_on=today())

    made = by.manager.post("enterprise/space-demands/", {"area_from_m2": "80", "area_to_m2": "100", "price_most_yuan": "3.00"})
    seen = by.operator.get("park/space-demands/").json()["results"]

    assert (made.status_code, made.json()["unmet"], made.json()["who"]) == (201, False, here.enterprise.name)
    assert made.json()["matches"][0]["space"]["id"] == space.pk
    assert [(row["id"], row["who"]) for row in seen] == [(made.json()["id"], "")]
    assert by.specialist_zl.get("community/space-demands/", unmet="true").json()["results"] == []
    assert by.manager.post(f"enterprise/space-demands/{seen[0]['id']}/close/", {"outcome": "found"}).json()["outcome"] == "found"
    assert SpaceDemand.objects.open().count() == 0


BAD = [
    ("publish", {"price_yuan": "NaN", "available_on": "2026-12-01", "stage": "maker"}), ("publish", {"price_yuan": "1", "available_on": "soon", "stage": "maker"}),
    ("publish", {"price_yuan": "1", "available_on": "2026-12-01", "stage": "castle"}), ("publish", {"colour": "red"}),
    ("split", {"on": "2026-12-01", "parts": "301A"}), ("split", {"on": "2026-12-01", "parts": [{"room": "A"}, {"room": "B"}]}),
    ("split", {"on": "2026-12-01", "parts": [5]}), ("split", {"on": "2026-12-01", "parts": []}), ("reserve", {"holder": ["x"], "until_on": "2026-12-01"}),
    ("let", {"uscc": "1", "from_on": "2026-01-01"}), ("end-lease", {"ended_on": "2026-01-01"}), ("retire", {}), ("split", []), ("let", "x"),
]  # fmt: skip


@pytest.mark.parametrize(("deed", "body"), BAD, ids=[f"{deed}-{number}" for number, (deed, _) in enumerate(BAD)])
def test_what_makes_no_sense_is_refused_in_words(by, space, deed, body):
    answer = by.operator.post(f"park/spaces/{space.pk}/{deed}/", body)

    assert answer.status_code == 400, answer.content
    assert answer.json()["message"]


def test_keys_that_cannot_be_are_not_there(by, space):
    merge = {"room": "x", "on": str(today())}

    assert by.operator.post("park/spaces/merge/", {**merge, "spaces": [2**70]}).status_code == 400
    assert by.operator.post("park/spaces/merge/", {**merge, "spaces": [space.pk, 2**62]}).status_code == 404
    assert by.operator.post(f"park/spaces/{2**70}/release/", {}).status_code == 404
    assert by.operator.get("park/spaces/", cursor="x").status_code == 400
