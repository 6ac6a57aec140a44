"""What people read of a ticket's history: which line, and how much of it, in which circle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from grievances.moves import MOVE
from grievances.states import Actor, Circle, RejectReason
from grievances.talk import circle_of as comment_circle
from wording import mask_name

if TYPE_CHECKING:
    from grievances.capacity import Standing
    from grievances.models import Grievance, Transition

# Who reads the note of an event; what is not named is open to the enterprise.
_CIRCLES: dict[str, str] = {
    "dispatch": Circle.PARTNERS,
    "self_handle": Circle.INTERNAL,
    "return_dispatch": Circle.INTERNAL,
    "recall": Circle.INTERNAL,
    "finish": Circle.PARTNERS,
    "send_back": Circle.PARTNERS,
    "request_suspend": Circle.PARTNERS,
    "request_extend": Circle.PARTNERS,
    "approve": Circle.PARTNERS,
    "decline": Circle.PARTNERS,
    "reclassify": Circle.PARTNERS,
    "co_done": Circle.PARTNERS,
    "supervise": Circle.PARTNERS,
    "hand_over": Circle.INTERNAL,
}
# Lines the enterprise sees although their note is not for it.
_LINES_FOR_ENTERPRISE = frozenset({"dispatch", "self_handle"})
_NOTE_FACT: dict[str, str] = {
    "resubmit": "note", "dispatch": "note", "finish": "note", "feed_back": "reply", "rate": "comment", "urge": "note",
    "supervise": "demand", "comment": "body", "co_done": "note", "approve": "note",
}  # fmt: skip

ALL_CIRCLES = (Circle.ENTERPRISE, Circle.PARTNERS, Circle.INTERNAL)
WORKING_CIRCLES = (Circle.ENTERPRISE, Circle.PARTNERS)


def circle_of(event: str, actor: str, facts: Mapping[str, Any]) -> str:
    if event == "comment":
        return comment_circle(actor, facts["circle"])
    return _CIRCLES.get(event, Circle.ENTERPRISE)


def note_of(event: str, facts: Mapping[str, Any]) -> str:
    if event == "return_for_info":
        return "\n".join(facts["missing"])
    if event == "reject":
        return f"{RejectReason(facts['reason']).label}。依据：{facts['basis']}。可找：{facts['go_to']}"
    if event == "resume":
        return ""
    if facts.get("rule"):
        return str(facts["rule"])
    return str(facts.get(_NOTE_FACT.get(event, "reason")) or "")


def readable_circles(stands: Standing) -> tuple[str, ...]:
    """Community and street read everything; whoever handles or sees it as grid staff, all but what is internal; the rest what is open."""
    capacities = stands.posts.keys()
    if capacities & {Actor.SPECIALIST, Actor.LEADER, Actor.STREET}:
        return ALL_CIRCLES
    if Actor.ENTERPRISE in capacities or (Actor.GRID in capacities and not capacities & {Actor.HANDLER, Actor.PARTNER}):
        return (Circle.ENTERPRISE,)
    return WORKING_CIRCLES


def begin(grievance: Grievance, line: Transition) -> None:
    """The first line of a ticket that is being submitted: whoever tells its story right away need not read it."""
    grievance.__dict__["_lines"] = [line]


def lines(grievance: Grievance) -> list[Transition]:
    """Every line, oldest first. There is one to each version, so what is in hand is known to be whole."""
    known: list[Transition] = grievance.__dict__.get("_lines", [])
    if len(known) != grievance.version:
        known = grievance.__dict__["_lines"] = list(grievance.transitions.select_related("by", "unit").in_order())
    return known


def tell(line: Transition, circles: tuple[str, ...]) -> dict[str, Any] | None:
    """One line as this reader may see it, None if not at all. Keys as promised in DESIGN §7.

    Names of the enterprise's people are personal data: those who work on the ticket read them masked, like the contact.
    """
    open_to_reader = line.circle in circles
    if not open_to_reader and line.event not in _LINES_FOR_ENTERPRISE:
        return None
    return {
        "seq": line.seq,
        "event": line.event,
        "label": MOVE[line.event].label,
        "from": line.from_state,
        "to": line.to_state,
        "by": _who(line, circles),
        "unit": line.unit.name if line.unit is not None else "",
        "at": line.at,
        "note": line.note if open_to_reader else "",
        "circle": line.circle,
        "cycle": line.cycle,
    }


def _who(line: Transition, circles: tuple[str, ...]) -> str:
    if line.by is None:
        return "系统"
    name = line.by.display_name
    return mask_name(name) if line.actor == Actor.ENTERPRISE and Circle.PARTNERS in circles else name
