"""Who is told what about which move. One row of the table per event; one notice per event, person and channel; own actions never."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import TYPE_CHECKING

from accounts.models import User
from community.kinds import REPRESENTATIVE_KINDS
from community.models import Post
from grievances import groups, owners
from grievances.capacity import enterprise_posts
from grievances.dispatch import co_rows
from grievances.guards import pending_request
from grievances.models.work import Request
from grievances.moves import ASK
from grievances.states import POOR_GRADES, Actor, Circle
from notices.outbox import Group, tell_groups

if TYPE_CHECKING:
    from grievances.models import Grievance
    from grievances.turn import Turn

Audience = Callable[["Turn"], list[User]]
OFTEN_URGED = 2
OFTEN_REOPENED = 3


def enterprise(turn: Turn) -> list[User]:
    """Whoever filed it for the enterprise, and whoever follows this ticket since a merge: nobody else yet when it has just been filed."""
    grievance = turn.grievance
    if turn.transition.seq == 1 and not grievance.on_behalf:
        return [grievance.filed_by]
    return filers(grievance, turn.at, lambda: {row.user_id for row in grievance.subscriptions.all()})


def filers(grievance: Grievance, at: datetime, followers: Callable[[], Collection[int]] = set) -> list[User]:
    """The filer and the followers as long as they see it; without any of them, or when filed on behalf, whoever represents the enterprise.

    A personal ticket is nobody's but the filer's: when he has left, nobody is told.
    """
    if grievance.personal:
        posts = Post.objects.in_force(at).filter(user=grievance.filed_by_id, kind__in=REPRESENTATIVE_KINDS)
        return [grievance.filed_by] if not grievance.on_behalf and posts.exists() else []
    there = representatives(grievance, at)
    if grievance.on_behalf or len(there) < 2:
        return there
    follow = followers()
    return [person for person in there if person.pk == grievance.filed_by_id or person.pk in follow] or there


def representatives(grievance: Grievance, at: datetime) -> list[User]:
    """The enterprise's manager and members in post at that moment, each once."""
    there = [post for post in enterprise_posts(grievance) if post.from_at <= at and (post.until_at is None or at < post.until_at)]
    return list({post.user_id: post.user for post in there}.values())


def assignee(turn: Turn) -> list[User]:
    return [turn.grievance.assignee] if turn.grievance.assignee is not None else []


def handlers(turn: Turn) -> list[User]:
    """The main unit's people: the handler once there is one, before that everybody on duty in the unit."""
    return owners.workers(turn.grievance, turn.at)


def co_handlers(turn: Turn) -> list[User]:
    if turn.grievance.unit is None:
        return []
    return [person for row in co_rows(turn.grievance) for person in owners.people_of_unit(row.unit, turn.at)]


def leaders(turn: Turn) -> list[User]:
    return owners.leaders(turn.grievance, turn.at)


def former_unit(turn: Turn) -> list[User]:
    """Whoever had the ticket until this move."""
    from grievances.models.work import Dispatch

    rows = Dispatch.objects.filter(grievance=turn.grievance, ended_at=turn.at).select_related("unit")
    return [person for row in rows for person in owners.people_of_unit(row.unit, turn.at)]


def deciders(turn: Turn) -> list[User]:
    request = pending_request(turn.grievance)
    if request is None:
        return []
    if Actor.SPECIALIST in ASK[request.kind].decided_by:
        return assignee(turn)
    found = [person for person in leaders(turn) if person.pk != request.asked_by_id]
    return found or owners.street_officials(turn.grievance, turn.at)


def asker(turn: Turn) -> list[User]:
    last = Request.objects.filter(grievance=turn.grievance).select_related("asked_by").order_by("-pk").first()
    there = last is not None and Post.objects.effective(turn.at).filter(user=last.asked_by_id).exists()
    return [last.asked_by] if last is not None and there else []


def leaders_when_often_urged(turn: Turn) -> list[User]:
    return leaders(turn) if turn.grievance.urges >= OFTEN_URGED else []


def leaders_when_often_reopened(turn: Turn) -> list[User]:
    """第 2 次重开起告知领导: the second reopening begins the third cycle."""
    return leaders(turn) if turn.grievance.cycle >= OFTEN_REOPENED else []


def leaders_when_poor(turn: Turn) -> list[User]:
    return leaders(turn) if turn.facts["result"] in POOR_GRADES else []


def readers_of_comment(turn: Turn) -> list[User]:
    staff = [*assignee(turn)]
    if turn.transition.circle != Circle.INTERNAL and turn.grievance.is_open:
        staff += [*handlers(turn), *co_handlers(turn)]
    if turn.transition.circle == Circle.ENTERPRISE:
        staff += enterprise(turn)
    return staff


# event → (audience, what the title says); the number, the ticket's title and the note follow by themselves.
_TOLD: dict[str, tuple[tuple[Audience, str], ...]] = {
    "submit": ((assignee, "有新诉求待受理"), (enterprise, "您的诉求已提交")),
    "accept": ((enterprise, "您的诉求已受理"),),
    "return_for_info": ((enterprise, "请补充材料"),),
    "resubmit": ((assignee, "企业已补正，请受理"),),
    "supplement_timeout": ((enterprise, "逾期未补正，诉求已撤回"), (assignee, "逾期未补正，已自动撤回")),
    "reject": ((enterprise, "诉求不予受理，可在详情中申诉"),),
    "appeal": ((assignee, "企业申诉，请复核"),),
    "dispatch": ((handlers, "有新派单待签收"), (co_handlers, "请您单位协办"), (enterprise, "您的诉求已交办")),
    "self_handle": ((enterprise, "专员正在办理您的诉求"),),
    "acknowledge": ((assignee, "承办单位已签收"), (enterprise, "承办单位已接手")),
    "return_dispatch": ((assignee, "承办单位退单，请重新派单"),),
    "recall": ((former_unit, "派单已收回"), (assignee, "派单已收回，请重新派单")),
    "suspend": ((enterprise, "您的诉求暂时挂起"), (assignee, "诉求已挂起")),
    "resume": ((handlers, "诉求恢复办理"), (enterprise, "您的诉求恢复办理")),
    "finish": ((assignee, "处置完成，请向企业反馈"),),
    "send_back": ((handlers, "退回重办"),),
    "feed_back": ((enterprise, "您的诉求已有答复，请评价"), (handlers, "您承办的诉求已办结")),
    "rate": ((assignee, "企业已评价"), (handlers, "企业已评价"), (leaders_when_poor, "收到差评，请安排回访")),
    "reopen": ((assignee, "诉求重开，请重新处置"), (leaders_when_often_reopened, "诉求再次重开"), (enterprise, "您的诉求已重开")),
    "withdraw": ((assignee, "企业撤回诉求"), (former_unit, "企业撤回诉求")),
    "withdraw_late": ((enterprise, "您的诉求已撤回"), (former_unit, "企业撤回诉求")),
    "merge": ((enterprise, "您的诉求已并案办理"), (former_unit, "派单已并案收回")),
    "unmerge": ((enterprise, "您的诉求恢复单独办理"), (assignee, "撤销并案，请派单")),
    "extend": ((enterprise, "办理期限已延长"), (handlers, "延期已生效")),
    "urge": ((assignee, "企业催办"), (handlers, "企业催办"), (leaders_when_often_urged, "企业多次催办")),
    "supervise": ((assignee, "督办，请在时限内答复"), (handlers, "督办，请在时限内答复")),
    "reclassify": ((assignee, "诉求改类"), (handlers, "诉求改类")),
    "comment": ((readers_of_comment, "有新的留言"),),
    "co_done": ((handlers, "协办有答复"), (assignee, "协办有答复")),
    "hand_over": ((assignee, "有诉求交接给您"),),
    "request_suspend": ((deciders, "有申请待批：挂起"),),
    "request_extend": ((deciders, "有申请待批：延期"),),
    "request_withdraw": ((deciders, "企业申请撤回，请确认"),),
    "approve": ((asker, "您的申请已批准"),),
    "decline": ((asker, "您的申请未获批准"),),
}


def tell_about(turn: Turn) -> None:
    """A person in several audiences is told once, in the words of the first."""
    grievance = turn.grievance
    told = [
        Group(audience(turn), f"{title}：{grievance.number}", _body(turn) if _still_sees(audience, turn) else "")
        for audience, title in _TOLD[turn.move.event]
    ]
    tell_groups(
        f"grievance:{grievance.pk}:{turn.transition.seq}", told, link=f"/grievances/{grievance.number}/", at=turn.at, but=turn.by,
        urgent=groups.is_red(grievance),
    )  # fmt: skip
    groups.tell_about(turn)


def _still_sees(audience: Audience, turn: Turn) -> bool:
    """A unit sees a ticket only while it is its own and open; of the end it learns by number alone."""
    return audience is not former_unit and (audience is not handlers or turn.grievance.is_open)


def _body(turn: Turn) -> str:
    line = turn.transition
    open_note = line.note if line.circle == Circle.ENTERPRISE else ""
    return "\n".join(part for part in (turn.grievance.title, open_note) if part)
