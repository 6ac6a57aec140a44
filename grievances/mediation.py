"""The other side of a dispute: who it is, what it is told, what it answers (调解邀请). Of the ticket itself it sees nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

import audit
import notices
from community import held
from community.kinds import PostKind
from community.models import Post
from enterprises.models import Enterprise, Representative
from grievances import workflow
from grievances.capacity import standing
from grievances.models import Dispatch, Grievance, Mediation
from grievances.sides import other_side, serving_other_side
from grievances.states import LIVE_DISPATCH, OPEN, Actor, Circle
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User

TOLD = ("subject", "held_at", "place", "contact")


@transaction.atomic
def name_other_side(grievance: Grievance, *, by: User, at: datetime, uscc: str, disputed_on: date | None) -> Grievance:
    """Who the dispute is with, and since when. An empty code takes the name back. Raises NotInSight, NotYours, StateConflict, FactsMissing."""
    locked = _for_specialist(grievance, by)
    if locked.state not in OPEN:
        raise StateConflict("诉求已结束，不能再改对方企业。")
    found = _enterprise(uscc, by) if uscc.strip() else None
    if found is not None and found.pk == locked.enterprise_id and not locked.personal:
        raise FactsMissing("对方企业不能是提出诉求的企业。", fields={"uscc": "不能是提出诉求的企业"})
    if disputed_on is not None and disputed_on > timezone.localtime(at).date():
        raise FactsMissing("争议发生日不能晚于今天。", fields={"disputed_on": "不能晚于今天"})
    if (found.pk if found else None) != locked.counterparty_id and locked.mediations.running().exists():
        raise StateConflict("已向对方发出调解邀请；请先结束或取消邀请，再改对方企业。")
    locked.counterparty, locked.disputed_on = found, disputed_on
    serving = serving_other_side(locked).values("unit")
    both = (
        Dispatch.objects.filter(grievance=locked, cycle=locked.cycle, state__in=LIVE_DISPATCH, unit__in=serving)
        .select_related("unit")
        .first()
    )
    if both is not None:
        raise StateConflict(f"“{both.unit.name}”正在或曾经为对方办理，不能服务双方；请先收回改派，再登记对方企业。")
    locked.save(update_fields=["counterparty", "disputed_on"])
    words = f"对方企业：{found.name if found else '未定'}" + (f"；争议发生日：{disputed_on}" if disputed_on else "")
    return workflow.apply(locked, "comment", by=by, at=at, body=words, circle=Circle.INTERNAL)


@transaction.atomic
def invite(grievance: Grievance, raw: Mapping[str, Any], *, by: User, at: datetime, agreed: bool) -> Mediation:
    """One talk with the other side; `raw` by TOLD. `agreed`: the person asking agrees that the other side is told, which nobody decides for him.

    Raises NotInSight, NotYours, StateConflict, FactsMissing.
    """
    locked = _for_specialist(grievance, by)
    if locked.state not in OPEN:
        raise StateConflict("诉求已结束，不能再邀请调解。")
    if locked.mediations.running().exists():
        raise StateConflict("已有一次调解邀请还没有结束。")
    against = other_side(locked)
    if against is None:
        raise StateConflict("还没有登记对方企业，请先登记再邀请。")
    made = Mediation(
        grievance=locked, enterprise_id=against, invited_by=by, invited_at=at, **{name: raw.get(name) or None for name in TOLD}
    )
    told: dict[str, Any] = {} if agreed else {"agreed": ["须先征得诉求人同意"]}
    for name in TOLD:
        if not raw.get(name):
            told[name] = ["请填写"]
    if raw.get("held_at") and raw["held_at"] <= at:
        told["held_at"] = ["须晚于现在"]
    try:
        made.full_clean(exclude=["grievance", "enterprise", "invited_by", *told], validate_constraints=False)
    except ValidationError as error:
        told |= error.message_dict
    if told:
        labels = {"agreed": "诉求人同意"} | {name: str(Mediation._meta.get_field(name).verbose_name) for name in TOLD}
        raise FactsMissing("还不能发出邀请：" + "；".join(f"{labels[name]}（{texts[0]}）" for name, texts in told.items()), fields=told)
    made.save()
    notices.tell(
        f"mediation:{made.pk}", _representatives(against, at), title="社区邀请贵企业参加调解",
        body=f"{timezone.localtime(made.held_at):%m月%d日 %H:%M} {made.place}", link=f"/mediations/{made.pk}/", at=at,
    )  # fmt: skip
    audit.record("mediation_invited", by=by, at=at, target=f"grievance:{locked.number}", detail={"mediation": made.pk})
    words = f"已邀请对方于 {timezone.localtime(made.held_at):%m月%d日 %H:%M} 在{made.place}参加调解。"
    workflow.apply(locked, "comment", by=by, at=at, body=words, circle=Circle.ENTERPRISE)
    return made


@transaction.atomic
def answer(mediation: Mediation, *, by: User, at: datetime, answer: str, note: str) -> Mediation:
    """The invited side says whether it comes; it may say otherwise until the talk is over. Raises NotFound, StateConflict, FactsMissing."""
    locked = (
        Mediation.objects.received_by(by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("grievance__assignee")
        .filter(pk=mediation.pk)
        .first()
    )
    if locked is None:
        raise NotFound("没有这个调解邀请，或您无权查看。")
    if locked.ended_at is not None:
        raise StateConflict("这次调解已经结束。")
    locked.answer, locked.answer_note, locked.answered_by, locked.answered_at = answer, note, by, at
    _checked(locked, ("answer", "answer_note"), needed=("answer", *(("answer_note",) if answer != Mediation.Answer.COMING else ())))
    locked.save()
    ticket = locked.grievance
    notices.tell(
        f"mediation-answer:{locked.pk}:{at:%Y%m%d%H%M%S}", [ticket.assignee] if ticket.assignee else [],
        title=f"对方{locked.get_answer_display()}：{ticket.number}", body=locked.answer_note, link=f"/grievances/{ticket.number}/", at=at,
    )  # fmt: skip
    return locked


@transaction.atomic
def conclude(mediation: Mediation, *, by: User, at: datetime, result: str, note: str) -> Mediation:
    """What came of it. Raises NotInSight, NotYours, StateConflict, FactsMissing."""
    ticket = _for_specialist(mediation.grievance, by)
    locked = Mediation.objects.select_for_update(no_key=True).get(pk=mediation.pk)
    if locked.ended_at is not None:
        raise StateConflict("这次调解已经登记过结果。")
    locked.result, locked.result_note, locked.ended_at = result, note, at
    _checked(locked, ("result", "result_note"), needed=("result", "result_note"))
    locked.save()
    if locked.result == Mediation.Result.CANCELLED:
        notices.tell(
            f"mediation-off:{locked.pk}", _representatives(locked.enterprise_id, at), title="调解已取消", body=locked.place,
            link=f"/mediations/{locked.pk}/", at=at,
        )  # fmt: skip
    if ticket.state in OPEN:
        words = f"调解{locked.get_result_display()}：{locked.result_note}"
        workflow.apply(ticket, "comment", by=by, at=at, body=words, circle=Circle.ENTERPRISE)
    return locked


def _checked(row: Mediation, names: tuple[str, ...], *, needed: tuple[str, ...]) -> None:
    told: dict[str, Any] = {name: ["请填写"] for name in needed if not str(getattr(row, name)).strip()}
    try:
        row.clean_fields(exclude=[field.name for field in Mediation._meta.fields if field.name not in names or field.name in told])
    except ValidationError as error:
        told |= error.message_dict
    if told:
        said = "；".join(f"{Mediation._meta.get_field(name).verbose_name}（{texts[0]}）" for name, texts in told.items())
        raise FactsMissing(f"还有内容需要补充或更正：{said}", fields=told)


def _for_specialist(grievance: Grievance, by: User) -> Grievance:
    locked: Grievance | None = Grievance.objects.visible_to(by).select_for_update(of=("self",), no_key=True).filter(pk=grievance.pk).first()
    if locked is None:
        raise workflow.NotInSight("没有这件诉求，或您无权查看。")
    if Actor.SPECIALIST not in standing(locked, by).posts:
        raise NotYours("对方企业与调解由社区专员登记和邀请。")
    return locked


def _enterprise(uscc: str, by: User) -> Enterprise:
    found: Enterprise | None = Enterprise.objects.visible_to(by).filter(uscc=uscc.strip().upper()[:18]).first()
    if found is None or not held(by, PostKind.SPECIALIST):
        raise FactsMissing(
            "没有找到对方企业，请核对统一社会信用代码；不在本社区的，在沟通里写明即可。", fields={"uscc": "没有找到这家企业"}
        )
    return found


def _representatives(enterprise: int, at: datetime) -> list[User]:
    rows = Representative.objects.filter(enterprise=enterprise, ended_at__isnull=True).exclude(role=PostKind.EMPLOYEE)
    return list(
        {post.user_id: post.user for post in Post.objects.in_force(at).filter(representative__in=rows).select_related("user")}.values()
    )
