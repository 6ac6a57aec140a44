"""What the demo says of its invented enterprises beyond figures: talents by level, the grade of their land, and the leader's profile tags."""

from datetime import timedelta
from typing import Any

from enterprises import bulk
from enterprises.metrics import TALENT_LEVELS
from enterprises.models import Figure, LandGrade, ProfileTag
from mengchuang.demo import places
from mengchuang.demo.chance import stream
from mengchuang.demo.town import Town

SOURCE = "演示数据"
#: 「杭州市级人才 554 名」, of a whole town.
TALENTS = 554
#: Of a hundred, from the rarest level on.
SHARES = {"a": 1, "b": 7, "c": 16, "d": 31, "e": 45}
#: Grades of a hundred enterprises that are judged; of two years.
GRADES = {"A": 24, "B": 52, "C": 21, "D": 3}
JUDGED, YEARS = 150, 2
#: Name, trait, parameters.
TAGS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("科技型", "qualified", {"kind": "high_tech"}),
    ("初创", "young", {"years": 3}),
    ("高成长", "grew", {"metric": "revenue", "percent": 20}),
    ("研发强", "research_share", {"percent": 10}),
    ("专利大户", "over_years", {"metric": "invention_patents", "years": 5, "amount": 100.0}),
    ("租约将到期", "lease_ending", {"within_days": 90}),
    ("新近回归", "happened", {"kind": "returned", "within_days": 180}),
)


def fill(town: Town, reporting: set[int]) -> None:
    """`reporting`: serials of the firms that tell their figures."""
    ratio = min(1.0, len(town.rooms) / places.FULL)
    bulk.insert(Figure, _talents(town, sorted(reporting), ratio))
    bulk.insert(LandGrade, _grades(town, sorted(reporting), ratio))
    leader = town.users["leader"]
    for name, rule, params in TAGS:
        ProfileTag.objects.create(
            community=town.community, name=name, rule=rule, params=params, set_by=leader, set_at=town.now - timedelta(days=60)
        )


def _talents(town: Town, serials: list[int], ratio: float) -> list[dict[str, Any]]:
    """So many heads, level by level, dealt out one by one; the sum is exact."""
    dice, count = stream("talents"), max(5, round(TALENTS * ratio))
    dealt = {level: count * share // 100 for level, share in SHARES.items()}
    dealt["e"] += count - sum(dealt.values())
    holders = dice.sample(serials, min(len(serials), max(3, round(count / 4))))
    heads: dict[tuple[int, str], int] = {}
    for level, _ in TALENT_LEVELS:
        for _ in range(dealt[level]):
            where = holders[int(len(holders) * dice.random() ** 2)], level
            heads[where] = heads.get(where, 0) + 1
    at = town.now - timedelta(days=45)
    by = town.users["specialist"].pk
    return [
        {
            "enterprise_id": town.enterprises[serial].pk, "metric": f"talents_{level}", "period": str(town.now.year - 1), "value": count, "source": "人才部门推送",
            "dated_on": None, "recorded_at": at, "recorded_by_id": by, "confirmed_by_id": by, "confirmed_at": at, "superseded_at": None,
        }
        for (serial, level), count in sorted(heads.items())
    ]  # fmt: skip


def _grades(town: Town, serials: list[int], ratio: float) -> list[dict[str, Any]]:
    dice = stream("land grades")
    judged = dice.sample(serials, min(len(serials), max(6, round(JUDGED * ratio))))
    letters = [letter for letter, share in GRADES.items() for _ in range(share)]
    return [
        {"enterprise_id": town.enterprises[serial].pk, "year": town.now.year - back, "grade": dice.choice(letters), "source": f"{SOURCE}：区亩均评价结果"}
        for serial in sorted(judged) for back in range(1, YEARS + 1)
    ]  # fmt: skip
