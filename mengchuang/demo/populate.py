"""Rows of places, units, posts and enterprises; everything in bulk, nothing reads the clock."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count

from django.contrib.auth.hashers import make_password

from accounts.models import User
from community.kinds import PostKind
from community.models import Community, Grid, Post, Street, Unit
from enterprises.models import Enterprise, FormerName, Representative, Tenancy
from mengchuang.demo import firms, organisation, places
from mengchuang.demo.accounts import demo_users
from mengchuang.demo.chance import stream
from mengchuang.demo.firms import Firm
from mengchuang.demo.names import landline, mobile
from mengchuang.demo.organisation import PostPlan, UnitPlan
from mengchuang.demo.places import BuildingPlan, GridPlan, ParkPlan, Room
from parks.models import Building, Park, ParkPost, Space
from wording import pinyin_full, pinyin_initials

STREET, COMMUNITY, SECOND = "CQ", "MC", "QH"
POSTS_SINCE = timedelta(days=30 * 21)
SOURCE = "演示数据"
LISTED_SOURCE = "演示数据：上市公司公开信息，代码为占位"

# Who the demo accounts speak for, and the young founder of the third story: name, short name, sector, park.
FIXED_FIRMS = (
    ("杭州澄视数字视觉科技有限公司", "澄视数字视觉", "6572", "梦想天地"),
    ("杭州行健外骨骼科技有限公司", "行健外骨骼", "3586", "启航楼宇"),
    ("杭州萤芥机器人有限公司", "萤芥机器人", "3964", "众创空间大楼"),
)


@dataclass(frozen=True)
class Size:
    """How much of everything; `managers` and `employees` are people of enterprises who can file."""

    parks: tuple[ParkPlan, ...]
    enterprises: int
    tickets: int
    managers: int
    employees: int
    second: int


def full(tickets: int) -> Size:
    return Size(places.parks(), places.FULL, tickets, managers=620, employees=160, second=places.SECOND_COMMUNITY)


def small(tickets: int) -> Size:
    return Size(places.small_parks(), 120, tickets, managers=40, employees=16, second=16)


@dataclass
class Town:
    """One community with its rows, by the names the plans use."""

    community: Community
    units: dict[str, Unit] = field(default_factory=dict)
    grids: dict[int, Grid] = field(default_factory=dict)
    parks: dict[str, Park] = field(default_factory=dict)
    buildings: dict[tuple[str, int], Building] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    posts: list[tuple[PostPlan, Post]] = field(default_factory=list)
    firms: dict[int, Firm] = field(default_factory=dict)
    enterprises: dict[int, Enterprise] = field(default_factory=dict)
    tenancies: dict[int, Tenancy] = field(default_factory=dict)
    managers: dict[int, User] = field(default_factory=dict)
    employees: list[tuple[int, User]] = field(default_factory=list)

    def holders(self, kind: str, *, unit: str = "", grid: int | None = None) -> list[User]:
        """People in post, in the order of the plans; posts that have ended do not count."""
        return [
            self.users[plan.username]
            for plan, _ in self.posts
            if plan.kind == kind and not plan.ended and (not unit or plan.unit == unit) and (grid is None or plan.grid == grid)
        ]


def towns(size: Size, now: datetime) -> tuple[Town, Town]:
    """The community and its small neighbour, in one street, with places, people and enterprises."""
    street = Street.objects.create(code=STREET, name="仓前街道")
    serials = count(1)
    users = {user.username: user for user in demo_users(now - POSTS_SINCE)}
    first = _community(street, now, users, serials, size)
    second = _neighbour(street, now, users, serials, size)
    return first, second


def _community(street: Street, now: datetime, users: dict[str, User], serials: Iterator[int], size: Size) -> Town:
    community = Community.objects.create(
        street=street, code=COMMUNITY, name="梦创社区", phone=landline(1), address="梦想路10号梦想天地1号楼一层", boundary=places.outline(),
        north="归岚河", east="未来光路", south="文西里路", west="绿汀里街",
        about=(
            "梦创社区是一个没有居民的“零户籍”社区：62个园区、95幢楼宇里的企业就是这里的居民。"
            "社区设党群建设、经济发展、公共事务、综合治理四个专员窗口，12个网格按“1+3+N”配备力量，"
            "园区长就在您身边，一门多窗的伙伴机构随叫随到。企业的事情找我办。"
        ),
    )  # fmt: skip
    town = Town(community, users=users)
    needed = {park.operator for park in size.parks}
    units = [unit for unit in organisation.units() if unit.kind != "operator" or unit.code in needed]
    _lay_out(town, places.grids(), units, size.parks, now)
    plans = [*organisation.staff_posts(), *organisation.grid_posts(), *organisation.outside_posts()]
    plans += [
        plan for plan in organisation.park_posts([park.name for park in size.parks]) if not plan.unit or plan.unit in town.units
    ]
    _appoint(town, plans, now, serials)
    drawn = firms.firms(size.enterprises, now.date())
    _settle(town, _with_fixed(places.rooms(drawn, size.parks, now.date())), now)
    _list_companies(community)
    _open_doors(town, size, now, serials)
    return town


def _neighbour(street: Street, now: datetime, users: dict[str, User], serials: Iterator[int], size: Size) -> Town:
    community = Community.objects.create(
        street=street, code=SECOND, name="栖湖社区", phone=landline(2), address="栖湖里路11号栖湖创谷1号楼一层",
        about="栖湖社区是梦创社区的邻居，规模较小，有两个园区。",
    )  # fmt: skip
    town = Town(community, users=users)
    grid = GridPlan(1, "栖湖", size.second, ((0.0, 0.0), (900.0, 0.0), (900.0, 600.0), (0.0, 600.0)))
    _lay_out(town, (grid,), organisation.second_units(), places.second_parks(), now, prefix="QH-")
    _appoint(town, list(organisation.second_posts()), now, serials)
    drawn = firms.firms(size.second, now.date(), first_serial=800_001, name="second firms")
    _settle(town, places.rooms(drawn, places.second_parks(), now.date()), now)
    for serial in list(town.enterprises)[:8]:
        _represent(town, serial, f"qh{serial}", town.firms[serial].legal_person, PostKind.ENTERPRISE_MANAGER, now, serials)
    return town


def _lay_out(
    town: Town, grids: Iterable[GridPlan], units: Iterable[UnitPlan], parks: tuple[ParkPlan, ...], now: datetime, prefix: str = ""
) -> None:
    community = town.community
    rows = [Grid(community=community, code=grid.code, name=f"第{grid.number}网格·{grid.name}", boundary=grid.boundary) for grid in grids]
    town.grids = {int(row.code[1:]): row for row in Grid.objects.bulk_create(rows)}
    # Windows before the firms that name them as their parent.
    plans = sorted(units, key=lambda unit: unit.kind == "partner")
    for firms_now in (False, True):
        batch = [_unit(town, plan, now) for plan in plans if (plan.kind == "partner") is firms_now]
        town.units |= {row.code: row for row in Unit.objects.bulk_create(batch)}
    town.parks = {park.name: _park(town, park, prefix) for park in parks}
    Park.objects.bulk_create(town.parks.values())
    plans_of_houses = places.buildings(parks)
    town.buildings = {(house.park.name, house.number): _building(town, house) for house in plans_of_houses}
    Building.objects.bulk_create(town.buildings.values())
    Space.objects.bulk_create(
        Space(building=town.buildings[house.park.name, house.number], room=room, area_m2=area, kind=kind)
        for house, room, area, kind in places.vacancies(parks)
    )


def _unit(town: Town, plan: UnitPlan, now: datetime) -> Unit:
    today = now.date()
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


def _appoint(town: Town, plans: list[PostPlan], now: datetime, serials: Iterator[int]) -> None:
    since = now - POSTS_SINCE
    _users(town, {plan.username: plan.name for plan in plans}, since, serials)
    town.posts += [(plan, _post(town, plan, since, now)) for plan in plans]
    Post.objects.bulk_create(post for _, post in town.posts)
    stewards = ((plan, post) for plan, post in town.posts if plan.park)
    ParkPost.objects.bulk_create(ParkPost(post=post, park=town.parks[plan.park]) for plan, post in stewards)


def _users(town: Town, names: dict[str, str], since: datetime, serials: Iterator[int]) -> None:
    """Add who is not known yet; only demo accounts ever get a password that opens anything."""
    unusable = make_password(None)
    for username, name in names.items():
        if username not in town.users:
            town.users[username] = User(
                username=username, name=name, password=unusable, privacy_accepted_at=since, password_changed_at=since, date_joined=since
            )
    fresh = [town.users[username] for username in names if town.users[username].pk is None]
    for user in fresh:
        user.phone = mobile(next(serials))
    User.objects.bulk_create(fresh)


def _post(town: Town, plan: PostPlan, since: datetime, now: datetime) -> Post:
    grid = town.parks[plan.park].grid if plan.kind == PostKind.STEWARD else town.grids.get(plan.grid or 0)
    scope = {"street": town.community.street} if plan.kind == PostKind.STREET else {"community": town.community}
    ended_at = now - timedelta(days=3) if plan.ended else None
    return Post(
        user=town.users[plan.username],
        kind=plan.kind,
        unit=town.units.get(plan.unit),
        grid=grid,
        title=plan.title if plan.kind != PostKind.STEWARD else f"{plan.park}园区长",
        from_at=since,
        until_at=ended_at,
        handed_over_at=ended_at,
        **scope,
    )


def _with_fixed(rooms: list[Room]) -> list[Room]:
    """Give the first room of a park to each firm the stories are about."""
    for name, short_name, code, park in FIXED_FIRMS:
        place = next(place for place, room in enumerate(rooms) if room.building.park.name == park)
        firm = replace(rooms[place].firm, name=name, short_name=short_name, sector=firms.sector(code))
        rooms[place] = replace(rooms[place], firm=replace(firm, staff_count=max(12, firm.staff_count)))
    return rooms


def _settle(town: Town, rooms: list[Room], now: datetime) -> None:
    town.firms = {room.firm.serial: room.firm for room in rooms}
    tags = firms.tagged([room.firm for room in rooms])
    for room in rooms:
        town.enterprises[room.firm.serial] = _enterprise(town.community, room, list(tags.get(room.firm.serial, ())))
    Enterprise.objects.bulk_create(town.enterprises.values(), batch_size=2000)
    for room in rooms:
        town.tenancies[room.firm.serial] = Tenancy(
            enterprise=town.enterprises[room.firm.serial],
            building=town.buildings[room.building.park.name, room.building.number],
            room=f"{room.room}室",
            from_on=room.from_on,
        )
    Tenancy.objects.bulk_create(town.tenancies.values(), batch_size=2000)
    dice = stream("former names")
    FormerName.objects.bulk_create(
        FormerName(
            enterprise=town.enterprises[room.firm.serial],
            name=room.firm.name.replace("科技", "信息").replace("技术", "服务"),
            until_on=now.date() - timedelta(days=dice.randint(60, 900)),
        )
        for room in rooms
        if ("科技" in room.firm.name or "技术" in room.firm.name) and dice.random() < 0.02
    )


def _enterprise(community: Community, room: Room, tags: list[str]) -> Enterprise:
    firm = room.firm
    return Enterprise(
        uscc=firm.uscc,
        name=firm.name,
        pinyin=pinyin_full(firm.name),
        initials=pinyin_initials(firm.name),
        community=community,
        address=f"{room.building.address}{room.room}室",
        industry_code=firm.sector.code,
        size_class=firm.size_class,
        established_on=firm.established_on,
        legal_person=firm.legal_person,
        registered_capital_wan=firm.capital_wan,
        staff_count=firm.staff_count,
        tags=tags,
        source=SOURCE,
    )


def _list_companies(community: Community) -> None:
    """The six listed companies: name, stock code, industry; no place, no person, no figure, no ticket."""
    Enterprise.objects.bulk_create(
        Enterprise(
            uscc=code,
            name=listed.name,
            pinyin=pinyin_full(listed.name),
            initials=pinyin_initials(listed.name),
            community=community,
            industry_code=listed.industry_code,
            tags=["上市"],
            listed=True,
            stock_code=listed.stock_code,
            source=LISTED_SOURCE,
        )
        for listed, code in firms.listed_codes()
    )


def _open_doors(town: Town, size: Size, now: datetime, serials: Iterator[int]) -> None:
    """Managers and employees of the enterprises that use the portal; the demo accounts first."""
    by_name = {firm.short_name: serial for serial, firm in town.firms.items()}
    fixed = [by_name[short_name] for _, short_name, *_ in FIXED_FIRMS]
    for serial, username in zip(fixed, ("enterprise", "enterprise2", "chuangke"), strict=True):
        _represent(town, serial, username, town.firms[serial].legal_person, PostKind.ENTERPRISE_MANAGER, now, serials)
    _represent(town, fixed[0], "employee", "", PostKind.EMPLOYEE, now, serials)
    dice = stream("doors")
    busy = sorted(town.firms, key=lambda serial: -(town.firms[serial].staff_count + 3) * dice.random())
    chosen = [serial for serial in busy if serial not in fixed][: size.managers]
    names = organisation.unused_people("representatives")
    people: list[tuple[int, str, str, str]] = [
        (serial, f"qy{serial:06d}", town.firms[serial].legal_person if dice.random() < 0.4 else next(names), PostKind.ENTERPRISE_MANAGER)
        for serial in chosen
    ]
    for number in range(1, size.employees + 1):
        people.append((dice.choice(chosen), f"yg{number:04d}", next(names), PostKind.EMPLOYEE))
    _represent_many(town, people, now, serials)


def _represent(town: Town, serial: int, username: str, name: str, kind: str, now: datetime, serials: Iterator[int]) -> None:
    _represent_many(town, [(serial, username, name, kind)], now, serials)


def _represent_many(town: Town, people: list[tuple[int, str, str, str]], now: datetime, serials: Iterator[int]) -> None:
    since = now - POSTS_SINCE
    _users(town, {username: name for _, username, name, _ in people}, since, serials)
    titles = {PostKind.ENTERPRISE_MANAGER: "企业管理员", PostKind.EMPLOYEE: "员工"}
    posts = Post.objects.bulk_create(
        Post(user=town.users[username], kind=kind, community=town.community, title=titles[PostKind(kind)], from_at=since)
        for _, username, _, kind in people
    )
    Representative.objects.bulk_create(
        Representative(post=post, enterprise=town.enterprises[serial], role=kind) for post, (serial, _, _, kind) in zip(posts, people, strict=True)
    )
    for serial, username, _, kind in people:
        if kind == PostKind.ENTERPRISE_MANAGER:
            town.managers[serial] = town.users[username]
        else:
            town.employees.append((serial, town.users[username]))
