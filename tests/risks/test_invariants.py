"""What the database itself refuses: each rule tried by a wrong direct statement."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from risks.kinds import CLEARED, Level, LoweringState, Source
from risks.models import Finding, Flag, FlagLevel, Lowering, ParkAlert, RuleVersion, Sign
from tests import make

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
BEFORE = AT - timedelta(days=1)


@pytest.fixture
def given():
    enterprise = make.enterprise()
    one, two = make.watcher(enterprise=enterprise), make.watcher(enterprise=enterprise)
    flag = make.flag(enterprise=enterprise, by=one)
    park = enterprise.tenancies.get().building.park
    return {"enterprise": enterprise, "one": one, "two": two, "flag": flag, "park": park, "other": make.flag(kind="rent", by=None)}


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
    if model is Finding:
        return {
            "flag": given["flag"], "enterprise": enterprise, "rule": "wages_sign", "key": "sign:1", "level": 3, "reason": "x", "figures": {},
            "params": {}, "found_at": AT,
        }  # fmt: skip
    if model is RuleVersion:
        return {"community": enterprise.community, "rule": "rent_overdue", "from_on": AT.date(), "level": 1, "params": {}, "set_at": AT}
    if model is ParkAlert:
        return {
            "park": given["park"], "rule": "park_vacancy", "key": "vacancy", "level": 1, "reason": "x", "figures": {}, "params": {}, "owner": one,
            "opened_at": AT,
        }  # fmt: skip
    return {"flag": given["flag"], "from_level": 3, "to_level": 1, "evidence": "x", "asked_by": one, "asked_at": AT}


ASKED = {"asked_by": "one", "asked_at": AT, "verdict": "resolved", "evidence": "x"}
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
    (Finding, {"rule": "Rule!"}, "规则"),
    (Finding, {"level": 0}, "红、橙、黄"),
    (Finding, {"key": ""}, "证据"),
    (Finding, {"reason": ""}, "依据"),
    (RuleVersion, {"rule": ""}, "规则"),
    (RuleVersion, {"level": 4}, "红、橙、黄"),
    (RuleVersion, {"from_on": date(1999, 1, 1)}, "2000"),
    (ParkAlert, {"rule": "?"}, "规则"),
    (ParkAlert, {"level": 0}, "红、橙、黄"),
    (ParkAlert, {"reason": ""}, "依据"),
    (ParkAlert, {"worst": -1}, "最重"),
    (ParkAlert, {"asked_by": "one", "asked_at": AT, "verdict": "resolved"}, "依据"),
    (ParkAlert, {"asked_at": AT, "verdict": "resolved", "evidence": "x"}, "申请人"),
    (ParkAlert, {"asked_by": "one", "asked_at": BEFORE, "verdict": "resolved", "evidence": "x"}, "申请人"),
    (ParkAlert, {"ended_by": "two", "ended_at": AT}, "申请"),
    (ParkAlert, ASKED | {"ended_by": "one", "ended_at": AT}, "第二人"),
    (ParkAlert, ASKED | {"ended_at": AT}, "第二人"),
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


@pytest.mark.parametrize("model", [Sign, Flag, FlagLevel, Lowering, Finding, RuleVersion, ParkAlert], ids=lambda model: model.__name__)
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


def test_what_a_rule_found_once_is_not_found_again(given):
    for model in (Finding, RuleVersion, ParkAlert):
        model.objects.bulk_create([model(**_row(model, given))])
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.bulk_create([model(**_row(model, given))])


@pytest.mark.parametrize("wrong", ["of another enterprise", "graver than its flag", "of a flag that has ended"])
def test_a_finding_belongs_to_an_open_flag_of_its_enterprise(given, wrong):
    row = _row(Finding, given)
    match wrong:
        case "of another enterprise":
            row["flag"] = given["other"]
        case "graver than its flag":
            row["flag"] = make.flag(enterprise=given["enterprise"], kind="fire", level=Level.YELLOW)
        case _:
            row["flag"] = make.lowered(make.flag(enterprise=given["enterprise"], kind="fire"))

    with pytest.raises(IntegrityError, match="同一家企业"), transaction.atomic():
        Finding.objects.bulk_create([Finding(**row)])


def test_what_was_found_stays_as_it_was(given):
    found, alert = make.finding(given["flag"]), make.park_alert(park=given["park"], owner=given["one"])
    ended = make.park_alert(park=make.park(), owner=given["one"])
    ParkAlert.objects.filter(pk=ended.pk).update(
        asked_by=given["one"], asked_at=AT, verdict="resolved", evidence="x", ended_by=given["two"], ended_at=AT
    )

    for deed in (
        lambda: Finding.objects.filter(pk=found.pk).update(reason="改写"),
        lambda: Finding.objects.filter(pk=found.pk)._raw_delete("default"),
        lambda: ParkAlert.objects.filter(pk=alert.pk).update(reason="改写"),
        lambda: ParkAlert.objects.filter(pk=ended.pk).update(verdict="false_alarm"),
        lambda: ParkAlert.objects.filter(pk=ended.pk).update(ended_at=None, ended_by=None),
        lambda: ParkAlert.objects.filter(pk=alert.pk)._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()
