"""进度链接: who makes one, what it shows, when it stops."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audit.models import Entry
from grievances import progress_links
from grievances.models import ProgressLink
from grievances.states import State
from tests import make
from wording.errors import NotYours, StateConflict

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
LATER = AT + timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def here():
    return make.scene(at=AT)


def shared(ticket, by, at=LATER):
    return progress_links.make(ticket, by=by, at=at)[1]


@pytest.mark.parametrize(
    ("by", "facts", "makers"),
    [
        ("manager", {}, {"manager", "member"}),
        ("manager", {"confidential": True}, {"manager", "member"}),
        ("employee", {"personal": True, "service_item": "GS05"}, {"employee"}),
        ("manager", {"personal": True, "service_item": "GS05"}, {"manager"}),
    ],
)
def test_the_enterprise_makes_it_and_of_a_personal_ticket_its_filer_alone(here, by, facts, makers):
    ticket = make.grievance(State.SUBMITTED, scene=here, at=AT, by=by, **facts)
    made = set()
    for name, person in here.people.items():
        assert progress_links.may_make(ticket, person) == (name in makers), name
        try:
            shared(ticket, person)
        except NotYours:
            continue
        made.add(name)

    assert made == makers
    for name, person in here.people.items():
        if name not in makers:
            with pytest.raises(NotYours):
                progress_links.revoke(ticket, by=person, at=LATER)
    assert ProgressLink.objects.unrevoked().count() == len(makers)


def test_a_draft_has_none(here):
    with pytest.raises(StateConflict):
        shared(make.grievance(State.DRAFT, scene=here, at=AT), here.manager)


def test_it_opens_from_the_first_second_until_thirty_days_are_over(here):
    ticket = make.grievance(State.ACCEPTED, scene=here, at=AT)
    token = shared(ticket, here.manager)

    assert progress_links.read(token, LATER - SECOND) is None
    assert progress_links.read(token, LATER).title == ticket.title
    assert progress_links.read(token, LATER + timedelta(days=30) - SECOND) is not None
    assert progress_links.read(token, LATER + timedelta(days=30)) is None


def test_a_new_one_of_the_same_person_ends_the_one_before_and_leaves_a_colleagues(here):
    ticket = make.grievance(State.ACCEPTED, scene=here, at=AT)
    first, colleagues = shared(ticket, here.manager), shared(ticket, here.member)
    second = shared(ticket, here.manager)

    assert progress_links.read(first, LATER) is None
    assert progress_links.read(second, LATER) is not None
    assert progress_links.read(colleagues, LATER) is not None


def test_taken_back_by_anybody_of_the_enterprise_it_is_gone_and_again_it_is_nothing(here):
    ticket = make.grievance(State.ACCEPTED, scene=here, at=AT)
    tokens = [shared(ticket, here.manager), shared(ticket, here.member)]

    assert progress_links.revoke(ticket, by=here.member, at=LATER) == 2
    assert progress_links.revoke(ticket, by=here.manager, at=LATER) == 0
    assert [progress_links.read(token, LATER) for token in tokens] == [None, None]
    assert Entry.objects.filter(action="progress_link_made").count() == 2
    assert Entry.objects.filter(action="progress_link_revoked").count() == 1


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "A" * 42, "../../etc/passwd", "令" * 43, "a" * 5000, "\x00" * 43])
def test_what_nobody_gave_out_opens_nothing(here, token):
    shared(make.grievance(State.ACCEPTED, scene=here, at=AT), here.manager)

    assert progress_links.read(token, LATER) is None


def test_the_token_is_long_and_stands_nowhere(here):
    link, token = progress_links.make(make.grievance(State.ACCEPTED, scene=here, at=AT), by=here.manager, at=LATER)

    assert len(token) == 43
    assert token not in str(vars(link))
    assert token not in str([entry.detail for entry in Entry.objects.all()])


def test_nothing_of_the_enterprise_or_its_people_is_told(here):
    here.member.name = "顾南乔"
    here.member.save(update_fields=["name"])
    here.enterprise.refresh_from_db()
    title = f"{here.enterprise.name}的周敏与顾南乔被欠款，电话13812345678，证号 91330100MA27X00000，座机 0571-8812 3456"
    ticket = make.grievance(State.ACCEPTED, scene=here, at=AT, title=title)

    told = str(progress_links.read(shared(ticket, here.manager), LATER))

    for secret in (
        here.enterprise.name, here.enterprise.uscc, "周敏", "顾南乔", "13812345678", "91330100MA27X00000", "8812", ticket.body, ticket.number,
        here.manager.username,
    ):  # fmt: skip
        assert secret not in told, secret
    assert "被欠款" in told


def test_of_a_confidential_ticket_not_even_the_title_is_told(here):
    ticket = make.grievance(State.ACCEPTED, scene=here, at=AT, confidential=True)

    assert progress_links.read(shared(ticket, here.manager), LATER).title == progress_links.SECRET


@pytest.mark.parametrize("state", [state for state in State.values if state != State.DRAFT])
def test_it_follows_the_ticket_through_every_state(here, state):
    ticket = make.grievance(state, scene=here, at=AT)

    told = progress_links.read(shared(ticket, here.manager, AT + timedelta(days=20)), AT + timedelta(days=20))

    assert (told.state, told.promise_due_at, told.answered_at) == (ticket.state, ticket.promise_due_at, ticket.answered_at)


def test_the_database_keeps_one_link_of_a_person_on_a_ticket(here):
    ticket = make.grievance(State.ACCEPTED, scene=here, at=AT)
    shared(ticket, here.manager)
    row = ProgressLink.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        ProgressLink.objects.create(grievance=ticket, digest="0" * 64, made_by=here.manager, made_at=AT, expires_at=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProgressLink.objects.filter(pk=row.pk).update(revoked_at=LATER)


def test_links_are_seen_where_the_ticket_is_seen_from_the_enterprises_side(here):
    shared(make.grievance(State.ACCEPTED, scene=here, at=AT), here.manager)

    seen = {name for name, person in here.people.items() if ProgressLink.objects.visible_to(person).exists()}
    assert seen == {"manager", "member"}
