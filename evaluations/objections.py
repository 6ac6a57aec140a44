"""异议: an operator files it while the round is shown, the leader answers; upheld, it may set the raw value, and the round is reckoned again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

import audit
import notices
from community import held
from community.kinds import PostKind
from community.models import Post
from evaluations import rounds, schemes
from evaluations.indicators import INDICATOR_OF
from evaluations.models import Objection, Result, Round, SchemeIndicator, Value
from evaluations.states import RoundState
from parks.models import Park
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict

if TYPE_CHECKING:
    from accounts.models import User

_NUMBER = re.compile(r"^-?\d{1,12}(\.\d{1,4})?$")


def file(result: Result, raw: Mapping[str, Any], *, by: User, at: datetime) -> Objection:
    """`raw`: indicator (a code, empty for the result as a whole), reason. Raises NotFound, NotYours, FactsMissing, StateConflict."""
    if not Result.objects.visible_to(by).filter(pk=result.pk).exists():
        raise NotFound("没有这个结果，或您无权查看。")
    if not held(by, PostKind.OPERATOR) or not Park.objects.run_by(by).filter(pk=result.park_id).exists():
        raise NotYours("异议由园区运营方提出。")
    with transaction.atomic():
        # what is shown stays shown while this is written: publishing waits
        round_ = Round.objects.select_for_update(of=("self",), no_key=True).select_related("community").get(pk=result.round_id)
        if round_.state != RoundState.SHOWN or round_.objections_until_at is None:
            raise StateConflict(f"{round_}现在是「{round_.get_state_display()}」，不在公示期内，不能提出异议。")
        if at > round_.objections_until_at:
            raise StateConflict(f"公示期到 {timezone.localtime(round_.objections_until_at):%Y-%m-%d %H:%M} 已满，请直接联系社区负责人。")
        indicator = _indicator(round_, str(raw.get("indicator") or ""))
        objection = Objection(
            round=round_, park_id=result.park_id, indicator=indicator, reason=raw.get("reason") or "", filed_by=by, filed_at=at
        )
        _check(objection)
        objection.save()
        audit.record(
            "evaluation_objected", by=by, at=at, target=_target(objection), detail={"indicator": indicator.code if indicator else ""}
        )
        leaders = Post.objects.in_force(at).filter(kind=PostKind.LEADER, community=round_.community).select_related("user")
        notices.tell(
            f"evaluation_objected:{objection.pk}", [post.user for post in leaders], title="园区评价有一条异议待答复", kind="evaluation", but=by, at=at,
            body=f"{objection.park.name} · {round_}：{objection.reason[:200]}", link=f"{rounds.PAGE}{round_.pk}/",
        )  # fmt: skip
    return objection


def _indicator(round_: Round, code: str) -> SchemeIndicator | None:
    if not code:
        return None
    found: SchemeIndicator | None = SchemeIndicator.objects.filter(scheme=round_.scheme_id, code=code[:20]).first()
    if found is None:
        raise FactsMissing("请选本期方案里的指标。", fields={"indicator": "请选本期方案里的指标"})
    return found


def _check(objection: Objection) -> None:
    """Raises FactsMissing; StateConflict where one about the same is waiting."""
    try:
        objection.clean_fields(exclude=["filed_by", "round", "park", "indicator"])
        objection.validate_constraints()
    except ValidationError as error:
        if "已有一条异议在等答复" in "".join(error.messages):
            raise StateConflict("这一项已有一条异议在等答复，请等社区负责人答复后再提。") from None
        fields = error.message_dict if hasattr(error, "error_dict") else {}
        if "__all__" in fields or not fields:
            fields = {"reason": error.messages}
        raise FactsMissing("；".join(error.messages), fields=fields) from None


def answer(objection: Objection, raw: Mapping[str, Any], *, by: User, at: datetime) -> Objection:
    """`raw`: upheld (yes, no), answer, corrected (a number, or empty). Raises NotFound, NotYours, FactsMissing, StateConflict."""
    if not Objection.objects.visible_to(by).filter(pk=objection.pk).exists():
        raise NotFound("没有这条异议，或您无权查看。")
    with transaction.atomic():
        round_ = Round.objects.select_for_update(of=("self",), no_key=True).select_related("community").get(pk=objection.round_id)
        if round_.community.code not in schemes.led(by):
            raise NotYours("异议由本社区负责人答复。")
        objection = (
            Objection.objects.select_for_update(of=("self",), no_key=True)
            .select_related("park", "indicator", "round__community")
            .get(pk=objection.pk)
        )
        if objection.answered_at is not None:
            raise StateConflict("这条异议已经答复，答复不能再改。")
        if objection.filed_by_id == by.pk:
            raise NotYours("提出异议的人不能自己答复，请由另一位负责人答复。")
        objection.upheld, objection.answer, objection.corrected = _read(objection, raw)
        objection.answered_by, objection.answered_at = by, at
        _check(objection)
        objection.save()
        regraded = _correct(objection, round_)
        detail = {"upheld": objection.upheld, "corrected": str(objection.corrected or ""), "regraded": regraded}
        audit.record("evaluation_answered", by=by, at=at, target=_target(objection), detail=detail)
        _tell(objection, round_, by, at)
    return objection


def _read(objection: Objection, raw: Mapping[str, Any]) -> tuple[bool, str, Decimal | None]:
    problems: dict[str, str] = {}
    upheld = {"yes": True, "no": False, "True": True, "False": False}.get(str(raw.get("upheld")))
    if upheld is None:
        problems["upheld"] = "请选采纳或不采纳"
    said = str(raw.get("answer") or "").strip()
    if not said:
        problems["answer"] = "请写明答复"
    text = str(raw.get("corrected") if raw.get("corrected") is not None else "").strip()
    corrected = Decimal(text) if text.isascii() and _NUMBER.match(text) else None
    if text and corrected is None:
        problems["corrected"] = "请填数字，最多四位小数"
    elif corrected is not None:
        if objection.indicator is None or not upheld:
            problems["corrected"] = "只有采纳对某项指标的异议，才能更正数值"
        elif (bounds := _beyond(objection.indicator, corrected)) is not None:
            problems["corrected"] = bounds
    if problems:
        raise FactsMissing("还有内容需要更正。", fields=problems)
    return bool(upheld), said, corrected


def _beyond(indicator: SchemeIndicator, value: Decimal) -> str | None:
    meaning = INDICATOR_OF[indicator.code]
    if (meaning.least is not None and value < meaning.least) or (meaning.most is not None and value > meaning.most):
        least, most = (f"{each:f}" if each is not None else "不限" for each in (meaning.least, meaning.most))
        return f"「{meaning.label}」须在 {least} 到 {most} {meaning.unit}之间"
    return None


def _correct(objection: Objection, round_: Round) -> int:
    """The raw value becomes what the objection says it is. Returns how many parks changed their grade."""
    if objection.corrected is None:
        return 0
    # raw and its points go together: what has a value has points, which `settle` then reckons
    value = Value.objects.select_for_update(no_key=True).get(
        result__round=round_, result__park=objection.park, indicator=objection.indicator
    )
    value.raw, value.objection, value.points = objection.corrected, objection, value.points or Decimal(0)
    value.save()
    return rounds.settle(round_)


def _tell(objection: Objection, round_: Round, by: User, at: datetime) -> None:
    """Whoever filed it, and the other operators where values changed: their ranks may have, too."""
    verdict = "采纳" if objection.upheld else "未采纳"
    body = f"{objection.park.name} · {round_}：{verdict}。{objection.answer[:300]}"
    facts: dict[str, Any] = {"link": f"{rounds.PAGE}{round_.pk}/", "kind": "evaluation", "but": by, "at": at}
    notices.tell(f"evaluation_answered:{objection.pk}", [objection.filed_by], title=f"您的评价异议已答复：{verdict}", body=body, **facts)
    if objection.corrected is not None:
        others = [user for user in rounds.operators_of(round_, at) if user.pk != objection.filed_by_id]
        said = f"{round_}有一项数据经异议更正，各园区得分、名次已重新计算，请再看一下本园区的结果。"
        notices.tell(f"evaluation_corrected:{objection.pk}", others, title=f"{round_}有更正", body=said, **facts)


def _target(objection: Objection) -> str:
    return f"evaluation:{objection.round.community.code}:{objection.round.period}:{objection.park.code}"
