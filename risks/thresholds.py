"""Setting a rule: a version from its first day on, and before it is saved how many it would warn of, and whom nobody was warned of yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date

import audit
from community import held
from community.kinds import PostKind
from community.models import Community
from enterprises.models import Enterprise
from parks.models import Park
from risks import watch
from risks.kinds import LEVEL_CODES
from risks.models import RuleVersion
from risks.rules import ENTERPRISE, RULES
from wording.errors import FactsMissing, NotYours

if TYPE_CHECKING:
    from accounts.models import User

SHOWN = 50


@dataclass(frozen=True)
class Preview:
    """`would`: holds today under what was typed; `do`: under what is in force; `fresh`: would raise a new alert. The first of those by name."""

    would: int
    do: int
    fresh: int
    first: list[Enterprise | Park] = field(default_factory=list)


def led(by: User) -> dict[str, Community]:
    """By code, the communities whose thresholds this person sets. Raises NotYours."""
    found = {post.community.code: post.community for post in held(by, PostKind.LEADER)}
    if not found:
        raise NotYours("预警规则由社区负责人设定。")
    return found


def draft(raw: Mapping[str, Any], *, by: User, at: datetime) -> RuleVersion:
    """The version that was typed, checked and not saved. Raises NotYours, FactsMissing at `rule`, `level`, `from_on` or `p-<parameter>`."""
    communities = led(by)
    community = communities.get(str(raw.get("community", ""))) or next(iter(communities.values()))
    rule = RULES.get(str(raw.get("rule", "")))
    if rule is None:
        raise FactsMissing("没有这条规则。", fields={"rule": "请从清单里选"})
    problems: dict[str, str] = {}
    day = _day(raw.get("from_on"))
    if day is None or not timezone.localtime(at).date() <= day < date(2100, 1, 1):
        problems["from_on"] = "请选今天或以后的日期"
    level = LEVEL_CODES.get(str(raw.get("level", "")))
    if level is None:
        problems["level"] = "请选红、橙或黄"
    params = {}
    for each in rule.parameters:
        params[each.code] = each.read(raw.get(f"p-{each.code}"))
        if params[each.code] is None:
            problems[f"p-{each.code}"] = f"{each.label}：{each.wanted}"
    if problems:
        raise FactsMissing("还有内容需要更正。", fields=problems)
    version = RuleVersion(
        community=community, rule=rule.code, from_on=day, active=bool(raw.get("active")), level=level, params=params, set_by=by, set_at=at
    )
    try:
        # a version of the same day gives way when this one is saved
        version.full_clean(exclude=["community", "set_by"], validate_constraints=False)
    except ValidationError as error:
        raise FactsMissing("；".join(error.messages)) from None
    return version


def save(version: RuleVersion, *, by: User, at: datetime) -> RuleVersion:
    """Puts a draft in force from its first day; a version of the same day or later gives way. The same twice makes one. Raises NotYours."""
    if version.community.code not in led(by):
        raise NotYours("预警规则由社区负责人设定。")
    with transaction.atomic():
        Community.objects.select_for_update(no_key=True).get(pk=version.community_id)
        RuleVersion.objects.filter(community=version.community, rule=version.rule, from_on__gte=version.from_on).delete()
        version.pk = None
        version.save()
        detail = {"name": RULES[version.rule].label, "from": str(version.from_on), "changed": "启用" if version.active else "停用"}
        audit.record("configure", by=by, at=at, target=f"risk_rule:{version.rule}", detail=detail)
    return version


def preview(version: RuleVersion, today: date) -> Preview:
    """As if the version were in force today."""
    rule, community = RULES[version.rule], version.community_id
    typed = watch.setting_of(rule, version)
    now = [each for each in watch.settings_of(community, today) if each.rule == rule]
    would = {each.subject for each in watch.found(community, today, [typed], rule.subject, new=False)}
    do = {each.subject for each in watch.found(community, today, now, rule.subject, new=False)}
    fresh = {each.subject for each in watch.found(community, today, [typed], rule.subject)}
    model: Any = Enterprise if rule.subject == ENTERPRISE else Park
    first = list(model.objects.filter(pk__in=fresh).order_by("pinyin", "pk")[:SHOWN])
    return Preview(len(would), len(do), len(fresh), first)


def _day(text: Any) -> date | None:
    try:
        return text if isinstance(text, date) else parse_date(str(text or ""))
    except ValueError:
        return None
