"""当场办结 whose database session is killed at any step: all five moves or nothing, and sending it again makes exactly one.

The session is really ended, by a trigger that terminates its own backend where the step writes.
"""

import pytest
from django.db import DatabaseError, connection
from django.db.utils import InterfaceError

from grievances import settling
from grievances.models import Evidence, Grievance, Transition
from grievances.states import State
from notices.models import Notice
from tests import make
from tests.grievances.test_settling import AT, SAID

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = [
    *(("grievances_transition", f"NEW.seq = {seq}") for seq in range(1, 6)), ("grievances_evidence", "true"), ("grievances_dispatch", "true"),
    ("grievances_clock", "NEW.code = 'rating_window'"), ("grievances_grievance", "true"),
]  # fmt: skip


@pytest.fixture
def cut():
    """Installs the trigger; takes it away on a fresh connection."""
    made = []

    def install(table, condition):
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION test_cut_off() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NEW; END $$"
            )
            cursor.execute(
                f"CREATE TRIGGER test_cut_off BEFORE INSERT ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION test_cut_off()"
            )
        made.append(table)

    def remove():
        connection.close()
        with connection.cursor() as cursor:
            while made:
                cursor.execute(f"DROP TRIGGER test_cut_off ON {made.pop()}")

    yield install, remove
    remove()


@pytest.mark.parametrize(("table", "condition"), STEPS)
def test_all_or_nothing(cut, table, condition):
    install, remove = cut
    here = make.scene()
    install(table, condition)

    with pytest.raises((DatabaseError, InterfaceError)):
        settling.settle(here.specialist_gs, SAID, at=AT, uscc=here.enterprise.uscc)
    remove()
    for kind in (Grievance, Transition, Evidence, Notice):
        assert not kind.objects.exists(), kind

    ticket = settling.settle(here.specialist_gs, SAID, at=AT, uscc=here.enterprise.uscc)
    assert (ticket.state, Grievance.objects.count(), Transition.objects.count()) == (State.CLOSED, 1, 5)
