"""A note of one's own: nobody else reads it, and it goes out nowhere."""

from datetime import timedelta

import pytest
from django.urls import reverse

from audit.models import Entry
from exchange import exports
from exchange.subjects import table_named
from grievances.models import PrivateNote
from grievances.states import State
from tests import make

pytestmark = pytest.mark.django_db
WORDS = "周三找财务王姐"


@pytest.fixture
def ticket(here, now):
    return make.grievance(State.IN_PROGRESS, scene=here, at=now - timedelta(hours=20))


def send(client, ticket, body=WORDS, **more):
    return client.post(reverse("private-note", args=[ticket.number]), {"body": body, **more})


def read(client, ticket):
    return client.get(reverse("grievance", args=[ticket.number])).content.decode()


def test_it_is_on_the_page_of_who_wrote_it_and_of_nobody_else(here, enter, ticket):
    client = enter(here.specialist_zl)
    assert send(client, ticket).status_code == 302

    assert WORDS in read(client, ticket)
    for role in ("colleague", "leader", "street", "partner", "grid_staff", "manager"):
        assert WORDS not in read(enter(here.people[role]), ticket)


def test_it_saves_by_itself_is_replaced_and_taken_away(here, enter, ticket):
    client = enter(here.specialist_zl)
    assert send(client, ticket, draft="1").status_code == 204
    assert send(client, ticket, "别的", draft="1").status_code == 204
    assert list(PrivateNote.objects.values_list("body", flat=True)) == ["别的"]

    send(client, ticket, "  ")

    assert not PrivateNote.objects.exists()


def test_too_long_a_note_is_refused_with_all_its_words(here, enter, ticket):
    answer = send(enter(here.specialist_zl), ticket, "长" * 2001)

    assert answer.status_code == 400
    assert "长" * 2001 in answer.content.decode()


def test_who_does_not_see_the_ticket_has_no_note_on_it(here, enter, ticket):
    assert send(enter(here.other_partner), ticket).status_code == 404
    assert send(enter(make.scene().leader), ticket).status_code == 404
    assert send(enter(here.manager), ticket).status_code == 403
    assert not PrivateNote.objects.exists()


def test_it_is_in_no_export_search_interface_or_trail(here, enter, ticket, now):
    client = enter(here.specialist_zl)
    send(client, ticket)

    for code in ("grievances", "line_items", "follow-ups", "letters", "notices"):
        export = exports.ask(table_named(code), by=here.specialist_zl, params={}, form="csv", at=now)
        exports.produce(export.pk, now)
        export.refresh_from_db()
        assert WORDS not in exports.collect(export, now).decode("utf-8-sig")
    assert ticket.number not in client.get(reverse("search"), {"q": WORDS}).content.decode()
    assert WORDS not in client.get(f"/api/v1/community/grievances/{ticket.number}/").content.decode()
    assert not Entry.objects.filter(detail__icontains="王姐").exists()
