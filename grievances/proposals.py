"""What somebody of the community could do today about tickets and enterprises, before being asked: each kind is one statement.

A promise about to slip, a letter past its day, a need that several firms share, an enterprise long silent.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat
from django.utils import timezone

import workdays
from community import held
from community.kinds import COMMUNITY_WIDE_KINDS, ENTERPRISE_KINDS, PostKind
from community.proposals import Proposal, answered
from enterprises.entrances import ActivationCode
from enterprises.models import Enterprise, Representative
from grievances.models import Grievance, Letter
from grievances.models.querysets import GrievanceQuerySet
from grievances.queues import end_of_day
from grievances.states import DispatchState, State

if TYPE_CHECKING:
    from accounts.models import User

SLIPPING, LETTER, SHARED, SILENT = "slipping", "letter", "shared", "silent"
MOST = 5
#: A need is shared when as many firms of one park ask for the same item within as many calendar days.
SHARED_BY, SHARED_DAYS = 3, 30
SILENT_MONTHS = 6
_PAUSED = (State.RETURNED, State.SUSPENDED)
_WAITS_FOR = {
    State.SUBMITTED: "还没有受理",
    State.ACCEPTED: "还没有派单",
    State.DISPATCHED: "还没有签收",
    State.IN_PROGRESS: "还在处置",
    State.AWAITING_FEEDBACK: "已经办完，还没有告知企业",
}


def proposals(user: User, at: datetime) -> list[Proposal]:
    """The most pressing of each kind first, at most MOST of each. As many queries as kinds, whatever there is."""
    if not held(user, *COMMUNITY_WIDE_KINDS):
        return []
    return [found for kind in KINDS for found in kind(user, at)]


def _in_sight(user: User) -> GrievanceQuerySet:
    return Grievance.objects.visible_to(user, COMMUNITY_WIDE_KINDS)


def _own(rows: GrievanceQuerySet, user: User) -> GrievanceQuerySet:
    """A leader looks after everybody's; a specialist after what he answers for or has in hand."""
    return rows if held(user, PostKind.LEADER) else rows.filter(Q(assignee=user) | Q(handler=user))


def slipping(user: User, at: datetime) -> list[Proposal]:
    """The promise runs out before the end of the next working day, and nobody has told the enterprise anything."""
    next_day = workdays.nth_workday(timezone.localtime(at).date(), 1, calendar=workdays.calendar()).on
    until = end_of_day(timezone.make_aware(datetime.combine(next_day, datetime.min.time())))
    rows = _own(_in_sight(user), user).unanswered().exclude(state__in=_PAUSED).filter(promise_due_at__gte=at, promise_due_at__lt=until)
    rows = rows.exclude(number__in=answered(user, SLIPPING, at)).select_related("enterprise", "unit", "handler")
    return [_slipping(row) for row in rows.order_by("promise_due_at", "pk")[:MOST]]


def _slipping(row: Grievance) -> Proposal:
    who = row.handler.display_name if row.handler is not None else row.unit.name if row.unit is not None else ""
    due = timezone.localtime(row.promise_due_at)
    waits = _WAITS_FOR.get(State(row.state), row.get_state_display())
    words = f"承诺 {due:%m月%d日 %H:%M} 前答复{'（推定）' if row.provisional else ''}，{waits}{f'（{who}）' if who else ''}。"
    return Proposal(SLIPPING, row.number, row.community_id, f"赶在期限前答复：{row.title}", f"{row.enterprise.name}；{words}")


def unanswered_letters(user: User, at: datetime) -> list[Proposal]:
    """转办函 past the day by which the department was to answer."""
    today = timezone.localtime(at).date()
    waiting = Letter.objects.filter(
        dispatch__grievance__in=_own(_in_sight(user), user), dispatch__state__in=(DispatchState.SENT, DispatchState.ACKNOWLEDGED),
        answered_at__isnull=True, due_on__lt=today,
    )  # fmt: skip
    waiting = waiting.exclude(number__in=answered(user, LETTER, at)).select_related("dispatch__unit", "dispatch__grievance")
    return [_letter(row, (today - row.due_on).days) for row in waiting.order_by("due_on", "pk")[:MOST]]


def _letter(row: Letter, days: int) -> Proposal:
    ticket, unit = row.dispatch.grievance, row.dispatch.unit
    phone = f"，电话 {unit.phone}" if unit.phone else ""
    reason = f"{row.number}，{row.due_on:%m月%d日}应答复，已过 {days} 天，催复 {row.reminders} 次{phone}。"
    return Proposal(LETTER, row.number, ticket.community_id, f"给{unit.name}打个电话：{ticket.title}", reason, {"ticket": ticket.number})


def shared_since(at: datetime) -> datetime:
    """From here the firms that ask for the same are counted: a midnight, so that the list it opens is the same all day."""
    return end_of_day(at) - timedelta(days=SHARED_DAYS + 1)


def shared_needs(user: User, at: datetime) -> list[Proposal]:
    """The same item, the same park, three firms or more. Counted are the tickets of the list it opens, whatever became of them."""
    since = shared_since(at)
    code = Concat(F("service_item__code"), Value(":"), F("park__code"), output_field=CharField())
    names = ("code", "community_id", "service_item__code", "service_item__name", "park__code", "park__name")
    rows = _in_sight(user).filed().filter(submitted_at__gte=since, submitted_at__lte=at, service_item__isnull=False, park__isnull=False)
    groups = rows.annotate(code=code).exclude(code__in=answered(user, SHARED, at)).values(*names)
    groups = groups.annotate(firms=Count("enterprise", distinct=True), tickets=Count("pk")).filter(firms__gte=SHARED_BY)
    return [_shared(row, since) for row in groups.order_by("-firms", "-tickets", "code")[:MOST]]


def _shared(row: dict, since: datetime) -> Proposal:
    item, park = row["service_item__name"], row["park__name"]
    return Proposal(
        SHARED, row["code"], row["community_id"], f"到{park}集中办一次“{item}”",
        f"近 {SHARED_DAYS} 天有 {row['firms']} 家企业提了同一件事，共 {row['tickets']} 件；可以约在一起答复或并案。",
        {"service_item": row["service_item__code"], "park": row["park__code"], "created_after": since.isoformat()},
    )  # fmt: skip


def silent_enterprises(user: User, at: datetime) -> list[Proposal]:
    """Active, without a ticket of its own and without a contact in the last months; the listed, the tagged and the large first.

    A contact: somebody who speaks for it signed in, or an activation code was handed over. Tickets of employees are their own and do not count.
    """
    since = at - timedelta(days=SILENT_MONTHS * 30)
    of = OuterRef("pk")
    asked = Grievance.objects.filter(enterprise=of, personal=False, submitted_at__gte=since)
    signed_in = Representative.objects.filter(
        enterprise=of, ended_at__isnull=True, role__in=ENTERPRISE_KINDS, post__user__last_login__gte=since
    )
    handed = ActivationCode.objects.filter(enterprise=of, handed_at__gte=since)
    offices = {post.community_id for post in held(user, *COMMUNITY_WIDE_KINDS)}
    rows = Enterprise.objects.visible_to(user).active().filter(~Exists(asked), ~Exists(signed_in), ~Exists(handed), community__in=offices)
    rows = rows.exclude(uscc__in=answered(user, SILENT, at))
    size = F("staff_count").desc(nulls_last=True)
    return [_silent(row) for row in rows.order_by("-listed", F("tags__len").desc(), size, "pk")[:MOST]]


def _silent(row: Enterprise) -> Proposal:
    known = [
        *(["上市公司"] if row.listed else []),
        *[tag for tag in row.tags if not (row.listed and "上市" in tag)][:2],
        *([f"{row.staff_count} 人"] if row.staff_count else []),
    ]
    what = f"{'、'.join(known)}；" if known else ""
    reason = f"{what}近 {SILENT_MONTHS} 个月没有提过诉求，也没有登录或送码的记录。"
    return Proposal(SILENT, row.uscc, row.community_id, f"问候一下{row.name}", reason)


KINDS: tuple[Callable[[User, datetime], list[Proposal]], ...] = (slipping, unanswered_letters, shared_needs, silent_enterprises)
