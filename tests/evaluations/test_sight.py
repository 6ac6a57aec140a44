"""Who sees schemes, rounds, results, values and objections: every kind of post × own and other × every model × every state."""

import pytest
from django.db import transaction

import community
from community.kinds import PostKind
from evaluations import objections, rounds
from evaluations.models import Objection, Order, Result, Round, Scheme, SchemeGrade, SchemeIndicator, Value
from tests import make
from wording.errors import Refused

AT = make.WEDNESDAY
PLACES = ("own", "beside", "far", "foreign")
OFFICE = {key: {"own", "beside"} for key in (PostKind.SPECIALIST, PostKind.LEADER)} | {PostKind.STREET: {"own", "beside", "far"}}
#: The community's rules are an operator's to read, of results those of its own park.
RULES = {**OFFICE, PostKind.OPERATOR: {"own", "beside"}}
RESULTS = {**OFFICE, PostKind.OPERATOR: {"own"}}
MODELS = {
    "scheme": (Scheme, RULES), "indicator": (SchemeIndicator, RULES), "grade": (SchemeGrade, RULES), "round": (Round, RULES), "result": (Result, RESULTS),
    "value": (Value, RESULTS), "objection": (Objection, RESULTS),
}  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        undo = transaction.atomic()
        undo.__enter__()
        street = make.street()
        here = make.community(street=street)
        parks = {
            "own": make.park(community=here), "beside": make.park(community=here), "far": make.park(community=make.community(street=street, name="另一社区")),
            "foreign": make.park(community=make.community(name="别的街道的社区")),
        }  # fmt: skip
        users = {kind: _user(kind, parks["own"]) for kind in PostKind}
        rows, made = {}, {}
        for park in parks.values():
            make.enterprise(park=park)
        for where, park in parks.items():
            if park.community_id not in made:
                made[park.community_id] = make.round_(community=park.community, state="shown")
            round_ = made[park.community_id]
            result = make.result(round_, park)
            operator = users[PostKind.OPERATOR] if where == "own" else make.operator(park=park)
            objection = objections.file(result, {"indicator": "tenants", "reason": "少算了一家"}, by=operator, at=AT)
            rows[where] = {
                "scheme": round_.scheme, "indicator": round_.scheme.indicators.first(), "grade": round_.scheme.grades.first(), "round": round_,
                "result": result, "value": result.values.first(), "objection": objection,
            }  # fmt: skip
        yield rows, users
        transaction.set_rollback(True)
        undo.__exit__(None, None, None)


def _user(kind, park):
    match kind:
        case PostKind.ENTERPRISE_MANAGER:
            return make.manager(enterprise=make.enterprise(park=park))
        case PostKind.ENTERPRISE_MEMBER:
            return make.member(enterprise=make.enterprise(park=park))
        case PostKind.EMPLOYEE:
            return make.employee(enterprise=make.enterprise(park=park))
        case PostKind.STEWARD:
            return make.steward(park=park)
        case PostKind.OPERATOR:
            return make.operator(park=park)
        case PostKind.STREET:
            return make.somebody(kind, street=park.community.street)
    return make.somebody(kind, community=park.community)


@pytest.mark.parametrize("kind", list(PostKind), ids=str)
@pytest.mark.parametrize("what", MODELS)
def test_everybody_sees_what_the_matrix_says_and_nothing_else(world, what, kind):
    rows, users = world
    model, sight = MODELS[what]

    seen = {where for where in PLACES if model.objects.visible_to(users[kind]).filter(pk=rows[where][what].pk).exists()}

    assert seen == set(sight.get(kind, set()))


@pytest.mark.parametrize("state", ["draft", "shown", "published"])
def test_an_operator_sees_nothing_of_a_draft(ground, state):
    made = make.round_(community=ground.community, by=ground.leader, state=state)
    operator = ground.operator(0)

    for model, which in ((Round, {}), (Result, {"park": ground.parks[0]}), (Value, {"result__park": ground.parks[0]})):
        seen = model.objects.visible_to(operator)
        assert seen.exists() == (state != "draft")
        assert seen.filter(**which).count() == seen.count()
    assert Result.objects.visible_to(ground.leader).filter(round=made).count() == 6


@pytest.mark.parametrize("kind", list(PostKind), ids=str)
def test_the_deeds_of_a_round_are_the_leaders_and_objecting_is_the_operators(world, kind):
    rows, users = world
    user, own = users[kind], rows["own"]
    deeds = {
        "publish": lambda: rounds.publish(own["round"], by=user, at=AT),
        "answer": lambda: objections.answer(own["objection"], {"upheld": "no", "answer": "核对无误"}, by=user, at=AT),
        "file": lambda: objections.file(own["result"], {"indicator": "vacancy", "reason": "算错了"}, by=user, at=AT),
    }
    sees = kind in RESULTS
    for name, deed in deeds.items():
        may = kind == (PostKind.OPERATOR if name == "file" else PostKind.LEADER)
        # the leader is refused as well: the objections are not over yet
        expected = None if may and name != "publish" else "state_conflict" if may else "not_yours" if sees else "not_found"
        with transaction.atomic():
            try:
                deed()
                said = None
            except Refused as refused:
                said = refused.code
            transaction.set_rollback(True)
        assert (name, said) == (name, expected)


@pytest.mark.parametrize("model", [model for model, _ in MODELS.values()], ids=lambda model: model.__name__)
def test_without_a_post_nothing_is_seen_and_posts_not_attached_are_a_bug(model):
    stranger = make.user()
    with pytest.raises(community.PostsNotAttached):
        model.objects.visible_to(stranger)

    assert not model.objects.visible_to(community.attach(stranger, AT)).exists()


def test_every_model_with_a_sight_is_in_the_matrix():
    from django.apps import apps

    assert {model for model in apps.get_app_config("evaluations").get_models() if hasattr(model._default_manager.all(), "visible_to")} == {
        *(model for model, _ in MODELS.values()),
        Order,  # staff's alone: test_supervision.py
    }
