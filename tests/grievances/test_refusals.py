"""What the database refuses by itself, whoever asks: a form, the shell, a script in SQL (R9, R11, INV01)."""

import pytest
from django.db import DatabaseError, connection, transaction

from grievances.models import Clock, Transition
from grievances.states import State
from tests import make
from tests.grievances.steps import do, fresh
from wording.errors import Refused, StateConflict

NOW = "2026-11-18 14:00"


def refused_by_the_database(sql, *args):
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, args)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what a commit does
    return str(error.value)


def test_no_state_changes_without_its_line_of_history_not_even_in_sql(here):
    """R9: the deferred trigger looks at commit."""
    ticket = make.grievance(State.ACCEPTED, scene=here)

    for sql in (
        "UPDATE grievances_grievance SET state = 'submitted', window_id = window_id WHERE id = %s",
        "UPDATE grievances_grievance SET state = 'rejected', ended_at = updated_at, version = version + 1 WHERE id = %s",
    ):
        assert "without its transition" in refused_by_the_database(sql, ticket.pk)
    assert fresh(ticket).state == State.ACCEPTED


def test_a_line_of_history_is_never_changed_and_never_deleted(here):
    """INV01."""
    ticket = make.grievance(State.ACCEPTED, scene=here)

    for sql in (
        "UPDATE grievances_transition SET note = '改过' WHERE grievance_id = %s",
        "DELETE FROM grievances_transition WHERE grievance_id = %s",
    ):
        assert "grievances_transition" in refused_by_the_database(sql, ticket.pk)
    for deed in (lambda rows: rows.update(note="改过"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed(Transition.objects.filter(grievance=ticket))
    assert Transition.objects.filter(grievance=ticket).count() == 2


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE grievances_grievance SET assignee_id = NULL WHERE id = %s",
        "UPDATE grievances_grievance SET next_due_at = NULL WHERE id = %s",
        "UPDATE grievances_grievance SET unit_id = window_id WHERE id = %s",
        "UPDATE grievances_grievance SET ended_at = now() WHERE id = %s",
        "UPDATE grievances_grievance SET title = '' WHERE id = %s",
        "UPDATE grievances_grievance SET merged_into_id = id WHERE id = %s",
        "UPDATE grievances_clock SET ended_at = started_at - interval '1 second' WHERE grievance_id = %s",
    ],
)
def test_a_row_that_cannot_be_right_is_refused_by_the_database(sql, here):
    refused_by_the_database(sql, make.grievance(State.ACCEPTED, scene=here).pk)


def test_a_move_refused_leaves_no_clock_half_started(here):
    ticket = make.grievance(State.IN_PROGRESS, scene=here)
    before = list(Clock.objects.order_by("pk").values())

    with pytest.raises(StateConflict):
        do(ticket, "accept", here.specialist_zl, NOW, service_item="ZL02")
    with pytest.raises(Refused):
        do(ticket, "finish", here.partner, NOW, outcome="solved", note="已付", evidence=[])

    assert list(Clock.objects.order_by("pk").values()) == before
