"""六必访 in the demo: the classes, two months of visits paid by those whose grid or window it is, and what is still owed today."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from accounts.models import User
from community.kinds import PostKind
from enterprises import bulk
from enterprises.models import Tenancy
from mengchuang.demo.chance import stream
from mengchuang.demo.history import Stage
from mengchuang.demo.town import Town
from visits import defaults, owed
from visits.models import Reason, Task, Visit, Visitor
from visits.states import Ending, Result, TaskState, VisitorKind
from workdays import SHANGHAI, Calendar

SINCE = timedelta(days=60)
#: Of what is owed: visited, and of that after the last day; tried in vain.
PAID, LATE, IN_VAIN = 0.94, 0.07, 0.04
TALK = (
    "订单比上季度多，正在招人。", "研发和办公都在这一层，近期没有扩租打算。", "主要问了政策申报的时间，已把办事指南发给对方。",
    "人员稳定，社保都在本地。", "讲了年底的回款压力，约好下月再看。", "新产品在试用，想认识几家应用单位。",
)  # fmt: skip
TOLD = "感谢接待。您关心的事我们记下了，有进展会告诉您；有事随时找我们。"


def set_up(town: Town) -> None:
    """The six classes, in force since two months before the demo was made."""
    defaults.load(town.community, from_on=(town.now - SINCE).date(), at=town.since)


def pay(stage: Stage) -> None:
    """Everything owed until now, and the visits that most of it got, settled as recording each would have done."""
    town = stage.town
    owed.reckon(town.community, town.now)
    names = ("building_id", "building__name", "room", "building__park__grid__code", "enterprise__legal_person")
    rows = Tenancy.objects.open().filter(is_main=True, enterprise__community=town.community).values("enterprise_id", *names)
    seats = {row["enterprise_id"]: row for row in rows}
    tasks = dict(Task.objects.open().filter(community=town.community).values_list("enterprise", "pk"))
    dice, calendar = stream(f"visits:{town.community.code}"), stage.work.calendar
    visits, visitors, settled, over = [], [], [], []
    waiting: dict[int, list[Reason]] = defaultdict(list)
    for reason in Reason.objects.open().filter(visit_class__community=town.community).order_by("enterprise", "due_on", "pk"):
        waiting[reason.enterprise_id].append(reason)
    for enterprise, reasons in waiting.items():
        paid = list(_paid(town, seats[enterprise], reasons, dice, calendar)) if enterprise in seats else []
        for visit, user, matters in paid:
            visit.task_id = tasks[enterprise]
            visits.append(visit)
            visitors.append(Visitor(visit=visit, user=user, kind=VisitorKind.STAFF))
            facts = {"ended_on": visit.visited_on, "ending": Ending.VISITED, "settled_by_id": visit.pk}
            settled += [{"id": matter.pk, **facts} for matter in matters]
        if sum(len(matters) for _, _, matters in paid) == len(reasons):
            over.append({"id": tasks[enterprise], "state": TaskState.DONE, "closed_on": paid[-1][0].visited_on})
    Visit.objects.bulk_create(visits, batch_size=1000)
    Visitor.objects.bulk_create(visitors, batch_size=1000)
    bulk.update(Reason, settled)
    bulk.update(Task, over)
    owed.straighten([key for key in waiting if key in seats], town.now.astimezone(SHANGHAI).date())


def _paid(
    town: Town, seat: dict[str, Any], reasons: list[Reason], dice: Random, calendar: Calendar
) -> Iterator[tuple[Visit, User, list[Reason]]]:
    """The visits an enterprise got, in order, with the matters each settles: what was owed by then."""
    rest, last = list(reasons), date.min
    for reason in reasons:
        if reason not in rest:
            continue
        day = _day(town, reason.since_on, reason.due_on, dice, calendar)
        if day is None or day <= last:
            continue
        visit, user = _visit(town, seat, day, dice)
        matters = [each for each in rest if each.since_on <= day]
        rest = [each for each in rest if each.since_on > day]
        last = day
        yield visit, user, matters


def _day(town: Town, since: date, due: date, dice: Random, calendar: Calendar) -> date | None:
    """The day of the visit; None where none was paid until yesterday. What arose in the last days mostly waits still."""
    yesterday = calendar.workday_after(town.now.astimezone(SHANGHAI).date(), -1)
    if dice.random() > PAID or since >= yesterday:
        return None
    last = calendar.workday_after(due, dice.randint(1, 4)) if dice.random() < LATE else due
    span = (last - since).days
    day = since + timedelta(days=round(span * dice.random() ** 1.5)) if span else since
    if not calendar.is_workday(day):
        day = calendar.workday_after(day, 1)
    return day if day <= yesterday else None


def _visit(town: Town, seat: dict[str, Any], day: date, dice: Random) -> tuple[Visit, User]:
    grid = int(seat["building__park__grid__code"][1:])
    people = town.holders(PostKind.GRID_STAFF, grid=grid) or town.holders(PostKind.GRID_LEADER, grid=grid)
    specialists = town.holders(PostKind.SPECIALIST, unit="JF") or town.holders(PostKind.SPECIALIST)
    user = dice.choice(people if people and dice.random() < 0.8 else specialists)
    at = datetime.combine(day, time(dice.choice((9, 10, 11, 14, 15, 16)), dice.choice((0, 10, 20, 30, 40, 50))), SHANGHAI)
    visit = Visit(
        key=uuid.UUID(int=dice.getrandbits(128), version=4), enterprise_id=seat["enterprise_id"], community=town.community, result=Result.MET, visited_at=at,
        visited_on=day, building_id=seat["building_id"], place=f"{seat['building__name']} {seat['room']}",
        people=[{"name": seat["enterprise__legal_person"], "title": dice.choice(("负责人", "行政", "人事", "财务")), "phone": ""}], no_needs=True,
        note=dice.choice(TALK), told=TOLD, recorded_by=user, recorded_at=at + timedelta(minutes=dice.randint(5, 90)),
    )  # fmt: skip
    return visit, user
