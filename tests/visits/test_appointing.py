"""The visited have a say: what they read, what they may change, and that nothing of it depends on what is for staff alone."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

import audit.models
from notices.models import Notice
from tests import make
from visits import appointing, companions, words
from visits.defaults import ROUND
from visits.models import Companion, Need, Task
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY  # 2026-11-18 10:00
THURSDAY = datetime(2026, 11, 19, 10, 30, tzinfo=AT.tzinfo)
WELCOME = "欢迎入驻，看看有什么要帮忙的"


@pytest.fixture
def here():
    return make.scene()


@pytest.fixture
def classes(here):
    """新设, 重点 and 有风险 as they are given to every community."""
    new = make.visit_class(make.trigger(), community=here.community, code="XS", said=WELCOME)
    key = make.visit_class(make.trigger("key_listed", every="quarter"), community=here.community, code="ZD", said=ROUND)
    risk = make.visit_class(
        make.trigger("risk_flagged"), community=here.community, code="FX", said=ROUND, staff_only=True, who=["window:ZL"]
    )
    return {"new": new, "key": key, "risk": risk}


def _owed(here, *classes, due_on=date(2026, 12, 4), **facts):
    for made in classes:
        make.reason(enterprise=here.enterprise, visit_class=made, due_on=due_on)
    given = {"planned_on": date(2026, 11, 20), "planned_half": "am", "assignee": here.specialist_zl} | facts
    return make.task(enterprise=here.enterprise, due_on=due_on, **given)


def _shown(task, at=AT):
    [found] = words.announced([Task.objects.select_related("assignee", "community").get(pk=task.pk)], at)
    return found


@pytest.mark.parametrize(
    ("owed", "read"),
    [
        (("new",), (WELCOME,)),
        (("new", "risk"), (WELCOME,)),
        (("new", "key"), (WELCOME, ROUND)),
        (("key",), (ROUND,)),
        (("risk",), (ROUND,)),
        (("key", "risk"), (ROUND,)),
        ((), (ROUND,)),
    ],
)
def test_the_enterprise_reads_the_words_of_what_it_may_know(here, classes, owed, read):
    task = _owed(here, *(classes[name] for name in owed))

    assert _shown(task).why == read


def test_where_only_a_risk_would_speak_the_round_words_everybody_reads_them(here, classes):
    make.class_version(classes["key"], make.trigger("key_listed", every="quarter"), from_on=date(2026, 11, 1), said="看看重点企业")

    assert _shown(_owed(here, classes["new"])).why == (ROUND,)


def test_neither_days_on_offer_nor_people_to_wish_for_nor_the_mark_change_with_a_risk(here, classes):
    task = _owed(here, classes["key"])

    def said(row):
        row = Task.objects.select_related("community").get(pk=row.pk)
        return words.on_offer(row, AT), [each.user.pk for each in appointing.choices(row, AT)], words.mark_of(row), _shown(row).why

    before = said(task)
    make.flag(enterprise=here.enterprise, by=here.specialist_zl)
    make.reason(enterprise=here.enterprise, visit_class=classes["risk"], due_on=date(2026, 11, 19), trigger="risk_flagged:red")
    Task.objects.filter(pk=task.pk).update(due_on=date(2026, 11, 19), version=7)

    assert said(task) == before


def test_what_the_enterprise_knows_of_cuts_the_days_short_and_no_deadline_leaves_none(here, classes):
    task = _owed(here, classes["new"], due_on=date(2026, 11, 23))

    assert {slot.on for slot in words.on_offer(task, AT)} == {date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 23)}
    assert words.slot_of(task) not in words.on_offer(task, AT)
    late = datetime(2026, 11, 30, 10, tzinfo=AT.tzinfo)
    assert {slot.on for slot in words.on_offer(task, late)} == {date(2026, 12, 1)}


def test_a_half_day_on_which_whoever_comes_is_away_is_not_on_offer(here, classes):
    post = here.specialist_zl.all_posts.get()
    make.absence(post, from_at=datetime(2026, 11, 19, 13, tzinfo=AT.tzinfo), until_at=datetime(2026, 11, 20, 18, tzinfo=AT.tzinfo))

    offered = {slot.code for slot in words.on_offer(_owed(here, classes["key"]), AT)}

    assert "2026-11-19-am" in offered
    assert not {"2026-11-19-pm", "2026-11-20-pm"} & offered


def test_it_is_moved_twice_and_then_no_more_and_the_same_again_counts_once(here, classes):
    task = _owed(here, classes["key"])
    for slot, moved in (("2026-11-19-pm", 1), ("2026-11-19-pm", 1), ("2026-11-23-am", 2)):
        task = appointing.move(task, slot=slot, by=here.manager, at=AT, mark=_shown(task).mark)
        assert (task.moved, words.slot_of(task).code) == (moved, slot)
    assert _shown(task).when == "11月23日（周一）上午"
    assert Notice.objects.filter(recipient=here.specialist_zl, title="企业改了走访时间").count() == 2

    with pytest.raises(StateConflict, match="已经改过 2 次"):
        appointing.move(task, slot="2026-11-24-am", by=here.member, at=AT, mark=_shown(task).mark)
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(moved=3)


def test_a_day_after_the_deadline_of_a_risk_is_the_staffs_to_mind(here, classes):
    task = _owed(here, classes["risk"], due_on=date(2026, 11, 19))

    appointing.move(task, slot="2026-11-23-am", by=here.manager, at=AT, mark=_shown(task).mark)

    assert "应访止 11月19日 之后" in Notice.objects.get(recipient=here.specialist_zl, channel="app").body


def test_forms_that_are_stale_or_offer_nothing_are_refused(here, classes):
    task = _owed(here, classes["key"])
    mark = _shown(task).mark

    with pytest.raises(StateConflict, match="有了变化"):
        appointing.move(task, slot="2026-11-19-pm", by=here.manager, at=AT, mark="x")
    for slot in ("2026-11-21-am", "2026-12-31-am", "", "x", "2026-11-18-pm"):
        with pytest.raises(FactsMissing, match="从列出的半天里选"):
            appointing.move(task, slot=slot, by=here.manager, at=AT, mark=mark)
    with pytest.raises(FactsMissing):
        appointing.choose(task, person=here.partner.pk, by=here.manager, at=AT, mark=mark)
    with pytest.raises(FactsMissing):
        appointing.add_topics(task, topics="长" * 1001, by=here.manager, at=AT, mark=mark)


def test_it_wishes_for_somebody_it_knows_and_writes_what_it_wants_to_talk_about(here, classes):
    make.visit(enterprise=here.enterprise, by=here.grid_staff)
    task = _owed(here, classes["key"])
    people = appointing.choices(task, AT)
    assert people[0].user == here.grid_staff
    assert (people[0].called, people[0].known) == ("网格员", 1)

    task = appointing.choose(task, person=here.grid_staff.pk, by=here.member, at=AT, mark=_shown(task).mark)
    task = appointing.add_topics(task, topics="想谈厂房扩租", by=here.member, at=AT, mark=_shown(task).mark)
    again = appointing.add_topics(task, topics="想谈厂房扩租", by=here.member, at=AT, mark="stale")

    assert (again.wanted, again.topics, again.version) == (here.grid_staff, "想谈厂房扩租", task.version)
    assert Notice.objects.filter(recipient=here.grid_staff, title="企业希望换人走访").exists()


def test_staff_appoint_and_the_enterprise_is_told_in_its_own_words(here, classes):
    task = _owed(here, classes["new"], classes["risk"], planned_on=None, planned_half="", assignee=None)

    for _ in range(2):
        task = appointing.appoint(task, when=THURSDAY, to=here.specialist_zl.pk, by=here.grid_staff, at=AT, version=0)

    assert (task.version, task.planned_half, task.assignee) == (1, "am", here.specialist_zl)
    told = Notice.objects.filter(recipient=here.manager)
    assert [(row.title, row.link) for row in told] == [("社区约您走访", "/my-visits/")]
    assert told[0].body.startswith(f"11月19日（周四）上午 10:30，社区专员李小军前来：{WELCOME}。")
    assert "风险" not in told[0].body
    assert not Notice.objects.filter(recipient=here.employee).exists()
    assert audit.models.Entry.objects.filter(action="visit_appointed").count() == 1


def test_who_may_do_what_with_a_task(here, classes):
    task = _owed(here, classes["key"])
    staff = {"specialist_zl", "colleague", "leader", "grid_staff", "grid_leader"}
    for name in ("specialist_zl", "leader", "grid_staff", "street", "manager", "employee", "partner", "operator", "stranger", "auditor"):
        person = here.people[name]
        refusal = None if name in staff else NotYours if name in ("street", "manager") else NotFound
        for deed in (
            lambda by=person: appointing.hand_over(task, to=here.specialist_zl.pk, by=by, at=AT, version=0),
            lambda by=person: companions.ask(task, user=here.official.pk, by=by, at=AT),
        ):
            if refusal is None:
                deed()
            else:
                with pytest.raises(refusal):
                    deed()
        if name not in ("manager", "member"):
            with pytest.raises((NotYours, NotFound)):
                appointing.move(task, slot="2026-11-19-pm", by=person, at=AT, mark=words.mark_of(task))


def test_handed_over_the_enterprise_reads_who_comes_now(here, classes):
    task = _owed(here, classes["key"])

    task = appointing.hand_over(task, to=here.grid_leader.pk, by=here.leader, at=AT, version=0)

    assert (_shown(task).called, _shown(task).who) == ("网格长", here.grid_leader.display_name)
    assert Notice.objects.filter(recipient=here.manager, title="走访换了人").exists()
    for nobody in (here.partner, here.manager, here.stranger):
        with pytest.raises(FactsMissing):
            appointing.hand_over(task, to=nobody.pk, by=here.leader, at=AT, version=task.version)
    with pytest.raises(StateConflict):
        appointing.hand_over(task, to=here.grid_staff.pk, by=here.leader, at=AT, version=0)


def test_the_enterprise_answers_each_need_once(here):
    visit = make.visit(enterprise=here.enterprise, by=here.grid_staff, no_needs=False, needs_count=1)
    need = Need.objects.create(visit=visit, place=1, grievance=make.grievance("accepted", scene=here))
    for person in (here.stranger, here.employee, here.grid_staff):
        with pytest.raises(NotFound):
            appointing.confirm_need(need, confirmed=True, by=person, at=AT)

    for _ in range(2):
        need = appointing.confirm_need(need, confirmed=False, by=here.member, at=AT)

    assert Notice.objects.filter(recipient=here.grid_staff, channel="app").count() == 1
    with pytest.raises(StateConflict):
        appointing.confirm_need(need, confirmed=True, by=here.manager, at=AT)


def test_somebody_is_asked_along_answers_and_is_shown_to_the_enterprise_when_he_comes(here, classes):
    task = _owed(here, classes["key"])
    made = companions.ask(task, user=here.partner.pk, by=here.grid_staff, at=AT)
    assert companions.ask(task, user=here.partner.pk, by=here.leader, at=AT).pk == made.pk
    assert _shown(task).along == ()
    with pytest.raises(NotYours):
        companions.answer(made, coming=True, by=here.grid_staff, at=AT)

    for _ in range(2):
        companions.answer(made, coming=True, by=here.partner, at=AT)

    assert _shown(task).along == (f"{here.firm.name} {here.partner.display_name}",)
    assert Notice.objects.filter(recipient=here.grid_staff, channel="app").count() == 1
    companions.drop(made, by=here.leader, at=AT)
    assert not Task.objects.visible_to(here.partner).exists()
    assert not Companion.objects.exists()


def test_a_firm_in_conflict_is_refused_and_a_missing_consent_is_shown(here, classes):
    task = _owed(here, classes["key"])
    make.conflict(unit=here.firm, enterprise=here.enterprise)

    with pytest.raises(FactsMissing, match="利益冲突"):
        companions.ask(task, user=here.partner.pk, by=here.leader, at=AT)

    found = {guest.user.pk: guest for guest in companions.guests(task, AT)}
    assert (found[here.partner.pk].conflict, found[here.other_partner.pk].conflict, found[here.other_partner.pk].consent) == (
        True,
        False,
        False,
    )
    assert found[here.official.pk].consent
    assert not {here.manager.pk, here.operator.pk, here.auditor.pk, here.specialist_zl.pk} & set(found)
    companions.ask(task, user=here.other_partner.pk, by=here.leader, at=AT)


def test_a_guest_writes_his_own_note_and_nobody_elses(here):
    visit = make.visit(enterprise=here.enterprise, by=here.grid_staff)
    visit.visitors.create(user=here.partner, kind="partner", unit=here.firm)

    for _ in range(2):
        companions.write_note(visit, note="建议补签合同", by=here.partner, at=AT + timedelta(hours=1))

    assert visit.visitors.get(user=here.partner).note == "建议补签合同"
    for person in (here.other_partner, here.manager, here.leader):
        with pytest.raises(NotFound):
            companions.write_note(visit, note="x", by=person, at=AT)
