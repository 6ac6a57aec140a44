"""Filing: by the enterprise, by an employee for himself, on behalf with a basis; drafts, places, files, numbers."""

import re
import secrets
import uuid
from datetime import timedelta

import pytest

from community.kinds import PostKind
from files.models import File
from grievances import filing, workflow
from grievances.models import Attachment, Grievance
from grievances.states import State
from notices.models import Notice
from tests import make
from tests.grievances import papers
from tests.grievances.steps import do, fresh
from wording.errors import FactsMissing, NotYours, StateConflict

NOW = make.WEDNESDAY
ON_BEHALF = {**make.FILED, "channel": "visit", "basis": "走访时口头提出"}


def test_an_enterprise_files_under_its_name_and_is_known_by_number(here):
    ticket = filing.file(here.member, make.FILED, at=NOW)

    assert (ticket.state, ticket.enterprise, ticket.filed_by, ticket.on_behalf) == (State.SUBMITTED, here.enterprise, here.member, False)
    assert re.fullmatch(r"MC261118-\d{6}", ticket.number)
    assert (ticket.window, ticket.channel) == (here.windows["ZL"], "web")


def test_the_number_bears_the_day_in_shanghai(here):
    assert filing.new_number(NOW.replace(hour=23, minute=59)).startswith("MC261118-")
    assert filing.new_number(NOW.replace(hour=23, minute=59) + timedelta(minutes=1)).startswith("MC261119-")


def test_a_number_that_is_taken_is_drawn_again_and_nothing_is_there_twice(here, monkeypatch):
    drawn = iter([5, 5, 5, 6])
    monkeypatch.setattr(secrets, "randbelow", lambda _: next(drawn))
    file = papers.uploaded(here.manager, at=NOW)

    first = filing.file(here.manager, make.FILED, at=NOW)
    second = filing.file(here.manager, {**make.FILED, "attachments": [str(file.pk)]}, at=NOW)

    assert [ticket.number[-6:] for ticket in (first, second)] == ["000005", "000006"]
    assert list(second.transitions.values_list("seq", "event", "to_state")) == [(1, "submit", "submitted")]
    assert [each.file for each in second.attachments.all()] == [file]


def test_whoever_has_the_fewest_open_tickets_gets_the_next_one(here):
    owners = [filing.file(here.manager, make.FILED, at=NOW).assignee for _ in range(4)]

    assert owners == [here.specialist_zl, here.colleague, here.specialist_zl, here.colleague]


@pytest.mark.parametrize("who", ["specialist_zl", "leader", "street", "partner", "steward", "operator", "auditor", "admin"])
def test_nobody_else_files_as_an_enterprise(who, here):
    with pytest.raises(NotYours):
        filing.file(here.people[who], make.FILED, at=NOW)


@pytest.mark.parametrize("name", ["title", "body", "contact_name", "contact_phone"])
def test_a_filing_names_everything_that_is_missing_and_leaves_nothing_behind(name, here):
    with pytest.raises(FactsMissing) as error:
        filing.file(here.manager, {**make.FILED, name: "  "}, at=NOW)

    assert set(error.value.fields) == {name}
    assert not Grievance.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "长" * 201},
        {"body": "长" * 5001},
        {"contact_phone": "没有"},
        {"service_item": "XX99"},
        {"urgent": "也许"},
        {"colour": "红"},
    ],
)
def test_what_is_not_right_is_refused_by_name(wrong, here):
    with pytest.raises(FactsMissing) as error:
        filing.file(here.manager, {**make.FILED, **wrong}, at=NOW)

    assert set(error.value.fields) == set(wrong)


def test_who_does_not_know_whom_to_ask_files_without_an_item_and_is_answered_all_the_same(here):
    ticket = filing.file(here.manager, {**make.FILED, "service_item": None}, at=NOW)

    assert (ticket.service_item, ticket.window) == (None, here.windows["GS"])
    assert ticket.assignee == here.specialist_gs


def test_an_employee_files_for_himself_whatever_the_form_says(here):
    ticket = filing.file(here.employee, {**make.FILED, "personal": False}, at=NOW)

    assert ticket.personal
    assert not Grievance.objects.visible_to(here.manager).filter(pk=ticket.pk).exists()


@pytest.mark.parametrize(("facts", "priority"), [({}, "normal"), ({"urgent": True}, "urgent"), ({"service_item": "ZL12"}, "emergency")])
def test_the_first_priority_follows_from_what_was_filed(facts, priority, here):
    assert filing.file(here.manager, {**make.FILED, **facts}, at=NOW).priority == priority


def test_a_draft_may_be_incomplete_and_is_nobody_elses(here):
    draft = filing.file(here.manager, {"title": "写了一半"}, at=NOW, draft=True)

    assert (draft.state, draft.version, draft.next_due_at) == (State.DRAFT, 0, None)
    assert not Grievance.objects.visible_to(here.member).exists()
    assert not Notice.objects.exists()


def test_an_incomplete_draft_is_not_submitted_by_any_way(here):
    draft = filing.file(here.manager, {"title": "写了一半"}, at=NOW, draft=True)

    for submit in (lambda: filing.submit_draft(draft, here.manager, at=NOW), lambda: do(draft, "submit", here.manager, NOW)):
        with pytest.raises(FactsMissing) as error:
            submit()
        assert set(error.value.fields) == {"body", "contact_name", "contact_phone"}
    assert fresh(draft).version == 0


def test_a_draft_is_written_over_fact_by_fact_and_submitted(here):
    draft = filing.file(here.manager, {"title": "写了一半"}, at=NOW, draft=True)

    filing.revise(draft, here.manager, {name: value for name, value in make.FILED.items() if name != "title"}, at=NOW)
    ticket = filing.submit_draft(fresh(draft), here.manager, at=NOW)

    assert (ticket.title, ticket.body, ticket.state) == ("写了一半", make.FILED["body"], State.SUBMITTED)


def test_what_was_submitted_is_never_written_over(here):
    """INV28: the wording stays; what is added is a line of its own."""
    ticket = make.grievance(scene=here)
    with pytest.raises(StateConflict):
        filing.revise(ticket, here.manager, {"body": "改口"}, at=NOW)

    do(ticket, "comment", here.manager, NOW + timedelta(minutes=1), body="补充：另有一份合同")

    assert fresh(ticket).body == make.FILED["body"]


@pytest.mark.parametrize("who", ["member", "stranger", "specialist_zl"])
def test_nobody_touches_the_draft_of_another(who, here):
    draft = make.grievance(State.DRAFT, scene=here)

    with pytest.raises(workflow.NotInSight):
        filing.revise(draft, here.people[who], {"title": "改"}, at=NOW)
    with pytest.raises(workflow.NotInSight):
        filing.submit_draft(draft, here.people[who], at=NOW)


def test_a_draft_thrown_away_stays_private_even_without_a_word_in_it(here):
    draft = filing.file(here.manager, {}, at=NOW, draft=True)

    thrown = do(draft, "withdraw", here.manager, NOW)

    assert thrown.state == State.WITHDRAWN
    for who in ("member", "specialist_zl", "leader", "street", "grid_leader"):
        assert not Grievance.objects.visible_to(here.people[who]).exists()
    assert not Grievance.objects.filed().exists()


@pytest.mark.parametrize("who", ["specialist_zl", "steward", "grid_leader", "grid_staff"])
def test_staff_file_on_behalf_with_a_basis_and_the_enterprise_is_told(who, here):
    ticket = filing.register(here.people[who], ON_BEHALF, at=NOW, uscc=here.enterprise.uscc)

    assert (ticket.on_behalf, ticket.basis, ticket.channel, ticket.filed_by) == (True, "走访时口头提出", "visit", here.people[who])
    told = set(Notice.objects.filter(event=f"grievance:{ticket.pk}:1").values_list("recipient", flat=True))
    assert {here.manager.pk, here.member.pk} <= told
    assert here.employee.pk not in told


@pytest.mark.parametrize("who", ["manager", "employee", "partner", "operator", "leader", "street", "official", "auditor"])
def test_nobody_else_files_on_behalf(who, here):
    with pytest.raises(NotYours):
        filing.register(here.people[who], ON_BEHALF, at=NOW, uscc=here.enterprise.uscc)


@pytest.mark.parametrize("missing", ["channel", "basis"])
def test_on_behalf_needs_channel_and_basis(missing, here):
    with pytest.raises(FactsMissing) as error:
        filing.register(here.specialist_zl, {**ON_BEHALF, missing: ""}, at=NOW, uscc=here.enterprise.uscc)

    assert set(error.value.fields) == {missing}


def test_a_steward_need_not_say_that_he_is_the_channel(here):
    facts = {**make.FILED, "basis": "走访"}

    assert filing.register(here.steward, facts, at=NOW, uscc=f" {here.enterprise.uscc.lower()} ").channel == "steward"


def test_on_behalf_only_of_enterprises_in_sight(here):
    elsewhere = make.enterprise(community=make.community(street=here.community.street))
    next_park = make.enterprise(park=make.park(community=here.community))

    for who, firm in (("specialist_zl", elsewhere), ("steward", next_park)):
        with pytest.raises(FactsMissing) as error:
            filing.register(here.people[who], {**ON_BEHALF, "channel": "steward"}, at=NOW, uscc=firm.uscc)
        assert set(error.value.fields) == {"uscc"}


@pytest.mark.parametrize("who", ["steward", "grid_leader"])
def test_only_a_specialist_registers_for_an_employee(who, here):
    with pytest.raises(FactsMissing):
        filing.register(here.people[who], {**ON_BEHALF, "personal": True}, at=NOW, uscc=here.enterprise.uscc)

    ticket = filing.register(here.specialist_zl, {**ON_BEHALF, "personal": True}, at=NOW, uscc=here.enterprise.uscc)
    assert not Grievance.objects.visible_to(here.manager).filter(pk=ticket.pk).exists()
    assert not Notice.objects.filter(recipient__in=[here.manager, here.member]).exists()


def test_who_filed_on_behalf_does_not_rate_nor_speak_for_the_enterprise(here):
    ticket = filing.register(here.grid_staff, ON_BEHALF, at=NOW, uscc=here.enterprise.uscc)

    assert workflow.available(ticket, here.grid_staff, NOW) == []
    assert "withdraw" in {action.code for action in workflow.available(ticket, here.manager, NOW)}


def test_the_place_is_copied_and_does_not_move_with_the_enterprise(here):
    other = make.building(park=make.park(community=here.community, grid=make.grid(community=here.community)))
    place = make.tenancy(enterprise=here.enterprise, building=other)
    at_home, abroad = filing.file(here.manager, make.FILED, at=NOW), filing.file(here.manager, {**make.FILED, "place": place.pk}, at=NOW)
    assert (at_home.park, at_home.grid) == (here.park, here.grid)
    assert (abroad.building, abroad.park, abroad.grid) == (other, other.park, other.park.grid)

    type(here.park).objects.filter(pk=here.park.pk).update(grid=other.park.grid)

    assert fresh(at_home).grid == here.grid


def test_only_a_place_of_the_enterprise_is_a_place(here):
    foreign = make.tenancy(enterprise=make.enterprise(park=here.park), building=here.park.buildings.first())

    for value in (foreign.pk, "999999999999", "一楼"):
        with pytest.raises(FactsMissing) as error:
            filing.file(here.manager, {**make.FILED, "place": value}, at=NOW)
        assert set(error.value.fields) == {"place"}


def test_a_file_is_used_once(here):
    file = papers.uploaded(here.manager, at=NOW)
    ticket = filing.file(here.manager, {**make.FILED, "attachments": [str(file.pk)]}, at=NOW)
    assert Attachment.objects.get(grievance=ticket).file == file

    with pytest.raises(FactsMissing):
        filing.file(here.manager, {**make.FILED, "attachments": [str(file.pk)]}, at=NOW)
    with pytest.raises(FactsMissing):
        do(ticket, "comment", here.manager, NOW, body="再来一次", attachments=[str(file.pk)])


@pytest.mark.parametrize("whose", ["of a colleague", "unknown", "no id at all", "twice"])
def test_a_file_that_is_not_ones_own_is_refused_in_the_same_words(whose, here):
    mine, foreign = papers.uploaded(here.manager, at=NOW), papers.uploaded(here.member, at=NOW)
    ids = {"of a colleague": [foreign.pk], "unknown": [uuid.uuid4()], "no id at all": ["../etc"], "twice": [mine.pk, mine.pk]}

    with pytest.raises(FactsMissing) as error:
        filing.file(here.manager, {**make.FILED, "attachments": [str(key) for key in ids[whose]]}, at=NOW)

    assert "附件号不对" in str(error.value.fields["attachments"])
    assert File.objects.filter(used_at__isnull=True).count() == 2


def test_a_file_is_free_again_when_another_fact_is_refused(here):
    file = papers.uploaded(here.manager, at=NOW)

    with pytest.raises(FactsMissing):
        filing.file(here.manager, {**make.FILED, "title": "", "attachments": [str(file.pk)]}, at=NOW)

    assert File.objects.get(pk=file.pk).used_at is None


def test_a_file_taken_off_a_draft_can_be_used_elsewhere(here):
    keep, drop = papers.uploaded(here.manager, at=NOW), papers.uploaded(here.manager, at=NOW)
    draft = filing.file(here.manager, {"title": "写了一半", "attachments": [str(keep.pk), str(drop.pk)]}, at=NOW, draft=True)

    filing.take_off(draft, here.manager, keep=[str(keep.pk)])

    assert list(draft.attachments.values_list("file", flat=True)) == [keep.pk]
    assert filing.file(here.manager, {**make.FILED, "attachments": [str(drop.pk)]}, at=NOW).attachments.count() == 1


def test_nobody_takes_files_off_the_draft_of_another_or_off_what_was_submitted(here):
    file = papers.uploaded(here.manager, at=NOW)
    ticket = filing.file(here.manager, {**make.FILED, "attachments": [str(file.pk)]}, at=NOW)

    filing.take_off(ticket, here.manager, keep=[])
    filing.take_off(ticket, here.member, keep=[])

    assert ticket.attachments.count() == 1


def test_a_number_that_is_taken_is_drawn_again(here, monkeypatch):
    taken = make.grievance(scene=here).number
    drawn = iter([int(taken[-6:]), int(taken[-6:]), 7])
    monkeypatch.setattr("secrets.randbelow", lambda most: next(drawn))

    assert filing.file(here.manager, make.FILED, at=NOW).number == "MC261118-000007"


def test_somebody_who_represents_two_enterprises_files_for_either(here):
    second = make.enterprise(park=here.park)
    make.representative(enterprise=second, user=here.member, role=PostKind.ENTERPRISE_MEMBER, at=NOW - timedelta(days=1))
    here.attach(NOW)

    assert filing.file(here.member, make.FILED, at=NOW).enterprise == here.enterprise
    assert filing.file(here.member, make.FILED, at=NOW, enterprise=second).enterprise == second
