"""并案 and 撤销并案: one level deep, never in a circle, and the filer follows the main ticket."""

from __future__ import annotations

import workdays
from grievances import clocks as lengths
from grievances.dispatch import recall_all
from grievances.intake import over
from grievances.models.catalogue import CATCH_ALL, ServiceItem
from grievances.models.grievance import Grievance
from grievances.models.timing import Clock
from grievances.models.work import Subscription
from grievances.owners import still_or_next
from grievances.states import OPEN, ClockCode
from grievances.turn import Turn


def merge(turn: Turn) -> None:
    grievance = turn.grievance
    main = Grievance.objects.select_for_update(no_key=True).get(pk=turn.facts["into"].pk)
    if main.pk == grievance.pk:
        raise turn.refuse("into", "不能并入自己")
    if main.state not in OPEN:
        raise turn.refuse("into", "主件须在办，且没有并入别的件")
    if main.enterprise_id != grievance.enterprise_id:
        raise turn.refuse("into", "只能并入同一企业的件")
    if (main.personal or grievance.personal) and main.filed_by_id != grievance.filed_by_id:
        raise turn.refuse("into", "员工个人诉求只能并入本人的件")
    if main.confidential and not grievance.confidential:
        raise turn.refuse("into", "公开的件不能并入保密件")
    if Grievance.objects.filter(merged_into=grievance).exists():
        raise turn.refuse("into", "这件已有并入的件，请把它作为主件")
    grievance.merged_into = main
    recall_all(turn)
    over(turn)
    if not grievance.on_behalf:  # a steward sees what he filed himself, not the main ticket; the enterprise's people are told of that
        Subscription.objects.get_or_create(grievance=main, user=grievance.filed_by, merged=grievance)


def unmerge(turn: Turn) -> None:
    """办理期限从原轮剩余续起: what was left of each clock when it was merged runs on from now."""
    grievance = turn.grievance
    Subscription.objects.filter(merged=grievance).delete()
    grievance.merged_into = grievance.handler = grievance.ended_at = None
    grievance.self_handled = False
    grievance.accepted_at = grievance.accepted_at or turn.at
    grievance.assignee = still_or_next(grievance, turn.at)
    if grievance.service_item is None:
        grievance.service_item = ServiceItem.objects.get(community=grievance.community_id, code=CATCH_ALL)
    terms = lengths.terms_of(grievance.service_item, turn.at)
    grievance.policy = grievance.policy or {**terms.as_policy(), "calendar": turn.calendar.version}
    fresh = {
        ClockCode.PROMISE: lengths.promise(turn.at, terms, calendar=turn.calendar),
        ClockCode.HANDLE: workdays.days_limit(turn.at, terms.workdays, calendar=turn.calendar),
    }
    for code, moment in fresh.items():
        left = _left(turn, code)
        due = moment if left is None else workdays.add(turn.at, left, calendar=turn.calendar)
        turn.clocks.start(code, turn.at, due)
    turn.clocks.start_hours(ClockCode.DISPATCH, turn.at, lengths.DISPATCH_HOURS)


def _left(turn: Turn, code: str) -> int | None:
    """Working seconds left when the clock was stopped by the merge, at least 1; None if it never ran."""
    clock = Clock.objects.filter(grievance=turn.grievance, code=code, cycle=turn.grievance.cycle).order_by("-pk").first()
    if clock is None or clock.ended_at is None:
        return None
    pauses = [workdays.Span(p.from_at, min(p.until_at, clock.ended_at)) for p in turn.clocks.pauses if p.from_at < clock.ended_at]
    used = workdays.elapsed(clock.started_at, clock.ended_at, calendar=turn.calendar, pauses=pauses)
    return max(1, clock.budget_seconds - used)
