"""Setting a class of must-visits: a version from its first day on, and before it is saved which enterprises come in and which go out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.dateparse import parse_date

import audit
from community import held
from community.kinds import PostKind
from community.models import Community
from enterprises.models import Enterprise
from visits import triggers
from visits.matters import asked_by, sql_of
from visits.models import ClassVersion, Reason, VisitClass
from visits.people import ROLES
from visits.states import Closing, Origin
from wording.errors import FactsMissing, NotYours

if TYPE_CHECKING:
    from accounts.models import User

SHOWN = 50


@dataclass(frozen=True)
class Preview:
    """Enterprises that would come in and go out; the first of each by name."""

    entering: int
    leaving: int
    first_in: list[Enterprise] = field(default_factory=list)
    first_out: list[Enterprise] = field(default_factory=list)


def led(by: User) -> dict[str, Community]:
    """By code, the communities whose classes this person sets. Raises NotYours."""
    found = {post.community.code: post.community for post in held(by, PostKind.LEADER)}
    if not found:
        raise NotYours("必访类别由社区负责人设定。")
    return found


def draft(raw: Mapping[str, Any], *, by: User, at: datetime) -> ClassVersion:
    """The version that was typed, checked and not saved; `raw["triggers"]` and `raw["who"]` are lists. Of a class whose code is new it comes
    with an unsaved class. Raises NotYours, FactsMissing."""
    communities = led(by)
    community = communities.get(str(raw.get("community", ""))) or next(iter(communities.values()))
    problems: dict[str, Any] = {}
    day, weight, absorbed = _day(raw.get("from_on")), _whole(raw.get("weight")), _whole(raw.get("absorb_workdays") or 0)
    if day is None or day < timezone.localtime(at).date():
        problems["from_on"] = "请选今天或以后的日期"
    if weight is None:
        problems["weight"] = "请填 1–100 的整数"
    if absorbed is None:
        problems["absorb_workdays"] = "请填 0–60 的整数"
    who = [str(role) for role in raw.get("who", ()) if str(role) in ROLES]
    if not who:
        problems["lead"] = "请选首先由谁走访"
    found = _triggers(raw.get("triggers", ()), problems)
    code = str(raw.get("code", "")).strip().upper()
    if not code:
        problems["code"] = "请填代码，如 KN"
    if problems:
        raise FactsMissing("还有内容需要更正。", fields=problems)
    visit_class = VisitClass.objects.filter(community=community, code=code).first()
    version = ClassVersion(
        visit_class=visit_class or VisitClass(community=community, code=code, origin=Origin.OWN),
        from_on=day, active=bool(raw.get("active", True)), name=raw.get("name", ""), triggers=[each.as_json() for each in found], who=who,
        closing=raw.get("closing") or Closing.VISITED, absorb_workdays=absorbed, weight=weight, said=raw.get("said", ""),
        staff_only=bool(raw.get("staff_only")), set_by=by, set_at=at,
    )  # fmt: skip
    _check(version)
    return version


def _check(version: ClassVersion) -> None:
    try:
        version.clean_fields(exclude=["visit_class", "set_by"])
        version.validate_constraints(exclude=["visit_class"])
        if version.visit_class.pk is None:
            version.visit_class.full_clean(exclude=["community"])
    except ValidationError as error:
        fields = error.message_dict if hasattr(error, "error_dict") else {}
        raise FactsMissing("；".join(error.messages), fields=fields) from None


def save(version: ClassVersion, *, by: User, at: datetime) -> ClassVersion:
    """Puts a draft in force from its first day; a version of the same day or later gives way. The same twice makes one. Raises NotYours."""
    if version.visit_class.community.code not in led(by):
        raise NotYours("必访类别由社区负责人设定。")
    with transaction.atomic():
        Community.objects.select_for_update(no_key=True).get(pk=version.visit_class.community_id)
        visit_class, _ = VisitClass.objects.get_or_create(
            community=version.visit_class.community, code=version.visit_class.code, defaults={"origin": Origin.OWN}
        )
        visit_class.versions.filter(from_on__gte=version.from_on).delete()
        version.pk, version.visit_class = None, visit_class
        version.save()
        detail = {"name": version.name, "from": str(version.from_on), "changed": "启用" if version.active else "停用"}
        audit.record("configure", by=by, at=at, target=f"visit_class:{visit_class.code}", detail=detail)
    return version


def preview(version: ClassVersion, today: date) -> Preview:
    """Against the version in force on its first day: whose matters would be selected anew, and whose would be no more."""
    before = None
    if version.visit_class.pk is not None:
        before = ClassVersion.objects.filter(visit_class=version.visit_class, from_on__lt=version.from_on).order_by("-from_on").first()
    new = _selected(version, today)
    old = _selected(before, today) if before is not None else set()
    if version.visit_class.pk is not None:
        # Who was visited already, or is owed a visit since before, does not come in.
        old |= set(Reason.objects.open().filter(visit_class=version.visit_class).values_list("enterprise_id", flat=True))
    entering, leaving = new - old, old - new
    return Preview(len(entering), len(leaving), _first(entering), _first(leaving))


def _selected(version: ClassVersion, today: date) -> set[int]:
    if not version.active:
        return set()
    keys: set[int] = set()
    with connection.cursor() as cursor:
        for asked in asked_by(version, today):
            sql, params = sql_of(asked)
            cursor.execute(
                f"SELECT DISTINCT f.enterprise_id FROM ({sql}) AS f JOIN enterprises_enterprise e ON e.id = f.enterprise_id"
                " WHERE e.community_id = %s AND e.status = 'active' AND (f.until_on IS NULL OR f.until_on > %s)",
                [*params, version.visit_class.community_id, max(today, version.from_on)],
            )
            keys |= {row[0] for row in cursor.fetchall()}
    return keys


def _first(keys: Iterable[int]) -> list[Enterprise]:
    return list(Enterprise.objects.filter(pk__in=list(keys)).order_by("pinyin", "pk")[:SHOWN])


def _triggers(raw: Any, problems: dict[str, Any]) -> tuple[triggers.Trigger, ...]:
    try:
        return triggers.read(raw if isinstance(raw, list | tuple) else ())
    except FactsMissing as refused:
        problems |= refused.fields
        return ()


def _day(text: Any) -> date | None:
    try:
        return text if isinstance(text, date) else parse_date(str(text or ""))
    except ValueError:
        return None


def _whole(value: Any) -> int | None:
    text = str(value).strip() if not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else None
