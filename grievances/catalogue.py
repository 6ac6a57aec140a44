"""Loading the catalogue of a community: the 56 items and QT00 from data/service_items.csv, with the default dispatch rules."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from django.db import transaction

from community.models import Community, Unit
from grievances.clocks import keep_terms
from grievances.models import DispatchRule, ServiceItem, ServiceTerm
from grievances.models.catalogue import CATCH_ALL
from wording.prepared import Prepared

SOURCE = Path(__file__).parent / "data" / "service_items.csv"
WINDOW_CODES = {"党群建设": "DJ", "经济发展": "JF", "公共事务": "GS", "综合治理": "ZL"}
CATCH_ALL_ROW = {
    "code": CATCH_ALL, "name_zh": "其他诉求（不知道找谁）", "plain_category": "", "group_zh": "公共事务", "partner_window": "",
    "case_type": "求助", "applicant": "企业/员工", "personal_by_default": "N", "opens": "", "accept_limit_hours": "4",
    "time_limit_working_days": "5", "extension_workdays": "5", "site_visit": "N", "online": "Y", "required_materials": "", "result": "答复",
    "six_visit_link": "",
}  # fmt: skip

# 次序, 规则号, 名称, 条件, 派往: what the item says comes first, then what the place says, then the specialist himself.
DEFAULT_RULES = (
    (10, "R01", "有专业窗口的事项派专业窗口", "partner_window", lambda rows: [{"kind": "item", "values": _with_partner(rows)}]),
    (20, "R02", "园区设施类派所在园区运营方", "operator", lambda rows: [{"kind": "item", "values": ["GS12", "ZL10"]}]),
    (
        30,
        "R03",
        "上门核查的安全与环境类派所在网格",
        "grid",
        lambda rows: [{"kind": "item", "values": ["ZL05", "ZL06", "ZL08", "ZL09", "ZL12"]}],
    ),
    (90, "R90", "其余由专员自办", "self", lambda rows: []),
)


def rows() -> list[dict[str, str]]:
    with SOURCE.open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file), CATCH_ALL_ROW]


def _with_partner(items: list[dict[str, str]]) -> list[str]:
    return [row["code"] for row in items if row["partner_window"]]


@transaction.atomic
def load(community: Community, *, in_force_on: date) -> int:
    """Creates what is missing and leaves what the community has set since; how many items were new. Its windows must exist."""
    units = {unit.code: unit for unit in Unit.objects.filter(community=community)}
    by_name = {unit.name: unit for unit in units.values()}
    known = set(ServiceItem.objects.filter(community=community).values_list("code", flat=True))
    source = rows()
    fresh = [row for row in source if row["code"] not in known]
    items = ServiceItem.objects.bulk_create(_item(row, community, units, by_name) for row in fresh)
    ServiceTerm.objects.bulk_create(
        ServiceTerm(
            item=item,
            in_force_on=in_force_on,
            accept_hours=int(row["accept_limit_hours"]),
            workdays=int(row["time_limit_working_days"]),
            extension_workdays=int(row["extension_workdays"]),
        )
        for item, row in zip(items, fresh, strict=True)
    )
    set_already = set(DispatchRule.objects.filter(community=community).values_list("code", flat=True))
    for rank, code, name, target, conditions in DEFAULT_RULES:
        if code not in set_already:
            DispatchRule.objects.get_or_create(
                community=community, code=code, from_on=in_force_on,
                defaults={"name": name, "rank": rank, "target": target, "conditions": conditions(source)},
            )  # fmt: skip
    return len(fresh)


def _item(row: dict[str, str], community: Community, units: dict[str, Unit], by_name: dict[str, Unit]) -> ServiceItem:
    partner = row["partner_window"].rstrip("*")
    return ServiceItem(
        community=community,
        code=row["code"],
        name=row["name_zh"],
        plain_category=row["plain_category"],
        group=row["group_zh"],
        window=units[WINDOW_CODES[row["group_zh"]]],
        partner_window=by_name.get(partner) if partner else None,
        case_type=row["case_type"],
        applicant=row["applicant"],
        personal_by_default=row["personal_by_default"] == "Y",
        opens=row["opens"],
        site_visit=row["site_visit"] == "Y",
        online=row["online"] == "Y",
        materials=row["required_materials"],
        result=row["result"],
        visit_link=row["six_visit_link"],
    )


def offered(community: int, code: str) -> ServiceItem | None:
    """The item of this code that can be chosen, with its window and, where it has any, its terms: every filing asks for both."""
    terms = _terms_of(community, code)
    if not terms:
        return next(iter(_without_terms(community, code)), None)
    item: ServiceItem = terms[0].item
    keep_terms(item, terms)
    return item


_terms_of = Prepared(
    lambda community, code: ServiceTerm.objects.filter(
        item__in=ServiceItem.objects.offered().filter(community=community, code=code)
    ).select_related("item__window")
)
_without_terms = Prepared(
    lambda community, code: ServiceItem.objects.offered().filter(community=community, code=code).select_related("window")
)
