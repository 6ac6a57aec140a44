"""Kinds of event (企业动态) and of qualification (资质): what each means, in one table each. A new row needs no migration."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Circle(StrEnum):
    """Who reads events of a kind: also steward and operator of the park; also the enterprise; staff alone (what they notice is a risk)."""

    TENANT = "tenant"
    ENTERPRISE = "enterprise"
    STAFF = "staff"


@dataclass(frozen=True)
class EventKind:
    """`unusual`: counts as 异动, which calls for a visit."""

    code: str
    label: str
    circle: Circle
    unusual: bool = False


EVENT_KINDS = (
    EventKind("founded", "成立", Circle.TENANT),
    EventKind("moved_in", "迁入", Circle.TENANT),
    EventKind("moved_out", "迁出", Circle.TENANT, unusual=True),
    EventKind("returned", "回归", Circle.TENANT),
    EventKind("relocated", "社区内搬迁", Circle.TENANT),
    EventKind("renamed", "更名", Circle.TENANT, unusual=True),
    EventKind("dissolved", "注销", Circle.TENANT, unusual=True),
    EventKind("address_changed", "地址变更", Circle.TENANT, unusual=True),
    EventKind("legal_person_changed", "法定代表人变更", Circle.ENTERPRISE, unusual=True),
    EventKind("shareholders_changed", "股东变更", Circle.ENTERPRISE, unusual=True),
    EventKind("capital_changed", "注册资本变更", Circle.ENTERPRISE, unusual=True),
    EventKind("went_public", "上市", Circle.TENANT),
    EventKind("staff_dropped", "减员", Circle.STAFF, unusual=True),
    EventKind("intends_to_leave", "有外迁意向", Circle.STAFF, unusual=True),
    EventKind("settled", "已妥善处置", Circle.STAFF),
)
EVENTS = {kind.code: kind for kind in EVENT_KINDS}


def event_kinds() -> list[tuple[str, str]]:
    """For `choices`; migrations name this function."""
    return [(kind.code, kind.label) for kind in EVENT_KINDS]


def event_codes(*circles: Circle) -> list[str]:
    return [kind.code for kind in EVENT_KINDS if kind.circle in circles]


UNUSUAL = tuple(kind.code for kind in EVENT_KINDS if kind.unusual)


@dataclass(frozen=True)
class QualificationKind:
    """`word` is what it is called in a list; `years` how long it holds from its issue where nothing else is said (None: no end)."""

    code: str
    word: str
    label: str
    levels: tuple[str, ...]
    years: int | None = None


_NATION, _PROVINCE, _CITY, _DISTRICT = "国家级", "省级", "市级", "区级"

QUALIFICATION_KINDS = (
    QualificationKind("high_tech", "国高企", "国家高新技术企业", (_NATION,), 3),
    QualificationKind("provincial_tech", "省科小", "省科技型中小企业", (_PROVINCE,)),
    QualificationKind("national_tech", "国科小", "国家科技型中小企业（当年入库）", (_NATION,), 1),
    QualificationKind("innovative", "创新型", "创新型中小企业", (_PROVINCE,), 3),
    QualificationKind("specialised", "专精特新", "省专精特新中小企业", (_PROVINCE,), 3),
    QualificationKind("little_giant", "小巨人", "国家专精特新“小巨人”企业", (_NATION,), 3),
    QualificationKind("champion", "单项冠军", "制造业单项冠军", (_NATION, _PROVINCE), 3),
    QualificationKind("young_eagle", "雏鹰", "雏鹰计划企业", (_CITY, _DISTRICT), 3),
    QualificationKind("kunpeng", "鲲鹏", "鲲鹏计划企业", (_CITY,), 3),
    QualificationKind("above_scale", "规上", "规模以上（限额以上）企业", (_NATION,)),
    QualificationKind("listed", "上市", "上市、挂牌", ("主板", "创业板", "科创板", "北交所", "新三板", "境外")),
    QualificationKind("research_centre", "研发中心", "企业研发机构", (_NATION, _PROVINCE, _CITY, _DISTRICT)),
    QualificationKind("patent_model", "知产示范", "知识产权示范、优势企业", (_NATION, _PROVINCE, _CITY)),
    QualificationKind("headquarters", "总部", "总部企业", (_PROVINCE, _CITY, _DISTRICT)),
)
QUALIFICATIONS = {kind.code: kind for kind in QUALIFICATION_KINDS}


def qualification_kinds() -> list[tuple[str, str]]:
    """For `choices`; migrations name this function."""
    return [(kind.code, kind.label) for kind in QUALIFICATION_KINDS]
