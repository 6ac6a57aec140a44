"""Why the rules would send a ticket where they do, in words: the rule, the conditions met, what it beat."""

from __future__ import annotations

from typing import Any

from grievances.models import Grievance
from grievances.routing import Met, Proposal, Tried

_ACTUAL: dict[str, Any] = {
    "item": lambda g: g.service_item.name if g.service_item is not None else "",
    "category": lambda g: g.service_item.plain_category if g.service_item is not None else "",
    "park": lambda g: g.park.name if g.park is not None else "",
    "grid": lambda g: g.grid.name if g.grid is not None else "",
    "channel": lambda g: g.get_channel_display(),
    "priority": lambda g: g.get_priority_display(),
}


def explain(proposal: Proposal, grievance: Grievance) -> dict[str, Any]:
    """`chosen` is None where no rule fits."""
    chosen = proposal.chosen
    return {
        "chosen": _tried(chosen, grievance) if chosen is not None else None,
        "beaten": [_tried(tried, grievance) for tried in proposal.beaten],
        "failed": [{"rule": tried.rule, "why": tried.why_not} for tried in proposal.failed],
    }


def _tried(tried: Tried, grievance: Grievance) -> dict[str, Any]:
    target = tried.unit.name if tried.unit is not None else "专员自办"
    return {"rule": tried.rule, "target": target, "conditions": [_met(each, grievance) for each in tried.conditions] or ["无条件"]}


def _met(met: Met, grievance: Grievance) -> str:
    """A condition and what it found; a rule that lists many values is not read out in full."""
    actual = _ACTUAL.get(met.kind)
    value = actual(grievance) if actual is not None else "、".join(met.values[:4])
    return f"{met.label}：{value}" if value else met.label
