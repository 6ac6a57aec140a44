"""F9, F15, F45: what was acknowledged is there, once, and the portal comes back by itself. Prints what it saw."""

import signal
import time

from tests.faults.running import Filing


def assert_each_is_there_once(run, filing):
    stored = dict(run.sql("SELECT title, min(number) FROM grievances_grievance GROUP BY title HAVING count(*) = 1"))

    assert len(filing.acknowledged) > 5
    assert {key: stored.get(key) for key in filing.acknowledged} == filing.acknowledged
    assert run.sql("SELECT count(*) FROM grievances_transition t JOIN grievances_grievance g ON g.id = t.grievance_id "
                   "WHERE t.event = 'submit' AND g.title = ANY(%s)", list(filing.acknowledged)) == [(len(filing.acknowledged),)]  # fmt: skip


def test_a_database_that_stops_at_once_costs_seconds_and_no_acknowledged_need(run):
    with Filing(run) as filing:
        filing.wait_for(5)
        run.postmaster().send_signal(signal.SIGQUIT)
        back = filing.wait_for(5)

    print(f"F9: {len(filing.acknowledged)} acknowledged, {len(filing.refused)} refused, longest gap {filing.longest_gap():.1f} s")
    assert back < 30
    assert {answer.status for answer in filing.refused} <= {503}
    assert all(answer.headers["Retry-After"] and answer.body["code"] == "unavailable" for answer in filing.refused)
    assert_each_is_there_once(run, filing)


def test_a_web_worker_killed_in_mid_request_loses_and_doubles_nothing(run):
    with Filing(run) as filing:
        for _ in range(3):
            filing.wait_for(3)
            run.web_workers()[0].kill()
        filing.wait_for(5)

    print(f"F15: {len(filing.acknowledged)} acknowledged, {len(filing.refused)} cut off, longest gap {filing.longest_gap():.1f} s")
    assert_each_is_there_once(run, filing)


def test_killed_with_everything_it_starts_again_with_all_that_was_acknowledged(run):
    with Filing(run) as filing:
        filing.wait_for(6)
        filing.stopped.set()
        run.kill_everything()
    began = time.monotonic()

    run.start()

    print(f"F45: started again after {time.monotonic() - began:.1f} s")
    stored = dict(run.sql("SELECT title, number FROM grievances_grievance WHERE title = ANY(%s)", list(filing.acknowledged)))
    assert stored == filing.acknowledged
