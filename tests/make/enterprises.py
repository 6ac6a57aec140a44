"""Enterprises with a right code and a place, and the people who speak for them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count as _count
from typing import Any

from stdnum.cn.uscc import calc_check_digit as _check_digit

import community as _posts
from accounts.models import User
from accounts.visitors import visitor as _visitor
from community.kinds import PostKind
from community.models import Community, Unit
from enterprises import people as _people
from enterprises import registry as _registry
from enterprises.models import (
    Conflict,
    Enterprise,
    Event,
    Figure,
    FigureProposal,
    FileCheck,
    LandGrade,
    Lease,
    MoveReport,
    OpeningRequest,
    ProfileTag,
    Qualification,
    Representative,
    SpaceDemand,
    Tenancy,
)
from files.models import File
from parks.models import Building, Park
from tests.make.accounts import user as _user
from tests.make.community import WEDNESDAY
from tests.make.parks import building as _building
from tests.make.parks import park as _park

_serial = _count(1)
_LAST_YEAR = WEDNESDAY - timedelta(days=365)


def uscc(number: int | None = None) -> str:
    """A right code that no real enterprise has: the subject begins with YX."""
    body = f"91330110YX{next(_serial) if number is None else number:07d}"
    return body + _check_digit(body)


def enterprise(
    *,
    name: str = "",
    code: str = "",
    community: Community | None = None,
    park: Park | None = None,
    building: Building | None = None,
    **facts: Any,
) -> Enterprise:
    """Active, sitting in a building since a year ago; `community`, `park` or `building` say where."""
    if building is None:
        park = park or _park(community=community)
        building = park.buildings.first() or _building(park=park)
    code = code or uscc()
    facts.setdefault("from_on", date(2025, 11, 18))
    return _registry.register(
        uscc=code, name=name or f"杭州测试{code[10:17]}科技有限公司", building=building, at=WEDNESDAY, by=None, **facts
    )


_new_enterprise = enterprise


def tenancy(
    *, enterprise: Enterprise, building: Building, is_main: bool = False, from_on: date = date(2025, 11, 18), **facts: Any
) -> Tenancy:
    return Tenancy.objects.create(enterprise=enterprise, building=building, is_main=is_main, from_on=from_on, **facts)


def representative(
    *, enterprise: Enterprise | None = None, role: str = PostKind.ENTERPRISE_MEMBER, user: User | None = None, at: datetime = _LAST_YEAR
) -> Representative:
    return _people.join(enterprise or _new_enterprise(), user or _user(), role, at=at, by=None)


def manager(*, enterprise: Enterprise | None = None, at: datetime = WEDNESDAY) -> User:
    """The enterprise's manager, posts attached; likewise `member` and `employee`."""
    return _posts.attach(representative(enterprise=enterprise, role=PostKind.ENTERPRISE_MANAGER).post.user, at)


def member(*, enterprise: Enterprise | None = None, at: datetime = WEDNESDAY) -> User:
    return _posts.attach(representative(enterprise=enterprise).post.user, at)


def employee(*, enterprise: Enterprise | None = None, at: datetime = WEDNESDAY) -> User:
    return _posts.attach(representative(enterprise=enterprise, role=PostKind.EMPLOYEE).post.user, at)


def conflict(*, unit: Unit, enterprise: Enterprise, reason: str = "曾为对方当事人代理") -> Conflict:
    return Conflict.objects.create(unit=unit, enterprise=enterprise, reason=reason)


def opening_request(
    *, enterprise: Enterprise | None = None, at: datetime = WEDNESDAY, due_at: datetime | None = None, **facts: Any
) -> OpeningRequest:
    """Waiting; with a licence whose bytes nobody has."""
    enterprise = enterprise or _new_enterprise()
    licence = File.objects.create(
        name="执照.jpg", size=1, sha256="0" * 64, mime="image/jpeg", stored_as=f"made/{next(_serial)}", uploaded_by=_visitor(),
        created_at=at, used_at=at,
    )  # fmt: skip
    given = {"uscc": enterprise.uscc, "name": enterprise.name, "person": "王晓梅", "phone": "13812345678", "licence": licence}
    return OpeningRequest.objects.create(
        community=enterprise.community, asked_at=at, due_at=due_at or at + timedelta(hours=4), **given | facts
    )


def event(kind: str = "moved_in", *, enterprise: Enterprise | None = None, on: date = date(2026, 11, 2), **facts: Any) -> Event:
    """Recorded on make.WEDNESDAY unless `recorded_at` says otherwise."""
    facts = {"recorded_at": WEDNESDAY, "source": "走访"} | facts
    return Event.objects.create(enterprise=enterprise or _new_enterprise(), kind=kind, happened_on=on, **facts)


def qualification(
    kind: str = "high_tech", *, enterprise: Enterprise | None = None, issued_on: date = date(2025, 12, 1), **facts: Any
) -> Qualification:
    facts = {"level": "国家级", "valid_until_on": date(2028, 11, 30), "source": "认定名单"} | facts
    return Qualification.objects.create(enterprise=enterprise or _new_enterprise(), kind=kind, issued_on=issued_on, **facts)


def lease(
    *, enterprise: Enterprise | None = None, building: Building | None = None, from_on: date = date(2025, 11, 18), until_on: date | None = date(2027, 11, 17), **facts: Any,
) -> Lease:  # fmt: skip
    """Of the main place of the enterprise, unless `building` or `space` says where."""
    enterprise = enterprise or _new_enterprise()
    if building is None:
        building = facts["space"].building if "space" in facts else enterprise.tenancies.get(is_main=True, until_on=None).building
    if "space" in facts:
        facts.setdefault("room", facts["space"].room)
    facts = {"source": "租赁合同"} | facts
    return Lease.objects.create(enterprise=enterprise, building=building, from_on=from_on, until_on=until_on, **facts)


def land_grade(grade: str = "A", *, enterprise: Enterprise | None = None, year: int = 2025, source: str = "区公布") -> LandGrade:
    return LandGrade.objects.create(enterprise=enterprise or _new_enterprise(), year=year, grade=grade, source=source)


def profile_tag(
    rule: str = "qualified", params: dict[str, Any] | None = None, *, community: Community, name: str = "高企", at: datetime = WEDNESDAY
) -> ProfileTag:
    params = {"kind": "high_tech"} if params is None else params
    return ProfileTag.objects.create(community=community, name=name, rule=rule, params=params, set_at=at)


def move_report(
    kind: str = "arrived", *, building: Building, by: User, on: date = date(2026, 11, 10), at: datetime = WEDNESDAY, **facts: Any
) -> MoveReport:
    facts = {"uscc": uscc(), "name": "杭州新来科技有限公司"} | facts
    return MoveReport.objects.create(kind=kind, building=building, on=on, reported_by=by, reported_at=at, **facts)


def demand(
    *, enterprise: Enterprise | None = None, community: Community | None = None, by: User | None = None, at: datetime = WEDNESDAY,
    area: tuple[int, int] = (80, 160), **facts: Any,
) -> SpaceDemand:  # fmt: skip
    """What `enterprise` looks for, or somebody from outside."""
    if community is None:
        enterprise = enterprise or _new_enterprise()
        community = enterprise.community
    facts = {"who": enterprise.name if enterprise else "外地项目", "area_from_m2": area[0], "area_to_m2": area[1]} | facts
    row = SpaceDemand.objects.create(enterprise=enterprise, community=community, made_by=by or _user(), made_at=at, **facts)
    row.refresh_from_db()
    return row


def figure(
    metric: str = "revenue", *, enterprise: Enterprise | None = None, period: str = "2025", value: Decimal | int = 1200, at: datetime = WEDNESDAY, **facts: Any,
) -> Figure:  # fmt: skip
    """A standing value recorded at `at`, unless `superseded_at` ends it."""
    facts = {"source": "统计月报", "recorded_at": at} | facts
    return Figure.objects.create(enterprise=enterprise or _new_enterprise(), metric=metric, period=period, value=value, **facts)


def figure_proposal(
    *, enterprise: Enterprise | None = None, by: User | None = None, at: datetime = WEDNESDAY, **facts: Any
) -> FigureProposal:
    facts = {"metric": "revenue", "period": "2025", "value": Decimal(1300)} | facts
    return FigureProposal.objects.create(enterprise=enterprise or _new_enterprise(), proposed_by=by or _user(), proposed_at=at, **facts)


def file_check(*, enterprise: Enterprise | None = None, by: User | None = None, at: datetime = WEDNESDAY) -> FileCheck:
    return FileCheck.objects.create(enterprise=enterprise or _new_enterprise(), by=by or _user(), at=at)
