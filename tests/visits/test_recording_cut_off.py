"""A visit whose database session is killed at any write: everything or nothing, and sending it again makes exactly one."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection
from django.db.utils import InterfaceError

from files import store
from grievances.models import Evidence, Grievance
from notices.models import Notice
from risks.models import Sign
from tests import make
from tests.files.samples import picture
from visits import owed
from visits.models import FactCheck, Need, Photo, Reason, Task, Visit, Visitor
from visits.record import record

pytestmark = pytest.mark.django_db(transaction=True)
AT = make.WEDNESDAY
WRITES = [
    *((f"visits_{name}", "INSERT") for name in ("visit", "visitor", "need", "factcheck", "photo")), ("grievances_grievance", "INSERT"),
    ("grievances_evidence", "INSERT"), ("risks_sign", "INSERT"), ("files_file", "UPDATE"), ("visits_reason", "UPDATE"), ("visits_task", "UPDATE"),
    ("audit_entry", "INSERT"),
]  # fmt: skip
MADE = (Visit, Visitor, Need, FactCheck, Photo, Sign, Evidence)


@pytest.fixture
def cut():
    """Installs the trigger that ends its own session; takes it away on a fresh connection."""
    made = []

    def install(table, event):
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION test_cut_off() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NEW; END $$"
            )
            cursor.execute(f"CREATE TRIGGER test_cut_off BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION test_cut_off()")
        made.append(table)

    def remove():
        connection.close()
        with connection.cursor() as cursor:
            while made:
                cursor.execute(f"DROP TRIGGER test_cut_off ON {made.pop()}")

    yield install, remove
    remove()


def test_all_or_nothing_at_every_write(cut):
    install, remove = cut
    here = make.scene()
    asked = make.grievance("accepted", scene=here)
    make.visit_class(make.trigger("asked_on_site", workdays=2), community=here.community)
    owed.reckon(here.community, AT)
    task = Task.objects.get()
    photo = store(SimpleUploadedFile("door.jpg", picture()), by=here.specialist_zl, at=AT)
    raw = make.said(
        task=str(task.pk), needs=[{"body": "想换个大点的办公室"}], facts={"legal_person": {"said": "王新"}}, signs=[{"kind": "fire"}],
        photos=[str(photo.pk)], tickets=[asked.number],
    )  # fmt: skip
    before = list(Task.objects.values()), list(Reason.objects.values()), Notice.objects.count()

    for table, event in WRITES:
        install(table, event)
        with pytest.raises((DatabaseError, InterfaceError)):
            record(raw, by=here.specialist_zl, at=AT)
        remove()
        for kind in MADE:
            assert not kind.objects.exists(), (table, kind)
        assert Grievance.objects.count() == 1, table
        assert (list(Task.objects.values()), list(Reason.objects.values()), Notice.objects.count()) == before, table

    visit = record(raw, by=here.specialist_zl, at=AT)
    assert record(raw, by=here.specialist_zl, at=AT) == visit
    assert {kind.__name__: kind.objects.count() for kind in MADE} == {kind.__name__: 1 for kind in MADE}
    assert (Grievance.objects.count(), Task.objects.get().state) == (2, "done")
