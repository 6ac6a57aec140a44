"""The table in code and the machine file say the same."""

import json
from pathlib import Path

import pytest

import grievances
from grievances.moves import ASKS, BASIS_FACT, CHANNEL_FACT, FILING_FACTS, MOVE, OVERLAYS, TRANSITIONS
from grievances.states import DONE, FINAL, OPEN, Actor, ClockCode, State

FILE = json.loads((Path(grievances.__file__).parent / "data" / "ticket_machine.json").read_text(encoding="utf-8"))
# Clusters have an issue of their own.
LATER = {"link_cluster"}


def rows(section):
    return {row["event"]: row for row in FILE[section] if row["event"] not in LATER}


def test_the_states_and_their_kinds_are_those_of_the_file():
    assert {row["code"]: row["zh"] for row in FILE["states"]} == {state.value: state.label for state in State}
    kinds = {"open": OPEN, "done": DONE, "final": FINAL, "private": (State.DRAFT,)}
    for row in FILE["states"]:
        assert row["code"] in kinds[row["kind"]]


@pytest.mark.parametrize(("section", "table"), [("transitions", TRANSITIONS), ("overlays", OVERLAYS)])
def test_every_move_is_in_the_table_and_no_other(section, table):
    assert {move.event for move in table} == set(rows(section))


@pytest.mark.parametrize("event", [*rows("transitions"), *rows("overlays")])
def test_a_move_has_the_sources_target_and_actors_of_the_file(event):
    row = rows("transitions").get(event) or rows("overlays")[event]
    move = MOVE[event]

    assert {state.value for state in move.sources} == set(row["from"])
    assert (move.target.value if move.target else None) == row.get("to")
    assert {actor.value for actor in move.actors} == {actor.rstrip("*") for actor in row["actors"]}


@pytest.mark.parametrize("event", [*rows("transitions"), *rows("overlays")])
def test_a_move_asks_for_every_fact_of_the_file(event):
    row = rows("transitions").get(event) or rows("overlays")[event]
    ours = {fact.name for fact in MOVE[event].facts}
    if event == "submit":
        # `basis` is the API's word for the machine's `on_behalf`.
        ours = {fact.name for fact in (*FILING_FACTS, CHANNEL_FACT)} | {"on_behalf" if BASIS_FACT.name == "basis" else ""}
    assert set(row["facts"]) <= ours
    needed = {name for name, text in row["facts"].items() if str(text).startswith("必填")}
    assert needed <= {fact.name for fact in MOVE[event].facts if fact.needed}


def test_what_needs_a_second_person_is_that_of_the_file():
    runs = {"T13": "suspend", "O1": "extend", "T21": "withdraw_late"}
    for row, ask in zip(FILE["requests"]["kinds"], ASKS, strict=True):
        assert (ask.kind, [s.value for s in ask.sources]) == (row["code"], row["from"])
        assert [Actor(letter) for letter in row["asked_by"]] == list(ask.asked_by)
        assert [Actor(letter) for letter in row["decided_by"]] == list(ask.decided_by)
        assert ask.runs == runs[row["runs"]]


def test_the_ten_clocks_are_those_of_the_file():
    assert {clock.value for clock in ClockCode} == {row["code"] for row in FILE["clocks"]}


def test_from_every_open_state_a_lawful_path_leads_to_closed():
    """INV25."""
    reached = {State.CLOSED}
    while True:
        more = {source for move in TRANSITIONS if move.target in reached for source in move.sources} - reached
        if not more:
            break
        reached |= more
    assert set(OPEN) <= reached
