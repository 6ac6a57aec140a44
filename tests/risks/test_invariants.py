"""What the database itself refuses: each rule tried by a wrong direct statement."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from risks.kinds import CLEARED, Level, LoweringState, Source
from risks.models import Flag, FlagLevel, Lowering, Sign
from tests import make

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
BEFORE = AT - timedelta(days=1)


@pytest.fixture
def given():
    enterprise = make.enterprise()
    one, two = make.watcher(enterprise=enterprise), make.watcher(enterprise=enterprise)
    flag = make.flag(enterprise=enterprise, by=one)
    return {"enterprise": enterprise, "one": one, "two": two, "flag": flag}


def _row(model, given):
    one, enterprise = given["one"], given["enterprise"]
    if model is Sign:
        return {
            "enterprise": enterprise,
            "kind": "wages",
            "at": AT,
            "source": "visit",
            "key": "k",
            "note": "x",
            "recorded_by": one,
            "recorded_at": AT,
        }
    if model is Flag:
        return {
            "enterprise": enterprise,
            "kind": "fire",
            "level": 1,
            "evidence": "x",
            "owner": one,
            "raised_by": one,
            "raised_at": AT,
            "level_since_at": AT,
        }
    if model is FlagLevel:
        return {"flag": given["flag"], "from_level": 3, "level": 1, "from_at": AT, "evidence": "x", "by": one, "confirmed_by": given["two"]}
    return {"flag": given["flag"], "from_level": 3, "to_level": 1, "evidence": "x", "asked_by": one, "asked_at": AT}


WRONG = [
    (Sign, {"kind": "Wages!"}, "种类"),
    (Sign, {"source": "rumour"}, "来源"),
    (Sign, {"key": ""}, "来源编号"),
    (Sign, {"recorded_at": BEFORE}, "不能晚于"),
    (Sign, {"source": "manual", "recorded_by": None}, "登记人"),
    (Flag, {"kind": "wages"}, "同一种类"),
    (Flag, {"kind": ""}, "种类"),
    (Flag, {"level": 0}, "红、橙、黄"),
    (Flag, {"level": 4}, "红、橙、黄"),
    (Flag, {"source": "rumour"}, "来源"),
    (Flag, {"evidence": ""}, "依据"),
    (Flag, {"raised_by": None}, "标记人"),
    (Flag, {"level_since_at": BEFORE}, "依次"),
    (Flag, {"ended_at": BEFORE, "verdict": "resolved"}, "依次"),
    (Flag, {"ended_at": AT}, "结论"),
    (Flag, {"verdict": "resolved"}, "结论"),
    (FlagLevel, {"from_level": 0, "level": 3, "confirmed_by": None}, "已经开始"),
    (FlagLevel, {"level": 9}, "红、橙、黄"),
    (FlagLevel, {"confirmed_by": None}, "第二人"),
    (FlagLevel, {"confirmed_by": "one"}, "第二人"),
    (FlagLevel, {"by": None}, "第二人"),
    (FlagLevel, {"level": 3}, "第二人"),
    (FlagLevel, {"evidence": ""}, "依据"),
    (Lowering, {"to_level": 3}, "低于"),
    (Lowering, {"to_level": CLEARED}, "结论"),
    (Lowering, {"verdict": "resolved"}, "结论"),
    (Lowering, {"evidence": ""}, "依据"),
    (Lowering, {"state": "approved", "decided_by": "one", "decided_at": AT}, "第二人"),
    (Lowering, {"state": "approved", "decided_at": AT}, "同时"),
    (Lowering, {"state": "approved", "decided_by": "two"}, "同时"),
    (Lowering, {"decided_by": "two", "decided_at": AT}, "同时"),
    (Lowering, {"state": "lapsed", "decided_by": "two", "decided_at": AT}, "同时"),
    (Lowering, {"state": "approved", "decided_by": "two", "decided_at": BEFORE}, "同时"),
    (Lowering, {"state": "declined", "decided_by": "two", "decided_at": AT}, "理由"),
]


@pytest.mark.parametrize(
    ("model", "wrong", "says"), WRONG, ids=[f"{model.__name__}-{'-'.join(wrong)}-{nr}" for nr, (model, wrong, _) in enumerate(WRONG)]
)
def test_a_wrong_row_is_refused_by_the_database_and_in_chinese_by_the_form(given, model, wrong, says):
    wrong = {name: given.get(value, value) if isinstance(value, str) else value for name, value in wrong.items()}
    facts = _row(model, given) | wrong

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.bulk_create([model(**facts)])
    with pytest.raises(ValidationError) as refused:
        model(**facts).validate_constraints()

    assert says in "".join(refused.value.messages)


@pytest.mark.parametrize("model", [Sign, Flag, FlagLevel, Lowering], ids=lambda model: model.__name__)
def test_the_row_they_start_from_is_right(given, model):
    model.objects.bulk_create([model(**_row(model, given))])


def test_a_sign_stands_once_per_source_and_key_and_only_what_a_sheet_brought_goes_again(given):
    make.sign(enterprise=given["enterprise"], key="same")
    with pytest.raises(IntegrityError), transaction.atomic():
        Sign.objects.bulk_create([Sign(**_row(Sign, given) | {"key": "same"})])
    brought = make.sign(enterprise=given["enterprise"], source=Source.IMPORT)

    for deed in (lambda: Sign.objects.update(note="别的"), lambda: Sign.objects.filter(key="same").delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()
    brought.delete()


def test_one_pending_request_a_flag(given):
    make.lowering(given["flag"])

    with pytest.raises(IntegrityError), transaction.atomic():
        Lowering.objects.bulk_create([Lowering(**_row(Lowering, given))])


@pytest.mark.parametrize("change", [{"level": 1, "level_since_at": AT}, {"ended_at": AT, "verdict": "resolved"}], ids=["lower", "clear"])
def test_no_statement_lowers_or_clears_a_flag_without_two_people(given, change):
    asked = make.lowering(given["flag"], to_level=Level.ORANGE, by=given["one"])
    with pytest.raises(IntegrityError, match="第二人"), transaction.atomic():
        Flag.objects.update(**change)
    Lowering.objects.filter(pk=asked.pk).update(state=LoweringState.APPROVED, decided_by=given["two"], decided_at=AT)

    with pytest.raises(IntegrityError, match="第二人"), transaction.atomic():
        Flag.objects.update(**change)


def test_what_has_ended_stays_as_it_is_and_nothing_is_deleted(given):
    ended = make.lowered(make.flag(enterprise=given["enterprise"], kind="rent"))

    for deed in (
        lambda: Flag.objects.filter(pk=ended.pk).update(ended_at=None, verdict=""),
        lambda: Flag.objects.filter(pk=ended.pk).update(evidence="改写"),
        lambda: Lowering.objects.filter(flag=ended).update(note="改写"),
        lambda: Lowering.objects.filter(flag=ended)._raw_delete("default"),
        lambda: Flag.objects.filter(pk=given["flag"].pk)._raw_delete("default"),
        lambda: FlagLevel.objects.update(evidence="改写"),
        lambda: FlagLevel.objects.filter(flag=ended)._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()
