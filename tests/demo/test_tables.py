"""The tables of the demo, without a database: how many, well formed, and nobody real."""

import re
from collections import Counter
from datetime import date

import pytest
from stdnum.cn import uscc

from grievances import catalogue
from mengchuang.demo import cases, codes, enrol, firms, names, organisation, places, populate, town
from mengchuang.demo.chance import shares, stream
from mengchuang.demo.town import Size

TODAY = date(2026, 11, 20)
HALF_WIDTH = re.compile(r"[,;:?!()\"']|\.(?!\d)")
SLOTS = {"firm": "澄视数字视觉", "product": "短视频", "park": "梦想天地", "building": "1号楼", "room": "1203室"}


@pytest.fixture(scope="module")
def drawn() -> list[firms.Firm]:
    return firms.firms(places.FULL, TODAY)


def test_there_are_62_parks_95_buildings_12_grids_and_8126_enterprises(drawn):
    parks = places.parks()

    assert len(places.grids()) == 12
    assert len(parks) == len({park.name for park in parks}) == 62
    assert len(places.buildings(parks)) == 95
    assert len({firm.name for firm in drawn}) == 8126
    assert sum(park.enterprises for park in parks) == 8126


def test_every_code_is_well_formed_and_lies_in_a_block_nobody_has(drawn):
    every = [firm.uscc for firm in drawn] + [code for _, code in firms.listed_codes()]

    assert len(set(every)) == len(every)
    assert all(uscc.is_valid(code) and code[2:8] == "330110" and code[8:10] == "YY" for code in every)


def test_the_subject_of_a_code_carries_its_own_check_character():
    # 143255190 is a public registration number with the check character of GB 11714.
    body, check = "14325519", "0"
    total = sum(weight * int(char, 36) for weight, char in zip(codes.SUBJECT_WEIGHTS, body, strict=True))

    assert "0123456789X0"[11 - total % 11] == check
    assert len(codes.subject_code(7)) == 9


def test_a_law_firm_has_a_code_that_begins_with_31(drawn):
    rooms = enrol.with_fixed(places.rooms(drawn, places.parks(), TODAY))

    law_firm = next(room.firm for room in rooms if room.firm.name == "浙江衡若律师事务所")

    assert law_firm.uscc.startswith("31330110")
    assert uscc.is_valid(law_firm.uscc)


def test_the_same_day_gives_the_same_firms(drawn):
    assert firms.firms(50, TODAY) == drawn[:50]


def test_qualifications_are_as_many_as_reported(drawn):
    counts = Counter(tag for tags in firms.tagged(drawn).values() for tag in tags)

    assert counts == {"国高企": 287, "省科小": 650, "专精特新": 84, "小巨人": 11, "雏鹰": 120}


def test_nobody_and_no_firm_of_the_press_appears(drawn):
    words = firms.forbidden()
    invented = [firm.name for firm in drawn] + [firm.legal_person for firm in drawn]
    invented += [plan.name for plan in every_post()] + [unit.name for unit in organisation.units()]
    invented += [park.name for park in places.parks()]
    invented += [text for found in cases.cases().values() for case in found for text in (case.title, case.body, case.done, case.reply)]

    assert {"刘慧天", "利尔达", "才润田园"} <= set(words)
    assert [text for text in invented if any(word in text for word in words)] == []


def every_post() -> list[organisation.PostPlan]:
    return [*populate.posts_of(town.full(0)), *organisation.second_posts()]


def test_each_grid_has_one_leader_three_full_time_and_some_part_time_posts():
    plans = list(organisation.staff_posts()) + list(organisation.grid_posts())

    for grid in range(1, 13):
        kinds = Counter(plan.kind for plan in plans if plan.grid == grid)
        assert kinds["grid_leader"] == 1
        assert kinds["grid_staff"] == 3
        assert kinds["grid_part_time"] >= 2
    assert [plan.grid for plan in plans if plan.ended] == [organisation.EMPTY_POST_GRID]


def test_fewer_than_twenty_people_serve_and_some_hold_two_posts():
    plans = list(organisation.staff_posts())

    assert len({plan.username for plan in plans}) < 20
    assert len(plans) > len({plan.username for plan in plans})


def test_every_park_has_a_steward():
    stewards = [plan for plan in populate.posts_of(town.full(0)) if plan.kind == "steward"]

    assert {plan.park for plan in stewards} == {park.name for park in places.parks()}


def test_nobody_has_two_names_and_no_name_serves_two_people_of_the_organisation():
    by_username: dict[str, set[str]] = {}
    for plan in every_post():
        by_username.setdefault(plan.username, set()).add(plan.name)

    assert all(len(found) == 1 and all(found) for found in by_username.values())


def test_the_small_demo_has_the_same_people_and_six_parks():
    size: Size = town.small(55)

    assert len(size.parks) == 6
    assert {"梦想天地", "启航楼宇"} <= {park.name for park in size.parks}


def test_every_item_of_the_catalogue_has_cases_and_a_weight():
    items = {row["code"] for row in catalogue.rows()}

    assert set(cases.cases()) == set(cases.weights()) == items
    assert all(len(found) >= 3 for found in cases.cases().values())


def test_cases_are_handled_by_somebody_who_is_there():
    there = {unit.code for unit in organisation.units()} | {"self", "grid", "operator"}

    assert {case.by for found in cases.cases().values() for case in found} <= there


@pytest.mark.parametrize("item", sorted(cases.cases()))
def test_texts_fill_their_slots_and_use_full_width_punctuation(item):
    for case in cases.cases()[item]:
        filled = case.filled(cases.slots(stream(item), TODAY, **SLOTS))
        for text in (filled.title, filled.body, filled.done, filled.reply):
            assert not HALF_WIDTH.search(text), text
            assert "{" not in text
        assert len(filled.title) <= 60


def test_what_is_said_around_a_case_uses_full_width_punctuation():
    def sentences(book):
        for value in book.values() if isinstance(book, dict) else book:
            yield from [value] if isinstance(value, str) else sentences(value)

    reasons = {row[0] for row in cases.words()["rejections"]}
    wrong = [text for text in sentences(cases.words()) if HALF_WIDTH.search(text) and text not in reasons]

    assert wrong == []


def test_telephone_numbers_belong_to_nobody():
    assert names.mobile(12).startswith("1600")
    assert len(names.mobile(12)) == 11
    assert names.landline(12).startswith("0571-1")


def test_shares_add_up():
    assert sum(shares(8126, [3, 1, 7, 7])) == 8126
    assert shares(10, [1, 1, 1]) == [4, 3, 3]
