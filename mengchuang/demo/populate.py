"""Rows of street, communities, places, units and posts; everything in bulk."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import count

from accounts.models import User
from community.kinds import PostKind
from community.models import Community, Grid, Post, Street, Unit
from cultivation.models import KeyListing
from enterprises.models import Qualification, Representative
from mengchuang.demo import enrol, figures, firms, organisation, places, portraits
from mengchuang.demo.accounts import demo_users
from mengchuang.demo.names import landline
from mengchuang.demo.organisation import PostPlan, UnitPlan
from mengchuang.demo.places import BuildingPlan, GridPlan, ParkPlan, Room
from mengchuang.demo.town import POSTS_SINCE, Size, Town
from parks.models import Building, Park, ParkPost, Space
from wording import pinyin_full, pinyin_initials

STREET, COMMUNITY, SECOND = "CQ", "MC", "QH"


def towns(size: Size, now: datetime) -> tuple[Town, Town]:
    """The community and its small neighbour, in one street, with places, people and enterprises."""
    street = Street.objects.create(code=STREET, name="仓前街道")
    phones = count(1)
    users = {user.username: user for user in demo_users(now - POSTS_SINCE)}
    return _community(street, now, users, phones, size), _neighbour(street, now, users, phones, size)


def _community(street: Street, now: datetime, users: dict[str, User], phones: Iterator[int], size: Size) -> Town:
    community = Community.objects.create(
        street=street, code=COMMUNITY, name="梦创社区", phone=landline(1), address="梦想路10号梦想天地1号楼一层", boundary=places.outline(),
        north="归岚河", east="未来光路", south="文西里路", west="绿汀里街",
        about=(
            "梦创社区是一个没有居民的“零户籍”社区：62个园区、95幢楼宇里的企业就是这里的居民。"
            "社区设党群建设、经济发展、公共事务、综合治理四个专员窗口，12个网格按“1+3+N”配备力量，"
            "园区长就在您身边，一门多窗的伙伴机构随叫随到。企业的事情找我办。"
        ),
    )  # fmt: skip
    town = Town(community, now, phones, users)
    operators = {park.operator for park in size.parks}
    lay_out(town, places.grids(), (unit for unit in organisation.units() if unit.kind != "operator" or unit.code in operators), size.parks)
    appoint(town, posts_of(size))
    enrol.settle(town, rooms_of(size, now))
    enrol.list_companies(community, now.date())
    enrol.open_doors(town, size)
    telling = reporting(town)
    figures.fill(town, telling)
    portraits.fill(town, telling)
    return town


def reporting(town: Town) -> set[int]:
    """Who reports figures: those with a qualification or on the key list, and those that use the portal."""
    serials = {enterprise.pk: serial for serial, enterprise in town.enterprises.items()}
    named = {*Qualification.objects.values_list("enterprise_id", flat=True), *KeyListing.objects.values_list("enterprise_id", flat=True)}
    return {serials[key] for key in named if key in serials} | set(town.managers)


def posts_of(size: Size) -> list[PostPlan]:
    operators = {park.operator for park in size.parks}
    at_parks = organisation.park_posts([park.name for park in size.parks])
    plans = [*organisation.staff_posts(), *organisation.grid_posts(), *organisation.outside_posts()]
    return [*plans, *(plan for plan in at_parks if not plan.unit or plan.unit in operators)]


def rooms_of(size: Size, now: datetime) -> list[Room]:
    return enrol.with_fixed(places.rooms(firms.firms(size.enterprises, now.date()), size.parks, now.date()))


def _neighbour(street: Street, now: datetime, users: dict[str, User], phones: Iterator[int], size: Size) -> Town:
    community = Community.objects.create(
        street=street, code=SECOND, name="栖湖社区", phone=landline(2), address="栖湖里路11号栖湖创谷1号楼一层",
        about="栖湖社区是梦创社区的邻居，规模较小，有两个园区。",
    )  # fmt: skip
    town = Town(community, now, phones, users)
    grid = GridPlan(1, "栖湖", size.second, ((0.0, 0.0), (900.0, 0.0), (900.0, 600.0), (0.0, 600.0)))
    lay_out(town, (grid,), organisation.second_units(), places.second_parks(), prefix="QH-")
    appoint(town, list(organisation.second_posts()))
    enrol.settle(town, second_rooms_of(size, now))
    enrol.open_second_doors(town)
    return town


def second_rooms_of(size: Size, now: datetime) -> list[Room]:
    drawn = firms.firms(size.second, now.date(), first_serial=800_001, name="second firms")
    return places.rooms(drawn, places.second_parks(), now.date())


def lay_out(town: Town, grids: Iterable[GridPlan], units: Iterable[UnitPlan], parks: tuple[ParkPlan, ...], *, prefix: str = "") -> None:
    """Grids, units, parks, buildings and empty rooms. `prefix` keeps the codes of parks apart, which are unique in the street."""
    community = town.community
    rows = [Grid(community=community, code=grid.code, name=f"第{grid.number}网格·{grid.name}", boundary=grid.boundary) for grid in grids]
    town.grids = {int(row.code[1:]): row for row in Grid.objects.bulk_create(rows)}
    plans = list(units)
    # Windows come before the firms that name them as their parent.
    for of_firms in (False, True):
        batch = [_unit(town, plan) for plan in plans if (plan.kind == "partner") is of_firms]
        town.units |= {row.code: row for row in Unit.objects.bulk_create(batch)}
    town.parks = {park.name: _park(town, park, prefix) for park in parks}
    Park.objects.bulk_create(town.parks.values())
    town.buildings = {(house.park.name, house.number): _building(town, house) for house in places.buildings(parks)}
    Building.objects.bulk_create(town.buildings.values())
    Space.objects.bulk_create(
        Space(building=town.buildings[house.park.name, house.number], room=room, area_m2=area, kind=kind)
        for house, room, area, kind in places.vacancies(parks)
    )


def _unit(town: Town, plan: UnitPlan) -> Unit:
    today = town.now.date()
    terms: dict[str, tuple[date | None, date | None]] = {
        "running": (today - timedelta(days=660), today + timedelta(days=250)),
        "ended": (today - timedelta(days=900), today - timedelta(days=60)),
        "": (None, None),
    }
    from_on, until_on = terms[plan.agreement]
    return Unit(
        community=town.community,
        code=plan.code,
        name=plan.name,
        kind="window" if plan.kind == "partner_window" else plan.kind,
        is_partner=plan.kind == "partner_window",
        parent=town.units.get(plan.parent),
        grid=town.grids[plan.grid] if plan.grid else None,
        phone=landline(100 + sum(map(ord, plan.code))),
        agreement_from_on=from_on,
        agreement_until_on=until_on,
        has_account=plan.has_account,
    )


def _park(town: Town, plan: ParkPlan, prefix: str) -> Park:
    return Park(
        community=town.community,
        grid=town.grids[plan.grid],
        code=prefix + plan.code,
        name=plan.name,
        pinyin=pinyin_full(plan.name),
        initials=pinyin_initials(plan.name),
        address=plan.address,
        operator=town.units.get(plan.operator),
        land_area_m2=plan.land_area_m2,
        built_on=plan.built_on,
    )


def _building(town: Town, plan: BuildingPlan) -> Building:
    return Building(park=town.parks[plan.park.name], code=plan.code, name=plan.name, floors=plan.floors, address=plan.address)


def appoint(town: Town, plans: list[PostPlan]) -> None:
    town.enrol({plan.username: plan.name for plan in plans})
    town.posts = plans
    posts = Post.objects.bulk_create(_post(town, plan) for plan in plans)
    pairs = zip(plans, posts, strict=True)
    ParkPost.objects.bulk_create(ParkPost(post=post, park=town.parks[plan.park]) for plan, post in pairs if plan.park)


def _post(town: Town, plan: PostPlan) -> Post:
    steward = plan.kind == PostKind.STEWARD
    ended_at = town.now - timedelta(days=3) if plan.ended else None
    in_street = plan.kind == PostKind.STREET
    return Post(
        user=town.users[plan.username],
        kind=plan.kind,
        community=None if in_street else town.community,
        street=town.community.street if in_street else None,
        unit=town.units.get(plan.unit),
        grid=town.parks[plan.park].grid if steward else town.grids.get(plan.grid or 0),
        title=f"{plan.park}园区长" if steward else plan.title,
        from_at=town.since,
        until_at=ended_at,
        handed_over_at=ended_at,
    )


def reload(size: Size, now: datetime) -> tuple[Town, Town]:
    """The towns as an interrupted seed has left them in the database, in the same order as they were written."""
    return (
        _reload(COMMUNITY, now, posts_of(size), rooms_of(size, now)),
        _reload(SECOND, now, list(organisation.second_posts()), second_rooms_of(size, now)),
    )


def _reload(code: str, now: datetime, plans: list[PostPlan], rooms: list[Room]) -> Town:
    community = Community.objects.select_related("street").get(code=code)
    # No more people are enrolled after the first transaction, so no more telephone numbers are needed either.
    town = Town(community, now, iter(()), User.objects.filter(all_posts__isnull=False).distinct().in_bulk(field_name="username"))
    town.units = {unit.code: unit for unit in Unit.objects.filter(community=community)}
    town.grids = {int(grid.code[1:]): grid for grid in Grid.objects.filter(community=community)}
    town.parks = {park.name: park for park in Park.objects.filter(community=community)}
    town.posts, town.rooms = plans, {room.firm.serial: room for room in rooms}
    by_code = {room.firm.uscc: room.firm.serial for room in rooms}
    for row in Representative.objects.filter(enterprise__community=community).select_related("enterprise", "post__user").order_by("pk"):
        serial = by_code[row.enterprise.uscc]
        town.enterprises[serial] = row.enterprise
        if row.role == PostKind.ENTERPRISE_MANAGER:
            town.managers[serial] = town.users[row.post.user.username]
        else:
            town.employees.append((serial, town.users[row.post.user.username]))
    return town
