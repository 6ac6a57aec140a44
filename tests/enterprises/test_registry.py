from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

import enterprises
from audit.models import Entry
from community.models import Post
from enterprises.models import Enterprise, EnterpriseStatus, Industry, Tenancy
from parks.models import Space
from tests import make
from wording.errors import StateConflict

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
TODAY = date(2026, 11, 18)


def test_an_enterprise_belongs_to_the_community_of_its_building():
    building = make.building()

    enterprise = make.enterprise(building=building)

    assert enterprise.community == building.park.community
    assert [tenancy.building for tenancy in Tenancy.objects.open().filter(enterprise=enterprise, is_main=True)] == [building]


def test_the_name_is_kept_with_its_pinyin():
    enterprise = make.enterprise(name="杭州数云科技有限公司")

    assert enterprise.pinyin.startswith("hangzhoushuyun")
    assert enterprise.initials == "hzsykjyxgs"


def test_an_industry_code_must_be_in_the_classification():
    with pytest.raises(ValidationError, match="没有「6666」"):
        make.enterprise(industry_code="6666")
    assert make.enterprise(industry_code="6513").industry_code == "6513"


def test_the_classification_is_whole():
    levels = [Industry.objects.filter(edition="2017", level=level).count() for level in (1, 2, 3, 4)]

    assert levels == [20, 97, 473, 1380]
    assert Industry.objects.get(edition="2017", code="6513").parent.parent.parent.code == "I"


def test_moving_to_another_community_takes_the_enterprise_and_its_people_along():
    enterprise = make.enterprise()
    manager = make.manager(enterprise=enterprise)
    left = make.representative(enterprise=enterprise)
    enterprises.people.remove(left, at=AT - timedelta(days=9), by=None)
    old = enterprise.community
    target = make.building()

    enterprises.move(enterprise, building=target, at=AT, by=None)

    enterprise.refresh_from_db()
    assert enterprise.community == target.park.community
    assert Post.objects.get(pk=manager.posts[0].pk).community == target.park.community
    assert Post.objects.get(pk=left.post_id).community == old
    assert [(tenancy.building, tenancy.until_on) for tenancy in Tenancy.objects.filter(enterprise=enterprise).order_by("from_on")] == [
        (enterprise.tenancies.earliest("from_on").building, TODAY - timedelta(days=1)),
        (target, None),
    ]


def test_the_database_refuses_an_enterprise_apart_from_its_place():
    enterprise = make.enterprise()

    with pytest.raises(IntegrityError, match="主要办公地"):
        _commit_community(enterprise, make.community())


def test_the_database_refuses_a_new_place_apart_from_the_enterprise_at_once():
    enterprise = make.enterprise()
    enterprises.move_out(enterprise, at=AT - timedelta(days=1), by=None)

    with pytest.raises(IntegrityError, match="主要办公地"), transaction.atomic():
        Tenancy.objects.create(enterprise=enterprise, building=make.building(), from_on=TODAY)


def test_a_place_corrected_into_another_community_is_refused_at_commit():
    enterprise = make.enterprise()

    with pytest.raises(IntegrityError, match="主要办公地"), transaction.atomic():
        Tenancy.objects.filter(enterprise=enterprise).update(building=make.building())
        connection.check_constraints()


@transaction.atomic
def _commit_community(enterprise, community):
    Enterprise.objects.filter(pk=enterprise.pk).update(community=community)
    connection.check_constraints()


def test_there_is_one_main_place_at_a_time():
    enterprise = make.enterprise()

    with pytest.raises(IntegrityError, match="tenancy_one_main_open"), transaction.atomic():
        make.tenancy(enterprise=enterprise, building=make.building(park=make.park(community=enterprise.community)), is_main=True)
    make.tenancy(enterprise=enterprise, building=make.building(park=make.park(community=enterprise.community)))


def test_a_space_is_let_while_somebody_sits_in_it():
    space = make.space()
    enterprise = make.enterprise(building=space.building, space=space, from_on=TODAY - timedelta(days=30))
    assert Space.objects.on(TODAY).get().state == "let"

    enterprises.move_out(enterprise, at=AT, by=None)

    assert Space.objects.on(TODAY).get().state == "let"
    assert Space.objects.on(TODAY + timedelta(days=1)).get().state == "vacant"


def test_moving_out_closes_every_tenancy_and_keeps_the_enterprise_on_file():
    enterprise = make.enterprise()

    enterprises.move_out(enterprise, at=AT, by=None)

    enterprise.refresh_from_db()
    assert enterprise.status == EnterpriseStatus.MOVED_OUT
    assert not Tenancy.objects.open().filter(enterprise=enterprise).exists()
    assert Tenancy.objects.get(enterprise=enterprise).until_on == TODAY
    with pytest.raises(StateConflict, match="不能再办迁出"):
        enterprises.move_out(enterprise, at=AT, by=None)


def test_who_has_moved_out_may_come_back():
    enterprise = make.enterprise()
    enterprises.move_out(enterprise, at=AT - timedelta(days=30), by=None)

    enterprises.move(enterprise, building=make.building(), at=AT, by=None)

    enterprise.refresh_from_db()
    assert enterprise.status == EnterpriseStatus.ACTIVE


def test_a_move_is_entered_on_the_day_and_not_ahead():
    with pytest.raises(ValidationError, match="不能晚于今天"):
        enterprises.move(make.enterprise(), building=make.building(), at=AT, by=None, on=TODAY + timedelta(days=1))


def test_a_renamed_enterprise_is_found_by_both_names():
    enterprise = make.enterprise(name="杭州旧名网络有限公司")

    enterprises.rename(enterprise, "杭州新号智能有限公司", at=AT, by=None)

    assert list(Enterprise.objects.search("旧名网络")) == [enterprise]
    assert list(Enterprise.objects.search("新号智能")) == [enterprise]
    assert [name.until_on for name in enterprise.former_names.all()] == [TODAY]


def test_the_row_history_catches_a_change_past_the_models():
    enterprise = make.enterprise()

    Enterprise.objects.filter(pk=enterprise.pk).update(staff_count=12)

    assert list(enterprise.events.order_by("pgh_id").values_list("pgh_label", "staff_count")) == [("insert", None), ("update", 12)]


@pytest.mark.parametrize("facts", [{"established_on": date(1948, 12, 31)}, {"registered_capital_wan": -1}, {"size_class": "huge"}])
def test_a_fact_out_of_range_is_refused_by_the_database(facts):
    enterprise = make.enterprise()

    with pytest.raises(IntegrityError), transaction.atomic():
        Enterprise.objects.filter(pk=enterprise.pk).update(**facts)


def test_nan_is_no_capital():
    enterprise = make.enterprise()

    with pytest.raises(IntegrityError, match="enterprise_capital_in_range"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE enterprises_enterprise SET registered_capital_wan = 'NaN' WHERE id = %s", [enterprise.pk])


def test_editing_changes_what_is_named_and_the_trail_names_the_fields():
    enterprise = make.enterprise()

    edited = enterprises.edit(enterprise, at=AT, by=None, legal_person="张晓", tags=["国高企"], address="")

    assert (edited.legal_person, edited.tags) == ("张晓", ["国高企"])
    assert Entry.objects.get(action="edit").detail == {"fields": ["legal_person", "tags"]}


@pytest.mark.parametrize("fact", ["uscc", "name", "community", "status", "pinyin"])
def test_what_has_a_function_of_its_own_is_not_edited(fact):
    with pytest.raises(ValidationError, match="不能修改"):
        enterprises.edit(make.enterprise(), at=AT, by=None, **{fact: "x"})


def test_a_doubtful_code_is_put_right_and_the_mark_goes():
    enterprise = make.enterprise(code="913301061432551906", accept_warning=True)

    enterprises.correct_uscc(enterprise, "913301061432551905", at=AT, by=None)

    enterprise.refresh_from_db()
    assert (enterprise.uscc, enterprise.uscc_warning) == ("913301061432551905", False)
