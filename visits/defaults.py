"""The six classes a community begins with (DOMAIN §2): the first three are named in the reports, the others are our proposal.

`said` is what the enterprise reads. Where a class is for staff alone it says what other classes say too, so that nobody can tell it by its
words.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from community.models import Community
from visits.models import ClassVersion, VisitClass
from visits.selectors import SELECTORS
from visits.states import Closing, Origin

ROUND = "社区例行走访，听听您的近况和需要"


def _on(selector: str, workdays: int | None, every: str = "", **params: Any) -> dict[str, Any]:
    usual = {each.code: each.default for each in SELECTORS[selector].parameters}
    return {"selector": selector, "params": usual | params, "workdays": workdays, "every": every}


SIX: tuple[dict[str, Any], ...] = (
    {
        "code": "XS", "origin": Origin.REPORTED, "name": "新设企业必访", "weight": 20, "absorb_workdays": 10,
        "who": ["grid_staff", "steward"], "said": "欢迎入驻，看看有什么要帮忙的",
        "triggers": [_on("newly_arrived", 10, within_days=90), _on("settled_in", 10, after_days=90)],
    },
    {
        "code": "XQ", "origin": Origin.REPORTED, "name": "有需求企业必访", "weight": 60, "closing": Closing.VISITED_OR_GONE,
        "who": ["handler", "grid_staff"], "said": "上门了解您提出的诉求",
        "triggers": [_on("asked_on_site", 2), _on("repeated_need", 2, within_days=30, times=2), _on("poor_rating", 2), _on("revisit_agreed", 1)],
    },
    {
        "code": "FX", "origin": Origin.REPORTED, "name": "有风险企业必访", "weight": 90, "closing": Closing.VISITED_OR_GONE, "staff_only": True,
        "who": ["window:ZL", "grid_leader"], "said": ROUND,
        "triggers": [
            _on("risk_flagged", 1, "days:7", level="red"), _on("risk_flagged", 3, "days:15", level="orange"),
            _on("risk_flagged", 5, "days:30", level="yellow"), _on("ticket_linked", 3, link="risk"), _on("rent_overdue", 5, days=60),
        ],
    },
    {
        "code": "ZD", "origin": Origin.OWN, "name": "重点企业必访", "weight": 30, "absorb_workdays": 10,
        "who": ["window:JF", "leader"], "said": ROUND,
        "triggers": [_on("key_listed", None, "quarter")],
    },
    {
        "code": "CZ", "origin": Origin.OWN, "name": "成长培育企业必访", "weight": 25, "absorb_workdays": 10,
        "who": ["window:JF", "grid_staff"], "said": "聊聊企业成长和政策申报",
        "triggers": [_on("tier_gained", 10), _on("tier_expiring", 10, before_days=180), _on("tier_held", None, "half_year")],
    },
    {
        "code": "YD", "origin": Origin.OWN, "name": "异动企业必访", "weight": 50, "closing": Closing.VISITED_OR_GONE, "staff_only": True,
        "who": ["window:JF", "grid_leader"], "said": ROUND,
        "triggers": [_on("changed", 3, "days:30"), _on("lease_ending", 3, before_days=90)],
    },
)  # fmt: skip


def load(community: Community, *, from_on: date, at: datetime) -> int:
    """Gives a community that has no class yet the six, in force from that day; again changes nothing. How many were made."""
    if VisitClass.objects.filter(community=community).exists():
        return 0
    for rank, row in enumerate(SIX, 1):
        facts = {name: value for name, value in row.items() if name not in ("code", "origin")}
        made = VisitClass.objects.create(community=community, code=row["code"], origin=row["origin"], rank=rank * 10)
        ClassVersion.objects.create(visit_class=made, from_on=from_on, set_at=at, **facts)
    return len(SIX)
