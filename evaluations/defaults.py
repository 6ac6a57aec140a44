"""A scheme to begin with: what the editor shows where a community has none. The four dimensions of 以评促优, none above 30."""

from __future__ import annotations

from typing import Any

from evaluations.states import Missing, Scoring, Ties

NAME = "园区综合评价"
#: code, weight, steps (empty: relative to the other parks), what a park without a value gets
_INDICATORS = (
    ("cluster", "15", "20:40，30:60，40:80，50:100", Missing.ZERO),
    ("net_arrivals", "10", "", Missing.ZERO),
    ("quality_share", "15", "", Missing.ZERO),
    ("quality_new", "5", "", Missing.ZERO),
    ("patents", "5", "", Missing.SPREAD),
    ("vacancy", "15", "30:30，20:60，10:85，5:100", Missing.ZERO),
    ("tax_per_mu", "10", "", Missing.SPREAD),
    ("research_share", "5", "2:40，4:70，6:100", Missing.SPREAD),
    ("on_time", "10", "80:40，90:70，98:100", Missing.MEAN),
    ("satisfied", "5", "80:40，90:70，98:100", Missing.MEAN),
    ("visited", "5", "", Missing.MEAN),
)
_GRADES = (("优", "20"), ("良", "40"), ("中", "30"), ("待提升", "10"))


def usual() -> dict[str, Any]:
    """As the form would send it, without community and first day."""
    return {
        "name": NAME, "note": "产业集聚 25、优质企业 25、运营绩效 30、服务响应 20。", "ties": Ties.UP.value, "objection_workdays": "5",
        "indicators": [
            {"code": code, "weight": weight, "scoring": (Scoring.STEPS if steps else Scoring.MINMAX).value, "steps": steps, "missing": missing.value}
            for code, weight, steps, missing in _INDICATORS
        ],
        "grades": [{"label": label, "quota": quota} for label, quota in _GRADES],
    }  # fmt: skip
