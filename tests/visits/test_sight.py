"""Who sees classes, matters, tasks and what was found at the door: every kind of post × own and other × every model of visits.

"Own" rows lie where the post is and hang on its own enterprise, park or grid; "near" ones in the same community beside it; "far" ones in
the other community of the street; "foreign" ones in another street. Whoever may be asked along is asked to "own" alone.
"""

from datetime import timedelta

import pytest

import community
from community.kinds import ENTERPRISE_KINDS, GRID_KINDS, PostKind
from tests import make
from visits.columns import ENTERPRISE, GUEST, STAFF, TASK_COLUMNS, VISIT_COLUMNS, read_as
from visits.models import (
    Allowance,
    ClassVersion,
    Companion,
    FactCheck,
    Need,
    Photo,
    Plan,
    PlanLine,
    PlanMiss,
    PlanTrip,
    Reason,
    Task,
    Visit,
    VisitClass,
    Visitor,
)  # fmt: skip

AT = make.WEDNESDAY
PLACES = ("own", "near", "far", "foreign")
WHOLE = (PostKind.SPECIALIST, PostKind.LEADER)
GUESTS = (PostKind.PARTNER, PostKind.DEPARTMENT, PostKind.STEWARD)
STREET = frozenset({"own", "near", "far"})
COMMUNITY = frozenset({"own", "near"})
OWN = frozenset({"own"})
NOWHERE = frozenset()

pytestmark = pytest.mark.django_db


def classes(kind):
    if kind == PostKind.STREET:
        return STREET
    return COMMUNITY if kind in (*WHOLE, *GRID_KINDS) else NOWHERE


def whole(kind):
    return STREET if kind == PostKind.STREET else COMMUNITY if kind in WHOLE else NOWHERE


def staff(kind):
    if kind == PostKind.STREET:
        return STREET
    return COMMUNITY if kind in WHOLE else OWN if kind in GRID_KINDS else NOWHERE


def staff_or_own(kind):
    return OWN if kind in ENTERPRISE_KINDS else staff(kind)


def staff_or_guest(kind):
    return OWN if kind in GUESTS else staff(kind)


def all_three(kind):
    return OWN if kind in GUESTS else staff_or_own(kind)


RULES = [
    ("class", VisitClass, classes),
    ("version", ClassVersion, classes),
    ("reason", Reason, staff),
    ("unannounced", Task, staff),
    ("task", Task, all_three),
    ("visit", Visit, all_three),
    ("attempt", Visit, staff),
    ("visitor", Visitor, staff),
    ("guest_visitor", Visitor, staff_or_guest),
    ("companion", Companion, staff_or_guest),
    ("need", Need, staff),
    ("check", FactCheck, staff),
    ("photo", Photo, staff),
    ("plan", Plan, classes),
    ("trip", PlanTrip, staff),
    ("line", PlanLine, staff),
    ("miss", PlanMiss, staff),
    ("allowance", Allowance, whole),
]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    from django.db import transaction
    from django.test import override_settings

    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        undo = transaction.atomic()
        undo.__enter__()
        street = make.street()
        here = make.community(street=street)
        own = _furnish(here)
        rows = {"own": own, "near": _furnish(here)}
        rows["far"] = _furnish(make.community(street=street, name="另一社区"))
        rows["foreign"] = _furnish(make.community(name="别的街道的社区"))
        users = {kind: _user(kind, own) for kind in PostKind}
        for where in PLACES:
            _visits(rows[where], [users[kind] for kind in GUESTS] if where == "own" else [make.user()])
        yield rows, users
        transaction.set_rollback(True)
        undo.__exit__(None, None, None)


def _furnish(place):
    grid = make.grid(community=place)
    park = make.park(community=place, grid=grid, operator=make.unit(community=place, kind="operator", name="运营公司"))
    building = make.building(park=park)
    enterprise = make.enterprise(building=building)
    made = make.visit_class(make.trigger(), community=place)
    return {
        "grid": grid, "park": park, "enterprise": enterprise, "class": made, "version": made.versions.get(),
        "reason": make.reason(enterprise=enterprise, visit_class=made), "building": building,
    }  # fmt: skip


def _planned(rows, goes):
    """Two places of one community have plans of two weeks."""
    place, on = rows["grid"].community, AT.date() - timedelta(days=AT.weekday())
    while Plan.objects.filter(community=place, week_on=on).exists():
        on += timedelta(days=7)
    plan = Plan.objects.create(community=place, week_on=on, made_at=AT, score=0, bound=0)
    trip = PlanTrip.objects.create(plan=plan, person=goes, on=on, half="am", building=rows["building"], minutes=150)
    return {
        "plan": plan, "trip": trip, "line": PlanLine.objects.create(plan=plan, trip=trip, task=rows["task"], minutes=45, on_time=True),
        "miss": PlanMiss.objects.create(plan=plan, task=rows["task"], why="full"),
        "allowance": Allowance.objects.create(community=place, user=goes, half_days=3, set_by=goes, set_at=AT),
    }  # fmt: skip


def _visits(rows, guests):
    enterprise, goes = rows["enterprise"], make.user()
    rows["task"] = make.task(enterprise=enterprise, planned_on=AT.date(), planned_half="am", assignee=goes)
    quiet = make.enterprise(building=rows["building"])
    rows["unannounced"] = make.task(enterprise=quiet)
    asked = [Companion.objects.create(task=rows["task"], user=guest, kind="partner", asked_by=goes, asked_at=AT) for guest in guests]
    rows["companions"] = dict(zip(guests, asked, strict=True))
    rows["companion"] = asked[0]
    rows |= _planned(rows, goes)
    ticket = _ticket(enterprise, goes)
    rows["visit"] = make.visit(enterprise=enterprise, by=goes, no_needs=False, needs_count=1)
    rows["attempt"] = make.visit(enterprise=enterprise, by=goes, result="nobody")
    rows["visitor"] = rows["visit"].visitors.get()
    there = [Visitor.objects.create(visit=rows["visit"], user=guest, kind="partner") for guest in guests]
    rows["visitors"] = dict(zip(guests, there, strict=True))
    rows["guest_visitor"] = there[0]
    rows["need"] = Need.objects.create(visit=rows["visit"], place=1, grievance=ticket)
    rows["check"] = FactCheck.objects.create(visit=rows["visit"], field="staff_count", was="10", said="12", outcome="review")
    rows["photo"] = Photo.objects.create(visit=rows["visit"], file=_file(goes))


def _ticket(enterprise, by):
    from grievances.models import Grievance

    return Grievance.objects.create(
        enterprise=enterprise, community=enterprise.community, title="要一间会议室", body="要一间会议室", channel="visit", filed_by=by,
        number=f"MC261118-{enterprise.pk % 1_000_000:06d}", created_at=AT, updated_at=AT,
    )  # fmt: skip


def _file(owner):
    import files
    from tests.api.calling import photo

    kept = files.store(photo(), by=community.attach(owner, AT), at=AT)
    files.use([kept.pk], by=owner, at=AT)
    return kept


def _user(kind, own):
    place = own["grid"].community
    match kind:
        case PostKind.ENTERPRISE_MANAGER:
            return make.manager(enterprise=own["enterprise"])
        case PostKind.ENTERPRISE_MEMBER:
            return make.member(enterprise=own["enterprise"])
        case PostKind.EMPLOYEE:
            return make.employee(enterprise=own["enterprise"])
        case PostKind.STEWARD:
            return make.steward(park=own["park"])
        case PostKind.OPERATOR:
            return make.operator(unit=own["park"].operator)
        case PostKind.STREET:
            return make.somebody(kind, street=place.street)
    return make.somebody(kind, community=place, **({"grid": own["grid"]} if kind in GRID_KINDS else {}))


def _row(rows, where, what, user):
    """A guest is asked about his own invitation and his own line among the visitors."""
    mine = {"companion": "companions", "guest_visitor": "visitors"}.get(what)
    return rows[where][mine].get(user, rows[where][what]) if mine else rows[where][what]


@pytest.mark.parametrize("kind", list(PostKind), ids=str)
@pytest.mark.parametrize(("what", "model", "rule"), RULES, ids=[row[0] for row in RULES])
def test_everybody_sees_what_the_matrix_says_and_nothing_else(world, what, model, rule, kind):
    rows, users = world

    seen = {where for where in PLACES if model.objects.visible_to(users[kind]).filter(pk=_row(rows, where, what, users[kind]).pk).exists()}

    assert seen == rule(kind)


@pytest.mark.parametrize("kind", list(PostKind), ids=str)
def test_a_row_is_read_as_staff_as_the_enterprise_or_as_a_guest(world, kind):
    rows, users = world
    user = users[kind]
    expected = ENTERPRISE if kind in ENTERPRISE_KINDS else STAFF if staff(kind) else GUEST

    for what, columns in (("task", TASK_COLUMNS), ("visit", VISIT_COLUMNS)):
        row = rows["own"][what]
        if all_three(kind):
            assert read_as(user, [row]) == {row.pk: expected}
        if expected != STAFF:
            assert not columns[expected] & {"reasons", "due_on", "attempts", "version", "people", "note", "checks", "contacts", "settled"}


def test_one_guest_does_not_see_the_invitation_of_another_nor_his_note(world):
    rows, users = world
    partner, official = users[PostKind.PARTNER], users[PostKind.DEPARTMENT]

    assert list(Companion.objects.visible_to(partner)) == [rows["own"]["companions"][partner]]
    assert list(Visitor.objects.visible_to(official)) == [rows["own"]["visitors"][official]]


def test_a_guest_who_declined_or_whose_firm_serves_the_other_side_sees_the_task_no_more(world):
    rows, users = world
    own, partner, official = rows["own"], users[PostKind.PARTNER], users[PostKind.DEPARTMENT]
    unit = community.held(partner)[0].unit
    Companion.objects.filter(task=own["task"], user=partner).update(unit=unit)
    Companion.objects.filter(task=own["task"], user=official).update(coming=False, answered_at=AT)
    assert Task.objects.visible_to(partner).exists()

    make.conflict(unit=unit, enterprise=own["enterprise"])

    assert not Task.objects.visible_to(partner).exists()
    assert not Companion.objects.visible_to(partner).exists()
    assert not Task.objects.visible_to(official).exists()


def test_when_the_visit_is_recorded_a_guest_keeps_only_what_he_was_at(world):
    rows, users = world
    own = rows["own"]
    Task.objects.filter(pk=own["task"].pk).update(state="done", closed_on=AT.date())

    for kind in GUESTS:
        assert not Task.objects.visible_to(users[kind]).exists()
        assert list(Visit.objects.visible_to(users[kind])) == [own["visit"]]


def test_part_time_grid_staff_read_of_their_own_employer_nothing_that_is_for_staff(world):
    rows, users = world
    own, person = rows["own"], users[PostKind.GRID_PART_TIME]
    make.representative(enterprise=own["enterprise"], role=PostKind.EMPLOYEE, user=person)

    community.attach(person, AT)

    for what, model in (("reason", Reason), ("task", Task), ("visit", Visit), ("need", Need), ("check", FactCheck), ("visitor", Visitor)):
        assert not model.objects.visible_to(person).filter(pk=own[what].pk).exists(), what


@pytest.mark.parametrize("model", sorted({row[1] for row in RULES}, key=lambda model: model.__name__), ids=lambda model: model.__name__)
def test_without_a_post_nothing_is_seen_and_posts_not_attached_are_a_bug(model):
    stranger = make.user()
    with pytest.raises(community.PostsNotAttached):
        model.objects.visible_to(stranger)

    assert not model.objects.visible_to(community.attach(stranger, AT)).exists()


def test_every_model_with_a_sight_is_in_the_matrix():
    from django.apps import apps

    assert {model for model in apps.get_app_config("visits").get_models() if hasattr(model._default_manager.all(), "visible_to")} == {
        row[1] for row in RULES
    }
