"""F17, F18, F19: several people, or one with a nervous finger, at the same ticket at the same moment."""

import itertools
import uuid

from tests.faults.people import at_once, insist
from tests.faults.running import NEED

PATH = "/api/v1/enterprise/grievances/"
RIVALS = (
    ("enterprise", "enterprise", "withdraw", {}),
    ("specialist", "community", "accept", {"service_item": "ZL02"}),
    ("specialist2", "community", "return-for-info", {"missing": ["合同"]}),
    ("leader", "community", "supervise", {"demand": "请尽快", "due_at": "2027-01-05T10:00"}),
)


def numbers(run, title):
    return [number for (number,) in run.sql("SELECT number FROM grievances_grievance WHERE title = %s", title)]


def history(run, number):
    return run.sql("SELECT t.seq, t.event, t.from_state, t.to_state FROM grievances_transition t JOIN grievances_grievance g "
                   "ON g.id = t.grievance_id WHERE g.number = %s ORDER BY t.seq", number)  # fmt: skip


def events(run, number):
    return [event for _, event, *_ in history(run, number)]


def assert_one_after_the_other(run, number):
    """A total order: every line begins where the one before ended, and the ticket stands where the last one led."""
    lines = history(run, number)
    state, version = run.sql("SELECT state, version FROM grievances_grievance WHERE number = %s", number)[0]

    assert [seq for seq, *_ in lines] == list(range(lines[0][0], version + 1))
    assert all(before[3] == after[2] for before, after in itertools.pairwise(lines))
    assert lines[-1][3] == state


def race(people, number, *moves):
    """What each of (who, door, action, facts) came to, all made at the version everybody had read."""
    version = people("specialist").ask("GET", f"/api/v1/community/grievances/{number}/").json["version"]

    def deed(who, door, action, facts):
        path = f"/api/v1/{door}/grievances/{number}/{action}/"
        return lambda: insist(lambda: people(who).ask("POST", path, {"version": version, **facts}))

    return at_once(*[deed(*move) for move in moves])


def test_f17_a_form_sent_twice_is_one_need_and_leads_to_the_same_page(run, people):
    enterprise, title = people("enterprise"), uuid.uuid4().hex
    fields = {**NEED, "service_item": "", "title": title, "idempotency_key": uuid.uuid4().hex}
    enterprise.page("/grievances/new/")

    answers = at_once(*[lambda: insist(lambda: enterprise.press("/grievances/new/", **fields))] * 3)
    answers.append(enterprise.press("/grievances/new/", **fields))

    assert {answer.status for answer in answers} == {302}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert len(numbers(run, title)) == 1


def test_f17_a_request_sent_five_times_is_one_need_with_one_answer(run, people):
    enterprise, title = people("enterprise"), uuid.uuid4().hex

    answers = at_once(*[lambda: insist(lambda: enterprise.ask("POST", PATH, NEED | {"title": title}, key=title))] * 5)

    assert [answer.status for answer in answers] == [201] * 5
    assert {answer.json["number"] for answer in answers} == set(numbers(run, title))
    assert sum("Idempotent-Replay" in answer.headers for answer in answers) == 4
    assert enterprise.ask("POST", PATH, NEED | {"title": "另一件"}, key=title).status == 422


def test_f17_a_move_without_a_key_pressed_twice_is_made_once(run, people):
    number = people("enterprise").file()

    answers = race(people, number, *[("specialist", "community", "accept", {"service_item": "ZL02"})] * 2)

    assert sorted(answer.status for answer in answers) == [200, 409]
    assert events(run, number).count("accept") == 1


def test_f18_of_two_specialists_who_accept_one_wins_and_the_other_reads_who(run, people):
    names = {"specialist": "叶书衡", "specialist2": "孟清源"}
    for _ in range(3):
        number = people("enterprise").file()

        answers = race(people, number, *[(who, "community", "accept", {"service_item": "ZL02"}) for who in names])

        (won, winner), (lost, loser) = sorted(zip(answers, names, strict=True), key=lambda pair: pair[0].status)
        assert (won.status, lost.status) == (200, 409)
        assert names[winner] in lost.json["message"], loser
        assert lost.json["current"]["state"] == "accepted"
        assert events(run, number).count("accept") == 1
        assert_one_after_the_other(run, number)


def test_f18_at_the_pages_the_loser_reads_it_too(run, people):
    number, (one, two) = people("enterprise").file(), (people("specialist"), people("specialist2"))
    version = one.ask("GET", f"/api/v1/community/grievances/{number}/").json["version"]
    fields = {"version": str(version), "service_item": "ZL02"}

    answers = at_once(*[lambda who=who: insist(lambda: who.press(f"/grievances/{number}/accept/", **fields)) for who in (one, two)])

    assert sorted(answer.status for answer in answers) == [302, 409]
    assert "已由" in max(answers, key=lambda answer: answer.status).text
    assert events(run, number).count("accept") == 1


def test_f19_different_moves_at_once_are_made_one_after_the_other_or_refused(run, people):
    winners = set()
    for _ in range(4):
        number = people("enterprise").file()

        answers = race(people, number, *RIVALS)

        done = [action for (_, _, action, _), answer in zip(RIVALS, answers, strict=True) if answer.status == 200]
        assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
        assert events(run, number)[-1] == done[0].replace("-", "_")
        assert_one_after_the_other(run, number)
        assert_clocks_agree(run, number, done[0])
        winners.add(done[0])
    print(f"F19: won by {sorted(winners)}")


def assert_clocks_agree(run, number, action):
    rows = run.sql(
        "SELECT c.code FROM grievances_clock c JOIN grievances_grievance g ON g.id = c.grievance_id WHERE g.number = %s AND c.ended_at IS NULL", number
    )  # fmt: skip
    running = {code for (code,) in rows}
    assert ("accept" in running) == (action == "supervise")
    assert bool(running) == (action != "withdraw")
    assert ("supplement" in running) == (action == "return-for-info")


def test_f19_a_move_and_a_word_at_once_are_both_there_in_one_order(run, people):
    """Who has read the newest version is never in the way of the other for long."""
    enterprise, specialist = people("enterprise"), people("specialist2")
    number = enterprise.file()

    answers = at_once(
        lambda: insist(lambda: specialist.act("community", number, "accept", service_item="ZL02")),
        lambda: insist(lambda: enterprise.act("enterprise", number, "comment", body="请快一点")),
    )

    assert {answer.status for answer in answers} <= {200, 409}
    assert 200 in {answer.status for answer in answers}
    assert_one_after_the_other(run, number)
