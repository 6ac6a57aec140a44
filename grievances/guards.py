"""What forbids a move that state and capacity would allow. `apply` raises it, `available` leaves the button out: one rule for both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone

import workdays
from community.kinds import PostKind
from community.models import Post
from grievances import clocks as lengths
from grievances import owners
from grievances.capacity import dispatches
from grievances.models.record import Transition
from grievances.models.timing import Clock
from grievances.models.work import Dispatch, Request
from grievances.moves import ASK
from grievances.states import Actor, ClockCode, DispatchState, RequestState
from wording.errors import NotYours, StateConflict

if TYPE_CHECKING:
    from accounts.models import User
    from grievances.capacity import Standing
    from grievances.models import Grievance

MAX_RETURNS = 2
MAX_EXTENSIONS = 2


@dataclass(frozen=True)
class Look:
    """Who wants what with which ticket; `by` is never None here, the system is not guarded."""

    grievance: Grievance
    by: User
    actor: Actor
    post: Post | None
    standing: Standing
    at: datetime


def urge_day(at: datetime, calendar: workdays.Calendar) -> date:
    """The working day an urge counts for: today, or the next working day when today is none."""
    today = timezone.localtime(at).date()
    return today if calendar.is_workday(today) else workdays.nth_workday(today, 1, calendar=calendar).on


def _accept(look: Look) -> None:
    if look.post is not None and not owners.is_on_duty(look.post, look.at):
        raise StateConflict("您目前登记为缺勤，不能受理；请由在岗的专员受理，或先销假。")
    _not_the_one_who_rejected(look)


def _not_the_one_who_rejected(look: Look) -> None:
    if look.grievance.version <= 1:
        return  # submitted and nothing since
    # A page that read the ticket with its history knows already; it asks twice, for accepting and for rejecting.
    known = getattr(look.grievance, "rejected_by", None)
    if known is None:
        known = Transition.objects.filter(grievance=look.grievance, event="reject", by=look.by).values_list("by_id", flat=True)
    if look.by.pk in known:
        raise NotYours("这件诉求是您作出不予受理的，申诉须由另一位专员复核。")


def _return_for_info(look: Look) -> None:
    if look.grievance.returned_times >= MAX_RETURNS:
        raise StateConflict(f"这一轮已退回补正 {MAX_RETURNS} 次，不能再退；请受理后与企业沟通。")


def _appeal(look: Look) -> None:
    if Transition.objects.filter(grievance=look.grievance, event="appeal").exists():
        raise StateConflict("申诉只有一次；如有新情况，请另提一件。")


def _return_dispatch(look: Look) -> None:
    row = look.standing.main
    if row is None:
        return
    if row.final:
        raise StateConflict("这件由社区负责人定办，不能退单；如确有困难，请与社区负责人沟通。")
    if Dispatch.objects.filter(grievance=look.grievance, unit=row.unit_id, is_main=True, state=DispatchState.RETURNED).exists():
        raise StateConflict("贵单位已退过这件一次，不能再退；如确有困难，请与社区负责人沟通。")
    calendar = lengths.calendar_of(look.grievance.community)
    if look.at > workdays.days_limit(row.sent_at, lengths.OBJECTION_WORKDAYS, calendar=calendar).at:
        raise StateConflict("退单须在派单后 1 个工作日内提出，现已过异议期；请签收办理，或请专员收回改派。")


def _feed_back(look: Look) -> None:
    """INV15: somebody other than the handler tells the enterprise; a self-handled ticket is the exception and is spot-checked."""
    if look.grievance.self_handled:
        return
    main = look.standing.main
    typed_in = main is not None and not main.unit.has_account
    finished = Transition.objects.filter(grievance=look.grievance, event="finish").order_by("-seq").values_list("by_id", flat=True)
    if look.by.pk == look.grievance.handler_id or (not typed_in and look.by.pk == finished.first()):
        raise NotYours("办结须由主办人以外的专员向企业反馈；请交由另一位专员办结。")


def rating_window(grievance: Grievance) -> Clock | None:
    """The window of the present cycle, running or used up by a rating. Rating and reopening both ask: one version of a ticket asks once."""
    kept: tuple[int, Clock | None] | None = getattr(grievance, "_rating_window", None)
    if kept is None or kept[0] != grievance.version:
        kept = (grievance.version, _rating_window(grievance))
        grievance._rating_window = kept  # type: ignore[attr-defined]
    return kept[1]


def _rating_window(grievance: Grievance) -> Clock | None:
    return Clock.objects.filter(grievance=grievance, code=ClockCode.RATING_WINDOW, cycle=grievance.cycle).order_by("-pk").first()


def _in_window(look: Look, what: str) -> None:
    window = rating_window(look.grievance)
    if window is None or window.due_at < look.at:
        raise StateConflict(f"{what}须在办结后 {lengths.RATING_WORKDAYS} 个工作日内，现已超过；如问题仍在，请另提一件。")


def _rate(look: Look) -> None:
    grievance = look.grievance
    if look.by.pk in (grievance.handler_id, grievance.assignee_id) or (grievance.on_behalf and look.by.pk == grievance.filed_by_id):
        raise NotYours("承办人和代提人不能评价这一件。")
    _in_window(look, "评价")


def _reopen(look: Look) -> None:
    if look.actor == Actor.ENTERPRISE:
        _in_window(look, "重开")


def _urge(look: Look) -> None:
    if look.grievance.urged_on is not None:
        calendar = lengths.calendar_of(look.grievance.community)
        if look.grievance.urged_on >= urge_day(look.at, calendar):
            raise StateConflict("今天已经催办过，每个工作日一次；承办人已收到提醒。")


def _unmerge(look: Look) -> None:
    main = look.grievance.merged_into
    if main is None or not main.is_open:
        raise StateConflict("主件已经结束，不能撤销并案；如问题仍在，请另提一件。")


def _request(kind: str) -> Callable[[Look], None]:
    def guard(look: Look) -> None:
        grievance = look.grievance
        if grievance.pending:
            raise StateConflict("已有一个待批的申请，请等批复后再提。")
        if kind != "extend":
            return
        if grievance.extended_times >= MAX_EXTENSIONS:
            raise StateConflict(f"延期最多 {MAX_EXTENSIONS} 次，这件已用完。")
        if grievance.promise_due_at is not None and grievance.promise_due_at <= look.at:
            raise StateConflict("延期须在到期前提出，现已到期；请尽快办理并向企业说明。")
        if not grievance.policy.get("extension_workdays", 0):
            raise StateConflict("这一事项不可延期。")

    return guard


def pending_request(grievance: Grievance) -> Request | None:
    if not grievance.pending:
        return None
    return Request.objects.filter(grievance=grievance, state=RequestState.PENDING).select_related("asked_by").first()


def _decide(look: Look) -> None:
    request = pending_request(look.grievance)
    if request is None:
        raise StateConflict("这件没有待批的申请。")
    if request.asked_by_id == look.by.pk:
        raise NotYours("自己提出的申请须由另一人批复。")
    if not _may_decide(request, look):
        raise NotYours("这个申请不由您批复。")


def _may_decide(request: Request, look: Look) -> bool:
    """S decides withdrawals, L the rest; what a leader asked for himself goes to the street (machine file, roles.L)."""
    capacities = look.standing.posts
    if any(actor in capacities for actor in ASK[request.kind].decided_by):
        return True
    return Actor.STREET in capacities and _asked_by_leader(request, look)


def _asked_by_leader(request: Request, look: Look) -> bool:
    posts = Post.objects.in_force(look.at).filter(user=request.asked_by, kind=PostKind.LEADER, community=look.grievance.community_id)
    return posts.exists()


def _co_done(look: Look) -> None:
    """Somebody must still owe a co-handling answer: one's own unit as a co-handler, any unit as the main one."""
    owing = (DispatchState.SENT, DispatchState.ACKNOWLEDGED, DispatchState.RETURNED)
    rows = [row for row in dispatches(look.grievance) if not row.is_main and row.state in owing]
    if look.actor == Actor.PARTNER:
        rows = [row for row in rows if row.unit_id in look.standing.co_units and row.state != DispatchState.RETURNED]
    if not rows:
        raise StateConflict("没有待答复的协办单位。")


GUARDS: dict[str, Callable[[Look], None]] = {
    "accept": _accept,
    "return_for_info": _return_for_info,
    "reject": _not_the_one_who_rejected,
    "appeal": _appeal,
    "return_dispatch": _return_dispatch,
    "feed_back": _feed_back,
    "rate": _rate,
    "reopen": _reopen,
    "urge": _urge,
    "co_done": _co_done,
    "unmerge": _unmerge,
    "request_suspend": _request("suspend"),
    "request_extend": _request("extend"),
    "request_withdraw": _request("withdraw"),
    "approve": _decide,
    "decline": _decide,
}


def check(event: str, look: Look) -> None:
    """Raises NotYours or StateConflict with the reason."""
    guard = GUARDS.get(event)
    if guard is not None:
        guard(look)
