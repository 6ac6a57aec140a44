"""Lists that only go out: as many rows as the page has, for the same readers, and no row of anybody else's."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

import audit
from audit.models import Entry
from community.kinds import PostKind
from dashboards import measures
from exchange import exports
from exchange.models import Export
from exchange.subjects import TABLES
from grievances import follow_up, workflow
from grievances.letters import in_sight
from grievances.models import FollowUp, Grievance
from grievances.states import State
from notices.models import Notice
from tests import make
from visits import planning

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
LATER = AT + timedelta(days=1)


@pytest.fixture
def here():
    return make.scene()


def sheet(code, user, **params):
    table = TABLES[code]()
    return [
        {column.label: column.cell(row) for column in table.columns_for(user)}
        for row in table.exported(user, {name: [value] for name, value in params.items()}, LATER)
    ]


def poor(ticket, owner, **facts):
    return FollowUp.objects.create(
        grievance=ticket, cycle=1, kind="poor_rating", owner=owner, created_at=AT, contact_due_at=AT, fix_due_at=AT, **facts
    )


def test_follow_ups_go_out_as_their_two_tabs_stand(here):
    open_one = poor(make.grievance(State.CLOSED, scene=here), here.leader)
    over = poor(make.grievance(State.CLOSED, scene=here), here.leader, state="done", ended_at=AT, result="fixed", end_note="已换锁")

    for reader in (here.specialist_zl, here.leader, here.street):
        assert [row["办件编号"] for row in sheet("follow-ups", reader)] == [open_one.grievance.number]
        assert [(row["办件编号"], row["结果"]) for row in sheet("follow-ups", reader, tab="done")] == [(over.grievance.number, "已整改")]
    assert len(sheet("follow-ups", here.leader)) == follow_up.waiting(here.leader).count()
    assert sheet("follow-ups", make.scene().leader) == sheet("follow-ups", here.partner) == []
    assert not exports.may_export(TABLES["follow-ups"], here.partner)


def test_letters_go_out_as_their_two_tabs_stand(here):
    ticket = make.grievance(State.ACCEPTED, scene=here)
    workflow.apply(ticket, "dispatch", by=here.specialist_zl, at=AT + timedelta(hours=1), unit="BM-SZ")
    letter = in_sight(here.leader).get()

    assert [(row["函号"], row["办件编号"]) for row in sheet("letters", here.leader)] == [(letter.number, ticket.number)]
    assert sheet("letters", here.leader, tab="over") == []
    letter.answered_at, letter.incoming, letter.typed_by = AT + timedelta(hours=2), "复函 1 号", here.leader
    letter.save()
    assert sheet("letters", here.leader) == []
    assert [(row["来文"], row["录入人"]) for row in sheet("letters", here.leader, tab="over")] == [("复函 1 号", here.leader.name)]
    assert sheet("letters", make.scene().leader, tab="over") == sheet("letters", here.street, tab="over") == []
    assert not exports.may_export(TABLES["letters"], here.street)


def test_a_personal_ticket_names_its_employer_to_the_handling_chain_as_the_page_does_and_to_nobody_else(here):
    ticket = make.grievance(State.CLOSED, scene=here)
    poor(ticket, here.leader)
    Grievance.objects.filter(pk=ticket.pk).update(personal=True)

    name = ticket.enterprise.name
    for table in ("follow-ups", "numbers", "grievances"):
        assert [row["企业"] for row in sheet(table, here.leader)] == [name], table
    for other in (here.grid_staff, here.partner, here.operator):
        assert name not in str(sheet("grievances", other))


def test_the_list_of_a_number_has_as_many_rows_as_the_number(here):
    for state in (State.SUBMITTED, State.ACCEPTED, State.IN_PROGRESS, State.CLOSED, State.RATED):
        make.grievance(state, scene=here)
    period = measures.year_to_date(LATER)

    for figure in measures.overview(here.leader, period, LATER):
        code = figure.measure.code
        assert (code, len(sheet("numbers", here.leader, measure=code))) == (code, figure.counted)
        if figure.base is not None:
            assert (code, len(sheet("numbers", here.leader, measure=code, part="base"))) == (code, figure.base)
    for by in measures.BREAKDOWNS:
        for each in measures.breakdown(here.leader, by, period, LATER):
            assert len(sheet("numbers", here.leader, measure="collected", by=by, key=each.key)) == each.count
    assert sheet("numbers", here.leader, **{"from": "2020-01-01", "to": "2020-12-31"}) == []
    assert sheet("numbers", make.scene().leader) == []


def test_the_trail_is_the_auditors_and_says_what_the_page_says(here):
    audit.record("edit", by=here.leader, at=AT, target="enterprise:1", detail={"field": "=1+1"})

    found = sheet("audit", here.auditor, q="enterprise:1")

    assert [(row["操作人"], row["操作"]) for row in found] == [(Entry.objects.get(target="enterprise:1").by_name, "修改")]
    assert "=1+1" in found[0]["详情"]
    assert sheet("audit", here.auditor, until_on="2020-01-01") == []
    assert sheet("audit", here.leader) == []
    assert [role for role, somebody in here.people.items() if exports.may_export(TABLES["audit"], somebody)] == ["auditor"]


def test_ones_notices_go_out_and_nobody_elses(here):
    def told(to, event, **facts):
        Notice.objects.create(
            event=event, recipient=to, channel="app", title="有进展", body="请查看", created_at=AT, available_at=AT, **facts
        )

    told(here.manager, "a")
    told(here.manager, "b", read_at=AT)
    told(here.leader, "c")

    assert [row["标题"] for row in sheet("notices", here.manager)] == ["有进展", "有进展"]
    assert len(sheet("notices", here.manager, show="unread")) == 1
    assert len(sheet("notices", here.leader)) == 1
    assert sheet("notices", here.stranger) == []


@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("follow-ups", {"tab": "over"}), ("follow-ups", {"q": "x"}), ("letters", {"tab": "done"}), ("notices", {"show": "read"}),
        ("notices", {"recipient": "1"}), ("numbers", {"measure": "none"}), ("numbers", {"by": "none"}), ("numbers", {"from": "2026-13-01"}),
        ("numbers", {"q": "x"}), ("audit", {"by": "1"}), ("audit", {"from_on": "gestern"}),
    ],
)  # fmt: skip
def test_a_condition_that_means_nothing_is_refused(here, code, params):
    user = here.auditor if code == "audit" else here.leader

    with pytest.raises(ValidationError):
        sheet(code, user, **params)


def test_every_such_list_is_written_audited_and_collected(here):
    poor(make.grievance(State.CLOSED, scene=here), here.leader)
    for code, user in {**dict.fromkeys(("follow-ups", "letters", "numbers", "notices"), here.leader), "audit": here.auditor}.items():
        for form in ("xlsx", "csv"):
            export = exports.ask(TABLES[code](), by=user, params={}, form=form, at=LATER)
            exports.produce(export.pk, LATER)

            made = Export.objects.get(pk=export.pk)
            assert (code, made.stage, bool(made.content)) == (code, "ready", True)
    assert len(sheet("audit", here.auditor, action="list_exported")) == 10
    assert PostKind.AUDITOR in TABLES["audit"].exporters


def test_the_plan_of_the_week_goes_out_with_its_reasons_to_whoever_reads_it_on_the_page(here):
    firm = make.enterprise(park=here.park)
    kind = make.visit_class(make.trigger(), community=here.community, who=["grid_staff"], weight=90, name="有风险企业必访", staff_only=True)
    make.reason(enterprise=firm, visit_class=kind)
    make.task(enterprise=firm, due_on=(LATER + timedelta(days=1)).date())
    planning.plan(here.community, LATER, effort=0.1)

    for reader in (here.leader, here.grid_staff, here.street):
        rows = sheet("visit-plans", reader)
        assert [(row["企业"], row["事由"], row["走访人"]) for row in rows] == [(firm.name, "有风险企业必访", here.grid_staff.display_name)]
    assert sheet("visit-plans", here.leader, week="2031-05-05") == []
    assert not any(
        exports.may_export(TABLES["visit-plans"], somebody) for somebody in (here.steward, here.operator, here.partner, here.manager)
    )
