"""Three stories at the door, each with one step left to press (issue of the must-visits): told after the visits of the last two months."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

from accounts.models import User
from enterprises import activation
from enterprises.models import Enterprise, Tenancy
from grievances import workflow
from mengchuang.demo.chance import stream
from mengchuang.demo.enrol import YINGJIE
from mengchuang.demo.history import Stage
from mengchuang.demo.town import Town
from visits import owed, record
from visits.models import Task
from visits.states import Half, Result
from workdays import SHANGHAI

FOUNDER, ROBOT_MAKER = "沈知遥", "陆见川"


def tell(stage: Stage) -> None:
    grid = stage.town.acting("grid")
    today = _young_founder(stage, grid)
    _not_there(stage, grid, today)
    _robot_maker(stage)


def _parks(town: Town, user: User) -> list[int]:
    return [park.pk for park in town.parks.values() if park.grid_id == user.posts[0].grid_id]


def _young_founder(stage: Stage, grid: User) -> date:
    """A firm of a young founder, three days in its first room: its visit with the 开通码 is on the phone of `grid` today. Left: he records it."""
    town, today = stage.town, stage.work.today
    moved_in = stage.work.day(-3)
    seats = Tenancy.objects.open().filter(is_main=True, building__park__in=_parks(town, grid), enterprise__visit_reasons=None)
    seat = (
        seats.filter(enterprise__in=Enterprise.objects.without_manager())
        .order_by("enterprise__staff_count", "pk")
        .select_related("enterprise")
        .first()
    )
    if seat is None:
        return today
    firm = seat.enterprise
    firm.legal_person, firm.established_on, firm.staff_count = FOUNDER, moved_in - timedelta(days=12), 6
    firm.save(update_fields=["legal_person", "established_on", "staff_count"])
    seat.from_on, seat.recorded_at = moved_in, _noon(moved_in)
    seat.save(update_fields=["from_on", "recorded_at"])
    activation.issue(firm, by=town.acting("specialist"), at=town.now - timedelta(hours=2))
    owed.reckon(town.community, town.now, enterprise=firm.pk)
    hour = next((hour for hour in (10, 16) if town.now < _noon(today).replace(hour=hour)), None)
    when = {"appointed_at": _noon(today).replace(hour=hour)} if hour and stage.work.calendar.is_workday(today) else {}
    half = Half.AM if hour == 10 else Half.PM
    plan = {
        "assignee": grid,
        "wanted": grid,
        "planned_on": today,
        "planned_half": half,
        "topics": "想问问社保开户和人才公寓怎么申请。",
        **when,
    }
    Task.objects.open().filter(enterprise=firm).update(**plan)
    return today


def _not_there(stage: Stage, grid: User, today: date) -> None:
    """A firm that was not at its address twice. Left: `grid` goes a third time; found nobody again, it counts as 失联."""
    town = stage.town
    seats = Tenancy.objects.open().filter(is_main=True, building__park__in=_parks(town, grid)).values("enterprise_id")
    task = Task.objects.open().filter(enterprise__in=seats, attempts=0, planned_on=None).order_by("due_on", "pk").first()
    if task is None:
        return
    for back, result, note in (
        (-2, Result.NOBODY, "门锁着，门口有未取的快递，邻居说好几天没见人。"),
        (-1, Result.NOT_THERE, "前台说这家已不在这里办公，没有留下新地址。"),
    ):
        seat = Tenancy.objects.open().filter(enterprise=task.enterprise_id, is_main=True).select_related("building").get()
        place = {"building": seat.building_id, "place": f"{seat.building.name} {seat.room}"}
        _record(stage, grid, task, _noon(stage.work.day(back)), {"result": result, "note": note, **place})
    Task.objects.filter(pk=task.pk).update(assignee=grid, planned_on=today, planned_half=Half.PM)


def _robot_maker(stage: Stage) -> None:
    """萤芥机器人: what was said at the door became a ticket, accepted. Left: `specialist` dispatches it to the department for a meeting."""
    town = stage.town
    specialist = town.acting("specialist")
    firm = Enterprise.objects.get(representatives__post__user__username=YINGJIE)
    visited_at = _noon(stage.work.day(-1)) + timedelta(hours=3)
    need = {
        "service_item": "JF16", "title": "桌面服务机器人想找社区医院试用，希望对接卫健部门",
        "body": "样机已经能送药、引导，想找一家社区医院试用三个月，不知道该找哪个部门谈，希望社区帮忙约一次见面。",
    }  # fmt: skip
    raw = {
        "uscc": firm.uscc, "result": Result.MET, "people": [{"name": ROBOT_MAKER, "title": "创始人", "phone": town.users[YINGJIE].phone}], "needs": [need],
        "place": "众创空间大楼", "note": "三个人的团队，样机演示顺利，月底前要敲定首家试用单位。", "told": "我们去约卫健和经信的同志，定了时间告诉您。",
        "next_step": "约部门见面，带样机",
    }  # fmt: skip
    visit = _record(stage, specialist, None, visited_at, raw)
    ticket = visit.needs.get().grievance
    workflow.apply(ticket, "accept", by=specialist, at=stage.town.now, service_item="JF16")


def _record(stage: Stage, by: User, task: Task | None, visited_at: datetime, raw: dict[str, Any]) -> Any:
    key = uuid.UUID(int=stream(f"door:{visited_at}:{raw['result']}").getrandbits(128), version=4)
    about = {"task": str(task.pk)} if task is not None else {}
    return record.record({"key": str(key), "visited_at": visited_at.isoformat(), **about, **raw}, by=by, at=stage.town.now)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(10, 20), SHANGHAI)
