"""What the database itself refuses of visits: each rule tried by a wrong direct statement."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tests import make
from visits.models import Companion, FactCheck, Need, Photo, Reason, Task, Visit, Visitor

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
DAY = AT.date()


@pytest.fixture
def given():
    scene = make.scene()
    enterprise = scene.enterprise
    person, other = scene.grid_staff, scene.specialist_jf
    task = make.task(enterprise=enterprise)
    visit = make.visit(enterprise=enterprise, by=person)
    visit_class = make.visit_class(make.trigger(), community=enterprise.community)
    return {
        "scene": scene,
        "enterprise": enterprise,
        "person": person,
        "other": other,
        "task": task,
        "visit": visit,
        "visit_class": visit_class,
        "key": visit.key,
    }


def _row(model, given):
    enterprise, person = given["enterprise"], given["person"]
    if model is Visit:
        return {
            "key": uuid.uuid4(), "enterprise": enterprise, "community": enterprise.community, "result": "met", "visited_at": AT,
            "visited_on": DAY, "people": [{"name": "周敏"}], "place": "401", "no_needs": True, "recorded_by": person, "recorded_at": AT,
        }  # fmt: skip
    if model is Task:
        other = make.enterprise(park=given["scene"].park)
        return {"enterprise": other, "community": other.community, "opened_on": DAY, "due_on": DAY}
    if model is Reason:
        return {
            "enterprise": enterprise, "visit_class": given["visit_class"], "trigger": "newly_arrived", "occurred_on": DAY, "since_on": DAY,
            "due_on": DAY,
        }  # fmt: skip
    if model is Visitor:
        return {"visit": given["visit"], "user": given["other"], "kind": "staff"}
    if model is Companion:
        return {"task": given["task"], "user": given["other"], "kind": "partner", "asked_by": person, "asked_at": AT}
    if model is Need:
        return {"visit": given["visit"], "place": 0, "grievance": make.grievance("submitted", scene=given["scene"])}
    if model is FactCheck:
        return {"visit": given["visit"], "field": "room", "said": "402", "outcome": "review"}
    raise AssertionError(model)


WRONG = [
    (Visit, {"key": "key"}, "提交编号"),
    (Visit, {"result": "seen"}, "不是有效选项"),
    (Visit, {"people": []}, "见到谁"),
    (Visit, {"place": ""}, "地点"),
    (Visit, {"no_needs": False}, "问过，无需求"),
    (Visit, {"needs_count": 2}, "问过，无需求"),
    (Visit, {"result": "nobody", "no_needs": True}, "没有见到人"),
    (Visit, {"visited_at": AT + timedelta(minutes=1)}, "不能晚于登记"),
    (Visit, {"next_on": DAY}, "下次走访须晚于本次"),
    (Task, {"enterprise": "enterprise"}, "已有一项待走访"),
    (Task, {"state": "done"}, "了结日期"),
    (Task, {"closed_on": DAY}, "了结日期"),
    (Task, {"planned_on": DAY, "planned_half": "am"}, "计划须同时写明"),
    (Task, {"planned_half": "am"}, "计划须同时写明"),
    (Task, {"moved": 3}, "最多改期两次"),
    (Task, {"due_on": DAY - timedelta(days=1)}, "不能早于建立日期"),
    (Reason, {"since_on": DAY - timedelta(days=1)}, "应访起不能早于"),
    (Reason, {"due_on": DAY - timedelta(days=1)}, "应访止不能早于"),
    (Reason, {"ended_on": DAY}, "须一致"),
    (Reason, {"ended_on": DAY, "ending": "visited"}, "须一致"),
    (Reason, {"ended_on": DAY, "ending": "gone", "settled_by": "visit"}, "须一致"),
    (Visitor, {"user": "person"}, "同一人只写一次"),
    (Visitor, {"kind": "guest"}, "不是有效选项"),
    (Companion, {"kind": "guest"}, "不是有效选项"),
    (Companion, {"coming": True}, "答复与答复时间"),
    (Companion, {"answered_at": AT}, "答复与答复时间"),
    (Need, {"confirmed": True}, "确认人与确认时间"),
    (FactCheck, {"outcome": "kept"}, "核定人与核定时间"),
    (FactCheck, {"decided_at": AT, "decided_by": "person"}, "核定人与核定时间"),
    (FactCheck, {"outcome": "maybe"}, "不是有效选项"),
]


@pytest.mark.parametrize(("model", "wrong", "words"), WRONG, ids=lambda each: each.__name__ if isinstance(each, type) else None)
def test_a_row_that_cannot_be_right_is_refused(given, model, wrong, words):
    facts = _row(model, given)
    model(**facts).full_clean()
    bad = facts | {name: given.get(value, value) if isinstance(value, str) else value for name, value in wrong.items()}

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(**bad)
    with pytest.raises(ValidationError, match=words):
        model(**bad).full_clean()


@pytest.mark.parametrize("model", [Companion, Need, Reason, FactCheck])
def test_what_is_there_once_is_not_there_twice(given, model):
    row = _row(model, given)
    if model is Need:
        row["visit"] = make.visit(enterprise=given["enterprise"], no_needs=False, needs_count=1)
    model.objects.create(**row)

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(**row)


def test_a_photo_belongs_to_one_visit(given):
    licence = make.opening_request(enterprise=given["enterprise"]).licence
    Photo.objects.create(visit=given["visit"], file=licence)

    with pytest.raises(IntegrityError), transaction.atomic():
        Photo.objects.create(visit=make.visit(enterprise=given["enterprise"]), file=licence)
