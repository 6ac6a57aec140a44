"""Who is told what about which move: once per event, person and channel; never oneself; nothing after a rollback (INV20)."""

import pytest
from django.db import transaction

from grievances import notify, workflow
from grievances.moves import MOVES
from grievances.states import State
from notices.models import Notice
from tests import make
from tests.grievances.steps import FINISHED, TOLD, do
from wording.errors import Refused

NOW = "2026-11-18 14:00"
OFFICE_ZL = "specialist_zl"
SUPPLEMENT = {"missing": ["合同复印件"]}
REJECT = {"reason": "in_court_or_petition", "basis": "已立案", "go_to": "承办法院"}
SUSPEND = {"reason": "等回函", "resume_on": "2026-11-25"}
EXTEND = {"reason": "对方分期", "due_at": "2026-12-10 17:30"}
POOR = {"solved": "no", "result": 2, "speed": 3, "comment": "没有下文"}
GOOD = {"solved": "yes", "result": 5, "speed": 5}

# state, who does it, event, facts → who is told. The ticket is `manager`'s, its specialist `specialist_zl`, its firm `partner`'s.
TOLD_OF = [
    ("accept", "submitted", OFFICE_ZL, {"service_item": "ZL02"}, {"manager"}),
    ("return_for_info", "submitted", OFFICE_ZL, SUPPLEMENT, {"manager"}),
    ("resubmit", "returned", "manager", {"note": "已补"}, {OFFICE_ZL}),
    ("resubmit by a colleague", "returned", "member", {"note": "已补"}, {OFFICE_ZL}),
    ("reject", "submitted", OFFICE_ZL, REJECT, {"manager"}),
    ("appeal", "rejected", "manager", {"reason": "并未立案"}, {"colleague"}),
    ("dispatch", "accepted", OFFICE_ZL, {"unit": "LAW1", "co_units": ["BM-YJ"]}, {"partner", "official", "manager"}),
    ("self_handle", "accepted", OFFICE_ZL, {}, {"manager"}),
    ("acknowledge", "dispatched", "partner", {}, {OFFICE_ZL, "manager"}),
    ("return_dispatch", "dispatched", "partner", {"reason": "无此专长"}, {OFFICE_ZL}),
    ("recall", "in_progress", OFFICE_ZL, {"reason": "改派"}, {"partner"}),
    ("recall by the leader", "in_progress", "leader", {"reason": "改派"}, {"partner", OFFICE_ZL}),
    ("resume", "suspended", OFFICE_ZL, {"reason": "manual"}, {"partner", "manager"}),
    ("finish", "in_progress", "partner", FINISHED, {OFFICE_ZL}),
    ("send_back", "awaiting_feedback", OFFICE_ZL, {"reason": "无回单"}, {"partner"}),
    ("feed_back", "awaiting_feedback", OFFICE_ZL, TOLD, {"manager", "partner"}),
    ("rate", "closed", "manager", GOOD, {OFFICE_ZL, "partner"}),
    ("rate poorly", "closed", "manager", POOR, {OFFICE_ZL, "partner", "leader"}),
    ("reopen", "closed", "manager", {"reason": "又拖欠"}, {OFFICE_ZL}),
    ("reopen by a specialist", "closed", "colleague", {"reason": "回访"}, {OFFICE_ZL, "manager"}),
    ("withdraw", "submitted", "manager", {}, {OFFICE_ZL}),
    ("withdraw from a firm", "dispatched", "manager", {}, {OFFICE_ZL, "partner"}),
    ("urge", "in_progress", "manager", {}, {OFFICE_ZL, "partner"}),
    ("supervise", "in_progress", "street", {"demand": "请报进展", "due_at": "2026-11-20 12:00"}, {OFFICE_ZL, "partner"}),
    ("reclassify", "in_progress", "colleague", {"service_item": "ZL01", "reason": "咨询"}, {OFFICE_ZL, "partner"}),
    ("comment by the enterprise", "in_progress", "manager", {"body": "有进展吗"}, {OFFICE_ZL, "partner"}),
    ("comment to the enterprise", "in_progress", OFFICE_ZL, {"body": "在办", "circle": "enterprise"}, {"partner", "manager"}),
    ("comment among staff", "in_progress", "colleague", {"body": "内部"}, {OFFICE_ZL}),
    ("comment after the end", "closed", "manager", {"body": "谢谢"}, {OFFICE_ZL}),
    ("hand_over", "accepted", OFFICE_ZL, {"reason": "休假"}, {"colleague"}),
    ("request_suspend", "in_progress", "partner", SUSPEND, {"leader"}),
    ("request_extend", "in_progress", OFFICE_ZL, EXTEND, {"leader"}),
    ("request_withdraw", "in_progress", "manager", {"reason": "已和解"}, {OFFICE_ZL}),
]


@pytest.fixture
def names(here):
    return {person.pk: name for name, person in here.people.items()}


def told_of(ticket, seq, names):
    rows = Notice.objects.filter(event=f"grievance:{ticket.pk}:{seq}", channel="app")
    keys = list(rows.values_list("recipient", flat=True))
    assert len(keys) == len(set(keys))
    return {names[key] for key in keys}


def moved(here, state, who, event, facts):
    ticket = make.grievance(state, scene=here)
    if event == "hand_over":
        facts = {**facts, "to": here.colleague.username}
    return do(ticket, event, here.people[who], NOW, **facts)


@pytest.mark.parametrize(("case", "state", "who", "facts", "told"), TOLD_OF, ids=[row[0] for row in TOLD_OF])
def test_just_those_are_told_whom_it_concerns_and_never_oneself(case, state, who, facts, told, here, names):
    ticket = moved(here, state, who, case.split()[0], facts)

    assert told_of(ticket, ticket.version, names) == told
    assert who not in told


def test_every_move_says_whom_it_concerns():
    assert set(notify._TOLD) == {move.event for move in MOVES}


def test_a_notice_bears_the_number_and_leads_to_the_ticket(here):
    ticket = moved(here, "awaiting_feedback", OFFICE_ZL, "feed_back", TOLD)

    notice = Notice.objects.get(event=f"grievance:{ticket.pk}:{ticket.version}", recipient=here.manager, channel="app")
    assert notice.title == f"您的诉求已有答复，请评价：{ticket.number}"
    assert notice.body == f"{ticket.title}\n{TOLD['reply']}"
    assert notice.link == f"/grievances/{ticket.number}/"


@pytest.mark.parametrize(
    ("state", "who", "event", "facts"),
    [
        ("in_progress", "leader", "recall", {"reason": "内部：改派"}),
        ("dispatched", "manager", "withdraw", {"reason": "不办了"}),
        ("awaiting_feedback", OFFICE_ZL, "feed_back", TOLD),
        ("closed", "manager", "rate", POOR),
    ],
)
def test_who_sees_the_ticket_no_more_is_told_its_number_and_nothing_else(state, who, event, facts, here):
    ticket = moved(here, state, who, event, facts)

    notice = Notice.objects.get(event=f"grievance:{ticket.pk}:{ticket.version}", recipient=here.partner, channel="app")
    assert ticket.number in notice.title
    assert notice.body == ""


def test_words_among_staff_are_in_nobodys_notice(here):
    ticket = moved(here, "in_progress", "colleague", "comment", {"body": "内部商量：先不答复", "circle": "partners"})

    bodies = Notice.objects.filter(event=f"grievance:{ticket.pk}:{ticket.version}").values_list("body", flat=True)
    assert bodies
    assert not [body for body in bodies if "内部" in body]


def test_a_mailbox_gets_one_mail_and_who_has_none_only_the_bell(here):
    here.manager.email = "zhou@example.com"
    here.manager.save()

    ticket = moved(here, "submitted", OFFICE_ZL, "accept", {"service_item": "ZL02"})

    rows = Notice.objects.filter(event=f"grievance:{ticket.pk}:{ticket.version}")
    assert sorted(rows.values_list("recipient", "channel")) == [(here.manager.pk, "app"), (here.manager.pk, "email")]


def test_somebody_in_two_roles_is_told_once(here):
    """The specialist who follows as a representative, too."""
    ticket = make.grievance(State.AWAITING_FEEDBACK, scene=here)
    make.representative(enterprise=here.enterprise, user=here.partner)
    ticket = do(ticket, "feed_back", here.specialist_zl, NOW, **TOLD)

    assert Notice.objects.filter(event=f"grievance:{ticket.pk}:{ticket.version}", recipient=here.partner, channel="app").count() == 1


def test_nothing_is_told_of_what_was_undone(here):
    ticket = make.grievance(scene=here)
    before = Notice.objects.count()

    class Undo(Exception):
        pass

    with pytest.raises(Undo), transaction.atomic():
        do(ticket, "accept", here.specialist_zl, NOW, service_item="ZL02")
        assert Notice.objects.count() > before
        raise Undo

    assert Notice.objects.count() == before


def test_nothing_is_told_of_what_was_refused(here):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    before = Notice.objects.count()

    for event, who, facts in (
        ("finish", here.partner, {}),
        ("accept", here.specialist_zl, {"service_item": "ZL02"}),
        ("rate", here.manager, GOOD),
    ):
        with pytest.raises(Refused):
            do(ticket, event, who, NOW, **facts)

    assert Notice.objects.count() == before


def test_what_follows_by_itself_is_an_event_of_its_own(here, names):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    ticket = do(ticket, "request_suspend", here.partner, NOW, **SUSPEND)

    ticket = do(ticket, "approve", here.leader, NOW)

    assert told_of(ticket, ticket.version - 1, names) == {"partner"}  # approved
    assert told_of(ticket, ticket.version, names) == {"manager", OFFICE_ZL}  # suspended


def test_urging_twice_reaches_the_leader_and_twice_a_day_nobody(here, names):
    ticket = moved(here, "in_progress", "manager", "urge", {})
    with pytest.raises(Refused):
        do(ticket, "urge", here.manager, "2026-11-18 17:00")
    assert "urge" not in {action.code for action in workflow.available(ticket, here.member, make.WEDNESDAY)}

    ticket = do(ticket, "urge", here.member, "2026-11-19 09:00")

    assert told_of(ticket, ticket.version, names) == {OFFICE_ZL, "partner", "leader"}


def test_an_urge_on_the_weekend_counts_for_monday(here):
    ticket = do(make.grievance(State.IN_PROGRESS, scene=here), "urge", here.manager, "2026-11-21 10:00")

    with pytest.raises(Refused):
        do(ticket, "urge", here.manager, "2026-11-23 10:00")
    assert do(ticket, "urge", here.manager, "2026-11-24 10:00").urges == 2


def test_reopening_a_second_time_reaches_the_leader(here, names):
    ticket = moved(here, "closed", "manager", "reopen", {"reason": "又拖欠"})
    for event, who, facts in (("self_handle", OFFICE_ZL, {}), ("finish", OFFICE_ZL, FINISHED), ("feed_back", "colleague", TOLD)):
        ticket = do(ticket, event, here.people[who], NOW, **facts)

    ticket = do(ticket, "reopen", here.manager, NOW, reason="还是拖欠")

    assert told_of(ticket, ticket.version, names) == {OFFICE_ZL, "leader"}


def test_a_personal_ticket_reaches_nobody_of_the_employer(here):
    ticket = make.grievance(State.AWAITING_FEEDBACK, scene=here, by="employee", personal=True)
    do(ticket, "feed_back", here.specialist_zl, NOW, **TOLD)

    recipients = set(Notice.objects.filter(event__startswith=f"grievance:{ticket.pk}:").values_list("recipient", flat=True))
    assert here.employee.pk in recipients
    assert recipients.isdisjoint({here.manager.pk, here.member.pk, here.grid_leader.pk, here.steward.pk})
