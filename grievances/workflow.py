"""The one way a ticket changes state, and the one answer to who may do what on it.

Order of refusal (DESIGN §4): NotInSight 404 · NotYours 403 · StateConflict 409 (not in this state, or changed meanwhile) · FactsMissing 400.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from grievances import facts as telling
from grievances import guards, hand, notify, requests, story
from grievances.capacity import Standing, standing
from grievances.clocks import Clocks
from grievances.deeds import DEEDS
from grievances.models.grievance import Grievance
from grievances.models.record import Transition
from grievances.moves import ASK, MOVE, MOVES, Fact, Move
from grievances.retry import retry_on_conflict
from grievances.states import Actor, RequestState
from grievances.turn import Turn
from wording.errors import FactsMissing, NotYours, Refused, StateConflict

if TYPE_CHECKING:
    from accounts.models import User
    from community.models import Post


class NotInSight(Refused):
    """No such ticket for this person."""

    code = "not_found"
    status_hint = 404


class Stale(StateConflict):
    """The ticket has changed since the caller read it; `current` is what it is now."""

    code = "stale"

    def __init__(self, message: str, current: Grievance) -> None:
        super().__init__(message)
        self.current = current


_RELATED = ("community", "enterprise", "service_item", "window", "unit", "assignee", "handler", "filed_by", "park", "grid")
# These look at the tables and not only at the ticket in hand.
_READING = frozenset({"merge", "unmerge", "rate", "reopen"})


@dataclass(frozen=True)
class Action:
    """Something this person may do now. `code` is the path's word (`feed-back`), `needs` the facts it asks for."""

    code: str
    label: str
    needs: tuple[Fact, ...]

    @property
    def event(self) -> str:
        return self.code.replace("-", "_")


@retry_on_conflict
def apply(
    grievance: Grievance,
    event: str,
    *,
    by: User | None,
    at: datetime,
    version: int | None = None,
    kinds: tuple[str, ...] | None = None,
    **facts: Any,
) -> Grievance:
    """Locks the row, checks sight, capacity, state, version and facts, changes, writes one Transition and the notices; returns the fresh row.

    `by=None` is the system. `kinds` narrows the caller to one door's posts. `version` is required of people by the faces; None skips the check.
    Raises NotInSight, NotYours, StateConflict (Stale when the version is old), FactsMissing; nothing is changed then.
    """
    with transaction.atomic(savepoint=not hand.holding()):
        if event in _READING:
            hand.write_all()
        held = hand.taken(grievance) or _take(grievance)
        return _move(held, MOVE[event], facts, by=by, at=at, version=version, kinds=kinds)


def submit_new(grievance: Grievance, *, by: User, at: datetime) -> Grievance:
    """Submits a ticket that is not in the database yet: it is inserted when the move is made, so there is no row to lock or to read again.

    Raises what `apply` raises.
    """
    with transaction.atomic(savepoint=False):
        return _move(hand.Held(grievance, Clocks.of(grievance)), MOVE["submit"], {}, by=by, at=at)


def _move(
    held: hand.Held,
    move: Move,
    facts: dict[str, Any],
    *,
    by: User | None,
    at: datetime,
    version: int | None = None,
    kinds: tuple[str, ...] | None = None,
) -> Grievance:
    grievance = held.grievance
    actor, post, proxy, at = _admit(grievance, move, by, at, version, kinds)
    cleaned = telling.clean(move.facts if by is None else move.asked, facts, telling.Telling(grievance, by, at))
    _perform(held, move, cleaned, by=by, actor=actor, post=post, proxy=proxy, at=at)
    hand.put_down(held)
    return grievance


def check(
    grievance: Grievance, event: str, *, by: User, at: datetime, version: int | None = None, kinds: tuple[str, ...] | None = None
) -> None:
    """Raises what `apply` would raise before it looks at the facts: a face whose body is wrong still answers 404, 403 and 409 first."""
    with transaction.atomic():
        _admit(_lock(grievance), MOVE[event], by, at, version, kinds)


def _admit(
    locked: Grievance, move: Move, by: User | None, at: datetime, version: int | None, kinds: tuple[str, ...] | None
) -> tuple[Actor, Post | None, bool, datetime]:
    """In which capacity the move is made, and when; sight, capacity, state, version and guards in this order."""
    actor, post, proxy = Actor.SYSTEM, None, False
    if by is None:
        _must_be_for_system(move)
    else:
        # On the locked row, by statements of its own: what gave sight of it may have ended while the lock was waited for.
        stands = standing(locked, by, kinds)
        actor, post, proxy = _capacity(move, stands, locked, by, kinds)
    _must_fit(move, locked, version)
    at = max(at, locked.updated_at)
    if by is not None:
        guards.check(move.event, guards.Look(locked, by, actor, post, stands, at))
    return actor, post, proxy, at


def available(grievance: Grievance, user: User, at: datetime, *, stands: Standing | None = None) -> list[Action]:
    """What this person may do with the ticket now, in the order of the table. Buttons, `actions` and tests all come from here."""
    stands = stands or standing(grievance, user)
    found = []
    for move in MOVES:
        actor = stands.may(move.actors, move.event)
        if actor is None or grievance.state not in move.sources:
            continue
        if move.event in ("approve", "decline") and not grievance.pending:
            continue
        try:
            guards.check(move.event, guards.Look(grievance, user, actor, stands.posts[actor], stands, at))
        except Refused:
            continue
        found.append(Action(move.path, move.label, move.asked))
    return found


def facts_for(event: str) -> tuple[Fact, ...]:
    return MOVE[event].asked


def _take(grievance: Grievance) -> hand.Held:
    locked = _lock(grievance)
    return hand.Held(locked, Clocks.of(locked))


def _lock(grievance: Grievance) -> Grievance:
    locked: Grievance | None = Grievance.objects.select_for_update(no_key=True).filter(pk=grievance.pk).first()
    if locked is None:
        raise _out_of_sight()
    _carry_over(grievance, locked)
    return locked


def _carry_over(known: Grievance, locked: Grievance) -> None:
    """What the caller's row has loaded already and the locked one still points at need not be read again."""
    for name in _RELATED:
        if name in known._state.fields_cache and getattr(known, f"{name}_id") == getattr(locked, f"{name}_id"):
            locked._state.fields_cache[name] = known._state.fields_cache[name]


def _out_of_sight() -> NotInSight:
    return NotInSight("没有这件诉求，或您无权查看。")


def _must_be_for_system(move: Move) -> None:
    if Actor.SYSTEM not in move.actors:
        raise NotYours(f"“{move.label}”须由人来做。")


def _capacity(
    move: Move, stands: Standing, grievance: Grievance, by: User, kinds: tuple[str, ...] | None
) -> tuple[Actor, Post | None, bool]:
    actor = stands.may(move.actors, move.event)
    if actor is None:
        if not Grievance.objects.visible_to(by, kinds).filter(pk=grievance.pk).exists():
            raise _out_of_sight()
        raise NotYours(f"“{move.label}”不由您来做。")
    return actor, stands.posts[actor], stands.proxy and actor == Actor.HANDLER


def _must_fit(move: Move, grievance: Grievance, version: int | None) -> None:
    # The state first: whoever comes second to accepting is told by whom it was accepted, not only that something changed.
    if grievance.state not in move.sources:
        raise Stale(_wrong_state(move, grievance), grievance)
    if version is not None and version != grievance.version:
        raise Stale("这件诉求刚刚有了变化，请看过最新情况再操作。", grievance)
    if move.event in ("approve", "decline") and not grievance.pending:
        raise Stale("这件没有待批的申请。", grievance)


def _wrong_state(move: Move, grievance: Grievance) -> str:
    allowed = "、".join(str(state.label) for state in move.sources)
    message = f"“{grievance.get_state_display()}”的诉求不能“{move.label}”；须在“{allowed}”时。"
    if move.event == "accept" and grievance.accepted_at is not None and grievance.assignee is not None:
        message = f"这件已由{grievance.assignee.display_name}受理。"
    return message


def _perform(
    held: hand.Held,
    move: Move,
    facts: dict[str, Any],
    *,
    by: User | None,
    actor: Actor,
    post: Post | None,
    proxy: bool,
    at: datetime,
) -> None:
    grievance, clocks = held.grievance, held.clocks
    clocks.note_lateness(at)
    before = grievance.state
    if move.target is not None:
        grievance.state = move.target
    grievance.version += 1
    grievance.updated_at = at
    line = Transition(
        grievance=grievance, seq=grievance.version, event=move.event, from_state=before, to_state=grievance.state,
        cycle=grievance.cycle + (1 if move.event == "reopen" else 0), at=at, by=by, actor=actor,
        unit=post.unit if post is not None else None,
        circle=story.circle_of(move.event, actor, facts), note=story.note_of(move.event, facts), facts=telling.plain(facts),
    )  # fmt: skip
    new = grievance._state.adding
    if not new:
        line.save(force_insert=True)
    turn = Turn(grievance, move, facts, by, actor, post, proxy, at, clocks, line, before)
    follow = None
    if move.event == "approve":
        follow = requests.settle(turn, RequestState.APPROVED, facts["note"])
    else:
        DEEDS[move.event](turn)
    requests.lapse_if_moved_on(grievance, at)
    clocks.mirror()
    if new:
        held.insert()
        line.save(force_insert=True)
        story.begin(grievance, line)
    notify.tell_about(turn)
    if follow is not None:
        _run(held, ASK[follow.kind].runs, follow.facts, at=at)
    elif move.event == "comment" and before == "suspended" and actor == Actor.ENTERPRISE:
        _run(held, "resume", {"reason": "enterprise_replied"}, at=at)


def _run(held: hand.Held, event: str, facts: dict[str, Any], *, at: datetime) -> None:
    """A move of the system's that follows from another, in the same transaction and on the same lock."""
    move = MOVE[event]
    cleaned = telling.clean(move.facts, facts, telling.Telling(held.grievance, None, at))
    _perform(held, move, cleaned, by=None, actor=Actor.SYSTEM, post=None, proxy=False, at=at)


__all__ = ["Action", "FactsMissing", "NotInSight", "Stale", "apply", "available", "check", "facts_for"]
