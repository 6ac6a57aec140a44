"""明细: who sees and writes claims, what they add up to, and what is refused."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from grievances import line_items
from grievances.models import LineItem
from grievances.states import LineItemState, State
from grievances.workflow import NotInSight
from notices.models import Notice
from tests import make
from tests.grievances.steps import FINISHED, TOLD, do
from wording.errors import FactsMissing, NotYours, StateConflict

NOW = make.WEDNESDAY + timedelta(hours=3)
CLAIM = {"debtor": "上海某展览有限公司", "matter": "进博会展厅尾款", "amount_yuan": Decimal("386000.00"), "evidence": "合同、验收单"}


@pytest.fixture
def ticket(here):
    return make.grievance(State.IN_PROGRESS, scene=here)


def added(ticket, by, *rows, at=NOW):
    return line_items.add(ticket, rows or (CLAIM,), by=by, at=at)


@pytest.mark.parametrize("who", ["manager", "member", "specialist_zl", "specialist_jf", "partner"])
def test_the_enterprise_its_partner_and_the_specialists_see_and_write(here, ticket, who):
    added(ticket, here.people[who])

    assert line_items.may_write(ticket, here.people[who])
    assert LineItem.objects.visible_to(here.people[who]).count() == 1


@pytest.mark.parametrize("who", ["leader", "street", "grid_staff", "grid_leader"])
def test_whoever_else_sees_the_ticket_does_not_see_its_claims(here, ticket, who):
    added(ticket, here.manager)

    assert not LineItem.objects.visible_to(here.people[who]).exists()
    with pytest.raises(NotYours):
        added(ticket, here.people[who])


@pytest.mark.parametrize("who", ["stranger", "employee", "steward", "other_partner", "operator", "official"])
def test_whoever_does_not_see_the_ticket_is_told_there_is_none(here, ticket, who):
    added(ticket, here.manager)

    assert not LineItem.objects.visible_to(here.people[who]).exists()
    with pytest.raises(NotInSight):
        added(ticket, here.people[who])


def test_a_partner_that_lost_the_ticket_lost_its_claims(here, ticket):
    added(ticket, here.partner)
    do(ticket, "recall", here.specialist_zl, NOW, reason="改派")

    assert not LineItem.objects.visible_to(here.partner).exists()
    with pytest.raises(NotInSight):
        added(ticket, here.partner)


def test_the_sums_are_those_of_the_lines(here, ticket):
    items = added(ticket, here.manager, CLAIM, CLAIM | {"amount_yuan": Decimal("14000.50")}, CLAIM | {"amount_yuan": Decimal(100000)})
    line_items.change(items[0], {"state": LineItemState.RECOVERED}, by=here.partner, at=NOW, version=1)
    line_items.change(items[2], {"recovered_yuan": Decimal(20000)}, by=here.partner, at=NOW, version=1)

    found = line_items.totals(ticket)
    assert (found.count, found.recovered) == (3, 1)
    assert (found.amount_yuan, found.recovered_yuan, found.percent) == (Decimal("500000.50"), Decimal("406000.00"), 81)
    whole = LineItem.objects.get(pk=items[0].pk)
    assert (whole.recovered_yuan, whole.recovered_on) == (whole.amount_yuan, date(2026, 11, 18))


def test_recoveries_after_closing_still_count_but_no_longer_by_the_partner(here, ticket):
    item = added(ticket, here.manager)[0]
    finished = do(ticket, "finish", here.partner, NOW, **(FINISHED | {"outcome": "partly_solved"}))
    closed = do(finished, "feed_back", here.specialist_zl, NOW, **TOLD)

    with pytest.raises(NotInSight):
        line_items.change(item, {"state": LineItemState.RECOVERED}, by=here.partner, at=NOW, version=1)
    line_items.change(item, {"state": LineItemState.RECOVERED}, by=here.manager, at=NOW + timedelta(days=30), version=1)
    assert line_items.totals(closed).recovered == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount_yuan": Decimal(0)}, "amount_yuan"), ({"amount_yuan": None}, "amount_yuan"), ({"amount_yuan": Decimal("NaN")}, "amount_yuan"),
        ({"amount_yuan": Decimal("1e11")}, "amount_yuan"), ({"debtor": ""}, "debtor"), ({"debtor": "名" * 101}, "debtor"),
        ({"state": "lost"}, "state"), ({"recovered_yuan": Decimal("386000.01")}, "recovered_yuan"), ({"recovered_yuan": Decimal(-1)}, "recovered_yuan"),
        ({"recovered_on": date(2026, 11, 1)}, "recovered_yuan"), ({"recovered_yuan": Decimal(1), "recovered_on": date(2026, 11, 19)}, "recovered_on"),
        ({"nonsense": 1}, "nonsense"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(here, ticket, values, field):
    with pytest.raises(FactsMissing) as refused:
        added(ticket, here.manager, CLAIM, CLAIM | values)

    assert set(refused.value.fields) == {field}
    assert not LineItem.objects.exists()


def test_the_database_holds_the_sums_too(here, ticket):
    item = added(ticket, here.manager)[0]
    for values in ({"recovered_yuan": item.amount_yuan + 1, "recovered_on": date(2026, 1, 1)}, {"state": "recovered"}, {"amount_yuan": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            LineItem.objects.filter(pk=item.pk).update(**values)


def test_two_at_one_line_do_not_write_over_each_other(here, ticket):
    item = added(ticket, here.manager)[0]
    line_items.change(item, {"state": LineItemState.SECURED}, by=here.partner, at=NOW, version=1)

    with pytest.raises(StateConflict) as refused:
        line_items.change(item, {"state": LineItemState.DROPPED}, by=here.manager, at=NOW, version=1)
    assert refused.value.code == "stale"
    assert LineItem.objects.get().state == LineItemState.SECURED


def test_only_what_nobody_has_worked_on_is_deleted(here, ticket):
    first, second = added(ticket, here.manager, CLAIM, CLAIM)
    line_items.change(second, {"state": LineItemState.SUED}, by=here.partner, at=NOW, version=1)
    line_items.remove(first, by=here.manager, at=NOW, version=1)

    with pytest.raises(StateConflict):
        line_items.remove(second, by=here.manager, at=NOW, version=2)
    assert LineItem.objects.get() == second


@pytest.mark.parametrize("event", ["withdraw"])
def test_a_withdrawn_ticket_takes_no_claims(here, event):
    ticket = do(make.grievance(State.SUBMITTED, scene=here), event, here.manager, NOW)

    with pytest.raises(StateConflict):
        added(ticket, here.manager)


def test_money_that_came_in_is_told_to_the_others(here, ticket):
    item = added(ticket, here.manager)[0]
    line_items.change(item, {"state": LineItemState.RECOVERED}, by=here.partner, at=NOW, version=1)

    told = Notice.objects.filter(event__startswith="line-items:", channel="app")
    assert {notice.recipient for notice in told} == {here.manager, here.specialist_zl}
    assert all("386,000.00" in notice.title for notice in told)


def test_the_claims_of_an_employee_are_not_his_employers(here):
    ticket = make.grievance(State.SUBMITTED, scene=here, by="employee", personal=True)
    added(ticket, here.employee)

    assert not LineItem.objects.visible_to(here.manager).exists()
    with pytest.raises(NotInSight):
        added(ticket, here.manager)
