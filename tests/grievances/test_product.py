"""State × event × person, the whole product: the verdict is computed from the machine file, not from the code under test."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

import grievances as subject
from grievances import workflow
from grievances.models import Grievance, Transition
from grievances.states import State
from tests import make
from wording.errors import FactsMissing, NotYours, StateConflict

pytestmark = pytest.mark.django_db

FILE = json.loads((Path(subject.__file__).parent / "data" / "ticket_machine.json").read_text(encoding="utf-8"))
LATER = {"link_cluster"}
TABLE = {row["event"]: row for row in FILE["transitions"] + FILE["overlays"] if row["event"] not in LATER}
for kind in FILE["requests"]["kinds"]:
    TABLE[f"request_{kind['code']}"] = {"event": f"request_{kind['code']}", "from": kind["from"], "actors": kind["asked_by"]}

# Who stands where towards a ticket that `manager` filed and that goes to LAW1; nobody else stands anywhere.
LETTERS = {"manager": "E", "member": "E", "specialist_jf": "S", "specialist_zl": "S", "leader": "L", "street": "街道", "partner": "H"}
TWINS = {"specialist_dj", "specialist_gs", "colleague", "grid_staff"}  # they stand exactly where somebody above or below stands
WITH_THE_UNIT = {"dispatched", "in_progress", "suspended", "awaiting_feedback"}
ONLOOKERS = {"grid_leader"}

LATER_ON = make.WEDNESDAY + timedelta(minutes=30)
TALK = {"talk": {"channel": "电话", "person": "周敏", "note": "已核实"}}
FACTS = {
    "accept": {"service_item": "ZL02", "priority": "normal"},
    "return_for_info": {"missing": ["合同复印件"]},
    "resubmit": {"note": "已补合同"},
    "reject": {"reason": "in_court_or_petition", "basis": "已立案", "go_to": "承办法院"},
    "appeal": {"reason": "并未立案"},
    "dispatch": {"unit": "LAW1"},
    "return_dispatch": {"reason": "不熟悉此类案件"},
    "recall": {"reason": "改派"},
    "resume": {"reason": "manual"},
    "finish": {"outcome": "solved", "note": "已付款", "evidence": [TALK]},
    "send_back": {"reason": "未附回单"},
    "feed_back": {"reply": "已追回。", "told_by": "phone", "told_to": "周敏"},
    "rate": {"solved": "yes", "result": 5, "speed": 5},
    "reopen": {"reason": "对方又拖欠"},
    "merge": {"reason": "同一件事"},
    "unmerge": {"reason": "不是一件事"},
    "supervise": {"demand": "请今日答复", "due_at": (LATER_ON + timedelta(days=2)).isoformat()},
    "reclassify": {"service_item": "ZL01", "reason": "以咨询为主"},
    "comment": {"body": "补充一句"},
    "hand_over": {"reason": "休假"},
    "request_suspend": {"reason": "等回函", "resume_on": "2026-11-30"},
    "request_extend": {"reason": "对方分期", "due_at": "2026-12-10 17:30"},
    "request_withdraw": {"reason": "已和解，无安全风险"},
}
# Sight is asked before the event is looked at, so three events tell it for all.
ASKED_OF_OUTSIDERS = {"accept", "comment", "withdraw"}
# Lawful by the table, and yet refused for a reason of its own.
NOT_THIS_TIME = {
    ("co_done", "partner"): StateConflict,  # nobody co-handles this one
}


def in_sight(name, state):
    if state == State.DRAFT:
        return name == "manager"
    if name == "partner":
        return state in WITH_THE_UNIT
    return name in LETTERS or name in ONLOOKERS


def verdict(name, event, state):
    if not in_sight(name, state):
        return workflow.NotInSight
    letter = LETTERS.get(name, "")
    row = TABLE[event]
    if letter not in {actor.rstrip("*") for actor in row["actors"]}:
        return NotYours
    if state not in row["from"]:
        return StateConflict
    return NOT_THIS_TIME.get((event, name))


def people(here):
    return [(name, person) for name, person in here.people.items() if name not in TWINS]


class Undo(Exception):
    pass


def attempt(ticket, event, person, facts):
    """The exception's class, or None when it went through; nothing is kept."""
    try:
        with transaction.atomic():
            workflow.apply(ticket, event, by=person, at=LATER_ON, **facts)
            raise Undo
    except Undo:
        return None
    except (workflow.NotInSight, NotYours, StateConflict, FactsMissing) as refused:
        return type(refused)


@pytest.mark.parametrize("state", State.values)
def test_every_event_by_everybody_gets_the_verdict_of_the_machine_file(state):
    here = make.scene()
    ticket = make.grievance(state, scene=here)
    other = make.grievance(State.ACCEPTED, scene=here)
    here.attach(LATER_ON)
    before = (Grievance.objects.values().get(pk=ticket.pk), Transition.objects.count())
    wrong = []

    for event in TABLE:
        facts = dict(FACTS.get(event, {}))
        if event == "merge":
            facts["into"] = other.number
        if event == "hand_over":
            facts["to"] = here.colleague.username
        for name, person in people(here):
            if not in_sight(name, state) and event not in ASKED_OF_OUTSIDERS:
                continue
            expected = verdict(name, event, state)
            got = attempt(ticket, event, person, facts)
            if (got is None) != (expected is None) or (expected and not issubclass(got, expected)):
                wrong.append((event, name, expected, got))

    assert wrong == []
    assert before == (Grievance.objects.values().get(pk=ticket.pk), Transition.objects.count())


@pytest.mark.parametrize("state", State.values)
def test_the_buttons_are_exactly_what_would_go_through(state):
    here = make.scene()
    ticket = make.grievance(state, scene=here)
    here.attach(LATER_ON)

    for name, person in people(here):
        if not in_sight(name, state):
            continue
        offered = {action.event for action in workflow.available(ticket, person, LATER_ON)} - {"approve", "decline"}
        lawful = {event for event in TABLE if verdict(name, event, state) is None}
        assert offered == lawful, name


def test_the_system_does_only_what_the_file_gives_to_it():
    here = make.scene()
    ticket = make.grievance(State.SUBMITTED, scene=here)

    for event, row in TABLE.items():
        if "Y" not in row["actors"]:
            with pytest.raises(NotYours):
                workflow.apply(ticket, event, by=None, at=LATER_ON, **FACTS.get(event, {}))
