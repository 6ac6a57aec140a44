"""The life of a flag: raised by one person at once, lowered or cleared by two.

Everything locks the row it changes and may be told twice. Who must be told: the owner, the leader, the specialists of 综合治理.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

import audit
import files
import notices
from enterprises.models import Enterprise
from risks import people
from risks.kinds import CLEARED, PRIVATE, Level, LoweringState, Source, Verdict, level_label
from risks.models import Flag, FlagLevel, Lowering
from risks.signs import known, must_set, words_of
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict

if TYPE_CHECKING:
    from accounts.models import User

LONGEST, LONGEST_NOTE = 2000, 1000
PAGE = "/risks/"


@transaction.atomic
def raise_flag(
    enterprise: Enterprise, kind: str, level: int, evidence: str, *, by: User, at: datetime, source: str = Source.MANUAL
) -> Flag:
    """Set the flag, or put an open one up to a graver level; what is pending to lower it lapses. The same told again changes nothing.

    Raises NotFound, NotYours, FactsMissing, and StateConflict where the open flag stands as high or higher.
    """
    must_set(enterprise, by)
    known(kind)
    if level not in Level.values:
        raise FactsMissing("请选择风险等级：红、橙、黄。", fields={"level": "请选择风险等级"})
    evidence = words_of(evidence, "evidence", "依据", LONGEST)
    # one after the other for one enterprise; a flag that is not there yet cannot be locked
    Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise.pk)
    flag = Flag.objects.select_for_update(of=("self",), no_key=True).open().filter(enterprise=enterprise, kind=kind).first()
    if flag is None:
        owner = by if people.may_own(by, enterprise, at) else people.on_duty(enterprise.community_id, at)
        flag = Flag.objects.create(
            enterprise=enterprise, kind=kind, level=level, evidence=evidence, source=source, owner=owner,
            raised_by=by, raised_at=at, level_since_at=at,
        )  # fmt: skip
        return _risen(flag, CLEARED, by, at)
    if level == flag.level and evidence == flag.evidence:
        return flag
    if level <= flag.level:
        now = f"“{flag.kind_label}”已是{flag.level_label}色标记"
        way = "新情况请登记为线索" if level == flag.level else "要降低等级请「申请降级」，由第二人复核"
        raise StateConflict(f"{now}；{way}。")
    before, flag.level, flag.evidence, flag.level_since_at = flag.level, level, evidence, at
    flag.save(update_fields=["level", "evidence", "level_since_at"])
    Lowering.objects.pending().filter(flag=flag).update(state=LoweringState.LAPSED, decided_at=at)
    return _risen(flag, before, by, at)


def _risen(flag: Flag, before: int, by: User, at: datetime) -> Flag:
    step = FlagLevel.objects.create(flag=flag, from_level=before, level=flag.level, from_at=at, evidence=flag.evidence, by=by)
    _record("risk_raised", flag, by, at)
    verb = "升为" if before else "标为"
    _tell(
        flag, f"risks:level:{step.pk}", [flag.owner, *people.deciders(flag.enterprise.community_id, at)], by, at,
        title=f"有企业的风险{verb}{flag.level_label}色", words=f"{by.display_name}{verb}{flag.level_label}色", urgent=flag.level == Level.RED,
    )  # fmt: skip
    return flag


@transaction.atomic
def ask_to_lower(flag: Flag, to_level: int, evidence: str, *, by: User, at: datetime, verdict: str = "", file: Any = None) -> Lowering:
    """Ask a second person; `to_level` 0 asks to clear, with the verdict. `file` is the key of something uploaded. Asked again by the same
    person in the same words it is the one that is pending.

    Raises NotFound, NotYours, FactsMissing, StateConflict, FileRefused.
    """
    flag = _locked(flag, by)
    must_set(flag.enterprise, by)
    evidence = words_of(evidence, "evidence", "依据", LONGEST)
    if to_level not in (CLEARED, *Level.values):
        raise FactsMissing("请选择降为哪一级，或解除。", fields={"to_level": "请选择"})
    if to_level == CLEARED and verdict not in Verdict.values:
        raise FactsMissing("申请解除请选择结论：属实已消除，或误报。", fields={"verdict": "请选择结论"})
    verdict = verdict if to_level == CLEARED else ""
    pending = Lowering.objects.pending().filter(flag=flag).first()
    if pending is not None:
        if (pending.asked_by_id, pending.to_level, pending.verdict, pending.evidence) == (by.pk, to_level, verdict, evidence):
            return pending
        raise StateConflict(f"{pending.asked_by.display_name}已申请{_aim(pending)}，正在等待复核。")
    _must_be_open(flag)
    if to_level >= flag.level:
        raise StateConflict(f"这个标记现在是{flag.level_label}色，申请的等级须更低。", code="not_lower")
    [kept] = files.use([_key(file)], by=by, at=at) if file else [None]
    lowering = Lowering.objects.create(
        flag=flag, from_level=flag.level, to_level=to_level, verdict=verdict, evidence=evidence, file=kept, asked_by=by, asked_at=at
    )
    _record("risk_lowering_asked", flag, by, at, lowering)
    told = people.deciders(flag.enterprise.community_id, at)
    if people.decides_in(by, flag.enterprise.community_id) and not [each for each in told if each.pk != by.pk]:
        told = people.street_of(flag.enterprise.community.street_id, at)
    _tell(
        flag, f"risks:lowering:{lowering.pk}:asked", told, by, at,
        title="有风险降级申请待复核", words=f"{by.display_name}申请{_aim(lowering)}，请复核", link=f"{PAGE}lowerings/",
    )  # fmt: skip
    return lowering


@transaction.atomic
def decide_lowering(lowering: Lowering, approved: bool, *, by: User, at: datetime, note: str = "") -> Lowering:
    """The second person agrees, and the level is lowered in the same transaction, or does not, with a reason.

    Raises NotFound, NotYours, FactsMissing, StateConflict. Decided again in the same way it changes nothing.
    """
    flag, lowering = _both(lowering, by)
    wanted = LoweringState.APPROVED if approved else LoweringState.DECLINED
    if lowering.state == wanted and lowering.decided_by_id == by.pk:
        return lowering
    must_decide(flag.enterprise, lowering, by, at)
    _must_wait(lowering)
    note = words_of(note, "note", "复核意见", LONGEST_NOTE, needed=not approved)
    lowering.state, lowering.decided_by, lowering.decided_at, lowering.note = wanted, by, at, note
    lowering.save(update_fields=["state", "decided_by", "decided_at", "note"])
    if approved:
        _lower(flag, lowering, at)
    else:
        _record("risk_lowering_declined", flag, by, at, lowering)
    _tell(
        flag, f"risks:lowering:{lowering.pk}:decided", [lowering.asked_by, flag.owner], by, at,
        title=f"风险降级申请{'已同意' if approved else '未同意'}",
        words=f"{by.display_name}{'同意' if approved else '不同意'}{_aim(lowering)}{f'：{note}' if note else ''}",
    )  # fmt: skip
    return lowering


def must_decide(enterprise: Enterprise, lowering: Lowering, by: User, at: datetime) -> None:
    """Raises NotYours."""
    if lowering.asked_by_id == by.pk:
        raise NotYours("降级须由申请人以外的第二人复核。", code="second_person")
    if not people.may_decide(by, enterprise, lowering.asked_by_id, at):
        raise NotYours("降级由社区负责人或综合治理专员复核；负责人提出的，街道也可以复核。")


def _key(file: Any) -> UUID:
    """Raises FactsMissing."""
    try:
        return UUID(str(file))
    except ValueError:
        raise FactsMissing("佐证文件已失效，请重新上传。", fields={"file": "请重新上传"}) from None


def _lower(flag: Flag, lowering: Lowering, at: datetime) -> None:
    before = flag.level
    if lowering.to_level == CLEARED:
        flag.ended_at, flag.verdict = at, lowering.verdict
        flag.save(update_fields=["ended_at", "verdict"])
    else:
        flag.level, flag.evidence, flag.level_since_at = lowering.to_level, lowering.evidence, at
        flag.save(update_fields=["level", "evidence", "level_since_at"])
    FlagLevel.objects.create(
        flag=flag, from_level=before, level=lowering.to_level, from_at=at, evidence=lowering.evidence,
        by=lowering.asked_by, confirmed_by=lowering.decided_by,
    )  # fmt: skip
    _record("risk_lowered" if lowering.to_level else "risk_cleared", flag, lowering.decided_by, at, lowering)


@transaction.atomic
def withdraw_lowering(lowering: Lowering, *, by: User, at: datetime) -> Lowering:
    """By whoever asked, while nobody has decided. Raises NotFound, NotYours, StateConflict."""
    flag, lowering = _both(lowering, by)
    if lowering.asked_by_id != by.pk:
        raise NotYours("申请由申请人自己撤回。")
    if lowering.state == LoweringState.WITHDRAWN:
        return lowering
    _must_wait(lowering)
    lowering.state, lowering.decided_at = LoweringState.WITHDRAWN, at
    lowering.save(update_fields=["state", "decided_at"])
    _record("risk_lowering_withdrawn", flag, by, at, lowering)
    return lowering


@transaction.atomic
def hand_over(flag: Flag, to: User, *, by: User, at: datetime) -> Flag:
    """Somebody else minds it from now on. Raises NotFound, NotYours, FactsMissing, StateConflict."""
    flag = _locked(flag, by)
    must_set(flag.enterprise, by)
    _must_be_open(flag)
    if flag.owner_id == to.pk:
        return flag
    if not people.may_own(to, flag.enterprise, at, private=flag.kind in PRIVATE):
        raise FactsMissing("责任人须是本社区在岗的专员、负责人，或企业所在网格的人员。", fields={"owner": "请另选责任人"})
    flag.owner = to
    flag.save(update_fields=["owner"])
    _record("risk_handed_over", flag, by, at)
    _tell(flag, f"risks:owner:{flag.pk}:{at.isoformat()}", [to], by, at, title="有风险标记转由您负责", words=f"{by.display_name}转交给您")
    return flag


def _both(lowering: Lowering, by: User) -> tuple[Flag, Lowering]:
    """The flag's row first, as everybody takes them."""
    flag = _locked(lowering.flag, by)
    return flag, Lowering.objects.select_for_update(of=("self",), no_key=True).select_related("asked_by").get(pk=lowering.pk)


def _locked(flag: Flag, by: User) -> Flag:
    rows = Flag.objects.visible_to(by).filter(pk=flag.pk).select_for_update(of=("self",), no_key=True)
    found: Flag | None = rows.select_related("enterprise__community", "owner").first()
    if found is None:
        raise NotFound("没有这个风险标记，或您无权查看。")
    return found


def _must_be_open(flag: Flag) -> None:
    if flag.ended_at is not None:
        raise StateConflict("这个风险标记已经解除；有新情况请重新标记。")


def _must_wait(lowering: Lowering) -> None:
    if lowering.state != LoweringState.PENDING:
        raise StateConflict(f"这份降级申请{lowering.get_state_display()}，请刷新看最新情况。")


def _aim(lowering: Lowering) -> str:
    return f"降为{lowering.to_label}色" if lowering.to_level else f"解除（{lowering.get_verdict_display()}）"


def _record(action: str, flag: Flag, by: User | None, at: datetime, lowering: Lowering | None = None) -> None:
    """Which flag, and no more: an auditor reads the trail and no enterprise's risks."""
    audit.record(action, by=by, at=at, target=f"risk-flag:{flag.pk}", detail={"lowering": lowering.pk} if lowering else {})


def _tell(
    flag: Flag, event: str, told: Iterable[User], by: User, at: datetime, *, title: str, words: str, link: str = "", urgent: bool = False
) -> None:
    """The title leaves the house by SMS and group, so it names nobody; the body is read by staff alone."""
    body = f"{flag.enterprise.name} · {flag.kind_label} · {level_label(flag.level)}色：{words}。"
    link = link or f"{PAGE}{flag.pk}/"
    notices.tell(event, told, title=title, body=body, link=link, kind="risk", but=by, urgent=urgent, at=at)
