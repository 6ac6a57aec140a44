"""Rows of a check's list as they are shown; the number of queries does not depend on the number of rows."""

from __future__ import annotations

from typing import Any

from django.db.models import Max

from dashboards.quality.checks import Check, Mend
from dashboards.quality.mending import may_mend
from dashboards.quality.sight import Sight, Subject
from enterprises.models import Enterprise, FormerName, Tenancy
from portal.parks import stewards_of
from portal.quality.forms import Desk


def shown(rows: list[Any], check: Check, sight: Sight, desk: Desk) -> list[dict[str, Any]]:
    """Each with what its line says and, for those who may mend it, its form."""
    found = [{"row": row, "may": may_mend(sight.user, row)} for row in rows]
    for each in found:
        each["form"] = desk.form(each["row"]) if each["may"] else None
    if check.subject == Subject.ENTERPRISE:
        _with_places(found, sight)
    if check.subject == Subject.PARK:
        stewards = stewards_of([row.pk for row in rows], sight.user)
        for each in found:
            each["stewards"] = stewards.get(each["row"].pk, [])
    if check.mend == Mend.APART:
        _with_others(found, check, sight)
    if check.mend == Mend.FRESH:
        _with_last_change(found)
    return found


def _with_places(found: list[dict[str, Any]], sight: Sight) -> None:
    keys = [each["row"].pk for each in found]
    seats = Tenancy.objects.visible_to(sight.user).open().filter(enterprise__in=keys).order_by("is_main", "-pk")
    places = {seat.enterprise_id: seat for seat in seats.select_related("building__park")}
    for each in found:
        each["seat"] = places.get(each["row"].pk)


def _with_others(found: list[dict[str, Any]], check: Check, sight: Sight) -> None:
    others = sight.namesakes if check.code == "same-name" else sight.heirs
    wanted = {key for each in found for key in others.get(each["row"].pk, [])}
    firms = sight.rows(Subject.ENTERPRISE).in_bulk(wanted)
    former: dict[int, list[str]] = {}
    if check.code == "former-name":
        keys = [*wanted, *(each["row"].pk for each in found)]
        names = FormerName.objects.visible_to(sight.user).filter(enterprise__in=keys).order_by("-until_on", "pk")
        for key, name in names.values_list("enterprise_id", "name"):
            former.setdefault(key, []).append(name)
    for each in found:
        each["others"] = [(firms[key], former.get(key, [])) for key in others.get(each["row"].pk, []) if key in firms]
        each["former"] = former.get(each["row"].pk, [])


def _with_last_change(found: list[dict[str, Any]]) -> None:
    keys = [each["row"].pk for each in found]
    events = Enterprise.pgh_event_model.objects.filter(pgh_obj_id__in=keys).order_by()
    last = dict(events.values_list("pgh_obj_id").annotate(at=Max("pgh_created_at")))
    for each in found:
        each["changed_at"] = last.get(each["row"].pk)


def related(rows: Any, check: Check) -> Any:
    """With what each line names."""
    match check.subject:
        case Subject.PARK:
            return rows.select_related("grid", "operator")
        case Subject.BUILDING:
            return rows.select_related("park")
        case Subject.ENTERPRISE:
            return rows


def name_key(check: Check) -> str:
    """By what the list goes: buildings have no pinyin of their own and stand by their park."""
    return "park__pinyin" if check.subject == Subject.BUILDING else "pinyin"
