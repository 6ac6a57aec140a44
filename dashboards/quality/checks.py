"""The checks: what is counted, over which rows, why it matters and how it is mended. A number is the length of its own list (DESIGN §8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Count, Q, QuerySet

from dashboards.quality import conditions as when
from dashboards.quality.sight import Sight, Subject


class Group(StrEnum):
    UNATTENDED = "unattended"
    MISSING = "missing"
    STALE = "stale"
    DOUBTFUL = "doubtful"
    SAME_NAME = "same_name"


GROUPS = {
    Group.UNATTENDED: ("脱管", "园区、楼宇、企业都要有网格、有园区长、有运营方、有去处；每一项的目标都是 0。"),
    Group.MISSING: ("缺项", "档案里空着的内容；补上一项，分级、匹配政策、走访安排就准一分。"),
    Group.STALE: ("陈旧", "很久没有人改过或确认过，或者已经对不上的档案。"),
    Group.DOUBTFUL: ("代码待核", "历史名录里收下、还没有改正的代码。"),
    Group.SAME_NAME: ("重名", "名称相同而代码不同的企业：可能是同一家登记了两次，也可能确是两家。"),
}


class Mend(StrEnum):
    """By which deed a row is mended; `mending` says how, and what it needs."""

    GRID = "grid"
    OPERATOR = "operator"
    STEWARD = "steward"
    PLACE = "place"
    FACT = "fact"
    MANAGER = "manager"
    CODE = "code"
    GONE = "gone"
    FRESH = "fresh"
    APART = "apart"


@dataclass(frozen=True)
class Check:
    """`field` is the fact of the dossier that is missing; `wide`: only whole communities can be asked (what has no grid is in no grid's
    sight, and the staff count is an economic figure, not for grid staff)."""

    code: str
    label: str
    group: Group
    subject: Subject
    rule: str
    why: str
    condition: Callable[[Sight], Q]
    mend: Mend
    field: str = ""
    wide: bool = False
    target: int | None = None

    @property
    def unit(self) -> str:
        return {Subject.PARK: "个", Subject.BUILDING: "幢", Subject.ENTERPRISE: "家"}[self.subject]

    def base(self, sight: Sight) -> QuerySet[Any]:
        """What could fail."""
        rows = sight.rows(self.subject)
        return rows.filter(sight.within_communities(self.subject)) if self.wide else rows

    def rows(self, sight: Sight) -> QuerySet[Any]:
        """The list behind the number."""
        return self.base(sight).filter(self.condition(sight))


def _unattended(code: str, label: str, subject: Subject, rule: str, why: str, condition: Any, mend: Mend, *, wide: bool = False) -> Check:
    return Check(code, label, Group.UNATTENDED, subject, rule, why, condition, mend, wide=wide, target=0)


def _missing(code: str, label: str, field: str, why: str, *, wide: bool = False) -> Check:
    rule = f"在册企业，档案里的{label.removeprefix('缺')}空着"
    return Check(code, label, Group.MISSING, Subject.ENTERPRISE, rule, why, when.missing(field), Mend.FACT, field=field, wide=wide)


CHECKS: dict[str, Check] = {
    check.code: check
    for check in (
        _unattended(
            "park-grid", "园区没有网格", Subject.PARK, "没有划入任何网格的园区（待核园区不计）",
            "园里的企业和诉求找不到网格员", when.park_without_grid, Mend.GRID, wide=True,
        ),
        _unattended(
            "park-steward", "园区没有园区长", Subject.PARK, "没有在任园区长的园区",
            "进出园、代提诉求没有人确认", when.park_without_steward, Mend.STEWARD,
        ),
        _unattended(
            "park-operator", "园区没有运营方", Subject.PARK, "没有运营方，或运营方已停用的园区",
            "空间和租约没有人报，派给园区的件没有人接", when.park_without_operator, Mend.OPERATOR,
        ),
        _unattended(
            "building-grid", "楼宇没有网格", Subject.BUILDING, "所在园区没有划入网格的楼宇",
            "整幢楼没有人巡", when.building_without_grid, Mend.GRID, wide=True,
        ),
        _unattended(
            "enterprise-grid", "企业没有网格", Subject.ENTERPRISE, "在册企业，主要办公地所在园区没有划入网格（待核的另计）",
            "没有网格员认领它", when.without_grid, Mend.GRID, wide=True,
        ),
        _unattended(
            "enterprise-steward", "企业没有园区长", Subject.ENTERPRISE, "在册企业，主要办公地所在园区没有在任园区长（待核的另计）",
            "没有园区长联系它", when.without_steward, Mend.STEWARD,
        ),
        _unattended(
            "enterprise-waiting", "企业待核园区、楼宇", Subject.ENTERPRISE, "在册企业，主要办公地还是“待核园区”或“待核楼宇”",
            "名录没有写清在哪里，还没有人找到它", when.waiting, Mend.PLACE,
        ),
        _unattended(
            "enterprise-place", "企业没有主要办公地", Subject.ENTERPRISE, "在册企业，没有一处在用的主要办公地",
            "不知道它在哪里，诉求归不到网格", when.without_place, Mend.PLACE, wide=True,
        ),
        _missing("industry", "缺行业", "industry_code", "政策匹配、产业分析用不上"),
        _missing("size-class", "缺规模", "size_class", "小微企业政策用不上"),
        _missing("established", "缺成立日期", "established_on", "新设企业走访排不出来"),
        _missing("legal-person", "缺法定代表人", "legal_person", "打电话不知道找谁"),
        _missing("staff-count", "缺从业人数", "staff_count", "规模无从判断，用工服务找不到它", wide=True),
        _missing("address", "缺注册地址", "address", "注册与办公不在一处时查不到"),
        Check(
            "manager", "缺企业管理员", Group.MISSING, Subject.ENTERPRISE, "在册企业，没有在任的企业管理员",
            "没有人能替它在线提诉求、邀请同事", when.without_manager, Mend.MANAGER,
        ),
        Check(
            "stale", "档案一年没有动过", Group.STALE, Subject.ENTERPRISE, "在册企业，12 个月内档案和入驻地没有任何改动，也没有人确认无误",
            "企业可能已经变了，我们还不知道", when.stale, Mend.FRESH,
        ),
        Check(
            "gone", "已搬空，仍在册", Group.STALE, Subject.ENTERPRISE, "在册企业，登记过入驻地，但全部已经结束",
            "多半已经迁出或注销，仍算在企业总数里", when.gone, Mend.GONE, wide=True,
        ),
        Check(
            "doubtful-code", "代码通不过校验", Group.DOUBTFUL, Subject.ENTERPRISE, "在册企业，统一社会信用代码标为待核",
            "与税务、市场监管的数据对不上", when.doubtful_code, Mend.CODE,
        ),
        Check(
            "old-number", "15 位旧注册号", Group.DOUBTFUL, Subject.ENTERPRISE, "在册企业，登记的还是 15 位旧注册号",
            "旧号已停用，换照后的代码不知道", when.old_number, Mend.CODE,
        ),
        Check(
            "same-name", "名称相同", Group.SAME_NAME, Subject.ENTERPRISE, "在册企业，与另一家名称相同（不计全半角、大小写、空格和标点）",
            "可能是一家登记了两次", when.same_name, Mend.APART,
        ),
        Check(
            "former-name", "与曾用名相同", Group.SAME_NAME, Subject.ENTERPRISE, "在册企业，现名是另一家的曾用名，或曾用名是另一家的现名",
            "可能是一家更名后又登记了一次", when.former_name, Mend.APART,
        ),
    )
}  # fmt: skip


def offered(sight: Sight) -> list[Check]:
    return [check for check in CHECKS.values() if sight.is_wide or not check.wide]


@dataclass(frozen=True)
class Figure:
    """One number as shown; `share` in percent of `base` with one decimal, None where there is nothing to ask."""

    check: Check
    counted: int
    base: int
    as_of: datetime

    @property
    def share(self) -> Decimal | None:
        if not self.base:
            return None
        return (Decimal(self.counted) * 100 / self.base).quantize(Decimal("0.1"), ROUND_HALF_UP)

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached; None where none is set."""
        return None if self.check.target is None else self.counted <= self.check.target


def figures(sight: Sight) -> list[Figure]:
    """Every check offered to this reader; one query for each subject and three for names, whatever the number of rows."""
    checks = offered(sight)
    found: dict[str, tuple[int, int]] = {}
    for subject in Subject:
        found |= _counted(sight, [check for check in checks if check.subject == subject])
    return [Figure(check, *found[check.code], sight.now) for check in checks]


def _counted(sight: Sight, checks: list[Check]) -> dict[str, tuple[int, int]]:
    """Code → (how many fail, how many could). Wide checks are taken over whole communities, as `Check.base` takes them."""
    if not checks:
        return {}
    subject = checks[0].subject
    whole = sight.within_communities(subject)
    sums = {f"n{place}": _count(check, sight, whole) for place, check in enumerate(checks)}
    row = sight.rows(subject).aggregate(base=Count("pk"), wide=Count("pk", filter=whole), **sums)
    return {check.code: (row[f"n{place}"], row["wide" if check.wide else "base"]) for place, check in enumerate(checks)}


def _count(check: Check, sight: Sight, whole: Q) -> Count:
    condition = check.condition(sight)
    return Count("pk", filter=condition & whole if check.wide else condition)
