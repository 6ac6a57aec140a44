"""六必访 in the demo: the classes, two months of visits paid by those whose grid or window it is, and what is still owed today."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.db.models import Exists, OuterRef, Subquery

from accounts.models import User
from community.kinds import PostKind
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
    """Everything owed until now, and the visits that most of it got."""
    town = stage.town
    owed.reckon(town.community, town.now)
    names = ("building_id", "building__name", "room", "building__park__grid__code", "enterprise__legal_person")
    rows = Tenancy.objects.open().filter(is_main=True, enterprise__community=town.community).values("enterprise_id", *names)
    seats = {row["enterprise_id"]: row for row in rows}
    dice, calendar = stream(f"visits:{town.community.code}"), stage.work.calendar
    visits, visitors = [], []
    for visit, user in _visits(town, seats, dice, calendar):
        visits.append(visit)
        visitors.append(Visitor(visit=visit, user=user, kind=VisitorKind.STAFF))
    Visit.objects.bulk_create(visits, batch_size=1000)
    Visitor.objects.bulk_create(visitors, batch_size=1000)
    _settle(town)


def _visits(town: Town, seats: dict[int, dict[str, Any]], dice: Random, calendar: Calendar) -> Iterator[tuple[Visit, User]]:
    """For each enterprise its matters in order of their last day; a visit settles what was owed by then."""
    waiting: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for enterprise, since, due in (
        Reason.objects.open().filter(visit_class__community=town.community).values_list("enterprise", "since_on", "due_on")
    ):
        waiting[enterprise].append((since, due))
    for enterprise in sorted(waiting):
        paid = date.min
        for since, due in sorted(waiting[enterprise], key=lambda row: row[1]):
            if since <= paid or enterprise not in seats:
                continue
            day = _day(town, since, due, dice, calendar)
            if day is not None:
                paid = day
                yield _visit(town, seats[enterprise], day, dice)


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


def _settle(town: Town) -> None:
    """The first visit on or after the day from which a matter was owed settles it, as recording it would have done."""
    visits = Visit.objects.filter(enterprise=OuterRef("enterprise"), result=Result.MET, visited_on__gte=OuterRef("since_on"))
    first = visits.order_by("visited_on", "recorded_at", "pk")
    mine = Reason.objects.open().filter(visit_class__community=town.community)
    mine.filter(Exists(visits)).update(
        settled_by=Subquery(first.values("pk")[:1]), ended_on=Subquery(first.values("visited_on")[:1]), ending=Ending.VISITED
    )
    open_still = Reason.objects.open().filter(enterprise=OuterRef("enterprise"))
    last = Reason.objects.filter(enterprise=OuterRef("enterprise"), settled_by__isnull=False).order_by("-ended_on")
    done = Task.objects.open().filter(community=town.community).exclude(Exists(open_still))
    done.update(state=TaskState.DONE, closed_on=Subquery(last.values("ended_on")[:1]))
    paid = Visit.objects.filter(community=town.community, task__isnull=True)
    paid.update(task=Subquery(Task.objects.filter(enterprise=OuterRef("enterprise")).order_by("closed_on").values("pk")[:1]))
    owed.straighten(
        list(Task.objects.open().filter(community=town.community).values_list("enterprise", flat=True)),
        town.now.astimezone(SHANGHAI).date(),
    )
