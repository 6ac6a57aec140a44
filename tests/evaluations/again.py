"""Reckons a round again from the sheet that goes out, as an operator's accountant would: from its Chinese headings alone, sharing no code
with the portal. `python again.py 园区评价.csv` prints what differs."""

import csv
import sys
from collections import defaultdict
from fractions import Fraction


def half_up(number, places=2):
    scale = 10**places
    whole, rest = divmod(number * scale, 1)
    return Fraction(int(whole) + (1 if rest * 2 >= 1 else 0), scale)


def number(text):
    return None if text in ("", None) else Fraction(str(text).replace(",", ""))


def points_of(rows):
    """One indicator: park → points; None where the weight is spread."""
    head = rows[0]
    known = {row["园区代码"]: number(row["原始值"]) for row in rows if number(row["原始值"]) is not None}
    high = head["方向"] == "越高越好"
    found = {}
    if head["计分"] == "分档计分":
        steps = [tuple(map(Fraction, each.split(":"))) for each in head["档位"].split("，")]
        for park, value in known.items():
            found[park] = max([gained for limit, gained in steps if (value >= limit if high else value <= limit)], default=Fraction(0))
    elif known:
        worst, best = (min(known.values()), max(known.values())) if high else (max(known.values()), min(known.values()))
        for park, value in known.items():
            found[park] = Fraction(100) if best == worst else half_up((value - worst) * 100 / (best - worst))
    mean = half_up(sum(found.values()) / len(found)) if found else Fraction(0)
    instead = {"计 0 分": Fraction(0), "取平均分": mean, "权重分摊": None}[head["缺数据"]]
    return {row["园区代码"]: found.get(row["园区代码"], instead) for row in rows}


def reckon(rows):
    """Rows of one round → park → (points by indicator, score, rank, grade)."""
    by_indicator, by_park = defaultdict(list), defaultdict(list)
    for row in rows:
        by_indicator[row["指标"]].append(row)
        by_park[row["园区代码"]].append(row)
    points = {indicator: points_of(group) for indicator, group in by_indicator.items()}
    scores = {}
    for park, group in by_park.items():
        counted = [(number(row["权重"]), points[row["指标"]][park]) for row in group if points[row["指标"]][park] is not None]
        known = any(number(row["原始值"]) is not None for row in group)
        weight = sum(each for each, _ in counted)
        scores[park] = half_up(sum(each * gained for each, gained in counted) / weight) if known and weight else None
    told = {park: score for park, score in scores.items() if score is not None}
    quotas = [tuple(each.rsplit(" ", 1)) for each in rows[0]["等级名额"].split("，")]
    reach, so_far = [], Fraction(0)
    for label, quota in quotas:
        so_far += Fraction(quota.rstrip("%"))
        reach.append((label, int(half_up(so_far * len(told) / 100, 0))))
    result = {}
    for park, score in scores.items():
        if score is None:
            result[park] = (None, None, "")
            continue
        above = sum(other > score for other in told.values())
        level = sum(other >= score for other in told.values())
        deciding = above + 1 if rows[0]["同分"] == "就高" else level
        label = next(label for label, until in reach if deciding <= until)
        result[park] = (score, above + 1, label)
    return points, result


def differences(rows):
    """What the sheet says otherwise."""
    found = []
    rounds = defaultdict(list)
    for row in rows:
        rounds[row["社区"], row["期间"]].append(row)
    for name, group in rounds.items():
        points, result = reckon(group)
        for row in group:
            park = row["园区代码"]
            score, rank, grade = result[park]
            for what, again, told in (
                ("指标得分", points[row["指标"]][park], number(row["指标得分"])),
                ("总分", score, number(row["总分"])),
                ("名次", rank, number(row["名次"])),
                ("等级", grade, row["等级"]),
            ):
                if again != told:
                    found.append((name, park, row["指标"], what, again, told))
    return found


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8-sig", newline="") as sheet:
        print(differences(list(csv.DictReader(sheet))))
