"""The rooms of the town as units: what is let, since when the others stand empty, what is on offer, who has come and who looks for a space."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from community.kinds import PostKind
from enterprises import bulk, demands, moves
from enterprises.models import Enterprise, Lease, SpaceDemand
from mengchuang.demo import codes
from mengchuang.demo.chance import stream
from mengchuang.demo.places import Room
from mengchuang.demo.town import Town
from parks.models import Listing, Occupancy, Park, ParkPost, Space
from workdays import SHANGHAI

SOURCE = "演示数据"
#: Largest area (m²) of each stage; what is larger is for the 产业园.
STAGES = ((80, "maker"), (300, "incubator"), (1000, "accelerator"))
NEWCOMER_SERIAL = 990_001
#: The floor to which the headquarters came back.
FLOOR_M2 = Decimal(1860)


def stage_of(area: Decimal) -> str:
    return next((stage for most, stage in STAGES if area <= most), "park")


def units(town: Town, leases: Sequence[dict[str, Any]], rooms: Sequence[Room]) -> None:
    """A unit for each room that is let, measured by its lease; of two firms in one room the second stays without."""
    made: dict[tuple[int, str], dict[str, Any]] = {}
    first: list[dict[str, Any]] = []
    for lease, room in zip(leases, rooms, strict=True):
        key = (lease["building_id"], room.room)
        lease["space_id"] = None
        if key not in made:
            area = lease["area_m2"]
            made[key] = {
                "building_id": lease["building_id"], "room": room.room, "floor": int(room.room[:-2]), "area_m2": area, "kind": "office", "stage": stage_of(area),
            }  # fmt: skip
            first.append(lease)
    for lease, key in zip(first, bulk.insert(Space, list(made.values())), strict=True):
        lease["space_id"] = key


def furnish(town: Town) -> None:
    """What is beside the leases; once the people of the town can act."""
    _empty_rooms(town)
    _demands(town)
    _movers(town)


def bring_back(found: Enterprise, on: date) -> None:
    """A whole floor for a headquarters: the unit as large as its lease, empty before."""
    lease = Lease.objects.filter(enterprise=found, space__isnull=False).first()
    if lease is not None:
        Space.objects.filter(pk=lease.space_id).update(area_m2=FLOOR_M2, stage="park")
        Occupancy.objects.create(
            space=lease.space, kind="let", from_on=on - timedelta(days=1200), until_on=on - timedelta(days=150), source=SOURCE, recorded_at=datetime.combine(on, time(10), SHANGHAI),
        )  # fmt: skip


def _empty_rooms(town: Town) -> None:
    """Most had a tenant before; three of five are on offer, one in twelve is kept for somebody."""
    dice, today = stream("empty rooms"), town.now.date()
    spaces = Space.objects.on(today).filter(state="vacant", building__park__community=town.community).select_related("building__park")
    offers, before = [], []
    operators = {park.pk: park.operator_id for park in town.parks.values()}
    people = dict(town.community.posts.filter(kind=PostKind.OPERATOR).values_list("unit_id", "user_id"))
    for space in spaces.order_by("pk"):
        left = today - timedelta(days=dice.randint(6, 420))
        if dice.random() < 0.72:
            before.append(_used(space, left - timedelta(days=dice.randint(300, 1100)), left, town))
        chance = dice.random()
        if chance < 0.6:
            price = Decimal(dice.randint(110, 380)) / 100
            offers.append(
                Listing(
                    space=space, price_yuan=price, available_on=max(left, today + timedelta(days=dice.choice((0, 0, 15, 45)))), published_at=town.now - timedelta(days=dice.randint(1, 60)),
                    published_by_id=people.get(operators.get(space.building.park_id)), note=dice.choice(("", "精装修，随时看房", "毛坯，可分租", "带 8 个工位")),
                )
            )  # fmt: skip
        elif chance < 0.68:
            before.append(_used(space, today - timedelta(days=5), today + timedelta(days=25), town, kind="reserved", holder="在谈项目"))
    Listing.objects.bulk_create(offers)
    Occupancy.objects.bulk_create(before)
    for space in spaces:
        space.stage, space.floor = stage_of(space.area_m2), int(space.room[:-2])
    Space.objects.bulk_update(spaces, ["stage", "floor"])


def _used(space: Space, first: date, last: date, town: Town, *, kind: str = "let", holder: str = "") -> Occupancy:
    return Occupancy(space=space, kind=kind, from_on=first, until_on=last, holder=holder, source=SOURCE, recorded_at=town.now)


WANTED = (
    ("跨境电商项目（外来）", 90, 140, "2.60", "incubator", 60, "6513"), ("脑机接口团队", 60, 100, "1.80", "maker", 30, "7320"),
    ("机器人整机产线", 1500, 2400, "1.50", "park", 120, "3491"), ("数字孪生公司", 180, 260, "3.00", "accelerator", 45, "6513"),
)  # fmt: skip


def _demands(town: Town) -> None:
    specialist, today = town.acting("specialist"), town.now.date()
    for number, (who, least, most, price, stage, days, code) in enumerate(WANTED):
        demands.ask(
            town.community, who=who, area_from_m2=Decimal(least), area_to_m2=Decimal(most), price_most_yuan=Decimal(price), stage=stage, kind="", industry_code=code,
            move_in_on=today + timedelta(days=days), named=number % 2 == 0, by=specialist, at=town.now - timedelta(days=3 + number, hours=2),
        )  # fmt: skip
    _found_its_floor(town)


def _found_its_floor(town: Town) -> None:
    """「归岚科技集团」 looked for a floor, and it is over: found."""
    event = Enterprise.objects.filter(happenings__kind="returned", community=town.community).first()
    if event is None:
        return
    at, leader = town.now - timedelta(days=75), town.acting("leader")
    row = demands.ask(
        town.community, enterprise=event, area_from_m2=Decimal(1500), area_to_m2=Decimal(2000), price_most_yuan=Decimal("2.00"), stage="park", by=leader, at=at,
        note="集团总部迁回，要整层、可独立前台。",
    )  # fmt: skip
    SpaceDemand.objects.filter(pk=row.pk).update(closed_at=town.now - timedelta(days=41), closed_by=leader, outcome="found")


def _movers(town: Town) -> None:
    """One that has come and one that has gone, each told by the operator. Left: `steward` confirms."""
    kept = ParkPost.objects.filter(post__user=town.users.get("steward")).values("park") if "steward" in town.users else ()
    park = Park.objects.filter(pk__in=kept, community=town.community).first()
    if park is None or "park" not in town.users:
        return
    operator, at = town.acting("park"), town.now - timedelta(hours=5)
    today = town.now.date()
    free = Space.objects.on(today).filter(state="vacant", building__park=park).order_by("-area_m2", "pk").first()
    if free is not None:
        moves.report(
            "arrived", building=free.building, space=free, uscc=codes.uscc(NEWCOMER_SERIAL), name="杭州栖云智算科技有限公司", on=today - timedelta(days=2), place="滨江区",
            staff_count=23, lease_until_on=today + timedelta(days=3 * 365), annual_rent_wan=Decimal("18.60"), by=operator, at=at,
        )  # fmt: skip
    leaver = Enterprise.objects.in_place(park=park).active().filter(representatives=None).order_by("staff_count", "pk").first()
    if leaver is not None:
        building = leaver.tenancies.get(is_main=True, until_on=None).building
        moves.report(
            "left",
            building=building,
            uscc=leaver.uscc,
            name=leaver.name,
            on=today - timedelta(days=1),
            place="余杭区其他街道",
            by=operator,
            at=at,
        )
