"""What the groups of units and of the community hear through their robots (群机器人): that there is work, and its number.

A group is read by whoever is in it, and nobody here knows who that is. So it is told what happened and which number, never what somebody
wrote, for whom or by whom; and of a confidential or personal ticket nothing at all, not even that it exists (docs/decisions/0016).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from grievances.dispatch import co_rows
from grievances.states import Actor, Priority
from notices.models import Robot
from notices.outbox import tell_robots
from wording.prepared import Prepared

if TYPE_CHECKING:
    from grievances.models import Grievance
    from grievances.turn import Turn

Units = Callable[["Grievance"], set[int]]


def main_unit(grievance: Grievance) -> set[int]:
    return {grievance.unit_id} if grievance.unit_id is not None else set()


def window(grievance: Grievance) -> set[int]:
    return {grievance.window_id} if grievance.window_id is not None else set()


def co_units(grievance: Grievance) -> set[int]:
    return {row.unit_id for row in co_rows(grievance)} if grievance.unit_id is not None else set()


#: event → (whose groups, what is said); the community's own group hears it where True.
_TOLD: dict[str, tuple[tuple[Units, str, bool], ...]] = {
    "submit": ((window, "有新诉求待受理", True),),
    "dispatch": ((main_unit, "有新派单待签收", False), (co_units, "请协办", False)),
    "send_back": ((main_unit, "退回重办", False),),
    "urge": ((main_unit, "企业催办", True),),
    "supervise": ((main_unit, "督办，请在时限内答复", True),),
    "reopen": ((window, "诉求重开，请重新处置", True),),
}


#: News for the office's own groups: none where the office did it itself, such as five moves of what was settled at once.
_FOR_THE_OFFICE = ("submit", "reopen")


def is_red(grievance: Grievance) -> bool:
    """应急: what happens to it is told at night too."""
    return grievance.priority == Priority.EMERGENCY


def tell_about(turn: Turn) -> None:
    if turn.actor == Actor.SPECIALIST and turn.move.event in _FOR_THE_OFFICE:
        return
    grievance, event = turn.grievance, f"grievance:{turn.grievance.pk}:{turn.transition.seq}"
    for units, title, everybody in _TOLD.get(turn.move.event, ()):
        _tell(grievance, units, event, title, at=turn.at, urgent=is_red(grievance), everybody=everybody)


def tell_late(grievance: Grievance, event: str, title: str, at: datetime) -> None:
    """Overdue is red: whoever has it hears at once, and so does the community."""
    _tell(grievance, main_unit if grievance.unit_id is not None else window, event, title, at=at, urgent=True, everybody=True)


def _tell(grievance: Grievance, units: Units, event: str, title: str, *, at: datetime, urgent: bool, everybody: bool) -> None:
    if grievance.personal or grievance.confidential:
        return
    theirs = units(grievance)
    there = [robot for robot in _robots_of(grievance.community_id) if robot.unit_key in theirs or (everybody and robot.unit_key is None)]
    if not there:
        return
    link = f"/grievances/{grievance.number}/"
    tell_robots(event, there, title=f"{title}：{grievance.number}", link=link, at=at, urgent=urgent)


# Asked by every move that a group may hear of; a community has a handful.
_robots_of = Prepared(lambda community: Robot.objects.in_use().filter(community_key=community).order_by("pk"))
