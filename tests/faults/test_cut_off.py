"""F9, F15, F16: the server or the client is gone in the middle of a request. All or nothing, and a repeat gets the one answer."""

import signal
import uuid
from contextlib import contextmanager

import pytest

from tests.faults.people import holding, insist, reset, started, until
from tests.faults.running import NEED, alive

PATH = "/api/v1/enterprise/grievances/"
ROW = "SELECT 1 FROM grievances_grievance WHERE number = %s FOR UPDATE"
GATE = "SELECT pg_advisory_xact_lock(46)"


def moves(run, number, event):
    return run.sql("SELECT count(*) FROM grievances_transition t JOIN grievances_grievance g ON g.id = t.grievance_id "
                   "WHERE g.number = %s AND t.event = %s", number, event)[0][0]  # fmt: skip


def filed(run, title):
    return [number for (number,) in run.sql("SELECT number FROM grievances_grievance WHERE title = %s", title)]


@contextmanager
def commits_wait(run):
    """The commit of a request with a key stands still while somebody holds the GATE."""
    change(run, f"CREATE FUNCTION stand_still() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM {GATE[7:]}; RETURN NULL; END $$; "
                "CREATE CONSTRAINT TRIGGER stand_still AFTER INSERT ON mengchuang_answer DEFERRABLE INITIALLY DEFERRED "
                "FOR EACH ROW EXECUTE FUNCTION stand_still()")  # fmt: skip
    try:
        yield
    finally:
        change(run, "DROP TRIGGER stand_still ON mengchuang_answer; DROP FUNCTION stand_still")


def change(run, statement):
    run.sql(f"{statement}; SELECT 1")


def kill_web(run):
    for worker in run.web_workers():
        worker.kill()


def test_f15_a_request_whose_server_is_killed_before_the_commit_has_not_happened(run, people):
    number, key = people("enterprise").file(), uuid.uuid4().hex
    specialist, facts = people("specialist"), {"service_item": "ZL02"}
    with holding(run, ROW, number) as row:
        answer = started(lambda: specialist.act("community", number, "accept", key=key, **facts))
        until(row.wanted)
        kill_web(run)
        said = answer()

    assert said.status == 0
    assert moves(run, number, "accept") == 0
    back = insist(lambda: specialist.page("/healthz")).waited
    print(f"F15: both web workers killed, somebody answers after {back:.2f} s")
    again = insist(lambda: specialist.act("community", number, "accept", key=key, **facts))
    assert (again.status, again.headers.get("Idempotent-Replay")) == (200, None)
    assert moves(run, number, "accept") == 1


def test_f15_a_request_whose_server_is_killed_after_the_commit_is_told_again_and_done_once(run, people):
    title, enterprise = uuid.uuid4().hex, people("enterprise")
    with commits_wait(run):
        with holding(run, GATE) as gate:
            answer = started(lambda: enterprise.ask("POST", PATH, NEED | {"title": title}, key=title))
            until(gate.wanted)
            kill_web(run)
            said = answer()
        until(lambda: filed(run, title))

    assert said.status == 0
    again = insist(lambda: enterprise.ask("POST", PATH, NEED | {"title": title}, key=title))
    assert (again.status, again.headers["Idempotent-Replay"]) == (201, "true")
    assert filed(run, title) == [again.json["number"]]


@pytest.mark.parametrize("sent", [0, 20])
def test_f16_a_client_that_goes_before_it_has_said_everything_has_said_nothing(run, people, sent):
    title, enterprise = uuid.uuid4().hex, people("enterprise")
    before = (run.data / "log" / "web.log").stat().st_size

    reset(enterprise.begin(PATH, NEED | {"title": title}, key=title, bytes_sent=sent))

    assert enterprise.ask("GET", "/api/v1/enterprise/me/").status == 200
    assert filed(run, title) == []
    assert '"status": 500' not in (run.data / "log" / "web.log").read_text()[before:]
    assert enterprise.ask("POST", PATH, NEED | {"title": title}, key=title).status == 201


def test_f16_a_client_that_goes_before_the_answer_finds_it_by_its_key(run, people):
    title, enterprise = uuid.uuid4().hex, people("enterprise")
    with commits_wait(run), holding(run, GATE) as gate:
        line = enterprise.begin(PATH, NEED | {"title": title}, key=title)
        until(gate.wanted)
        reset(line)
        gate.release()
        until(lambda: filed(run, title))

    again = insist(lambda: enterprise.ask("POST", PATH, NEED | {"title": title}, key=title))

    assert (again.status, again.headers["Idempotent-Replay"]) == (201, "true")
    assert filed(run, title) == [again.json["number"]]


def test_f9_without_a_database_every_door_says_so_and_opens_again_by_itself(run, people):
    enterprise = people("enterprise")
    workers = {worker.pid for worker in run.web_workers()}
    postmaster = run.postmaster()
    with run.unattended():
        postmaster.send_signal(signal.SIGQUIT)
        until(lambda: not alive([postmaster]))
        page, form = enterprise.page("/"), enterprise.press("/grievances/new/", title="x", body="x")
        read, write = enterprise.ask("GET", PATH), enterprise.ask("POST", PATH, NEED, key=uuid.uuid4().hex)
        health, ready = enterprise.ask("GET", "/healthz"), enterprise.ask("GET", "/readyz")
    back = until(lambda: enterprise.page("/").status == 200, 60)

    refused = (page, form, read, write)
    print(f"F9: pages again {back:.1f} s after the supervisor may act; slowest refusal {max(said.seconds for said in refused):.2f} s")
    assert [said.status for said in refused] == [503] * 4
    assert all(said.headers["Retry-After"] == "5" for said in refused)
    assert "系统暂时不可用" in page.text
    assert read.json["code"] == write.json["code"] == "unavailable"
    assert (health.status, ready.status, ready.json["database"]) == (200, 503, False)
    assert {worker.pid for worker in run.web_workers()} == workers
    assert enterprise.file()
