"""A ticket as JSON, as this caller may see it (DESIGN §7): plain dictionaries from one query, no serializer per row."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from api.doors import ENTERPRISE, Door
from grievances import contact, story, workflow
from grievances.attached import attachments_of
from grievances.capacity import standing
from grievances.guards import pending_request
from grievances.models import Grievance
from grievances.moves import ASK, Fact
from grievances.names import KEYS, Names, names_in, names_of
from grievances.rating import ratings_of
from grievances.states import OPEN, STEPS, Circle, ClockCode, RequestKind, State, step_of
from wording import mask_name

if TYPE_CHECKING:
    from accounts.models import User

#: What a row is made of; what it refers to is looked up for the whole page.
COLUMNS = (
    "pk", "number", "state", "cycle", "version", "title", "priority", "channel", "urgent", "confidential", "personal", "pending",
    "promise_due_at", "next_due_at", "next_clock", "provisional", "created_at", "submitted_at", "answered_at", "ended_at", *KEYS,
)  # fmt: skip
_LABELS = dict(State.choices)
# The clocks an enterprise is told about; the others are how the community keeps itself to its word.
_TOLD = (ClockCode.PROMISE, ClockCode.SUPPLEMENT)
_RELATED = ("community__street", "enterprise", "park", "unit", "merged_into")


def rows(found: list[dict[str, Any]], door: Door, now: datetime) -> list[dict[str, Any]]:
    """Rows of a list from dictionaries of COLUMNS: one query for the names, one more where there are rated ones."""
    names = names_of(found)
    rated = [row["pk"] for row in found if row["state"] == State.RATED]
    scores = ratings(rated) if rated else {}
    return [row(each, names, door, now, scores.get((each["pk"], each["cycle"]))) for each in found]


def ratings(keys: list[int]) -> dict[tuple[int, int], dict[str, Any]]:
    return {at: _rating(*found) for at, found in ratings_of(keys).items()}


def _rating(solved: str, result: int, speed: int, comment: str, at: datetime) -> dict[str, Any]:
    return {"solved": solved, "result": result, "speed": speed, "comment": comment, "at": moment(at)}


def row(found: dict[str, Any], names: Names, door: Door, now: datetime, rating: dict[str, Any] | None) -> dict[str, Any]:
    state, staff = found["state"], door is not ENTERPRISE
    step = step_of(state)
    promise, answered = found["promise_due_at"], found["answered_at"]
    uscc, enterprise = names.enterprises[found["enterprise_id"]]
    item = names.items.get(found["service_item_id"], (None, None))
    return {
        "number": found["number"],
        "state": state,
        "state_label": _LABELS[state],
        "step": step,
        "step_label": STEPS[step - 1] if step else _LABELS[state],
        "cycle": found["cycle"],
        "version": found["version"],
        "enterprise": {"uscc": uscc, "name": enterprise},
        "place": _place(found, names),
        "service_item": item[0],
        "service_item_name": item[1],
        "title": found["title"],
        "priority": found["priority"],
        "channel": found["channel"],
        "window": _named(names.units.get(found["window_id"])),
        "unit": _named(names.units.get(found["unit_id"])),
        "assignee": _person(names.people.get(found["assignee_id"]), staff),
        "handler": _person(names.people.get(found["handler_id"]), staff),
        "promise_due_at": moment(promise),
        "next_due_at": moment(found["next_due_at"] if staff or found["next_clock"] in _TOLD else promise if state in OPEN else None),
        "provisional": found["provisional"],
        "overdue": bool(state in OPEN and answered is None and promise and promise < now),
        "pending": _pending(found["pending"], staff),
        "urgent": found["urgent"],
        "confidential": found["confidential"],
        "personal": found["personal"],
        "rating": rating,
        "created_at": moment(found["created_at"]),
        "submitted_at": moment(found["submitted_at"]),
        "answered_at": moment(answered),
        "ended_at": moment(found["ended_at"]),
    }


def moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(timezone.get_default_timezone()).isoformat()


def exact(amount: Decimal | None) -> str | None:
    """Money and area as text: a JSON number would be read as a binary fraction."""
    return None if amount is None else str(amount)


def _named(found: tuple[str, str] | None) -> dict[str, str] | None:
    return None if found is None else {"code": found[0], "name": found[1]}


def _person(found: tuple[str, str] | None, staff: bool) -> dict[str, str] | None:
    """A sign-in name is for colleagues; the enterprise is told the person's name."""
    if found is None:
        return None
    username, name = found
    return {"name": name or username, "username": username} if staff else {"name": name or "工作人员"}


def _pending(kind: str, staff: bool) -> str | None:
    """What the staff ask each other is not told to the enterprise before it is decided."""
    return kind if kind and (staff or kind == RequestKind.WITHDRAW) else None


def _place(found: dict[str, Any], names: Names) -> dict[str, Any] | None:
    if found["building_id"] is None:
        return None
    park, building = names.parks.get(found["park_id"]), names.buildings[found["building_id"]][1]
    room = names.places.get(found["place_id"], ("", ""))[1]
    return {
        "id": found["place_id"],
        "text": " ".join(part for part in (park[1] if park else "", building, room) if part),
        "park": _named(park),
        "building": {"id": found["building_id"], "name": building},
        "room": room,
    }


def ticket(number_or_key: str | int, user: User, door: Door, now: datetime) -> dict[str, Any] | None:
    """The whole ticket, None when it is not in sight through this door. The number of queries does not grow with its history."""
    seen = Grievance.objects.visible_to(user, door.kinds)
    seen = seen.filter(pk=number_or_key) if isinstance(number_or_key, int) else seen.filter(number=number_or_key)
    grievance = seen.select_related(*_RELATED).first()
    return whole(grievance, user, door, now) if grievance is not None else None


def whole(grievance: Grievance, user: User, door: Door, now: datetime, *, bare: bool = False) -> dict[str, Any]:
    """A ticket in sight, from the row in hand. `bare`: the caller knows that nothing is attached to it."""
    found = {name: getattr(grievance, name) for name in COLUMNS}
    stands = standing(grievance, user, door.kinds)
    staff = door is not ENTERPRISE
    circles = story.readable_circles(stands) if staff else (Circle.ENTERPRISE,)
    rating = ratings([grievance.pk]).get((grievance.pk, grievance.cycle)) if grievance.state == State.RATED else None
    answer = row(found, names_in(grievance), door, now, rating)
    called = contact.shown(grievance, user)
    told = answer["answered_at"] is not None
    return answer | {
        "body": grievance.body,
        "contact_name": called.name,
        "contact_phone": called.phone,
        "on_behalf": grievance.on_behalf,
        "basis": grievance.basis if Circle.INTERNAL in circles or grievance.filed_by_id == user.pk else "",
        "outcome": (grievance.outcome or None) if Circle.PARTNERS in circles or told else None,
        "reply": grievance.reply,
        "merged_into": grievance.merged_into.number if grievance.merged_into else None,
        "actions": [_action(each) for each in workflow.available(grievance, user, now, stands=stands)],
        "attachments": [] if bare else [_attachment(each) for each in attachments_of(grievance, stands) if each.circle in circles],
        "evidence": _evidence(grievance) if Circle.PARTNERS in circles else [],
        "co_units": _co_units(grievance) if Circle.PARTNERS in circles else [],
        "pending_request": _request(grievance) if Circle.PARTNERS in circles else None,
        "transitions": _transitions(grievance, circles),
    }


def gone(grievance: Grievance) -> dict[str, Any]:
    """After a move that took the ticket out of the mover's sight: what he did, and nothing of what happens next."""
    step = step_of(grievance.state)
    return {
        "number": grievance.number,
        "state": grievance.state,
        "state_label": _LABELS[grievance.state],
        "step": step,
        "step_label": STEPS[step - 1] if step else _LABELS[grievance.state],
        "cycle": grievance.cycle,
        "version": grievance.version,
        "actions": [],
    }


def _transitions(grievance: Grievance, circles: tuple[str, ...]) -> list[dict[str, Any]]:
    told = (story.tell(line, circles) for line in story.lines(grievance))
    return [line | {"at": moment(line["at"])} for line in told if line is not None]


def _action(action: workflow.Action) -> dict[str, Any]:
    return {"code": action.code, "label": action.label, "needs": [_need(fact) for fact in action.needs]}


def _need(fact: Fact) -> dict[str, Any]:
    choices = fact.choices.choices if fact.choices is not None else ()
    return {
        "name": fact.name,
        "label": fact.label,
        "kind": fact.kind,
        "needed": fact.needed,
        "max_length": fact.most if fact.kind == "text" else None,
        "choices": [{"value": value, "label": str(label)} for value, label in choices],
        "help": fact.help,
    }


def _attachment(each: Any) -> dict[str, Any]:
    return {
        "id": str(each.file_id),
        "name": each.file.name,
        "size": each.file.size,
        "sha256": each.file.sha256,
        "circle": each.circle,
        "seq": each.transition.seq if each.transition is not None else None,
        "added_at": moment(each.added_at),
    }


def _evidence(grievance: Grievance) -> list[dict[str, Any]]:
    """The person talked to is masked, like the contact he mostly is."""
    listed = []
    for each in grievance.evidence.order_by("pk"):
        talk = each.talk and {**each.talk, "person": mask_name(each.talk.get("person", ""))}
        listed.append(
            {"kind": each.kind, "file": str(each.file_id) if each.file_id else None, "key": each.key, "talk": talk, "cycle": each.cycle}
        )
    return listed


def _co_units(grievance: Grievance) -> list[dict[str, Any]]:
    shares = grievance.dispatches.filter(cycle=grievance.cycle, is_main=False).select_related("unit").order_by("pk")
    return [
        {"code": share.unit.code, "name": share.unit.name, "state": share.state, "state_label": share.get_state_display()}
        for share in shares
    ]


def _request(grievance: Grievance) -> dict[str, Any] | None:
    asked = pending_request(grievance)
    if asked is None:
        return None
    name = asked.asked_by.display_name
    return {
        "kind": asked.kind,
        "label": ASK[asked.kind].label,
        "reason": asked.reason,
        # The evidence is among the attachments; a talk names the person talked to.
        "facts": {name: fact for name, fact in asked.facts.items() if name not in ("evidence", "reason")},
        "asked_by": mask_name(name) if asked.kind == RequestKind.WITHDRAW else name,
        "asked_at": moment(asked.asked_at),
    }
