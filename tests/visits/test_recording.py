"""What becomes of a visit when it is written down."""

import uuid
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

import community
from files import store
from grievances.models import Evidence, Grievance, Transition
from notices.models import Notice
from risks.models import Sign
from tests import make
from tests.files.samples import picture
from tests.threads import together
from visits import owed
from visits.models import FactCheck, Reason, Task, Visit
from visits.record import KeyTaken, TaskOver, record
from wording.errors import FactsMissing, NotFound, NotYours

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
TODAY = AT.date()
NEED = {"service_item": "ZL02", "body": "空调漏水三天了。物业说下周才来。"}


@pytest.fixture
def here():
    scene = make.scene()
    make.visit_class(make.trigger("newly_arrived"), community=scene.community, code="XS")
    scene.newcomer = make.enterprise(park=scene.park, name="杭州新来科技有限公司", from_on=TODAY - timedelta(days=3))
    owed.reckon(scene.community, AT)
    scene.task = Task.objects.get()
    return scene


def _said(here, **facts):
    return make.said(task=str(here.task.pk), **facts)


def test_a_visit_with_everything_is_one_visit_and_everything_hangs_on_it(here):
    photo = store(SimpleUploadedFile("door.jpg", picture()), by=here.grid_staff, at=AT)
    raw = _said(
        here, needs=[NEED, {"body": "想招两名实习生"}], facts={"legal_person": {"said": "王新来"}, "staff_count": {"said": "１２人"}, "room": "true"},
        signs=[{"kind": "fire", "note": "消防通道堆放纸箱"}], photos=[str(photo.pk)], colleagues=[here.steward.username], told="谢谢接待",
        next_step="带政策清单再来", next_on="2026-12-02", note="刚搬来，还在装修",
    )  # fmt: skip
    seat = here.newcomer.tenancies.get()
    seat.room = "401"
    seat.save()

    visit = record(raw, by=here.grid_staff, at=AT)

    here.task.refresh_from_db()
    assert (here.task.state, here.task.closed_on, here.task.version) == ("done", TODAY, 1)
    assert Reason.objects.get().settled_by == visit
    assert {(row.user, row.kind) for row in visit.visitors.all()} == {(here.grid_staff, "staff"), (here.steward, "steward")}
    tickets = list(Grievance.objects.filter(enterprise=here.newcomer).order_by("pk"))
    assert [(row.title, row.channel, row.on_behalf, row.contact_name, row.state) for row in tickets] == [
        ("空调漏水三天了", "visit", True, "周敏", "submitted"), ("想招两名实习生", "visit", True, "周敏", "submitted"),
    ]  # fmt: skip
    assert tickets[0].basis == "11月18日 10:00 上门走访，周敏当面提出，李小军登记"
    assert [(row.place, row.grievance, row.confirmed) for row in visit.needs.order_by("place")] == [
        (0, tickets[0], None),
        (1, tickets[1], None),
    ]
    checks = {row.field: (row.was, row.said, row.outcome) for row in FactCheck.objects.all()}
    assert checks == {
        "legal_person": ("", "王新来", "review"), "staff_count": ("", "12", "review"), "room": ("401", "401", "confirmed"),
    }  # fmt: skip
    here.newcomer.refresh_from_db()
    assert (here.newcomer.legal_person, here.newcomer.staff_count) == ("", None)
    sign = Sign.objects.get()
    assert (sign.kind, sign.source, sign.key) == ("fire", "visit", f"visit:{visit.key}:fire")
    assert visit.photos.get().file.used_at == AT
    assert (visit.place, visit.building) == (f"{seat.building.name} 401", seat.building)


def test_sent_again_it_answers_with_the_first_and_writes_nothing(here):
    raw = _said(here, needs=[NEED])
    first = record(raw, by=here.grid_staff, at=AT)
    counts = [kind.objects.count() for kind in (Visit, Grievance, Transition, Notice, Task)]

    again = record(raw, by=here.grid_staff, at=AT + timedelta(hours=3))

    assert again == first
    assert [kind.objects.count() for kind in (Visit, Grievance, Transition, Notice, Task)] == counts


def test_a_key_of_somebody_else_opens_nothing(here):
    raw = _said(here)
    record(raw, by=here.grid_staff, at=AT)

    with pytest.raises(KeyTaken):
        record(raw, by=here.grid_leader, at=AT)


def test_whoever_comes_second_is_told_who_was_there_and_may_still_say_so(here):
    record(_said(here), by=here.grid_staff, at=AT)

    with pytest.raises(TaskOver, match="李小军 已登记 11月18日 的走访"):
        record(_said(here), by=here.specialist_jf, at=AT)

    visit = record(_said(here, anyway=True), by=here.specialist_jf, at=AT)
    assert (visit.task, Visit.objects.count()) == (None, 2)


def test_a_version_that_is_old_is_refused_when_it_is_given(here):
    Task.objects.update(version=4)

    with pytest.raises(TaskOver, match="有了变化"):
        record(_said(here, version=3), by=here.grid_staff, at=AT)

    assert record(_said(here, version=4), by=here.grid_staff, at=AT).task == here.task


def test_who_drops_in_where_nobody_was_owed_a_visit_writes_it_down_too(here):
    visit = record(make.said(uscc=here.enterprise.uscc), by=here.specialist_gs, at=AT)

    assert (visit.task, visit.enterprise) == (None, here.enterprise)


def test_what_the_visit_does_not_settle_is_owed_by_a_new_task(here):
    """It was paid before the second matter arose, which is not of a kind that an earlier visit covers."""
    make.visit_class(make.trigger("risk_flagged", workdays=1, level="red"), community=here.community, code="FX", from_on=TODAY)
    make.flag(enterprise=here.newcomer, level=3, at=AT)
    owed.reckon(here.community, AT)
    Task.objects.update(assignee=here.grid_staff)

    record(_said(here, visited_at="2026-11-17T10:00", next_step="催整改"), by=here.grid_staff, at=AT)

    open_task = Task.objects.open().get()
    assert Reason.objects.open().count() == 2
    assert open_task == here.task  # nothing was settled, so it is still the same to be paid

    record(_said(here), by=here.grid_staff, at=AT)
    assert not Task.objects.open().exists()


def test_three_attempts_in_a_row_and_the_enterprise_is_lost(here):
    for day, result in enumerate(("nobody", "not_there"), 16):
        record(_said(here, result=result, people=[], visited_at=f"2026-11-{day}T10:00"), by=here.grid_staff, at=AT)
    here.task.refresh_from_db()
    assert (here.task.state, here.task.attempts, here.task.lost_at) == ("open", 2, None)
    assert not Sign.objects.exists()

    visit = record(_said(here, result="nobody", people=[]), by=here.grid_staff, at=AT)
    record(_said(here, result="refused", people=[]), by=here.grid_staff, at=AT)

    here.task.refresh_from_db()
    assert (here.task.attempts, here.task.lost_at) == (4, AT)
    assert (Sign.objects.get().kind, Sign.objects.get().key) == ("lost", f"visit:{visit.key}:lost")
    told = Notice.objects.filter(event__startswith="visits:lost")
    assert {(row.recipient, row.link) for row in told} == {(here.grid_leader, f"/visits/{here.task.pk}/")}


def test_whom_one_meets_again_is_not_lost(here):
    days = [(14, "nobody"), (15, "nobody"), (16, "met"), (17, "nobody"), (18, "nobody")]
    for day, result in days:
        facts = {"people": []} if result != "met" else {}
        record(make.said(uscc=here.enterprise.uscc, result=result, visited_at=f"2026-11-{day}T09:30", **facts), by=here.grid_staff, at=AT)

    assert not Sign.objects.exists()


def test_the_tickets_it_was_about_have_it_as_evidence(here):
    ticket = make.grievance("accepted", scene=here)
    make.visit_class(make.trigger("asked_on_site", workdays=2), community=here.community, code="XQ", from_on=date(2026, 1, 1))

    visit = record(make.said(uscc=here.enterprise.uscc, tickets=[ticket.number], told="已看过现场"), by=here.specialist_zl, at=AT)

    row = Evidence.objects.get(kind="visit")
    assert (row.grievance, row.key, row.transition.event) == (ticket, f"visit:{visit.key}", "comment")
    assert row.transition.note.endswith("上门走访，见到周敏。已看过现场")


REFUSED = [
    ({"result": ""}, "result"),
    ({"result": "seen"}, "result"),
    ({"people": []}, "people"),
    ({"people": [{"name": "", "phone": "13812345678"}]}, "people-0-name"),
    ({"people": [{"name": "周敏", "phone": "123"}]}, "people-0-phone"),
    ({"people": "周敏"}, "people"),
    ({"no_needs": False}, "needs"),
    ({"needs": [NEED], "no_needs": True}, "needs"),
    ({"needs": [{"service_item": "ZL02"}]}, "needs-0-body"),
    ({"needs": [NEED | {"service_item": "XX99"}]}, "needs-0-service_item"),
    ({"needs": [NEED], "people": [{"name": "周敏"}]}, "people-0-phone"),
    ({"result": "nobody", "people": [], "needs": [NEED]}, "needs"),
    ({"facts": {"colour": "true"}}, "facts-colour"),
    ({"facts": {"staff_count": {"said": "很多"}}}, "facts-staff_count"),
    ({"facts": {"industry": {"said": "Z9999"}}}, "facts-industry"),
    ({"facts": {"legal_person": "true"}}, "facts-legal_person"),
    ({"signs": [{"kind": "ghost"}]}, "signs-0-kind"),
    ({"photos": ["no"]}, "photos"),
    ({"photos": [str(uuid.uuid4())]}, "photos"),
    ({"tickets": ["MC261118-000000"]}, "tickets"),
    ({"colleagues": ["nobody-there"]}, "colleagues"),
    ({"visited_at": "2026-11-19T10:00"}, "visited_at"),
    ({"visited_at": "2026-02-30T10:00"}, "visited_at"),
    ({"visited_at": "2020-01-01T10:00"}, "visited_at"),
    ({"next_on": "2026-11-18"}, "next_on"),
    ({"next_on": "soon"}, "next_on"),
    ({"note": "字" * 4001}, "note"),
    ({"note": "a\u0000b"}, "note"),
    ({"told": ["x"]}, "told"),
    ({"key": "7"}, "key"),
    ({"building": "0"}, "building"),
]


@pytest.mark.parametrize(("facts", "field"), REFUSED)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(here, facts, field):
    given = _said(here) | facts
    if facts.get("needs") and "no_needs" not in facts:
        given["no_needs"] = False

    with pytest.raises(FactsMissing) as refused:
        record(given, by=here.grid_staff, at=AT)

    assert field in refused.value.fields
    assert not Visit.objects.exists()


def test_who_may_not_write_it_down(here):
    """Out of sight is not there; in sight without being one who pays visits is not yours."""
    make.companion(here.task, here.partner, kind="partner", by=here.grid_staff)
    for who, refusal in (
        (here.manager, NotFound), (here.steward, NotFound), (here.operator, NotFound), (here.auditor, NotFound), (here.partner, NotYours),
        (make.somebody("grid_staff"), NotFound), (make.somebody("specialist"), NotFound),
    ):  # fmt: skip
        with pytest.raises(refusal):
            record(_said(here), by=who, at=AT)


def test_a_leader_needs_somebody_with_him_who_files_on_behalf(here):
    with pytest.raises(FactsMissing) as refused:
        record(_said(here, needs=[NEED]), by=here.leader, at=AT)
    assert "colleagues" in refused.value.fields

    record(_said(here, needs=[NEED], colleagues=[str(here.grid_staff.pk)]), by=here.leader, at=AT)
    assert Grievance.objects.get(enterprise=here.newcomer).filed_by == here.grid_staff


def test_somebody_met_before_is_named_without_his_number_leaving_the_server(here):
    before = record(make.said(uscc=here.newcomer.uscc), by=here.grid_staff, at=AT)

    visit = record(make.said(uscc=here.newcomer.uscc, people=[{"from": f"v{before.pk}.0"}]), by=here.grid_staff, at=AT)

    assert visit.people == [{"name": "周敏", "title": "行政", "phone": "13812345678"}]


def test_leaving_a_post_hands_open_tasks_back(here):
    Task.objects.update(assignee=here.grid_staff, planned_on=TODAY, planned_half="am", wanted=here.grid_staff)

    community.leave(here.grid_staff.all_posts.get(), at=AT, by=here.leader)

    here.task.refresh_from_db()
    assert (here.task.assignee, here.task.planned_on, here.task.planned_half, here.task.wanted) == (None, None, "", None)


@pytest.mark.django_db(transaction=True)
def test_the_same_sent_twice_at_once_is_one_visit_and_two_people_at_once_are_told(here):
    raw = _said(here, needs=[NEED])
    outcomes = together(*[lambda: record(raw, by=here.grid_staff, at=AT)] * 2, lambda: record(_said(here), by=here.specialist_jf, at=AT))

    assert Visit.objects.count() == 1
    assert Grievance.objects.filter(enterprise=here.newcomer).count() in (0, 1)
    kinds = sorted(type(outcome).__name__ for outcome in outcomes)
    assert kinds in (["TaskOver", "Visit", "Visit"], ["TaskOver", "TaskOver", "Visit"])


@pytest.mark.django_db(transaction=True)
def test_a_visit_is_refused_at_commit_without_one_of_our_own():
    enterprise = make.enterprise()
    with pytest.raises(Exception, match="至少一位工作人员"):
        Visit.objects.create(
            key=uuid.uuid4(), enterprise=enterprise, community=enterprise.community, result="nobody", visited_at=AT, visited_on=TODAY,
            recorded_by=make.user(), recorded_at=AT,
        )  # fmt: skip
    assert connection.is_usable()
    assert not Visit.objects.exists()
