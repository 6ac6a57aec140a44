"""督办: ordered, answered in time or climbing; who sees it; what the database refuses; and the pages."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import community as posts
from community.models import Post
from evaluations import orders_seen, supervision
from evaluations.climbing import climb
from evaluations.models import Climb, Order
from grievances import workflow
from notices.models import Notice
from tests import make
from tests.threads import together
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
STAFF = {"grid_leader", "grid_staff", "leader", "street", "colleague"}


@pytest.fixture
def here():
    return make.scene()


@pytest.fixture
def task(here):
    return make.task(enterprise=here.enterprise)


def told():
    return {(notice.recipient_id, notice.title) for notice in Notice.objects.filter(kind="deadline")}


@pytest.mark.parametrize(("limit", "due"), [("h4", "11-18"), ("d1", "11-19 17:30"), ("d3", "11-23 17:30"), ("d5", "11-25 17:30")])
def test_the_limit_is_working_time(here, task, limit, due):
    made = make.order(task, by=here.street, limit=limit)

    assert f"{timezone.localtime(made.due_at):%m-%d %H:%M}".startswith(due)
    assert made.addressee == here.grid_leader


def test_the_street_and_the_leader_order_and_somebody_else_answers(here, task):
    for name, person in here.people.items():
        if name not in ("street", "leader"):
            with pytest.raises(NotYours):
                make.order(task, by=person)
    made = make.order(task, by=here.leader)
    assert make.order(task, by=here.leader) == made
    with pytest.raises(StateConflict):
        make.order(task, by=here.street)
    with pytest.raises(FactsMissing):
        make.order(here.park, by=here.street, demand="  ")
    with pytest.raises(FactsMissing):
        make.order(here.park, by=here.street, limit="d9")

    with pytest.raises(NotYours):
        supervision.answer(made, "我自己答", by=here.leader, at=AT)
    with pytest.raises(NotFound):
        supervision.answer(made, "看不到", by=here.steward, at=AT)
    for _ in range(2):
        supervision.answer(made, "已约明天上午去", by=here.grid_staff, at=AT)
    with pytest.raises(StateConflict):
        supervision.answer(made, "另一种说法", by=here.grid_staff, at=AT)
    with pytest.raises(StateConflict):
        supervision.withdraw(made, by=here.leader, at=AT)

    assert (here.leader.pk, "督办已答复") in told()
    assert make.order(task, by=here.street).pk != made.pk


@pytest.mark.django_db(transaction=True)
def test_two_who_order_at_once_make_one_order(here, task):
    outcomes = together(*[lambda by=by: make.order(task, by=by) for by in (here.street, here.leader)])

    assert Order.objects.count() == 1
    assert sum(isinstance(outcome, StateConflict) for outcome in outcomes) == 1


def test_what_is_not_answered_climbs_once_to_the_leader_and_a_working_day_later_to_the_street(here, task):
    made = make.order(task, by=here.street)
    minute, steps = timedelta(minutes=1), []
    for at in (made.due_at, made.due_at + minute, made.due_at + minute, made.due_at + timedelta(days=1), made.due_at + timedelta(days=2), made.due_at + timedelta(days=9)):  # fmt: skip
        steps.append(climb(at))

    # Thursday 17:30; Friday closing time is not over yet, Saturday is past it
    assert steps == [0, 1, 0, 0, 1, 0]
    assert {here.leader.pk, here.grid_leader.pk} <= {user for user, title in told() if "社区负责人" in title}
    assert here.street.pk in {user for user, title in told() if "街道" in title}


def test_what_is_answered_or_withdrawn_climbs_no_more(here, task):
    answered, withdrawn = make.order(task, by=here.street), make.order(here.park, by=here.street)
    supervision.answer(answered, "已办", by=here.grid_leader, at=AT)
    supervision.withdraw(withdrawn, by=here.street, at=AT)

    assert climb(AT + timedelta(days=30)) == 0


def test_the_order_on_a_ticket_is_the_tickets_own_and_climbs_like_the_others(here):
    ticket = make.grievance("in_progress", scene=here, confidential=True)
    due_at = AT + timedelta(days=1)
    workflow.apply(ticket, "supervise", by=here.street, at=AT + timedelta(hours=1), demand="今日报进展", due_at=due_at.isoformat())

    assert [climb(due_at + timedelta(minutes=n)) for n in (0, 1, 2)] == [0, 1, 0]
    assert not Order.objects.exists()
    [row] = orders_seen.seen_by(here.leader, "late", due_at + timedelta(minutes=3))
    assert (row.kind, row.rung, row.demand) == ("诉求", 1, "今日报进展")
    bodies = " ".join(Notice.objects.filter(title__startswith="督办逾期").values_list("body", flat=True))
    assert ticket.number in bodies
    assert ticket.title not in bodies
    assert not orders_seen.seen_by(here.grid_staff, "late", due_at + timedelta(minutes=3))


def test_staff_see_orders_and_nobody_else_does(here, task):
    rows = [make.order(task, by=here.street), make.order(here.park, by=here.street)]
    elsewhere = make.scene()
    foreign = make.order(elsewhere.park, by=elsewhere.street)

    for name, person in here.people.items():
        seen = set(Order.objects.visible_to(person))
        assert (name, seen) == (name, set(rows) if name in STAFF or name.startswith("specialist") else set())
    assert set(Order.objects.visible_to(elsewhere.leader)) == {foreign}


def test_whoever_leaves_passes_his_orders_on(here, task):
    made = make.order(task, by=here.street)
    posts.leave(Post.objects.get(user=here.grid_leader), at=AT + timedelta(hours=1), by=None)

    made.refresh_from_db()
    assert made.addressee == here.leader


WRONG = [
    ({"task": None}, "一项走访或一个园区"), ({"park": "park"}, "一项走访或一个园区"), ({"demand": ""}, "督办要求"), ({"limit": "d9"}, "时限"), ({"due_at": AT}, "晚于"),
    ({"addressee": "street"}, "别人"), ({"answer": "已办"}, "同时"), ({"answer": "已办", "answered_by": "street", "answered_at": AT}, "以外"),
    ({"answered_by": "leader", "answered_at": AT}, "同时"), ({"withdrawn_at": AT - timedelta(days=1)}, "撤销"),
    ({"answer": "已办", "answered_by": "leader", "answered_at": AT, "withdrawn_at": AT}, "撤销"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "says"), WRONG, ids=[str(number) for number in range(len(WRONG))])
def test_a_wrong_order_is_refused_by_the_database_and_in_chinese(here, task, wrong, says):
    named = {"park": here.park, **here.people}
    facts = {
        "community": here.community, "task": task, "demand": "x", "limit": "d1", "due_at": AT + timedelta(days=1), "addressee": here.leader,
        "made_by": here.street, "made_at": AT,
    } | {name: named.get(value, value) if isinstance(value, str) else value for name, value in wrong.items()}  # fmt: skip

    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.bulk_create([Order(**facts)])
    with pytest.raises(ValidationError) as refused:
        Order(**facts).validate_constraints()
    assert says in "".join(refused.value.messages)


def test_what_was_ordered_and_what_was_answered_stays(here, task):
    made = make.order(task, by=here.street)
    Climb.objects.create(order=made, rung=1, due_at=AT, at=AT)
    for deed in (
        lambda: Order.objects.update(demand="改写"), lambda: Order.objects.filter(pk=made.pk)._raw_delete("default"),
        lambda: Climb.objects.create(order=made, rung=1, due_at=AT, at=AT), lambda: Climb.objects.create(order=made, rung=3, due_at=AT, at=AT),
        lambda: Climb.objects.create(rung=2, due_at=AT, at=AT), lambda: Climb.objects.create(order=made, rung=2, due_at=AT, at=AT - timedelta(days=1)),
        lambda: Climb.objects.update(rung=2), lambda: Order.objects.bulk_create([_again(made)]),
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()
    supervision.answer(made, "已办", by=here.leader, at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        Order.objects.update(answer="改写")


def _again(made):
    again = Order.objects.get(pk=made.pk)
    again.pk = None
    return again


def test_the_pages_for_every_role(here, task):
    now = timezone.now()
    here.attach(now)
    made = make.order(task, by=here.street, at=now)
    foreign = make.order((elsewhere := make.scene(at=now)).park, by=elsewhere.street, at=now)
    for name, person in here.people.items():
        client = Client()
        client.force_login(person)
        staff = name in STAFF or name.startswith("specialist")
        orders = name in ("leader", "street")

        assert (name, client.get(reverse("supervision")).status_code) == (name, 200 if staff else 403)
        assert (name, client.get(reverse("order", args=[made.pk])).status_code) == (name, 200 if staff else 403)
        assert client.get(reverse("order", args=[foreign.pk])).status_code == (404 if staff else 403)
        assert client.get(reverse("order-new"), {"park": here.park.code}).status_code == (200 if orders else 403)
        assert client.get(reverse("order-new"), {"visit": "x"}).status_code == (404 if orders else 403)
        if orders:
            assert client.get(reverse("order-new"), {"park": elsewhere.park.code}).status_code == 404
            assert client.post(reverse("order-new"), {"park": here.park.code, "demand": "", "limit": "d1"}).status_code == 400
    client = Client()
    client.force_login(here.grid_leader)
    assert client.post(reverse("order-act", args=[made.pk, "answer"]), {"answer": ""}).status_code == 400
    assert client.post(reverse("order-act", args=[made.pk, "answer"]), {"answer": "明天去"}).status_code == 302
    assert "明天去" in client.get(reverse("supervision"), {"tab": "answered"}).text
