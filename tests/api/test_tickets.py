"""The ticket's answer and the moves: what is promised in the design, refused in its order, and never done twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from community.kinds import PostKind
from community.models import Post
from grievances import workflow
from grievances.models import Grievance, Transition
from notices.models import Notice
from tests import make
from tests.api.calling import photo

PROMISED = {
    "number", "state", "state_label", "step", "cycle", "version", "enterprise", "place", "service_item", "title", "body", "priority",
    "channel", "window", "unit", "assignee", "handler", "promise_due_at", "next_due_at", "provisional", "overdue", "pending", "actions",
    "attachments", "rating", "created_at", "transitions",
}  # fmt: skip
HEAVY = {"body", "actions", "attachments", "transitions"}
NEED = {**make.FILED}


def ticket(here, state="submitted", **facts):
    return make.grievance(state, scene=here, at=timezone.now(), **facts)


def test_each_door_offers_just_the_moves_that_go_through_it(by, here):
    now = timezone.now()
    Post.objects.create(
        user=here.manager, kind=PostKind.SPECIALIST, community=here.community, unit=here.windows["ZL"], from_at=now - timedelta(days=9)
    )
    number = ticket(here).number
    offered = {
        door: {action["code"] for action in by.manager.get(f"{door}/grievances/{number}/").json()["actions"]}
        for door in ("enterprise", "community")
    }

    assert "withdraw" in offered["enterprise"] - offered["community"]
    assert "accept" in offered["community"] - offered["enterprise"]
    assert by.manager.act("enterprise", number, "accept", service_item="ZL02").status_code == 403
    assert by.manager.act("community", number, "accept", service_item="ZL02").status_code == 200


def test_a_ticket_has_every_field_of_the_promise_and_a_row_all_but_the_heavy_ones(by, here):
    number = ticket(here, "in_progress").number

    for caller, door in ((by.manager, "enterprise"), (by.specialist_zl, "community"), (by.street, "street")):
        whole = caller.get(f"{door}/grievances/{number}/").json()
        row = caller.get(f"{door}/grievances/", q=number).json()["results"][0]
        assert whole.keys() >= PROMISED
        assert row.keys() >= PROMISED - HEAVY
        assert not row.keys() & HEAVY
        assert {name: whole[name] for name in row} == row
        assert whole["enterprise"] == {"uscc": here.enterprise.uscc, "name": here.enterprise.name}
        assert [set(line) >= {"event", "label", "from", "to", "by", "unit", "at", "note"} for line in whole["transitions"]]
        assert [line["at"] for line in whole["transitions"]] == sorted(line["at"] for line in whole["transitions"])


def test_an_action_says_what_it_needs_under_the_paths_word(by, here):
    number = ticket(here, "awaiting_feedback").number

    actions = {action["code"]: action for action in by.specialist_zl.get(f"community/grievances/{number}/").json()["actions"]}

    needs = {need["name"]: need for need in actions["feed-back"]["needs"]}
    assert needs["reply"] == {
        "name": "reply", "label": "答复正文", "kind": "text", "needed": True, "max_length": 5000, "choices": [], "help": "",
    }  # fmt: skip
    assert {choice["value"] for choice in needs["told_by"]["choices"]} == {"phone", "visit", "message", "portal"}


def test_the_enterprise_reads_neither_inner_notes_nor_inner_clocks_nor_sign_in_names(by, here):
    number = ticket(here, "dispatched").number
    by.specialist_zl.act("community", number, "comment", body="内部：疑似重复", circle="internal")
    by.partner.act("community", number, "comment", body="伙伴：合同有瑕疵", circle="partners")
    by.specialist_zl.act("community", number, "comment", body="请补发票", circle="enterprise")
    by.partner.act("community", number, "acknowledge")
    later = Grievance.objects.get(number=number).promise_due_at + timedelta(days=1)
    assert by.partner.act("community", number, "request-extend", reason="对方出差", due_at=later.isoformat()).status_code == 200

    answer = by.manager.get(f"enterprise/grievances/{number}/")
    seen, text = answer.json(), answer.content.decode()
    partner = by.partner.get(f"community/grievances/{number}/").content.decode()
    staff = by.specialist_zl.get(f"community/grievances/{number}/")

    assert "请补发票" in text
    for hidden in ("疑似重复", "合同有瑕疵", "对方出差", here.specialist_zl.username, here.partner.username):
        assert hidden not in text
    assert seen["pending"] is None
    assert seen["pending_request"] is None
    assert seen["next_due_at"] == seen["promise_due_at"]
    assert "疑似重复" not in partner
    assert "合同有瑕疵" in partner
    assert "疑似重复" in staff.content.decode()
    assert staff.json()["pending"] == "extend"
    assert staff.json()["pending_request"]["reason"] == "对方出差"


def test_people_of_the_enterprise_are_masked_for_staff_and_not_for_themselves(by, here):
    here.manager.name = "周敏慧"
    here.manager.save()
    number = ticket(here, contact_name="周敏慧").number

    own = by.manager.get(f"enterprise/grievances/{number}/").json()
    staff = by.specialist_zl.get(f"community/grievances/{number}/")
    colleague = by.member.get(f"enterprise/grievances/{number}/").json()

    assert (own["contact_name"], own["contact_phone"], own["transitions"][0]["by"]) == ("周敏慧", "13812345678", "周敏慧")
    assert (colleague["contact_name"], colleague["contact_phone"]) == ("周*慧", "138****5678")
    assert "周敏慧" not in staff.content.decode()
    assert staff.json()["transitions"][0]["by"] == "周*慧"


def test_a_draft_is_filled_in_step_by_step_and_submitted(by, here):
    draft = by.manager.post("enterprise/grievances/", {"title": "停车难", "draft": True})
    number = draft.json()["number"]
    assert (draft.status_code, draft.json()["state"], draft.json()["version"]) == (201, "draft", 0)
    early = by.manager.act("enterprise", number, "submit")
    assert (early.status_code, early.json()["code"]) == (400, "facts_missing")
    assert set(early.json()["fields"]) == {"body", "contact_name", "contact_phone"}

    changed = by.manager.patch(f"enterprise/grievances/{number}/", {"body": "访客车位不够", "urgent": True})
    submitted = by.manager.act("enterprise", number, "submit", contact_name="周敏", contact_phone="13812345678")

    assert (changed.status_code, changed.json()["title"], changed.json()["urgent"]) == (200, "停车难", True)
    assert (submitted.status_code, submitted.json()["state"], submitted.json()["contact_name"]) == (200, "submitted", "周敏")
    again = by.manager.patch(f"enterprise/grievances/{number}/", {"nonsense": 1})
    assert (again.status_code, again.json()["code"]) == (409, "state_conflict")


def test_an_employee_files_for_himself_whatever_the_body_says(by, here):
    filed = by.employee.post("enterprise/grievances/", {**NEED, "personal": False}).json()

    assert filed["personal"] is True
    assert by.manager.get(f"enterprise/grievances/{filed['number']}/").status_code == 404


def test_a_specialist_registers_on_behalf_with_a_basis(by, here):
    raw = {**NEED, "uscc": here.enterprise.uscc, "channel": "phone", "basis": "周敏来电"}

    registered = by.specialist_zl.post("community/grievances/", raw)
    without = by.specialist_zl.post("community/grievances/", {**raw, "basis": ""})

    assert (registered.status_code, registered.json()["on_behalf"], registered.json()["basis"]) == (201, True, "周敏来电")
    assert registered.json()["channel"] == "phone"
    assert (without.status_code, list(without.json()["fields"])) == (400, ["basis"])
    assert by.manager.get(f"enterprise/grievances/{registered.json()['number']}/").json()["basis"] == ""


def test_an_enterprise_out_of_sight_reads_like_one_that_does_not_exist(by, here):
    elsewhere = make.enterprise(community=make.community())
    raw = {**NEED, "channel": "phone", "basis": "来电"}

    foreign = by.specialist_zl.post("community/grievances/", {**raw, "uscc": elsewhere.uscc}).json()
    missing = by.specialist_zl.post("community/grievances/", {**raw, "uscc": make.uscc()}).json()

    assert {**foreign, "request_id": ""} == {**missing, "request_id": ""}
    assert foreign["code"] == "facts_missing"


def test_a_unit_of_another_community_reads_like_one_that_does_not_exist(by, here):
    other = make.unit(community=make.community(), code="FAR1")
    number = ticket(here, "accepted").number

    foreign = by.specialist_zl.act("community", number, "dispatch", unit=other.code).json()
    missing = by.specialist_zl.act("community", number, "dispatch", unit="NONE").json()

    assert foreign["fields"] == missing["fields"] == {"unit": ["没有这个单位，请从名录里选"]}


@pytest.mark.parametrize("version", [None, "2", 2.0, True, -1, 10**12, [2]])
def test_a_move_needs_the_version_as_an_integer(version, by, here):
    number = ticket(here, "accepted").number

    answer = by.specialist_zl.post(f"community/grievances/{number}/self-handle/", {"version": version})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["version"])
    assert Grievance.objects.get(number=number).state == "accepted"


def test_an_old_version_is_409_with_the_ticket_as_it_is(by, here):
    number = ticket(here, "accepted").number

    answer = by.specialist_zl.post(f"community/grievances/{number}/dispatch/", {"version": 1, "unit": "LAW1"})

    body = answer.json()
    assert (answer.status_code, body["code"]) == (409, "stale")
    assert body["current"] == by.specialist_zl.get(f"community/grievances/{number}/").json()
    assert body["request_id"]


def test_the_second_to_accept_is_told_who_was_first(by, here):
    here.specialist_zl.name = "陈岚"
    here.specialist_zl.save()
    number = ticket(here).number
    by.specialist_zl.act("community", number, "accept", service_item="ZL02")

    late = by.colleague.post(f"community/grievances/{number}/accept/", {"version": 1, "service_item": "ZL02"})

    assert (late.status_code, late.json()["message"]) == (409, "这件已由陈岚受理。")
    assert late.json()["current"]["assignee"]["name"] == "陈岚"


def test_409_comes_before_400(by, here):
    number = ticket(here).number

    for body in ({"version": 1}, {}, {"version": "1", "outcome": 3}):
        answer = by.specialist_zl.post(f"community/grievances/{number}/feed-back/", body)
        assert answer.status_code == 409, body
        assert answer.json()["current"]["state"] == "submitted"


def test_whatever_stands_in_the_way_comes_with_the_ticket_as_it_is(by, here):
    number = ticket(here, "accepted").number
    by.specialist_zl.act("community", number, "dispatch", unit="LAW1", co_units=["BM-YJ"])
    by.partner.act("community", number, "acknowledge")
    talk = {"talk": {"channel": "电话", "person": "周敏", "note": "已谈"}}

    early = by.partner.act("community", number, "finish", outcome="solved", note="好了", evidence=[talk])

    assert (early.status_code, early.json()["code"]) == (409, "state_conflict")
    assert "应急管理站" in early.json()["message"]
    assert early.json()["current"]["co_units"][0]["state"] == "sent"


@pytest.mark.parametrize("name", ["by", "at", "kinds", "event", "grievance", "state", "__class__", "number"])
def test_a_fact_the_move_does_not_know_is_refused(name, by, here):
    number = ticket(here).number

    answer = by.specialist_zl.act("community", number, "accept", service_item="ZL02", **{name: "x"})

    assert (answer.status_code, answer.json()["fields"]) == (400, {name: ["这里没有这个字段"]})


def test_the_same_key_files_once_and_answers_alike(by, here):
    before = Grievance.objects.count()

    first = by.manager.post("enterprise/grievances/", NEED, **{"Idempotency-Key": "a-1"})
    again = by.manager.post("enterprise/grievances/", NEED, **{"Idempotency-Key": "a-1"})
    other = by.manager.post("enterprise/grievances/", {**NEED, "title": "另一件"}, **{"Idempotency-Key": "a-1"})
    elsewhere = by.stranger.post("enterprise/grievances/", NEED, **{"Idempotency-Key": "a-1"})

    assert (first.status_code, again.status_code, other.status_code, elsewhere.status_code) == (201, 201, 422, 201)
    assert first.json() == again.json()
    assert elsewhere.json()["number"] != first.json()["number"]
    assert Grievance.objects.count() == before + 2


def test_the_same_key_moves_once_and_a_refusal_may_be_tried_again(by, here):
    made = ticket(here)
    key = {"Idempotency-Key": "b-1"}
    refused = by.specialist_zl.post(f"community/grievances/{made.number}/accept/", {"version": 1}, **key)
    body = {"version": 1, "service_item": "ZL02"}

    first = by.specialist_zl.post(f"community/grievances/{made.number}/accept/", body, **key)
    again = by.specialist_zl.post(f"community/grievances/{made.number}/accept/", body, **key)

    assert (refused.status_code, first.status_code, again.status_code) == (400, 200, 200)
    assert first.json() == again.json()
    assert Transition.objects.filter(grievance=made, event="accept").count() == 1


def test_what_is_refused_leaves_no_trace(by, here):
    made = ticket(here, "accepted")
    lines, told = Transition.objects.count(), Notice.objects.count()

    by.specialist_zl.act("community", made.number, "dispatch", unit="LAW1", co_units=["NONE"])

    made.refresh_from_db()
    assert (made.state, made.version) == ("accepted", 2)
    assert (Transition.objects.count(), Notice.objects.count()) == (lines, told)


def test_whoever_hands_back_is_answered_with_what_he_did_and_sees_it_no_more(by, here):
    number = ticket(here, "dispatched").number

    back = by.partner.act("community", number, "return-dispatch", reason="不在服务范围", suggest="LAW2")

    assert (back.status_code, back.json()["state"], back.json()["actions"]) == (200, "accepted", [])
    assert not back.json().keys() & {"title", "body", "enterprise", "contact_name", "transitions"}
    assert by.partner.get(f"community/grievances/{number}/").status_code == 404


def test_a_pause_needs_a_second_person(by, here):
    number = ticket(here, "in_progress").number
    resume = (timezone.localtime() + timedelta(days=9)).date().isoformat()

    asked = by.partner.act("community", number, "request-suspend", reason="等对方回函", resume_on=resume).json()
    twice = by.specialist_zl.act("community", number, "request-extend", reason="再宽限", due_at=resume)
    by_specialist = by.specialist_zl.act("community", number, "approve")
    approved = by.leader.act("community", number, "approve", note="同意").json()

    assert (asked["state"], asked["pending"]) == ("in_progress", "suspend")
    assert (twice.status_code, by_specialist.status_code) == (409, 403)
    assert (approved["state"], approved["pending"]) == ("suspended", None)


def test_the_street_supervises_and_sees_it_answered(by, here):
    number = ticket(here, "in_progress").number
    due = (timezone.now() + timedelta(days=2)).isoformat()

    demanded = by.street.act("street", number, "supervise", demand="三日内反馈进展", due_at=due).json()
    seq = next(line["seq"] for line in demanded["transitions"] if line["event"] == "supervise")
    answered = by.partner.act("community", number, "comment", body="已约谈对方", answers=seq)

    assert answered.status_code == 200
    assert "三日内反馈进展" not in by.manager.get(f"enterprise/grievances/{number}/").content.decode()


def test_a_co_handler_answers_for_its_own_unit(by, here):
    number = ticket(here, "accepted").number
    by.specialist_zl.act("community", number, "dispatch", unit="LAW1", co_units=["BM-YJ"])

    shares = by.official.get(f"community/grievances/{number}/").json()["co_units"]
    queue = by.official.get("community/grievances/", queue="co_handling").json()["results"]
    done = by.official.act("community", number, "co-done", result="done", note="已现场核查").json()

    assert [(share["code"], share["state"]) for share in shares] == [("BM-YJ", "sent")]
    assert [row["number"] for row in queue] == [number]
    assert done["co_units"][0]["state"] == "done"


def test_reopening_starts_a_cycle_and_freezes_the_old_one(by, here):
    number = ticket(here, "rated").number

    again = by.manager.act("enterprise", number, "reopen", reason="又拖欠了").json()

    assert (again["state"], again["cycle"], again["rating"], again["handler"], again["unit"]) == ("accepted", 2, None, None, None)


def test_every_move_has_a_path_and_the_machines_own_are_nobodys(by, here):
    made = ticket(here, "in_progress")

    assert by.specialist_zl.post(f"community/grievances/{made.number}/fly/", {"version": 4}).status_code == 404
    assert by.specialist_zl.get(f"community/grievances/{made.number}/accept/").status_code == 405
    for action in workflow.available(made, here.specialist_zl, timezone.now()):
        answer = by.specialist_zl.post(f"community/grievances/{made.number}/{action.code}/", {"version": made.version, "nonsense": 1})
        assert answer.status_code == 400, action.code


def test_reading_a_ticket_takes_as_many_queries_however_long_its_story(by, here, django_assert_max_num_queries):
    short, long = ticket(here, "in_progress").number, ticket(here, "in_progress").number
    for n in range(8):
        by.partner.act("community", long, "comment", body=f"进展 {n}", circle="partners")
    by.specialist_zl.get(f"community/grievances/{short}/")

    counts = [_queries(by.specialist_zl, f"community/grievances/{number}/") for number in (short, long)]

    assert counts[0] == counts[1] <= 30


#: With a key that makes it safe to repeat: who asks and his posts (2), the key and the answer kept under it (2), the enterprise and its place (2),
#: the item with its terms, the calendar, who is on duty and who has least to do (4), ticket, line, clocks and notices (4), and two savepoints,
#: of the request and of the filing (4).
FILING = 19  # one of them asks after the robots of the community


def test_filing_takes_a_fixed_number_of_statements(by, django_assert_max_num_queries):
    by.manager.post("enterprise/grievances/", NEED, **{"Idempotency-Key": "q-1"})

    with django_assert_max_num_queries(FILING):
        answer = by.manager.post("enterprise/grievances/", NEED, **{"Idempotency-Key": "q-2"})

    assert answer.status_code == 201


@pytest.mark.parametrize("facts", [{}, {"service_item": None}, {"personal": True}, {"draft": True}, {"attachments": True}])
@pytest.mark.parametrize("who", ["manager", "employee"])
def test_what_is_answered_to_a_filing_is_what_is_read_afterwards(who, facts, by):
    caller = getattr(by, who)
    if "attachments" in facts:
        facts = {"attachments": [caller.upload("enterprise/attachments/", photo()).json()["id"]]}

    filed = caller.post("enterprise/grievances/", {**NEED, **facts})

    assert filed.status_code == 201
    assert filed.json() == caller.get(f"enterprise/grievances/{filed.json()['number']}/").json()


@pytest.mark.parametrize("who", ["specialist_zl", "steward", "grid_staff"])
def test_what_is_answered_to_a_registration_is_what_is_read_afterwards(who, by, here):
    behalf = {"uscc": here.enterprise.uscc, "channel": "visit", "basis": "走访时口头提出"}

    filed = getattr(by, who).post("community/grievances/", {**NEED, **behalf})

    assert filed.status_code == 201, filed.content.decode()
    assert filed.json() == getattr(by, who).get(f"community/grievances/{filed.json()['number']}/").json()


def _queries(caller, path, **query):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        assert caller.get(path, **query).status_code == 200
    return len(captured)
