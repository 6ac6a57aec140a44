"""A ticket as JSON, as this caller may see it (DESIGN §7): plain dictionaries from one query, no serializer per row."""

from __future__ import annotations

from collections.abc import Iterable
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
from grievances.rating import ratings_of
from grievances.states import OPEN, STEPS, Circle, ClockCode, RequestKind, State, step_of
from wording import mask_name

if TYPE_CHECKING:
    from accounts.models import User

#: What a row is made of: one query, every join a foreign key.
COLUMNS = (
    "pk", "number", "state", "cycle", "version", "title", "priority", "channel", "urgent", "confidential", "personal", "pending",
    "enterprise__uscc", "enterprise__name", "service_item__code", "service_item__name", "window__code", "window__name", "unit__code",
    "unit__name", "assignee__name", "assignee__username", "handler__name", "handler__username", "place_id", "place__room", "park__code",
    "park__name", "building_id", "building__name", "promise_due_at", "next_due_at", "next_clock", "provisional", "created_at",
    "submitted_at", "answered_at", "ended_at",
)  # fmt: skip
_LABELS = dict(State.choices)
# The clocks an enterprise is told about; the others are how the community keeps itself to its word.
_TOLD = (ClockCode.PROMISE, ClockCode.SUPPLEMENT)
_RELATED = ("community__street", "enterprise", "park", "unit", "merged_into")


def rows(found: Iterable[dict[str, Any]], door: Door, now: datetime) -> list[dict[str, Any]]:
    """Rows of a list from dictionaries of COLUMNS; one more query where there are rated ones."""
    found = list(found)
    rated = [row["pk"] for row in found if row["state"] == State.RATED]
    scores = ratings(rated) if rated else {}
    return [row(each, door, now, scores.get((each["pk"], each["cycle"]))) for each in found]


def ratings(keys: list[int]) -> dict[tuple[int, int], dict[str, Any]]:
    return {at: _rating(*found) for at, found in ratings_of(keys).items()}


def _rating(solved: str, result: int, speed: int, comment: str, at: datetime) -> dict[str, Any]:
    return {"solved": solved, "result": result, "speed": speed, "comment": comment, "at": moment(at)}


def row(found: dict[str, Any], door: Door, now: datetime, rating: dict[str, Any] | None) -> dict[str, Any]:
    state, staff = found["state"], door is not ENTERPRISE
    step = step_of(state)
    promise, answered = found["promise_due_at"], found["answered_at"]
    return {
        "number": found["number"],
        "state": state,
        "state_label": _LABELS[state],
        "step": step,
        "step_label": STEPS[step - 1] if step else _LABELS[state],
        "cycle": found["cycle"],
        "version": found["version"],
        "enterprise": {"uscc": found["enterprise__uscc"], "name": found["enterprise__name"]},
        "place": _place(found),
        "service_item": found["service_item__code"],
        "service_item_name": found["service_item__name"],
        "title": found["title"],
        "priority": found["priority"],
        "channel": found["channel"],
        "window": _named(found["window__code"], found["window__name"]),
        "unit": _named(found["unit__code"], found["unit__name"]),
        "assignee": _person(found["assignee__name"], found["assignee__username"], staff),
        "handler": _person(found["handler__name"], found["handler__username"], staff),
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
    return None if at is None else timezone.localtime(at).isoformat()


def exact(amount: Decimal | None) -> str | None:
    """Money and area as text: a JSON number would be read as a binary fraction."""
    return None if amount is None else str(amount)


def _named(code: str | None, name: str | None) -> dict[str, str | None] | None:
    return None if code is None else {"code": code, "name": name}


def _person(name: str | None, username: str | None, staff: bool) -> dict[str, str] | None:
    """A sign-in name is for colleagues; the enterprise is told the person's name."""
    if username is None:
        return None
    return {"name": name or username, "username": username} if staff else {"name": name or "工作人员"}


def _pending(kind: str, staff: bool) -> str | None:
    """What the staff ask each other is not told to the enterprise before it is decided."""
    return kind if kind and (staff or kind == RequestKind.WITHDRAW) else None


def _place(found: dict[str, Any]) -> dict[str, Any] | None:
    if found["building_id"] is None:
        return None
    room = found["place__room"] or ""
    return {
        "id": found["place_id"],
        "text": " ".join(part for part in (found["park__name"], found["building__name"], room) if part),
        "park": _named(found["park__code"], found["park__name"]),
        "building": {"id": found["building_id"], "name": found["building__name"]},
        "room": room,
    }


def ticket(number_or_key: str | int, user: User, door: Door, now: datetime) -> dict[str, Any] | None:
    """The whole ticket, None when it is not in sight through this door. The number of queries does not grow with its history."""
    seen = Grievance.objects.visible_to(user, door.kinds)
    seen = seen.filter(pk=number_or_key) if isinstance(number_or_key, int) else seen.filter(number=number_or_key)
    grievance = seen.select_related(*_RELATED).first()
    if grievance is None:
        return None
    found = seen.values(*COLUMNS).get()
    stands = standing(grievance, user)
    staff = door is not ENTERPRISE
    circles = story.readable_circles(stands) if staff else (Circle.ENTERPRISE,)
    answer = row(found, door, now, ratings([grievance.pk]).get((grievance.pk, grievance.cycle)))
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
        "attachments": [_attachment(each) for each in attachments_of(grievance, stands) if each.circle in circles],
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
    lines = grievance.transitions.select_related("by", "unit").in_order()
    told = (story.tell(line, circles) for line in lines)
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
