"""Right facts for every move: what somebody who knows the ticket would fill in. None where nothing right can be said just now."""

from datetime import timedelta

from django.utils import timezone

import workdays
from grievances import owners
from grievances.capacity import standing
from grievances.clocks import calendar_of
from grievances.dispatch import co_rows
from grievances.models import Clock, Dispatch, Grievance
from grievances.states import OPEN, Actor, ClockCode, DispatchState

TALK = {"talk": {"channel": "电话", "person": "周敏", "note": "已核实"}}
ITEMS = ("ZL02", "ZL01", "ZL05", "GS12", "JF09", "QT00", "ZL12")
UNITS = ("LAW1", "CW", "LAW2", "BM-YJ", "BM-SZ", "WG-1", "OP-1", "JF")
HELPERS = ("GS", "BM-YJ")


def facts_for(event, ticket, person, at, luck):
    """`luck` is a whole number that chooses among what would be right."""
    build = BUILD.get(event)
    return {} if build is None else build(ticket, person, at, luck)


def _accept(ticket, person, at, luck):
    return {"service_item": ticket.service_item or ITEMS[luck % len(ITEMS)], "priority": ("", "urgent")[luck % 2]}


def _return_for_info(ticket, person, at, luck):
    until = timezone.localtime(at).date() + timedelta(days=1 + luck % 30)
    return {"missing": ["合同复印件", "送货单"], "until": until if luck % 3 == 0 else None}


def _dispatch(ticket, person, at, luck):
    """Not to a unit that has handed this one back, nor a confidential one to the operator of its park."""
    gone = set(Dispatch.objects.filter(grievance=ticket, state=DispatchState.RETURNED).values_list("unit__code", flat=True))
    units = [code for code in UNITS if code not in gone and not (code == "OP-1" and ticket.confidential)]
    if {"LAW1", "LAW2"} <= gone:
        units.remove("CW")
    unit = units[luck % len(units)]
    helpers = [code for code in HELPERS[: luck % 3] if code != unit and code not in gone]
    leads = Actor.LEADER in standing(ticket, person).posts
    return {"unit": unit, "co_units": helpers, "final": leads and luck % 2 == 0}


def _of_department(ticket, person, at, luck):
    """What came back from a department without an account needs its source."""
    return {"incoming": "市政函〔2026〕8 号"} if standing(ticket, person).proxy else {}


def _return_dispatch(ticket, person, at, luck):
    return {"reason": "不属本单位职责", **_of_department(ticket, person, at, luck)}


def _finish(ticket, person, at, luck):
    if [row for row in co_rows(ticket) if row.state not in (DispatchState.DONE, DispatchState.WAIVED)]:
        return None
    outcome = ("solved", "partly_solved", "explained", "out_of_scope")[luck % 4]
    return {"outcome": outcome, "note": "已处理", "evidence": [TALK], **_of_department(ticket, person, at, luck)}


def _co_done(ticket, person, at, luck):
    stands = standing(ticket, person)
    waiting = [row for row in co_rows(ticket) if row.state not in (DispatchState.DONE, DispatchState.WAIVED)]
    if Actor.HANDLER in stands.posts and not stands.proxy:
        return {"result": "waived", "unit": waiting[0].unit.code, "note": "已不需要"} if waiting else None
    mine = [row for row in waiting if row.unit_id in stands.co_units]
    return {"result": ("done", "returned")[luck % 2], "unit": mine[0].unit.code, "note": "已协助"} if mine else None


def _suspend(ticket, person, at, luck):
    return {"reason": "等对方回函", "resume_on": timezone.localtime(at).date() + timedelta(days=1 + luck % 30)}


def _extend(ticket, person, at, luck):
    """To closing time of the last day the item allows, if that is later than the promise."""
    told = Clock.objects.filter(grievance=ticket, code=ClockCode.PROMISE, ended_at__isnull=True).first()
    if told is None:
        return None
    calendar = calendar_of(ticket.community)
    days = ticket.policy.get("extension_workdays", 0) if luck % 2 else 1
    day = workdays.nth_workday(timezone.localtime(told.first_due_at).date(), days, calendar=calendar).on if days else None
    due_at = calendar.closing(day) if day else None
    return {"reason": "对方分期", "due_at": due_at} if due_at and due_at > max(told.due_at, at) else None


def _supervise(ticket, person, at, luck):
    return {"demand": "请报进展", "due_at": at + timedelta(hours=1 + luck % 200)}


def _reclassify(ticket, person, at, luck):
    codes = [code for code in ITEMS if ticket.service_item is None or code != ticket.service_item.code]
    return {"service_item": codes[luck % len(codes)], "reason": "以此为主"}


def _hand_over(ticket, person, at, luck):
    there = [each for each in owners.specialists(ticket.community_id, at) if each.pk != ticket.assignee_id]
    return {"to": there[luck % len(there)].username, "reason": "休假"} if there else None


def _merge(ticket, person, at, luck):
    if Grievance.objects.filter(merged_into=ticket).exists():
        return None
    rows = Grievance.objects.visible_to(person).filter(state__in=OPEN, enterprise=ticket.enterprise_id).exclude(pk=ticket.pk)
    if not ticket.confidential:
        rows = rows.exclude(confidential=True)
    if ticket.personal:
        rows = rows.filter(filed_by=ticket.filed_by)
    mains = [row for row in rows.order_by("pk") if not row.personal or row.filed_by_id == ticket.filed_by_id]
    return {"into": mains[luck % len(mains)].number, "reason": "同一件事"} if mains else None


def _always(word):
    return lambda ticket, person, at, luck: word


BUILD = {
    "accept": _accept,
    "return_for_info": _return_for_info,
    "resubmit": _always({"note": "已补合同"}),
    "reject": _always({"reason": "in_court_or_petition", "basis": "已立案", "go_to": "承办法院"}),
    "appeal": _always({"reason": "并未立案"}),
    "dispatch": _dispatch,
    "acknowledge": _of_department,
    "return_dispatch": _return_dispatch,
    "recall": _always({"reason": "改派"}),
    "resume": _always({"reason": "manual"}),
    "finish": _finish,
    "send_back": _always({"reason": "未附回单"}),
    "feed_back": _always({"reply": "已追回。", "told_by": "phone", "told_to": "周敏"}),
    "rate": lambda ticket, person, at, luck: {"solved": ("no", "partly", "yes")[luck % 3], "result": 1 + luck % 5, "speed": 1 + luck % 4},
    "reopen": _always({"reason": "对方又拖欠"}),
    "merge": _merge,
    "unmerge": _always({"reason": "不是一件事"}),
    "supervise": _supervise,
    "reclassify": _reclassify,
    "comment": _always({"body": "补充一句"}),
    "co_done": _co_done,
    "hand_over": _hand_over,
    "request_suspend": _suspend,
    "request_extend": _extend,
    "request_withdraw": _always({"reason": "已和解，无安全风险"}),
    "decline": _always({"reason": "理由不足"}),
}
