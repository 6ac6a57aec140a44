"""处置, first half: sending a ticket to whoever handles it, and its coming back."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.utils import timezone

import workdays
from community.kinds import PostKind, UnitKind
from community.models import Unit
from enterprises import consents
from enterprises.models import Conflict
from grievances import clocks as lengths
from grievances.capacity import dispatches, forget_dispatches, units_of
from grievances.models.work import Dispatch, Letter, SiteVisit
from grievances.sides import serves_other_side, serving_other_side
from grievances.states import LIVE_DISPATCH, Actor, ClockCode, CoResult, DispatchState
from grievances.turn import Turn
from wording.errors import NotYours

#: 公共法律服务咨询 and 合同欠款追讨: 『第二天律师刘慧天便上门了』 (DOMAIN B11).
NEXT_DAY_ITEMS = frozenset({"ZL01", "ZL02"})

_CO_STATE = {CoResult.DONE: DispatchState.DONE, CoResult.RETURNED: DispatchState.RETURNED, CoResult.WAIVED: DispatchState.WAIVED}


def main_dispatch(grievance) -> Dispatch | None:
    return next((row for row in dispatches(grievance) if row.is_main and row.state in LIVE_DISPATCH), None)


def dispatch(turn: Turn) -> None:
    grievance, facts = turn.grievance, turn.facts
    unit = pick_firm(turn, facts["unit"], "unit")
    co_units = [pick_firm(turn, each, "co_units") for each in facts["co_units"]]
    if unit in co_units or len(set(co_units)) != len(co_units):
        raise turn.refuse("co_units", "协办单位不能与主办相同或重复")
    if facts["final"] and turn.actor != Actor.LEADER:
        raise turn.refuse("final", "只有社区负责人可以定办")
    for each in (unit, *co_units):
        check_usable(turn, each, "unit" if each == unit else "co_units")
    grievance.unit, grievance.handler, grievance.self_handled = unit, None, False
    main = Dispatch.objects.create(
        grievance=grievance, unit=unit, is_main=True, cycle=grievance.cycle, sent_at=turn.at, final=facts["final"]
    )
    Dispatch.objects.bulk_create(
        Dispatch(grievance=grievance, unit=each, is_main=False, cycle=grievance.cycle, sent_at=turn.at) for each in co_units
    )
    forget_dispatches(grievance)
    _note_missing_consent(turn, unit, *co_units)
    turn.clocks.stop(turn.at, ClockCode.DISPATCH)
    turn.clocks.start_hours(ClockCode.ACK, turn.at, lengths.ACK_HOURS)
    _owe_site_visit(turn, main)
    if not unit.has_account:
        write_letter(turn, main)


def _note_missing_consent(turn: Turn, *units: Unit) -> None:
    """Never a reason to refuse; through whichever door the move came, the note stands as the reason until the page says more."""
    grievance = turn.grievance
    filer = grievance.filed_by if grievance.personal else None
    reason = turn.facts.get("note") or ""
    consents.note_missing(grievance.enterprise, grievance.number, *units, by=turn.by, at=turn.at, reason=reason, filer=filer)


def _owe_site_visit(turn: Turn, row: Dispatch) -> None:
    """次日上门: a partner is at the door by closing time of the next working day."""
    item = turn.grievance.service_item
    if row.unit.kind == UnitKind.PARTNER and item is not None and item.code in NEXT_DAY_ITEMS:
        due = workdays.days_limit(turn.at, 1, calendar=turn.calendar)
        SiteVisit.objects.create(dispatch=row, due_at=due.at, provisional=due.provisional)


def pick_firm(turn: Turn, unit: Unit, name: str) -> Unit:
    """Dispatching to a partner window picks the firm: the one this enterprise last had for the same matter, else the least busy usable one."""
    if not (unit.kind == UnitKind.WINDOW and unit.is_partner):
        return unit
    grievance = turn.grievance
    conflicts = Conflict.objects.filter(enterprise=grievance.enterprise_id).values("unit")
    handed_back = Dispatch.objects.filter(grievance=grievance, state=DispatchState.RETURNED).values("unit")
    usable = Unit.objects.usable(turn.today).filter(parent=unit).exclude(pk__in=conflicts).exclude(pk__in=handed_back)
    firms = list(usable.exclude(pk__in=serving_other_side(grievance).values("unit")).order_by("code"))
    if not firms:
        raise turn.refuse(name, f"“{unit.name}”目前没有可派的机构（协议未生效、已到期、须回避或已退过这件）")
    codes = [firm.pk for firm in firms]
    before = (
        Dispatch.objects.filter(grievance__enterprise=grievance.enterprise_id, unit__in=codes, is_main=True)
        .exclude(state__in=(DispatchState.RETURNED, DispatchState.RECALLED))
        .order_by("-sent_at")
        .values_list("unit_id", flat=True)
        .first()
    )
    if before is not None:
        return next(firm for firm in firms if firm.pk == before)
    load = dict.fromkeys(codes, 0)
    for pk in Dispatch.objects.filter(unit__in=codes, state__in=(DispatchState.SENT, DispatchState.ACKNOWLEDGED)).values_list(
        "unit_id", flat=True
    ):
        load[pk] += 1
    return min(firms, key=lambda firm: (load[firm.pk], firm.code))


def check_usable(turn: Turn, unit: Unit, name: str) -> None:
    """Raises FactsMissing where the unit may not have this ticket: not of this community, retired, agreement over, conflict of interest."""
    grievance = turn.grievance
    if unit.community_id != grievance.community_id or not Unit.objects.usable(turn.today).filter(pk=unit.pk).exists():
        raise turn.refuse(name, f"“{unit.name}”目前不可派（已停用或协议不在有效期内）")
    if Conflict.objects.filter(unit=unit, enterprise=grievance.enterprise_id).exists():
        raise turn.refuse(name, f"“{unit.name}”与该企业存在利益冲突，须回避")
    if serves_other_side(unit, grievance):
        raise turn.refuse(name, f"“{unit.name}”正在或曾经为对方办理，一家机构不能服务双方；请另选机构或自办")
    if unit.kind == UnitKind.OPERATOR and grievance.confidential and grievance.park and grievance.park.operator_id == unit.pk:
        raise turn.refuse(name, "保密诉求不能派给所在园区的运营方")
    if Dispatch.objects.filter(grievance=grievance, unit=unit, state=DispatchState.RETURNED, cycle=grievance.cycle).exists() and (
        turn.actor != Actor.LEADER
    ):
        raise turn.refuse(name, f"“{unit.name}”已退过这件；请改派，或由社区负责人定办")


def write_letter(turn: Turn, row: Dispatch) -> Letter:
    """转办函 to a department without an account; due on the day given, else the day before the promise."""
    due_on = turn.facts.get("outside_due_on")
    promised = timezone.localtime(turn.grievance.promise_due_at).date()
    if due_on is None:
        due_on = max(promised - timedelta(days=1), turn.today)
    if due_on < turn.today:
        raise turn.refuse("outside_due_on", "不能早于今天")
    grievance = turn.grievance
    body = (
        f"{row.unit.name}：\n现将企业诉求（办件编号 {grievance.number}）转请贵单位办理，并请于 {due_on:%Y年%m月%d日} 前书面答复。\n"
        f"企业：{grievance.enterprise.name}\n事项：{grievance.service_item.name if grievance.service_item else '其他诉求'}\n"
        f"诉求：{grievance.title}\n{grievance.body}"
    )
    if turn.facts.get("note"):
        body += f"\n交办意见：{turn.facts['note']}"
    number = f"转{turn.today:%y%m%d}-{secrets.randbelow(10**6):06d}"
    return Letter.objects.create(dispatch=row, number=number, body=body, due_on=due_on, sent_at=turn.at)


def self_handle(turn: Turn) -> None:
    grievance = turn.grievance
    unit = turn.post.unit if turn.post is not None and turn.post.kind == PostKind.SPECIALIST else grievance.window
    assert unit is not None
    grievance.unit, grievance.handler, grievance.assignee = unit, turn.by, turn.by
    grievance.self_handled = True
    Dispatch.objects.create(
        grievance=grievance, unit=unit, is_main=True, cycle=grievance.cycle, sent_at=turn.at,
        acknowledged_at=turn.at, state=DispatchState.ACKNOWLEDGED,
    )  # fmt: skip
    forget_dispatches(grievance)
    turn.clocks.stop(turn.at, ClockCode.DISPATCH)


def acknowledge(turn: Turn) -> None:
    expected = turn.facts["expected_on"]
    if expected is not None and expected < turn.today:
        raise turn.refuse("expected_on", "不能早于今天")
    row = main_dispatch(turn.grievance)
    assert row is not None
    row.state, row.acknowledged_at, row.expected_on = DispatchState.ACKNOWLEDGED, turn.at, expected
    row.save(update_fields=["state", "acknowledged_at", "expected_on"])
    # 代录人不算主办人: a ticket at a department without an account has no handler of ours.
    turn.grievance.handler = None if turn.proxy else turn.by
    type_in(turn, row, final=False)
    turn.clocks.stop(turn.at, ClockCode.ACK)


def type_in(turn: Turn, row: Dispatch, *, final: bool) -> None:
    """What came back from a department without an account needs its source (来文)."""
    if not turn.proxy:
        return
    incoming = turn.facts.get("incoming")
    if not incoming:
        raise turn.refuse("incoming", "代部门登记须写明来文字号或来电记录")
    letter = Letter.objects.filter(dispatch=row).first()
    if final and letter is not None:
        letter.answered_at, letter.incoming, letter.typed_by = turn.at, incoming, turn.by
        letter.save(update_fields=["answered_at", "incoming", "typed_by"])


def return_dispatch(turn: Turn) -> None:
    grievance = turn.grievance
    row = main_dispatch(grievance)
    assert row is not None
    row.state, row.ended_at = DispatchState.RETURNED, turn.at
    row.save(update_fields=["state", "ended_at"])
    type_in(turn, row, final=True)
    recall_all(turn)
    back_to_dispatching(turn)


def back_to_dispatching(turn: Turn) -> None:
    grievance = turn.grievance
    grievance.unit = grievance.handler = None
    grievance.self_handled = False
    turn.clocks.stop(turn.at, ClockCode.ACK)
    turn.clocks.start_hours(ClockCode.DISPATCH, turn.at, lengths.DISPATCH_HOURS)


def recall(turn: Turn) -> None:
    recall_all(turn)
    back_to_dispatching(turn)


def recall_all(turn: Turn) -> None:
    """Takes the ticket out of every unit's hands; from the same instant they no longer see it. Earlier cycles stay as they were (INV17)."""
    rows = Dispatch.objects.filter(grievance=turn.grievance, cycle=turn.grievance.cycle, state__in=LIVE_DISPATCH)
    rows.update(state=DispatchState.RECALLED, ended_at=turn.at)


def co_rows(grievance) -> list[Dispatch]:
    """The co-handling units of the present dispatch, those that handed back included: each must be done or waived before finishing."""
    main = main_dispatch(grievance)
    if main is None:
        return []
    # By key: what was recalled and sent again at one and the same moment is two dispatches.
    return [row for row in dispatches(grievance) if not row.is_main and row.pk > main.pk]


def co_done(turn: Turn) -> None:
    result, unit = turn.facts["result"], turn.facts["unit"]
    rows = [row for row in co_rows(turn.grievance) if row.state not in (DispatchState.DONE, DispatchState.WAIVED)]
    if turn.actor == Actor.PARTNER:
        if result == CoResult.WAIVED:
            raise NotYours("豁免协办由主办单位决定；您可以选择“协办完成”或“协办退回”。")
        mine = units_of(turn.post) if turn.post is not None else set()
        rows = [row for row in rows if row.unit_id in mine]
    elif result != CoResult.WAIVED:
        raise turn.refuse("result", "主办只能豁免协办")
    if unit is not None:
        rows = [row for row in rows if row.unit_id == unit.pk]
    if len(rows) != 1:
        raise turn.refuse("unit", "请指明一个仍在协办的单位" if len(rows) > 1 else "没有这个仍在协办的单位")
    row = rows[0]
    row.state, row.ended_at = _CO_STATE[CoResult(result)], turn.at
    row.save(update_fields=["state", "ended_at"])
