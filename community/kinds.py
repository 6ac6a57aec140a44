"""Kinds of unit and kinds of post: what each needs, in one table."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models


class UnitKind(models.TextChoices):
    WINDOW = "window", "窗口"
    DEPARTMENT = "department", "部门"
    PARTNER = "partner", "伙伴机构"
    GRID = "grid", "网格"
    OPERATOR = "operator", "园区运营方"


class PostKind(models.TextChoices):
    ENTERPRISE_MANAGER = "enterprise_manager", "企业管理员"
    ENTERPRISE_MEMBER = "enterprise_member", "企业经办人"
    EMPLOYEE = "employee", "企业员工"
    STEWARD = "steward", "园区长"
    OPERATOR = "operator", "园区运营方"
    PARTNER = "partner", "伙伴机构人员"
    DEPARTMENT = "department", "部门人员"
    GRID_LEADER = "grid_leader", "网格长"
    GRID_STAFF = "grid_staff", "专职网格员"
    GRID_PART_TIME = "grid_part_time", "兼职网格员"
    SPECIALIST = "specialist", "社区专员"
    LEADER = "leader", "社区负责人"
    STREET = "street", "街道"
    AUDITOR = "auditor", "审计"
    ADMIN = "admin", "系统管理员"


NEEDED, ALLOWED, FORBIDDEN = "needed", "allowed", "forbidden"
COMMUNITY, STREET, EITHER = "community", "street", "either"


@dataclass(frozen=True)
class PostRule:
    """What a post of a kind must say: its scope, whether it names a unit (and of which kinds) and a grid."""

    scope: str = COMMUNITY
    unit: str = FORBIDDEN
    unit_kinds: tuple[UnitKind, ...] = ()
    grid: str = FORBIDDEN


_GRID = PostRule(unit=ALLOWED, unit_kinds=(UnitKind.GRID,), grid=NEEDED)

POST_RULES: dict[PostKind, PostRule] = {
    PostKind.ENTERPRISE_MANAGER: PostRule(),
    PostKind.ENTERPRISE_MEMBER: PostRule(),
    PostKind.EMPLOYEE: PostRule(),
    # The grid of a steward is that of the park: he counts as 园区力量 in the 1+3+N of the grid.
    PostKind.STEWARD: PostRule(grid=ALLOWED),
    PostKind.OPERATOR: PostRule(unit=NEEDED, unit_kinds=(UnitKind.OPERATOR,)),
    PostKind.PARTNER: PostRule(unit=NEEDED, unit_kinds=(UnitKind.PARTNER,)),
    PostKind.DEPARTMENT: PostRule(unit=NEEDED, unit_kinds=(UnitKind.DEPARTMENT,)),
    PostKind.GRID_LEADER: _GRID,
    PostKind.GRID_STAFF: _GRID,
    PostKind.GRID_PART_TIME: _GRID,
    PostKind.SPECIALIST: PostRule(unit=NEEDED, unit_kinds=(UnitKind.WINDOW,)),
    PostKind.LEADER: PostRule(),
    PostKind.STREET: PostRule(scope=STREET),
    PostKind.AUDITOR: PostRule(scope=EITHER),
    PostKind.ADMIN: PostRule(scope=EITHER),
}

ENTERPRISE_KINDS = (PostKind.ENTERPRISE_MANAGER, PostKind.ENTERPRISE_MEMBER)
REPRESENTATIVE_KINDS = (*ENTERPRISE_KINDS, PostKind.EMPLOYEE)
GRID_KINDS = (PostKind.GRID_LEADER, PostKind.GRID_STAFF, PostKind.GRID_PART_TIME)
COMMUNITY_WIDE_KINDS = (PostKind.SPECIALIST, PostKind.LEADER)
#: Whoever is part of the organisation, as opposed to somebody it serves.
ORGANISATION_KINDS = tuple(kind for kind in PostKind if kind not in REPRESENTATIVE_KINDS)
#: Whoever enterprises deal with and who therefore has a contact card (名片); auditor and admin serve none.
CARD_KINDS = tuple(kind for kind in ORGANISATION_KINDS if kind not in (PostKind.AUDITOR, PostKind.ADMIN))


def kinds_where(**needs: str) -> list[str]:
    """Codes of the kinds whose rule has exactly these values, e.g. ``kinds_where(unit=NEEDED)``."""
    return sorted(kind.value for kind, rule in POST_RULES.items() if all(getattr(rule, key) == value for key, value in needs.items()))
