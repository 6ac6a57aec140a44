"""Dispatch rules at work: a proposal that explains itself — the rule, the conditions met, what it beat. Rules propose; people dispatch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from community.models import Unit
from grievances.models import DispatchRule, Grievance
from grievances.reach import Reach
from wording import normalise


@dataclass(frozen=True)
class Condition:
    """A kind of condition: what it reads of a ticket. A rule lists values, of which one must match."""

    kind: str
    label: str
    holds: Callable[[Grievance, list[str]], bool]


def _item(g: Grievance, values: list[str]) -> bool:
    return g.service_item is not None and g.service_item.code in values


def _category(g: Grievance, values: list[str]) -> bool:
    return g.service_item is not None and g.service_item.plain_category in values


def _keyword(g: Grievance, values: list[str]) -> bool:
    text = normalise(f"{g.title}\n{g.body}")
    return any(normalise(word) in text for word in values)


CONDITIONS: dict[str, Condition] = {
    condition.kind: condition
    for condition in (
        Condition("item", "事项", _item),
        Condition("category", "类别", _category),
        Condition("keyword", "关键词", _keyword),
        Condition("park", "园区", lambda g, values: g.park is not None and g.park.code in values),
        Condition("grid", "网格", lambda g, values: g.grid is not None and g.grid.code in values),
        Condition("channel", "来源", lambda g, values: g.channel in values),
        Condition("priority", "优先级", lambda g, values: g.priority in values),
        Condition("personal", "员工个人诉求", lambda g, values: str(g.personal).lower() in values),
        Condition(
            "site_visit", "需要上门", lambda g, values: g.service_item is not None and str(g.service_item.site_visit).lower() in values
        ),
    )
}


@dataclass(frozen=True)
class Met:
    kind: str
    label: str
    values: tuple[str, ...]
    holds: bool


@dataclass(frozen=True)
class Tried:
    """One rule held against the ticket, each condition with its verdict, and where it would send it."""

    rule: DispatchRule
    conditions: tuple[Met, ...]
    unit: Unit | None
    why_not: str = ""

    @property
    def fits(self) -> bool:
        return not self.why_not


@dataclass(frozen=True)
class Proposal:
    """`chosen` is the first rule that fits; `beaten` fitted too but came later; `failed` did not. No rule: nothing is proposed."""

    chosen: Tried | None
    beaten: tuple[Tried, ...] = ()
    failed: tuple[Tried, ...] = field(default=())


def propose(grievance: Grievance, *, on: date, rules: Sequence[DispatchRule] | None = None, reach: Reach | None = None) -> Proposal:
    """The same ticket and the same rules always give the same answer (INV23). `rules`: those to try, in order, instead of those in force."""
    if rules is None:
        rules = list(DispatchRule.objects.in_force(on).filter(community=grievance.community_id).select_related("unit").ranked())
    tried = [_try(rule, grievance, reach or Reach(on)) for rule in rules]
    fitting = [each for each in tried if each.fits]
    return Proposal(
        chosen=fitting[0] if fitting else None, beaten=tuple(fitting[1:]), failed=tuple(each for each in tried if not each.fits)
    )


def _try(rule: DispatchRule, grievance: Grievance, reach: Reach) -> Tried:
    met = tuple(_hold(row, grievance) for row in rule.conditions)
    if not all(each.holds for each in met):
        labels = "、".join(each.label for each in met if not each.holds)
        return Tried(rule, met, None, f"{labels}不符")
    unit, why_not = _target(rule, grievance, reach)
    return Tried(rule, met, unit, why_not)


def _hold(row: dict[str, Any], grievance: Grievance) -> Met:
    condition = CONDITIONS[row["kind"]]
    values = [str(value) for value in row["values"]]
    return Met(condition.kind, condition.label, tuple(values), condition.holds(grievance, values))


def _target(rule: DispatchRule, grievance: Grievance, reach: Reach) -> tuple[Unit | None, str]:
    match rule.target:
        case DispatchRule.Target.SELF:
            return None, ""
        case DispatchRule.Target.UNIT:
            unit = rule.unit
        case DispatchRule.Target.PARTNER_WINDOW:
            unit = grievance.service_item.partner_window if grievance.service_item is not None else None
        case DispatchRule.Target.GRID:
            unit = getattr(grievance.grid, "unit", None) if grievance.grid is not None else None
        case DispatchRule.Target.OPERATOR:
            unit = grievance.park.operator if grievance.park is not None else None
        case _:
            unit = None
    if unit is None:
        return None, "没有可派的单位"
    if not reach.usable(unit):
        return unit, "单位已停用或协议不在有效期内"
    if unit.is_partner and not reach.has_firms(unit):
        return unit, "窗口目前没有可派的机构"
    if reach.in_conflict(unit, grievance):
        return unit, "与该企业存在利益冲突"
    if reach.on_other_side(unit, grievance):
        return unit, "正在或曾经为对方办理，一家机构不能服务双方"
    if rule.target == DispatchRule.Target.OPERATOR and grievance.confidential:
        return unit, "保密诉求不派所在园区的运营方"
    return unit, ""


def describe(tried: Tried) -> str:
    """One sentence for the record: 规则号, the conditions met, the target."""
    met = "；".join(f"{each.label}＝{'、'.join(each.values)}" for each in tried.conditions if each.holds) or "无条件"
    target = tried.unit.name if tried.unit is not None else "专员自办"
    return f"规则 {tried.rule.code}（{tried.rule.name}）：{met} → {target}"
