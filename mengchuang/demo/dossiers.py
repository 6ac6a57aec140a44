"""What stands in the files of the invented enterprises: qualifications, tiers, the key list, leases, events. Counts as reported of the community."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from cultivation.models import KeyListing, TierHolding
from enterprises import bulk
from enterprises.kinds import EVENTS, QUALIFICATIONS
from enterprises.models import Enterprise, Event, FormerName, Lease, Qualification
from mengchuang.demo import firms, letting, places
from mengchuang.demo.chance import stream
from mengchuang.demo.firms import Firm
from mengchuang.demo.places import Room
from mengchuang.demo.town import Town
from workdays import SHANGHAI

SOURCE = "演示数据"
KEY, ABOVE_SCALE, TOP_TAXPAYERS, CHAIN_LEADERS = 279, 190, 100, 8
#: How many of each tier, beside those that stand in the tags; kind of qualification and tier have one code.
OF_TAG = {
    firms.PROVINCIAL_TECH: "provincial_tech",
    firms.HIGH_TECH: "high_tech",
    firms.SPECIALISED: "specialised",
    firms.LITTLE_GIANT: "little_giant",
    firms.YOUNG_EAGLE: "young_eagle",
}
INNOVATIVE, SMALL_AND_FINE, KUNPENG = 210, 60, 12
#: The day of the listing as the exchanges publish it.
LISTED_ON = {
    "300853": (date(2020, 7, 24), "创业板"), "300645": (date(2017, 4, 21), "创业板"), "603040": (date(2017, 2, 9), "主板"),
    "300360": (date(2014, 1, 21), "创业板"), "920249": (date(2023, 2, 17), "北交所"), "001335": (date(2025, 4, 15), "主板"),
}  # fmt: skip
UNUSUAL = {
    "legal_person_changed": 60, "shareholders_changed": 40, "capital_changed": 80, "address_changed": 20, "staff_dropped": 14, "intends_to_leave": 6,
}  # fmt: skip
NOTES = {
    "staff_dropped": "近三个月参保人数明显减少",
    "intends_to_leave": "走访时提到正在看外区场地，主要是面积不够",
    "settled": "已对接同园区更大场地，企业表示留下",
}


def fill(town: Town, rooms: Sequence[Room], tags: dict[int, tuple[str, ...]]) -> None:
    """Files of all the firms of a town, by COPY."""
    ratio = len(rooms) / places.FULL
    by_weight = sorted((room.firm for room in rooms), key=_weight)
    _tiers(town, by_weight, tags, ratio)
    _key_list(town, by_weight, ratio)
    leases = list(_leases(town, rooms))
    letting.units(town, leases, rooms)
    bulk.insert(Lease, leases)
    bulk.insert(Event, list(_events(town, rooms, ratio)))


def list_companies(companies: Sequence[Enterprise], today: date) -> None:
    """What the exchanges publish of the listed ones, and that they are on the key list."""
    for company in companies:
        day, board = LISTED_ON[company.stock_code]
        facts = {"enterprise": company, "source": "演示数据：交易所公开信息"}
        Qualification.objects.create(kind="listed", level=board, number=company.stock_code, issued_on=day, **facts)
        TierHolding.objects.create(tier="listed", gained_on=day, evidence=f"{board} {company.stock_code}", **facts)
        KeyListing.objects.create(reason="listed", from_on=date(today.year, 1, 1), **facts)


def _weight(firm: Firm) -> tuple[float, int]:
    return -firm.staff_count * stream(f"weight:{firm.serial}").random(), firm.serial


def _share(count: int, ratio: float) -> int:
    return max(1, round(count * ratio))


def _tiers(town: Town, by_weight: Sequence[Firm], tags: dict[int, tuple[str, ...]], ratio: float) -> None:
    dice, today = stream("tiers"), town.now.date()
    held = [(firm, OF_TAG[tag]) for firm in by_weight for tag in tags.get(firm.serial, ())]
    technical = [firm for firm in by_weight if tags.get(firm.serial)]
    held += [(firm, "innovative") for firm in technical[: _share(INNOVATIVE, ratio)]]
    held += [(firm, "kunpeng") for firm in technical[: _share(KUNPENG, ratio)]]
    held += [(firm, "above_scale") for firm in by_weight[: _share(ABOVE_SCALE, ratio)]]
    spans = [(firm, code, *_span(dice, firm, QUALIFICATIONS[code].years, today)) for firm, code in held]
    qualified = [(firm, code, *span) for firm, code, *span in spans]
    # about a third of what runs out after three years had been renewed once
    earlier = [
        (firm, code, years_before(since, 3), since - timedelta(days=1))
        for firm, code, since, until in spans
        if until and dice.random() < 0.3
    ]
    qualified += [row for row in earlier if row[2] > row[0].established_on]
    bulk.insert(Qualification, [_qualification(town, dice, *row) for row in qualified])
    tiers = [
        *qualified,
        *((firm, "small_and_fine", *_span(dice, firm, None, today)) for firm in by_weight[-_share(SMALL_AND_FINE, ratio) :]),
    ]
    bulk.insert(TierHolding, [_tier(town, *row) for row in tiers])


def _span(dice: Random, firm: Firm, years: int | None, today: date) -> tuple[date, date | None]:
    """First and last day of what holds today; what holds for three years was gained on any day of the last three."""
    longest = 365 * (years or 5) - 2
    first = max(firm.established_on + timedelta(days=20), today - timedelta(days=longest))
    gained = first + timedelta(days=int(dice.random() * max(0, (today - first).days)))
    return gained, years_after(gained, years) if years else None


def years_after(day: date, years: int) -> date:
    """The last day of so many years from `day`."""
    return day.replace(year=day.year + years, day=min(day.day, 28)) - timedelta(days=1)


def years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=min(day.day, 28))


def _qualification(town: Town, dice: Random, firm: Firm, code: str, since: date, until: date | None) -> dict[str, Any]:
    number = f"GR{since.year}33{dice.randint(0, 999_999):06d}" if code == "high_tech" else ""
    return {
        "enterprise_id": town.enterprises[firm.serial].pk, "kind": code, "level": QUALIFICATIONS[code].levels[0], "number": number,
        "issued_on": since, "valid_until_on": until, "source": SOURCE,
    }  # fmt: skip


def _tier(town: Town, firm: Firm, code: str, since: date, until: date | None) -> dict[str, Any]:
    evidence = f"{since.year} 年认定名单" if code != "small_and_fine" else "社区推荐"
    key = town.enterprises[firm.serial].pk
    return {"enterprise_id": key, "tier": code, "gained_on": since, "valid_until_on": until, "evidence": evidence, "source": SOURCE}


def _key_list(town: Town, by_weight: Sequence[Firm], ratio: float) -> None:
    """So many enterprises with the listed ones, several for two reasons; a few were taken off at the end of last year."""
    year = town.now.date().year
    chosen = by_weight[: _share(KEY, ratio) - (len(firms.LISTED) if ratio == 1 else 0)]
    above = _share(ABOVE_SCALE, ratio)
    reasons = [(firm, "above_scale") for firm in chosen[:above]] + [(firm, "talent") for firm in chosen[above:]]
    reasons += [(firm, "top_taxpayer") for firm in chosen[: _share(TOP_TAXPAYERS, ratio)]]
    reasons += [(firm, "chain_leader") for firm in chosen[: _share(CHAIN_LEADERS, ratio)]]
    rows = [_listing(town, firm, reason, date(year, 1, 1), None) for firm, reason in reasons]
    left = by_weight[len(chosen) : len(chosen) + _share(12, ratio)]
    rows += [_listing(town, firm, "above_scale", date(year - 1, 1, 1), date(year - 1, 12, 31)) for firm in left]
    bulk.insert(KeyListing, rows)


def _listing(town: Town, firm: Firm, reason: str, first: date, last: date | None) -> dict[str, Any]:
    return {"enterprise_id": town.enterprises[firm.serial].pk, "reason": reason, "from_on": first, "until_on": last, "source": SOURCE}


def _leases(town: Town, rooms: Sequence[Room]) -> Iterator[dict[str, Any]]:
    """One running lease a firm; one in forty ends within 90 days, one in 160 is in arrears."""
    dice, today = stream("leases"), town.now.date()
    for room in rooms:
        left = dice.randint(1, 90) if dice.random() < 0.025 else dice.randint(91, 900)
        last = today + timedelta(days=left)
        first = max(room.from_on, last - timedelta(days=365 * dice.choice((3, 3, 4, 5)) - 1))
        area = Decimal(max(18, room.firm.staff_count * dice.randint(8, 16)))
        since = today - timedelta(days=dice.randint(10, 150))
        unpaid = dice.random() < 1 / 160 and since > first
        yield {
            "enterprise_id": town.enterprises[room.firm.serial].pk,
            "building_id": town.buildings[room.building.park.name, room.building.number].pk,
            "room": f"{room.room}室", "area_m2": area, "from_on": first, "until_on": last,
            "annual_rent_wan": round(area * Decimal(dice.randint(11, 26)) * 365 / 100_000, 2),
            "rent_overdue_since_on": since if unpaid else None, "source": SOURCE,
        }  # fmt: skip


def _events(town: Town, rooms: Sequence[Room], ratio: float) -> Iterator[dict[str, Any]]:
    """Founding and moving in of the last year, old names, and what registers and visits have brought."""
    dice, today = stream("events"), town.now.date()
    year = today - timedelta(days=365)
    for room in rooms:
        founded = room.firm.established_on
        if founded > year:
            yield _event(town, dice, room, "founded", founded, "市场监管登记")
        if room.from_on > year:
            yield _event(town, dice, room, "moved_in", room.from_on, "园区报送")
    by_key = {town.enterprises[room.firm.serial].pk: room for room in rooms}
    for key, until in FormerName.objects.filter(enterprise__in=list(by_key)).order_by("pk").values_list("enterprise_id", "until_on"):
        yield _event(town, dice, by_key[key], "renamed", until + timedelta(days=1), "市场监管登记")
    for code, count in UNUSUAL.items():
        for room in dice.sample(list(rooms), _share(count, ratio)):
            on = max(room.from_on, today - timedelta(days=dice.randint(3, 300)))
            yield _event(town, dice, room, code, on, "走访" if code in NOTES else "市场监管登记")
            if code == "intends_to_leave" and dice.random() < 0.4:
                yield _event(town, dice, room, "settled", min(today, on + timedelta(days=30)), "走访")


def _event(town: Town, dice: Random, room: Room, code: str, on: date, source: str) -> dict[str, Any]:
    assert code in EVENTS
    learnt = datetime.combine(on + timedelta(days=int(40 * dice.random() ** 2)), time(10, dice.randint(0, 59)), SHANGHAI)
    return {
        "enterprise_id": town.enterprises[room.firm.serial].pk, "kind": code, "happened_on": on, "recorded_at": min(learnt, town.now),
        "source": source, "note": NOTES.get(code, ""),
    }  # fmt: skip
