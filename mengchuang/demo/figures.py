"""Invented figures of the enterprises that report them: five years, a later correction here and there, three silent files in fifty."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from accounts.models import User
from enterprises import bulk
from enterprises.models import Enterprise, Event, Figure, FigureProposal
from mengchuang.demo import enrol, letting
from mengchuang.demo.chance import stream
from mengchuang.demo.firms import Firm
from mengchuang.demo.town import Town
from workdays import SHANGHAI

YEARS = 5
#: 「行健外骨骼」: 132 invention patents in five years.
XINGJIAN_PATENTS = (14, 20, 26, 33, 39)
SOURCES = {
    "revenue": "统计年报",
    "tax": "税务部门推送",
    "research": "企业自报",
    "staff": "社保数据",
    "invention_patents": "知识产权部门推送",
}


def fill(town: Town, reporting: set[int]) -> None:
    """For these firms, by serial; vouched for by the specialist of economic development."""
    specialist = town.users["specialist"]
    names = {serial: "".join(room.firm.parts[1:3]) for serial, room in town.rooms.items() if serial in reporting}
    xingjian = "".join(enrol.FIXED_FIRMS[1][0][1:3])
    rows = [
        row
        for serial in sorted(reporting)
        for row in _of_firm(town, town.rooms[serial].firm, specialist, XINGJIAN_PATENTS if names[serial] == xingjian else ())
    ]
    bulk.insert(Figure, rows)
    _propose(town)
    _bring_back(town)


def _of_firm(town: Town, firm: Firm, by: User, patents: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    dice = stream(f"figures:{firm.serial}")
    this_year = town.now.year
    first = max(this_year - YEARS, firm.established_on.year)
    staff, per_head = max(3, firm.staff_count), dice.uniform(22, 95)
    key = town.enterprises[firm.serial].pk
    for year in range(first, this_year):
        # headcounts of today, smaller the further back
        share = dice.uniform(0.86, 0.97) ** (this_year - 1 - year)
        heads = max(2, round(staff * share))
        revenue = round(Decimal(heads * per_head * dice.uniform(0.85, 1.15)), 2)
        known = {
            "revenue": revenue, "tax": round(revenue * Decimal(dice.uniform(0.02, 0.07)), 2), "research": round(revenue * Decimal(dice.uniform(0.02, 0.16)), 2),
            "staff": Decimal(heads), "invention_patents": Decimal(patents[year - this_year + YEARS] if patents else dice.choice((0, 0, 0, 1, 1, 2, 4))),
        }  # fmt: skip
        at = datetime(year + 1, 4, dice.randint(1, 28), dice.randint(9, 16), dice.randint(0, 59), tzinfo=SHANGHAI)
        for metric, value in known.items():
            yield from _value(dice, key, metric, str(year), value, at, by, town.now)
    # one in seventeen has said nothing since spring
    if dice.random() > 0.06:
        at = town.now - timedelta(days=dice.randint(5, 60))
        quarter = f"{at.year}Q{max(1, (at.month - 1) // 3)}"
        yield from _value(dice, key, "revenue", quarter, round(Decimal(staff * per_head / 4 * dice.uniform(0.8, 1.2)), 2), at, by, town.now)


def _value(
    dice: Random, key: int, metric: str, period: str, value: Decimal, at: datetime, by: User, now: datetime
) -> Iterator[dict[str, Any]]:
    """One in thirty was first known otherwise and corrected a month later."""
    at = min(at, now - timedelta(days=1))
    source = SOURCES[metric] if len(period) == 4 else "季度快报"
    facts = {"enterprise_id": key, "metric": metric, "period": period, "dated_on": None, "recorded_by_id": by.pk, "confirmed_by_id": by.pk}
    later = at + timedelta(days=30)
    if dice.random() < 1 / 30 and later < now:
        first = value if metric in ("staff", "invention_patents") else round(value * Decimal("0.97"), 2)
        yield facts | {"value": first, "source": source, "recorded_at": at, "confirmed_at": at, "superseded_at": later}
        yield facts | {"value": value, "source": "年报审计", "recorded_at": later, "confirmed_at": later, "superseded_at": None}
    else:
        yield facts | {"value": value, "source": source, "recorded_at": at, "confirmed_at": at, "superseded_at": None}


def _propose(town: Town) -> None:
    """Three corrections wait for the office, one of them of 「澄视数字视觉」."""
    period = str(town.now.year - 1)
    rows = Figure.objects.standing().filter(
        metric="revenue", period=period, enterprise__in=[town.enterprises[each] for each in town.managers]
    )
    managers = {town.enterprises[serial].pk: user for serial, user in town.managers.items()}
    chengshi = next(town.enterprises[serial].pk for serial, user in town.managers.items() if user.username == enrol.CHENGSHI)
    found = sorted(rows, key=lambda row: (row.enterprise_id != chengshi, row.enterprise_id))[:3]
    for number, row in enumerate(found):
        at = town.now - timedelta(days=1 + number, hours=2)
        FigureProposal.objects.create(
            enterprise_id=row.enterprise_id, metric="revenue", period=period, value=round(row.value * Decimal("1.06"), 2), seen=row.value,
            note="年报审计后调整", proposed_by=managers[row.enterprise_id], proposed_at=at,
        )  # fmt: skip


def _bring_back(town: Town) -> None:
    """「归岚科技集团」 has brought its headquarters back: a whole floor, and who saw to it."""
    found = Enterprise.objects.filter(community=town.community, name="".join(enrol.RETURNED_NAME)).first()
    if found is None:
        return
    on = (town.now - timedelta(days=40)).date()
    found.happenings.filter(kind="moved_in").delete()
    found.tenancies.update(from_on=on)
    found.leases.update(
        from_on=on,
        until_on=on.replace(year=on.year + 5, day=min(on.day, 28)),
        area_m2=Decimal(1860),
        annual_rent_wan=Decimal("122.20"),
        rent_overdue_since_on=None,
    )
    letting.bring_back(found, on)
    Event.objects.create(
        enterprise=found, kind="returned", happened_on=on, recorded_at=datetime.combine(on + timedelta(days=1), time(10), SHANGHAI), source="社区走访",
        from_place="外省", to_place="梦想天地", case_owner=town.users["leader"], note="集团总部迁回，租下整层；专班陪同看房、办照。",
    )  # fmt: skip
