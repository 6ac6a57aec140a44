"""Setting dispatch rules: versions with a first day, and what would have gone elsewhere."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from enterprises.models import Conflict
from grievances import catalogue, routing, rule_changes
from grievances.models import DispatchRule, Grievance
from grievances.reach import ReachOfMany
from grievances.states import State
from grievances.workflow import apply
from tests import make
from wording.errors import FactsMissing, NotFound, NotYours

pytestmark = pytest.mark.django_db
NOW = make.WEDNESDAY
TODAY, TOMORROW = date(2026, 11, 18), date(2026, 11, 19)


@pytest.fixture
def here():
    return make.scene()


def typed(**changes):
    return {"code": "R05", "name": "欠款先看应急站", "rank": "5", "target": "unit", "unit": "BM-YJ", "from_on": "2026-11-18",
            "values": {"item": ["ZL02"]}} | changes  # fmt: skip


def put(here, by="leader", **changes):
    return rule_changes.save(rule_changes.draft(typed(**changes), by=here.people[by], at=NOW), by=here.people[by], at=NOW)


def spans(here, code="R05"):
    return list(
        DispatchRule.objects.filter(community=here.community, code=code).order_by("from_on").values_list("rank", "from_on", "until_on")
    )


def test_a_new_version_takes_over_on_its_first_day_and_the_old_one_is_kept(here):
    ticket = make.grievance(State.ACCEPTED, scene=here)
    put(here)
    put(here, from_on="2026-11-20", unit="BM-SZ", rank="6")

    assert spans(here) == [(5, TODAY, date(2026, 11, 20)), (6, date(2026, 11, 20), None)]
    assert routing.propose(ticket, on=TOMORROW).chosen.unit.code == "BM-YJ"
    assert routing.propose(ticket, on=date(2026, 11, 20)).chosen.unit.code == "BM-SZ"
    assert Entry.objects.filter(action="configure", target="dispatch_rule:R05").count() == 2


def test_another_wording_for_the_same_day_replaces_it_and_what_was_to_come_gives_way(here):
    put(here)
    put(here, from_on="2026-12-01", rank="9")
    put(here, rank="7")

    assert spans(here) == [(7, TODAY, None)]
    assert [line.pgh_label for line in rule_changes.history(here.community, "R05")][:1] == ["insert"]


def test_a_switch_that_was_on_stays_on(here):
    put(here)
    DispatchRule.objects.filter(code="R05").update(automatic=True)

    assert put(here, rank="6").automatic is True
    assert put(here, from_on="2026-11-19").automatic is True


def test_a_rule_that_is_stopped_is_tried_no_more(here):
    put(here)
    put(here, from_on="2026-12-01")

    for _ in range(2):
        rule_changes.stop(here.community.code, "R05", by=here.leader, at=NOW, on=TOMORROW)

    assert spans(here) == [(5, TODAY, TOMORROW)]
    with pytest.raises(FactsMissing):
        rule_changes.stop(here.community.code, "R05", by=here.leader, at=NOW, on=date(2026, 11, 17))
    with pytest.raises(NotFound):
        rule_changes.stop(here.community.code, "R77", by=here.leader, at=NOW, on=TOMORROW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"from_on": "2026-11-17"}, "from_on"), ({"from_on": "x"}, "from_on"), ({"rank": "0"}, "rank"), ({"rank": "1e3"}, "rank"),
        ({"target": "moon"}, "target"), ({"unit": ""}, "unit"), ({"unit": "NOPE"}, "unit"), ({"code": ""}, "code"), ({"name": ""}, "name"),
        ({"values": {"item": ["XX99"]}}, "item"), ({"values": {"personal": ["maybe"]}}, "personal"),
        ({"values": {"keyword": ["词" * 31]}}, "keyword"), ({"values": {"keyword": [f"词{n}" for n in range(31)]}}, "keyword"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(here, changes, field):
    with pytest.raises(FactsMissing) as refusal:
        put(here, **changes)

    assert field in refusal.value.fields


def test_only_the_leader_sets_rules_and_only_his_own(here):
    for role in ("specialist_zl", "street", "admin", "partner"):
        with pytest.raises(NotYours):
            put(here, by=role)
    elsewhere = make.scene()
    row = rule_changes.draft(typed(), by=here.leader, at=NOW)
    with pytest.raises(NotYours):
        rule_changes.save(row, by=elsewhere.leader, at=NOW)
    with pytest.raises(NotFound):
        rule_changes.stop(here.community.code, "R01", by=elsewhere.leader, at=NOW, on=TOMORROW)


class TestPreview:
    def look(self, here, without=False, **changes):
        row = rule_changes.draft(typed(**changes), by=here.leader, at=NOW)
        return rule_changes.preview(row, by=here.leader, at=NOW + timedelta(hours=1), without=without)

    def test_it_lists_what_would_have_gone_elsewhere_and_says_how_often_rules_and_people_agree(self, here):
        sent = make.grievance(State.IN_PROGRESS, scene=here)
        waiting = make.grievance(State.ACCEPTED, scene=here)
        make.grievance(State.SUBMITTED, scene=here, service_item="GS01")
        make.grievance(State.IN_PROGRESS, scene=here, at=NOW - timedelta(days=40))

        found = self.look(here)

        assert found.looked_at == 3
        assert {(row.ticket.number, row.now, row.then, row.actual) for row in found.moved} == {
            (sent.number, "财务法务之窗（R01）", "应急管理站（R05）", "清衡律师事务所"),
            (waiting.number, "财务法务之窗（R01）", "应急管理站（R05）", "没有派单"),
        }
        assert (found.dispatched, found.agreed, found.would_agree) == (1, 1, 0)
        assert not DispatchRule.objects.filter(code="R05").exists()

    def test_what_the_specialist_did_himself_agrees_with_a_rule_that_says_so(self, here):
        ticket = make.grievance(State.ACCEPTED, scene=here)
        apply(ticket, "self_handle", by=here.specialist_zl, at=NOW + timedelta(minutes=30))

        found = self.look(here, target="self", unit="")

        assert (found.dispatched, found.agreed, found.would_agree) == (1, 0, 1)

    def test_a_rule_that_comes_later_changes_nothing(self, here):
        make.grievance(State.ACCEPTED, scene=here)

        assert self.look(here, rank="95").moved == ()

    def test_without_a_rule_the_next_one_takes_over(self, here):
        make.grievance(State.ACCEPTED, scene=here)
        put(here)

        assert [row.then for row in self.look(here, without=True).moved] == ["财务法务之窗（R01）"]

    def test_as_many_queries_for_many_tickets_as_for_few(self, here):
        make.grievance(State.IN_PROGRESS, scene=here)
        with CaptureQueriesContext(connection) as few:
            self.look(here)
        for _ in range(4):
            make.grievance(State.IN_PROGRESS, scene=here)
        with CaptureQueriesContext(connection) as many:
            self.look(here)

        assert len(many) == len(few)


def test_what_is_read_at_once_is_what_is_asked_one_by_one(here):
    """The preview and the proposal on the ticket never disagree: conflicts, agreements, disputes, units out of use."""
    firms = [make.enterprise(park=here.park) for _ in range(2)]
    tickets = [make.grievance(State.ACCEPTED, scene=here) for _ in range(3)]
    Grievance.objects.filter(pk=tickets[1].pk).update(enterprise=firms[0], counterparty=here.enterprise)
    make.grievance(State.IN_PROGRESS, scene=here)
    Conflict.objects.create(unit=here.other_firm, enterprise=here.enterprise)
    here.department.retired = True
    here.department.save()
    for code, unit in (("R05", here.firm), ("R06", here.other_firm), ("R07", here.department)):
        DispatchRule.objects.create(community=here.community, code=code, name=code, rank=5, target="unit", unit=unit, from_on=TODAY)
    rows = list(Grievance.objects.filter(pk__in=[ticket.pk for ticket in tickets]).order_by("pk"))
    reach = ReachOfMany(TODAY, rows, here.community.pk)

    for row in rows:
        assert routing.propose(row, on=TODAY, reach=reach) == routing.propose(row, on=TODAY)
    assert {routing.propose(row, on=TODAY).chosen.rule.code for row in rows} == {"R05", "R06"}


def test_loading_the_catalogue_again_leaves_changed_rules_alone(here):
    put(here, code="R01", rank="8")
    before = spans(here, "R01")

    catalogue.load(here.community, in_force_on=date(2024, 1, 1))

    assert spans(here, "R01") == before
