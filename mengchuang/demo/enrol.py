"""Enterprises, where they sit and who speaks for them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

from django.db import connection, models

from community.kinds import PostKind
from community.models import Community, Post
from enterprises import bulk
from enterprises.models import Conflict, Enterprise, FormerName, Representative, Tenancy
from mengchuang.demo import dossiers, firms, organisation
from mengchuang.demo.chance import stream
from mengchuang.demo.codes import ENTERPRISE, LAW_FIRM
from mengchuang.demo.firms import Firm
from mengchuang.demo.places import Room
from mengchuang.demo.town import Size, Town
from wording import pinyin_full, pinyin_initials

SOURCE = "演示数据"
LISTED_SOURCE = "演示数据：上市公司公开信息，代码为占位"
TITLES = {PostKind.ENTERPRISE_MANAGER: "企业管理员", PostKind.EMPLOYEE: "员工"}

# Who the demo accounts speak for, and the young founder of the third story: parts of the name, sector, park, username.
FIXED_FIRMS = (
    (("杭州", "澄视", "数字视觉", "有限公司"), "6572", "梦想天地", "enterprise"),
    (("杭州", "行健", "外骨骼科技", "有限公司"), "3586", "启航楼宇", "enterprise2"),
    (("杭州", "萤芥", "机器人", "有限公司"), "3964", "众创空间大楼", "chuangke"),
)
CHENGSHI, XINGJIAN, YINGJIE = (row[3] for row in FIXED_FIRMS)


# A law firm's code begins with 31, not 91: the partner of 财务法务之窗 is a tenant like any other.
RETURNED_NAME, RETURNED_PARK = ("浙江", "归岚", "科技集团", "有限公司"), "梦想天地"
LAW_FIRM_NAME, LAW_FIRM_PARK, LAW_FIRM_UNIT = ("浙江", "衡若", "律师事务所"), "归岚科技园", "CW-01"


def with_fixed(rooms: list[Room]) -> list[Room]:
    """Give the first room of a park to each firm the stories are about, and to the law firm."""
    fixed = [(parts, code, park, ENTERPRISE) for parts, code, park, _ in FIXED_FIRMS]
    fixed += [(LAW_FIRM_NAME, "7231", LAW_FIRM_PARK, LAW_FIRM), (RETURNED_NAME, "6513", RETURNED_PARK, ENTERPRISE)]
    taken: set[int] = set()
    for parts, code, park, kind in fixed:
        place = next(place for place, room in enumerate(rooms) if room.building.park.name == park and place not in taken)
        taken.add(place)
        old = rooms[place].firm
        staff_count = max(12, old.staff_count)
        firm = replace(old, parts=parts, short_name="".join(parts[1:3]), sector=firms.sector(code), staff_count=staff_count, kind=kind)
        rooms[place] = replace(rooms[place], firm=firm)
    return rooms


def settle(town: Town, rooms: list[Room]) -> None:
    """Rows of the firms and their main tenancies by COPY: the one part of the demo that is large."""
    town.rooms = {room.firm.serial: room for room in rooms}
    tags = firms.tagged([room.firm for room in rooms])
    _copy(Enterprise, ENTERPRISE_COLUMNS, (_enterprise(town.community, room, tags.get(room.firm.serial, ())) for room in rooms))
    by_code = Enterprise.objects.filter(community=town.community).in_bulk([room.firm.uscc for room in rooms], field_name="uscc")
    town.enterprises = {room.firm.serial: by_code[room.firm.uscc] for room in rooms}
    _copy(Tenancy, TENANCY_COLUMNS, (_tenancy(town, room) for room in rooms))
    FormerName.objects.bulk_create(_former_names(town, rooms))
    dossiers.fill(town, rooms, tags)


ENTERPRISE_COLUMNS = (
    "uscc", "uscc_warning", "name", "pinyin", "initials", "community_id", "address", "industry_code", "industry_edition", "size_class",
    "established_on", "legal_person", "registered_capital_wan", "staff_count", "tags", "status", "listed", "stock_code", "source", "capital_currency",
)  # fmt: skip
TENANCY_COLUMNS = ("enterprise_id", "building_id", "room", "from_on", "is_main", "recorded_at")


def _enterprise(community: Community, room: Room, tags: Sequence[str]) -> tuple[object, ...]:
    firm = room.firm
    pinyin, initials = _letters(firm)
    address = f"{room.building.address}{room.room}室"
    return (
        firm.uscc, "f", firm.name, pinyin, initials, community.pk, address, firm.sector.code, "2017", firm.size_class,
        firm.established_on, firm.legal_person, firm.capital_wan, firm.staff_count, "{" + ",".join(tags) + "}", "active", "f", "", SOURCE, "人民币",
    )  # fmt: skip


def _tenancy(town: Town, room: Room) -> tuple[object, ...]:
    building = town.buildings[room.building.park.name, room.building.number]
    return town.enterprises[room.firm.serial].pk, building.pk, f"{room.room}室", room.from_on, "t", f"{room.from_on} 10:00+08"


def _letters(firm: Firm) -> tuple[str, str]:
    """Pinyin part by part: the parts repeat, and the reading of a whole name costs as much as the rest of the row."""
    read = [_read(part) for part in firm.parts]
    return "".join(full for full, _ in read), "".join(initials for _, initials in read)


@cache
def _read(part: str) -> tuple[str, str]:
    return pinyin_full(part), pinyin_initials(part)


def _former_names(town: Town, rooms: list[Room]) -> Iterable[FormerName]:
    dice = stream("former names")
    for room in rooms:
        old = room.firm.name.replace("科技", "信息").replace("技术", "服务")
        until_on: date = town.now.date() - timedelta(days=dice.randint(60, 900))
        if old != room.firm.name and dice.random() < 0.02:
            yield FormerName(enterprise=town.enterprises[room.firm.serial], name=old, until_on=until_on)


def list_companies(community: Community, today: date) -> None:
    """The six listed companies: name, stock code, industry, listing; no place, no person, no figure, no ticket."""
    companies = Enterprise.objects.bulk_create(
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
    dossiers.list_companies(companies, today)


def open_doors(town: Town, size: Size) -> None:
    """Managers and employees of the enterprises that use the portal; the demo accounts first."""
    by_name = {room.firm.short_name: serial for serial, room in town.rooms.items()}
    fixed = {username: by_name["".join(parts[1:3])] for parts, _, _, username in FIXED_FIRMS}
    people = [(serial, username, _legal_person(town, serial), PostKind.ENTERPRISE_MANAGER) for username, serial in fixed.items()]
    people.append((fixed[CHENGSHI], "employee", "", PostKind.EMPLOYEE))
    dice = stream("doors")
    busy = sorted(town.rooms, key=lambda serial: -(town.rooms[serial].firm.staff_count + 3) * dice.random())
    law_firm = by_name["".join(LAW_FIRM_NAME[1:])]
    chosen = [serial for serial in busy if serial not in (*fixed.values(), law_firm)][: size.managers]
    names = organisation.unused_people("representatives")
    for serial in chosen:
        name = _legal_person(town, serial) if dice.random() < 0.4 else next(names)
        people.append((serial, f"qy{serial:06d}", name, PostKind.ENTERPRISE_MANAGER))
    for number in range(1, size.employees + 1):
        people.append((dice.choice(chosen), f"yg{number:04d}", next(names), PostKind.EMPLOYEE))
    represent(town, people)
    reason = "就是本机构，不承办自己的诉求。"
    Conflict.objects.create(unit=town.units[LAW_FIRM_UNIT], enterprise=town.enterprises[law_firm], reason=reason)


def open_second_doors(town: Town) -> None:
    people = [(serial, f"qh{serial}", _legal_person(town, serial), PostKind.ENTERPRISE_MANAGER) for serial in list(town.enterprises)[:8]]
    represent(town, people)


def _legal_person(town: Town, serial: int) -> str:
    return town.rooms[serial].firm.legal_person


def represent(town: Town, people: list[tuple[int, str, str, PostKind]]) -> None:
    """Serial, username, name, kind of post for each."""
    town.enrol({username: name for _, username, name, _ in people})
    posts = Post.objects.bulk_create(
        Post(user=town.users[username], kind=kind, community=town.community, title=TITLES[kind], from_at=town.since)
        for _, username, _, kind in people
    )
    Representative.objects.bulk_create(
        Representative(post=post, enterprise=town.enterprises[serial], role=kind)
        for post, (serial, _, _, kind) in zip(posts, people, strict=True)
    )
    for serial, username, _, kind in people:
        if kind == PostKind.ENTERPRISE_MANAGER:
            town.managers[serial] = town.users[username]
        else:
            town.employees.append((serial, town.users[username]))


def _copy(model: type[models.Model], columns: Sequence[str], rows: Iterable[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor:
        bulk.copy(cursor, model._meta.db_table, columns, zip(*rows, strict=True))
