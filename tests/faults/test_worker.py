"""F1, F2, F4, F5, F6: the worker's child, the whole worker, the beat and the broker are killed. What is due happens all the same, once, soon."""

import contextlib
import shutil
import uuid

import psutil
import pytest
from celery import Celery

from mengchuang import embedded
from mengchuang.settings.base import broker_url
from tests.faults.people import holding, until
from tests.faults.running import NEED, alive

PATH = "/api/v1/enterprise/grievances/"


@pytest.fixture
def celery(run):
    app = Celery("outside", broker=broker_url(embedded.addresses(run.data).redis_url), set_as_current=False)
    app.conf.task_ignore_result = True
    yield app
    app.close()


def masters(run, word):
    """The children of the supervisor that are `celery worker`, or `celery beat`."""
    found = []
    for child in psutil.Process(run.process.pid).children():
        with contextlib.suppress(psutil.Error):  # killed, and not yet buried
            found += [child] if word in child.cmdline() else []
    return found


def pool(run):
    """The worker's children, which run the tasks."""
    return [child for master in masters(run, "worker") for child in master.children()]


def late_clock(run, number):
    """The accepting clock of a ticket, weeks late."""
    found = run.sql(
        "UPDATE grievances_clock SET started_at = started_at - interval '20 days', due_at = due_at - interval '20 days' "
        "WHERE code = 'accept' AND grievance_id = (SELECT id FROM grievances_grievance WHERE number = %s) RETURNING id", number
    )  # fmt: skip
    return found[0][0]


def warnings(run, clock):
    return [level for (level,) in run.sql("SELECT level FROM grievances_escalation WHERE clock_id = %s", clock)]


def mails(run, number):
    return [state for (state,) in run.sql("SELECT state FROM notices_notice WHERE channel = 'email' AND link LIKE %s", f"%{number}%")]


def by_night_too(run, number):
    """These tests run at any hour and on any day: what they owe goes out in quiet hours as well."""
    run.sql("UPDATE notices_notice SET at_once = true, available_at = created_at WHERE state = 'waiting' AND link LIKE %s RETURNING 1", f"%{number}%")  # fmt: skip


def letters(run, number):
    return [path for path in (run.data / "mail").glob("*") if number in path.read_text()]


def give_addresses(run):
    """To every specialist: whose ticket it becomes depends on who has the fewest, and without an address no mail is owed."""
    run.sql("UPDATE accounts_user SET email = username || '@example.com' "
            "WHERE id IN (SELECT user_id FROM community_post WHERE kind = 'specialist') RETURNING 1")  # fmt: skip


def test_f1_a_task_whose_process_is_killed_runs_again_and_its_effects_are_there_once(run, people, celery):
    number = people("enterprise").file()
    with holding(run, "LOCK TABLE grievances_escalation IN SHARE MODE") as table:
        clock = late_clock(run, number)
        celery.send_task("grievances.tasks.sweep", kwargs={"name": "escalate"})
        until(table.wanted)
        killed = pool(run)
        for child in killed:
            child.kill()
        table.release()
    back = until(lambda: len(warnings(run, clock)) >= 5, 65)

    print(f"F1: all warnings written {back:.1f} s after the kill")
    assert sorted(warnings(run, clock)) == ["half", "late", "late1", "late3", "most"]
    told = run.sql("SELECT event, recipient_id, count(*) FROM notices_notice WHERE event LIKE %s GROUP BY 1, 2", f"clock:{clock}:%")
    assert told
    assert {count for *_, count in told} == {1}
    assert not {child.pid for child in killed} & {child.pid for child in pool(run)}


def test_f2_a_worker_killed_with_its_children_is_started_again_and_the_mail_goes_out_once(run, people, celery):
    give_addresses(run)
    number = people("enterprise").file()
    by_night_too(run, number)
    until(lambda: set(mails(run, number)) == {"sent"}, 65)
    before = len(letters(run, number))
    run.sql("UPDATE notices_notice SET state = 'waiting', sent_at = NULL, attempts = 0, available_at = now() + interval '1 second' "
            "WHERE channel = 'email' AND link LIKE %s RETURNING 1", f"%{number}%")  # fmt: skip
    with holding(run, "LOCK TABLE notices_notice IN EXCLUSIVE MODE") as table:  # claiming waits, reading does not
        until(
            lambda: run.sql("SELECT 1 FROM notices_notice WHERE link LIKE %s AND state = 'waiting' AND available_at < now()", f"%{number}%")
        )
        celery.send_task("notices.tasks.relay_task")
        until(table.wanted)
        (worker,) = masters(run, "worker")
        for process in (worker, *worker.children()):
            process.kill()
        table.release()
    back = until(lambda: set(mails(run, number)) == {"sent"}, 65)

    print(f"F2: mail sent {back:.1f} s after the worker and its children were killed")
    assert [process.pid for process in masters(run, "worker")] != [worker.pid]
    assert len(letters(run, number)) == before + len(mails(run, number))


def test_f4_a_beat_that_is_killed_is_started_again(run):
    until(lambda: masters(run, "beat"))
    (beat,) = masters(run, "beat")

    beat.kill()

    back = until(lambda: [process for process in masters(run, "beat") if process.pid != beat.pid])
    print(f"F4: another beat {back:.1f} s after the kill")


def test_f5_f6_a_broker_killed_and_empty_delays_notices_and_loses_none(run, people):
    give_addresses(run)
    title, enterprise, valkey = uuid.uuid4().hex, people("enterprise"), run.broker()

    with run.unattended():
        valkey.kill()
        until(lambda: not alive([valkey]))
        shutil.rmtree(run.data / "valkey")
        filed = enterprise.ask("POST", PATH, NEED | {"title": title})

    assert filed.status == 201
    number = filed.json["number"]
    assert mails(run, number), "a mail is owed"
    by_night_too(run, number)
    back = until(lambda: set(mails(run, number)) == {"sent"}, 65)
    print(f"F5: filed in {filed.seconds:.2f} s without a broker, mail sent {back:.1f} s later")
    assert run.broker().pid != valkey.pid
    assert len(letters(run, number)) == len(mails(run, number))
