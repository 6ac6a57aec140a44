"""What the database itself refuses: each rule tried by a wrong direct statement."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from evaluations import objections
from evaluations.models import Objection, Result, Round, Scheme, SchemeGrade, SchemeIndicator, Value
from tests import make

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY


@pytest.fixture
def given(ground):
    made = make.round_(community=ground.community, by=ground.leader, state="shown")
    operator = ground.operator(0)
    result = make.result(made, ground.parks[0])
    tenants, vacancy = made.scheme.indicators.order_by("rank")
    asked = objections.file(result, {"indicator": "tenants", "reason": "少算了一家"}, by=operator, at=AT)
    return {
        "ground": ground, "round": made, "scheme": made.scheme, "result": result, "tenants": tenants, "vacancy": vacancy, "operator": operator,
        "leader": ground.leader, "objection": asked, "value": Value.objects.get(result=result, indicator=tenants), "grade": made.scheme.grades.first(),
    }  # fmt: skip


def _base(model, given):
    one = {
        Scheme: {"community": given["ground"].community, "from_on": date(2027, 1, 1), "name": "新方案", "set_by": given["leader"], "set_at": AT},
        SchemeIndicator: {"scheme": given["scheme"], "code": "cluster", "rank": 9, "weight": 10, "better": "high"},
        SchemeGrade: {"scheme": given["scheme"], "place": 9, "label": "戊", "quota": 10},
        Round: {
            "community": given["ground"].community, "period": "2026Q2", "scheme": given["scheme"], "measured_at": AT, "measured_by": given["leader"],
        },
        Result: {"round": given["round"], "park": given["result"].park, "score": 80, "rank": 1, "grade": given["grade"], "reason": "x"},
        Objection: {"round": given["round"], "park": given["result"].park, "indicator": given["vacancy"], "reason": "x", "filed_by": given["operator"], "filed_at": AT},
        Value: {"result": given["result"], "indicator": given["tenants"], "measured": 5, "raw": 5, "points": 50},
    }  # fmt: skip
    return one[model]


DONE = {"answered_by": "leader", "answered_at": AT, "upheld": True, "answer": "核对属实"}
SHOWN = {"state": "shown", "shown_at": AT, "shown_by": "leader", "objections_until_at": AT + timedelta(days=7)}
WRONG = [
    (Scheme, {"from_on": "same"}, "已有一版"), (Scheme, {"name": ""}, "名称"), (Scheme, {"ties": "x"}, "同分"), (Scheme, {"objection_workdays": 0}, "公示期"),
    (Scheme, {"objection_workdays": 31}, "公示期"), (Scheme, {"from_on": date(1999, 1, 1)}, "2000"),
    (SchemeIndicator, {"code": "tenants"}, "一次"), (SchemeIndicator, {"rank": 0}, "次序"), (SchemeIndicator, {"code": "X!"}, "清单"),
    (SchemeIndicator, {"weight": 0}, "权重"), (SchemeIndicator, {"weight": 101}, "权重"), (SchemeIndicator, {"better": "x"}, "方向"),
    (SchemeIndicator, {"scoring": "x"}, "档位|方向"), (SchemeIndicator, {"missing": "x"}, "方向"), (SchemeIndicator, {"scoring": "steps"}, "档位"),
    (SchemeIndicator, {"steps": [["1", "10"]]}, "档位"), (SchemeIndicator, {"scoring": "steps", "steps": [["10", "50"], ["5", "60"]]}, "档位"),
    (SchemeIndicator, {"scoring": "steps", "steps": [["10", "50"], ["20", "50"]]}, "档位"),
    (SchemeIndicator, {"scoring": "steps", "steps": [["10", "101"]]}, "档位"), (SchemeIndicator, {"scoring": "steps", "steps": [["NaN", "10"]]}, "档位"),
    (SchemeIndicator, {"scoring": "steps", "steps": [["1", "0"]]}, "档位"), (SchemeIndicator, {"scoring": "steps", "steps": [[None, "1"]]}, "档位"),
    (SchemeIndicator, {"scoring": "steps", "steps": {"a": 1}}, "档位"),
    (SchemeIndicator, {"scoring": "steps", "better": "low", "steps": [["5", "60"], ["10", "100"]]}, "档位"),
    (SchemeGrade, {"place": 0}, "次序"), (SchemeGrade, {"label": "优"}, "同名"), (SchemeGrade, {"quota": 0}, "名额"), (SchemeGrade, {"label": ""}, "名称"),
    (Round, {"period": "2026Q3"}, "已经评过"), (Round, {"period": "2026-10"}, "按年或按季度"), (Round, {"period": "去年"}, "按年或按季度"),
    (Round, {"shown_at": AT}, "公示"), (Round, {"state": "shown"}, "公示"), (Round, {**SHOWN, "shown_at": None}, "公示"),
    (Round, {**SHOWN, "objections_until_at": None}, "公示"), (Round, {**SHOWN, "objections_until_at": AT}, "公示"),
    (Round, {**SHOWN, "state": "published"}, "期满"), (Round, {**SHOWN, "published_at": AT + timedelta(days=8)}, "期满"),
    (Round, {**SHOWN, "state": "published", "published_at": AT + timedelta(days=1), "published_by": "leader"}, "期满"),
    (Result, {}, "已在这一期"), (Result, {"park": 1, "score": None}, "同时"), (Result, {"park": 1, "rank": None}, "同时"),
    (Result, {"park": 1, "grade": None}, "同时"), (Result, {"park": 1, "score": 101}, "同时"), (Result, {"park": 1, "rank": 0}, "同时"),
    (Result, {"park": 1, "reason": ""}, "理由"),
    (Objection, {"indicator": "tenants"}, "等答复"), (Objection, {"reason": ""}, "理由"), (Objection, {"answer": "x"}, "同时"),
    (Objection, {**DONE, "answered_at": None}, "同时"), (Objection, {**DONE, "upheld": None}, "同时"), (Objection, {**DONE, "answer": ""}, "同时"),
    (Objection, {**DONE, "answered_at": AT - timedelta(1)}, "同时"), (Objection, {"corrected": 5}, "更正"), (Objection, {**DONE, "upheld": False, "corrected": 5}, "更正"),
    (Objection, {**DONE, "indicator": None, "corrected": 5}, "更正"), (Objection, {**DONE, "answered_by": "operator"}, "自己"),
    (Value, {}, "已经测算"), (Value, {"indicator": "other", "points": 101}, "得分"), (Value, {"indicator": "other", "points": None}, "有数值"),
    (Value, {"indicator": "other", "raw": 6}, "异议"), (Value, {"indicator": "other", "raw": None}, "异议"), (Value, {"indicator": "other", "measured": None}, "异议"),
    (Value, {"indicator": "other", "withheld": "x"}, "不显示"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "wrong", "says"), WRONG, ids=[f"{row[0].__name__}-{nr}" for nr, row in enumerate(WRONG)])
def test_a_wrong_row_is_refused_by_the_database_and_in_chinese_by_the_form(given, model, wrong, says):
    facts = _base(model, given) | wrong
    for name, value in facts.items():
        if isinstance(value, str) and name in ("shown_by", "published_by", "answered_by", "indicator"):
            facts[name] = given["vacancy"] if value == "other" else given[value]
    if facts.get("from_on") == "same":
        facts["from_on"] = given["scheme"].from_on
    if facts.get("park") == 1:
        facts["park"] = make.park(community=given["ground"].community)
    if model is Value and wrong.get("indicator") == "other":
        Value.objects.filter(result=given["result"], indicator=given["vacancy"]).delete()

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.bulk_create([model(**facts)])
    with pytest.raises(ValidationError, match=says):
        model(**facts).validate_constraints()


def _commit_checks():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _scheme(given, weights, quotas, **facts):
    scheme = Scheme.objects.create(**_base(Scheme, given) | facts)
    codes = ("tenants", "cluster", "vacancy")
    SchemeIndicator.objects.bulk_create(
        SchemeIndicator(scheme=scheme, code=code, rank=place, weight=weight, better="high")
        for place, (code, weight) in enumerate(zip(codes, weights, strict=False))
    )
    SchemeGrade.objects.bulk_create(
        SchemeGrade(scheme=scheme, place=place, label=label, quota=quota)
        for place, (label, quota) in enumerate(zip("甲乙丙", quotas, strict=False))
    )
    return scheme


@pytest.mark.parametrize(("weights", "quotas"), [((60, 30), (50, 50)), ((60, 50), (50, 50)), ((), (50, 50)), ((100,), (50,)), ((100,), ())])
def test_weights_and_quotas_that_do_not_add_up_to_100_are_refused_at_commit(given, weights, quotas):
    with pytest.raises(IntegrityError, match="100"), transaction.atomic():
        _scheme(given, weights, quotas)
        _commit_checks()


def test_a_scheme_that_adds_up_stands_cannot_be_changed_and_loses_no_part(given):
    with transaction.atomic():
        scheme = _scheme(given, (33.34, 33.33, 33.33), (50, 50))
        _commit_checks()

    for deed in (
        lambda: SchemeIndicator.objects.filter(scheme=scheme).update(weight=50),
        lambda: Scheme.objects.filter(pk=scheme.pk).update(name="改名"),
        lambda: SchemeGrade.objects.filter(scheme=scheme).update(label="改"),
        lambda: (SchemeIndicator.objects.filter(scheme=scheme, code="tenants").delete(), _commit_checks()),
        lambda: (SchemeGrade.objects.filter(scheme=scheme, place=0).delete(), _commit_checks()),
        lambda: SchemeIndicator.objects.filter(scheme=given["scheme"]).delete(),
        lambda: SchemeGrade.objects.filter(scheme=given["scheme"], place=1)._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()
    scheme.delete()
    _commit_checks()


def _publish(given):
    objections.answer(given["objection"], {"upheld": "no", "answer": "核对无误"}, by=given["leader"], at=AT)
    Round.objects.filter(pk=given["round"].pk).update(
        state="published", published_at=given["round"].objections_until_at + timedelta(minutes=1), published_by=given["leader"]
    )


def test_nothing_of_a_published_round_is_added_changed_or_taken_away(given):
    _publish(given)
    made, result = given["round"], given["result"]
    fresh = make.park(community=given["ground"].community)

    for deed in (
        lambda: Round.objects.filter(pk=made.pk).update(measured_at=AT),
        lambda: Round.objects.filter(pk=made.pk).update(state="shown", published_at=None, published_by=None),
        lambda: Round.objects.filter(pk=made.pk)._raw_delete("default"),
        lambda: Result.objects.filter(pk=result.pk).update(score=100),
        lambda: Result.objects.filter(pk=result.pk)._raw_delete("default"),
        lambda: Result.objects.bulk_create([Result(**_base(Result, given) | {"park": fresh})]),
        lambda: Value.objects.filter(result=result).update(points=100),
        lambda: Value.objects.filter(result=result)._raw_delete("default"),
        lambda: Objection.objects.filter(round=made).update(answer="改写"),
        lambda: Objection.objects.filter(round=made)._raw_delete("default"),
        lambda: Objection.objects.bulk_create([Objection(**_base(Objection, given))]),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()


def test_a_round_goes_its_steps_only_and_publishes_nothing_unanswered_or_half_reckoned(given):
    made, shown = given["round"], Round.objects.filter(pk=given["round"].pk)
    facts = {"state": "published", "published_at": made.objections_until_at + timedelta(minutes=1), "published_by": given["leader"]}
    draft = make.round_(community=given["ground"].community, period="2026Q2", by=given["leader"])

    for deed, says in (
        (lambda: shown.update(**facts), "没有答复"),
        (lambda: shown.update(state="draft", shown_at=None, shown_by=None, objections_until_at=None), "由测算到公示"),
        (lambda: shown.update(period="2025Q3"), "期间"),
        (lambda: shown._raw_delete("default"), "不能删除"),
        (lambda: (Value.objects.filter(result__round=draft).first().delete(), Round.objects.filter(pk=draft.pk).update(**SHOWN | {"shown_by": given["leader"]})), "都测算过"),
        (lambda: Objection.objects.bulk_create([Objection(**_base(Objection, given) | {"filed_at": made.objections_until_at + timedelta(seconds=1)})]), "公示期内"),
        (lambda: Objection.objects.bulk_create([Objection(**_base(Objection, given) | {"round": draft})]), "公示期内"),
        (lambda: Objection.objects.filter(pk=given["objection"].pk)._raw_delete("default"), None),
        (lambda: Result.objects.bulk_create([Result(**_base(Result, given) | {"park": make.park()})]), "本社区"),
        (lambda: Value.objects.filter(pk=given["value"].pk).update(raw=9, points=9, objection=given["objection"]), "采纳的异议"),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match=says), transaction.atomic():
            deed()


def test_a_base_row_of_each_model_is_right(given):
    other = make.park(community=given["ground"].community)
    Value.objects.filter(result=given["result"], indicator=given["tenants"]).delete()
    for model, change in ((Round, {}), (Result, {"park": other}), (Objection, {}), (Value, {})):
        model.objects.bulk_create([model(**_base(model, given) | change)])
