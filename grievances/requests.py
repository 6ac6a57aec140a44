"""Moves that need a second person: asked by one, decided by another, run by the system."""

from __future__ import annotations

from grievances.evidence import attach
from grievances.guards import pending_request
from grievances.handle import check_extension, check_suspension
from grievances.models.grievance import Grievance
from grievances.models.work import Request
from grievances.moves import ASK
from grievances.states import Circle, RequestState
from grievances.turn import Turn


def ask(turn: Turn) -> None:
    """Checks now what approving will check again, so that nobody approves what cannot run."""
    kind = turn.move.event.removeprefix("request_")
    if kind == "suspend":
        check_suspension(turn)
    elif kind == "extend":
        check_extension(turn)
    assert turn.by is not None
    attach(turn, [entry["file"] for entry in turn.facts.get("evidence") or () if entry["kind"] == "file"], Circle.PARTNERS)
    Request.objects.create(
        grievance=turn.grievance, kind=kind, asked_by=turn.by, asked_at=turn.at, facts=turn.transition.facts, reason=turn.facts["reason"]
    )
    turn.grievance.pending = kind


def settle(turn: Turn, state: str, note: str) -> Request:
    request = pending_request(turn.grievance)
    assert request is not None
    request.state, request.decided_by, request.decided_at, request.note = state, turn.by, turn.at, note
    request.save(update_fields=["state", "decided_by", "decided_at", "note"])
    turn.grievance.pending = ""
    return request


def decline(turn: Turn) -> None:
    settle(turn, RequestState.DECLINED, turn.facts["reason"])


def lapse_if_moved_on(grievance: Grievance, at) -> None:
    """A pending request whose ticket has left the states it was asked in can no longer run."""
    if grievance.pending and grievance.state not in ASK[grievance.pending].sources:
        Request.objects.filter(grievance=grievance, state=RequestState.PENDING).update(state=RequestState.LAPSED, decided_at=at)
        grievance.pending = ""
