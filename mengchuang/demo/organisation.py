"""Who: windows, partner firms, departments, operators, and the posts of about twenty staff and twelve grids."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from mengchuang.demo.accounts import NAMED
from mengchuang.demo.chance import stream
from mengchuang.demo.names import FORBIDDEN_PEOPLE, people

GRIDS = 12
FULL_TIME_PER_GRID = 3
FULL_TIME_STAFF = 26
# Grid leaders beyond those whose own line in staff.csv says so: a specialist with a grid of their own (1+3+N, DOMAIN 0.4).
DOUBLE_POSTS = {2: "dangqun1", 3: "jingfa1", 4: "jingfa2", 6: "gonggong1", 7: "gonggong2", 10: "zongzhi1", 11: "zongzhi2", 12: "jingfa3"}
# The third full-time post of this grid has run out, so that the alarm for an empty post has something to show.
EMPTY_POST_GRID = 11


@dataclass(frozen=True)
class UnitPlan:
    """`kind` as in community.Unit, and `partner_window` for a window run by institutions (一门多窗).

    `agreement` is running, ended or empty; `has_account` is False for a department that answers by letter.
    """

    code: str
    name: str
    kind: str
    parent: str = ""
    agreement: str = ""
    has_account: bool = True
    grid: int | None = None


@dataclass(frozen=True)
class PostPlan:
    """One post of one person; `park` is a park's name for stewards and operators (all parks of the unit if empty)."""

    username: str
    name: str
    kind: str
    title: str
    unit: str = ""
    grid: int | None = None
    park: str = ""
    ended: bool = False


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("mengchuang.demo").joinpath(f"data/{name}").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def units() -> tuple[UnitPlan, ...]:
    fixed = [
        UnitPlan(row["code"], row["name"], row["kind"], row["parent"], row["agreement"], row["has_account"] == "1")
        for row in _rows("units.csv")
    ]
    grids = [UnitPlan(f"WG-{number:02d}", f"第{number}网格", "grid", grid=number) for number in range(1, GRIDS + 1)]
    return (*fixed, *grids, *operators())


def operators() -> tuple[UnitPlan, ...]:
    return tuple(UnitPlan(row["code"], row["name"], "operator") for row in _rows("operators.csv"))


def second_units() -> tuple[UnitPlan, ...]:
    """栖湖社区: four windows of its own and one law firm, nothing shared."""
    windows = tuple(unit for unit in units() if unit.kind == "window")
    window = UnitPlan("CW", "财务法务之窗", "partner_window")
    return (
        *windows,
        window,
        UnitPlan("CW-01", "浙江栖和律师事务所", "partner", "CW", "running"),
        UnitPlan("WG-01", "第1网格", "grid", grid=1),
    )


def named(username: str, otherwise: str = "") -> str:
    return NAMED[username].name if username in NAMED else otherwise


def staff_posts() -> Iterator[PostPlan]:
    """Community team: leaders, specialists, and the twelve grid leaders found among them."""
    names = {}
    for row in _rows("staff.csv"):
        names[row["username"]] = name = named(row["username"], row["name"])
        grid = int(row["unit"].removeprefix("WG-")) if row["kind"] == "grid_leader" else None
        yield PostPlan(row["username"], name, row["kind"], row["title"], unit=row["unit"], grid=grid)
    for grid, username in DOUBLE_POSTS.items():
        yield PostPlan(username, names[username], "grid_leader", "网格长", unit=f"WG-{grid:02d}", grid=grid)


def grid_posts() -> Iterator[PostPlan]:
    """Three full-time posts per grid, some people holding two; part-time ones from parks and property firms."""
    persons = unused_people("grid staff")
    team = [("grid", named("grid"))]
    team += [(f"wgy{number:02d}", next(persons)) for number in range(1, FULL_TIME_STAFF)]
    order = list(range(1, GRIDS + 1))
    order.remove(5)
    order.insert(0, 5)
    places = [grid for round_ in range(FULL_TIME_PER_GRID) for grid in order]
    for place, grid in enumerate(places):
        username, name = team[place % FULL_TIME_STAFF]
        yield PostPlan(
            username, name, "grid_staff", "专职网格员", unit=f"WG-{grid:02d}", grid=grid,
            ended=grid == EMPTY_POST_GRID and place >= len(places) - GRIDS,
        )  # fmt: skip
    dice = stream("part-time")
    number = 0
    for grid in range(1, GRIDS + 1):
        for _ in range(dice.choice((2, 3, 3, 4, 5))):
            number += 1
            yield PostPlan(f"jzwg{number:02d}", next(persons), "grid_part_time", "兼职网格员", unit=f"WG-{grid:02d}", grid=grid)


def park_posts(parks: list[str]) -> Iterator[PostPlan]:
    """A steward (园区长) for each park and one person for each operator."""
    persons = unused_people("stewards")
    for number, park in enumerate(parks, start=1):
        demo = park == "梦想天地"
        username = "steward" if demo else f"yqz{number:02d}"
        yield PostPlan(username, named(username) if demo else next(persons), "steward", "园区长", park=park)
    for row in _rows("operators.csv"):
        username = "park" if row["code"] == "OP-10" else "yunying" + row["code"][3:]
        yield PostPlan(username, named(username, row["contact"]), "operator", "园区运营负责人", unit=row["code"])


def outside_posts() -> Iterator[PostPlan]:
    """Partner firms (two people each), departments with an account, the street, audit, administration."""
    persons = unused_people("partners")
    demo = {"CW-01": "partner", "RC-01": "partner2"}
    titles = {"CW": "律师", "RC": "人力资源顾问", "KJ": "空间顾问", "ZC": "申报顾问", "JR": "融资顾问", "CQ": "专利代理师"}
    for unit in units():
        stem = unit.code.lower().replace("-", "")
        if unit.kind == "partner":
            title = "注册会计师" if unit.code == "CW-02" else titles[unit.parent]
            first = demo.get(unit.code, f"{stem}a")
            yield PostPlan(first, named(first) or next(persons), "partner", title, unit=unit.code)
            yield PostPlan(f"{stem}b", next(persons), "partner", title, unit=unit.code)
        elif unit.kind == "department" and unit.has_account:
            yield PostPlan(stem, next(persons), "department", "经办人", unit=unit.code)
    yield PostPlan("street", named("street"), "street", "街道经济社会服务分管")
    yield PostPlan("jiedao1", next(persons), "street", "街道企业服务科")
    yield PostPlan("auditor", named("auditor"), "auditor", "审计员")
    yield PostPlan("admin", named("admin"), "admin", "系统管理员")


def second_posts() -> Iterator[PostPlan]:
    persons = unused_people("second community")
    yield PostPlan("other", named("other"), "specialist", "经济发展专员", unit="JF")
    for stem, code in (("qihudj", "DJ"), ("qihugs", "GS"), ("qihuzl", "ZL")):
        yield PostPlan(stem, next(persons), "specialist", "社区专员", unit=code)
    yield PostPlan("qihuleader", next(persons), "leader", "社区负责人")
    yield PostPlan("qihuwg0", next(persons), "grid_leader", "网格长", unit="WG-01", grid=1)
    for number in range(1, 4):
        yield PostPlan(f"qihuwg{number}", next(persons), "grid_staff", "专职网格员", unit="WG-01", grid=1)
    yield PostPlan("qihucw", next(persons), "partner", "律师", unit="CW-01")


def unused_people(purpose: str) -> Iterator[str]:
    """Names nobody of the fixed tables has."""
    taken = {account.name for account in NAMED.values()} | FORBIDDEN_PEOPLE
    taken |= {row["name"] for row in _rows("staff.csv")} | {row["contact"] for row in _rows("operators.csv")}
    return (name for name in people(stream(purpose)) if name not in taken)
