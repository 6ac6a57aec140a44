"""Who sees signs, flags, levels and lowerings: every kind of post × own and other × every model, and the doors of the deeds."""

import pytest

import community
from community.kinds import GRID_KINDS, PostKind
from risks import flags, people
from risks.models import Finding, Flag, FlagLevel, Lowering, ParkAlert, RuleVersion, Sign
from risks.querysets import watched_by
from tests import make
from wording.errors import NotFound, NotYours

AT = make.WEDNESDAY
PLACES = ("own", "near", "far", "foreign")
WHOLE = (PostKind.SPECIALIST, PostKind.LEADER)
SIGHT = {
    **dict.fromkeys(WHOLE, frozenset({"own", "near"})),
    **dict.fromkeys(GRID_KINDS, frozenset({"own"})),
    PostKind.STREET: {"own", "near", "far"},
}
MODELS = {
    "sign": Sign, "flag": Flag, "level": FlagLevel, "lowering": Lowering, "finding": Finding, "park_alert": ParkAlert, "version": RuleVersion,
}  # fmt: skip
#: Thresholds are the whole community's; grid staff read them too.
THRESHOLDS = {**SIGHT, **dict.fromkeys(GRID_KINDS, frozenset({"own", "near"}))}

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    from django.db import transaction

    with django_db_blocker.unblock():
        undo = transaction.atomic()
        undo.__enter__()
        street = make.street()
        here = make.community(street=street)
        rows = {}
        for where, place in {
            "own": here, "near": here, "far": make.community(street=street, name="另一社区"), "foreign": make.community(name="别的街道的社区"),
        }.items():  # fmt: skip
            grid = make.grid(community=place)
            park = make.park(community=place, grid=grid, operator=make.unit(community=place, kind="operator", name="运营公司"))
            enterprise = make.enterprise(building=make.building(park=park))
            flag = make.flag(enterprise=enterprise)
            rows[where] = {
                "park": park, "grid": grid, "enterprise": enterprise, "flag": flag, "sign": make.sign(enterprise=enterprise),
                "level": flag.levels.get(), "lowering": make.lowering(flag), "finding": make.finding(flag), "park_alert": make.park_alert(park=park),
                "version": make.rule_version(community=place, rule=f"rule_{where}"),
            }  # fmt: skip
        own = rows["own"]
        users = {kind: _user(kind, own) for kind in PostKind}
        yield rows, users
        transaction.set_rollback(True)
        undo.__exit__(None, None, None)


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


@pytest.mark.parametrize("kind", list(PostKind), ids=str)
@pytest.mark.parametrize("what", MODELS)
def test_everybody_sees_what_the_matrix_says_and_nothing_else(world, what, kind):
    rows, users = world

    seen = {where for where in PLACES if MODELS[what].objects.visible_to(users[kind]).filter(pk=rows[where][what].pk).exists()}

    assert seen == (THRESHOLDS if what == "version" else SIGHT).get(kind, set())


@pytest.mark.parametrize("kind", list(PostKind), ids=str)
def test_who_does_not_watch_finds_nothing_to_do_and_the_street_only_decides_what_a_leader_asked(world, kind):
    rows, users = world
    own, user = rows["own"], users[kind]
    refusal = None if kind in (*WHOLE, *GRID_KINDS) else NotYours if kind == PostKind.STREET else NotFound

    for deed in (
        lambda: flags.raise_flag(own["enterprise"], "rent", 1, "欠租三个月", by=user, at=AT),
        lambda: flags.ask_to_lower(make.flag(enterprise=own["enterprise"], kind="fire"), 1, "已整改", by=user, at=AT),
    ):
        if refusal is None:
            deed()
        else:
            with pytest.raises(refusal):
                deed()
    assert people.may_decide(user, own["enterprise"], own["lowering"].asked_by_id, AT) == (kind == PostKind.LEADER)


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.__name__)
def test_without_a_post_nothing_is_seen_and_posts_not_attached_are_a_bug(model):
    stranger = make.user()
    with pytest.raises(community.PostsNotAttached):
        model.objects.visible_to(stranger)

    assert not model.objects.visible_to(community.attach(stranger, AT)).exists()


def test_part_time_grid_staff_read_nothing_of_the_enterprise_they_come_from(world):
    rows, users = world
    own = rows["own"]
    person = users[PostKind.GRID_PART_TIME]
    assert watched_by(person).filter(pk=own["enterprise"].pk).exists()
    make.representative(enterprise=own["enterprise"], role=PostKind.EMPLOYEE, user=person)

    community.attach(person, AT)

    assert not watched_by(person).exists()
    assert not Flag.objects.visible_to(person).exists()


@pytest.mark.parametrize("kind", list(PostKind), ids=str)
def test_what_was_told_in_confidence_is_for_the_office_and_the_street_alone(world, kind):
    rows, users = world
    hidden = make.private_flag(enterprise=rows["own"]["enterprise"])

    assert Flag.objects.visible_to(users[kind]).filter(pk=hidden.pk).exists() == (kind in (*WHOLE, PostKind.STREET))
    assert Finding.objects.visible_to(users[kind]).filter(flag=hidden).exists() == (kind in (*WHOLE, PostKind.STREET))


def test_every_model_with_a_sight_is_in_the_matrix():
    from django.apps import apps

    assert {model for model in apps.get_app_config("risks").get_models() if hasattr(model._default_manager.all(), "visible_to")} == set(
        MODELS.values()
    )
