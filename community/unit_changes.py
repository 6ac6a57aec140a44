"""单位与协议: adding a window, department, partner firm, grid or operator, changing it, ending its agreement, taking it out of use.

Code and kind stay what they were: posts, tickets and rules hang on them.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date

import audit
from community.kinds import UnitKind
from community.models import Community, Grid, Unit
from community.setting_up import set_up_by
from wording.errors import FactsMissing, NotFound

if TYPE_CHECKING:
    from accounts.models import User

#: What may be added: the kind, and for a window whether firms stand behind it.
KINDS: dict[str, tuple[UnitKind, bool]] = {
    "partner": (UnitKind.PARTNER, False),
    "department": (UnitKind.DEPARTMENT, False),
    "operator": (UnitKind.OPERATOR, False),
    "grid": (UnitKind.GRID, False),
    "partner_window": (UnitKind.WINDOW, True),
    "window": (UnitKind.WINDOW, False),
}
LABELS = {
    "partner": "伙伴机构", "department": "协同部门", "operator": "园区运营方", "grid": "网格", "partner_window": "伙伴窗口", "window": "专员窗口",
}  # fmt: skip


def kind_of(unit: Unit) -> str:
    return "partner_window" if unit.is_partner else str(unit.kind)


def of(by: User, community: str, code: str) -> Unit:
    """Raises NotYours, NotFound."""
    here = _here(by, community)
    found = Unit.objects.select_related("community", "parent", "grid").filter(community=here, code=code).first()
    if found is None:
        raise NotFound("没有这个单位，或不由您设置。")
    return found


def add(raw: Any, *, by: User, at: datetime) -> Unit:
    """`community, kind, code, name, phone, parent, agreement_from_on, agreement_until_on, has_account`. Raises NotYours, NotFound, FactsMissing."""
    here, problems = _here(by, raw.get("community", "")), {}
    kind = KINDS.get(str(raw.get("kind", "")))
    if kind is None:
        raise FactsMissing("还有内容需要更正。", fields={"kind": "请选类别"})
    unit = Unit(community=here, code=str(raw.get("code", "")).strip().upper(), kind=kind[0], is_partner=kind[1])
    problems |= _told(unit, raw)
    if Unit.objects.filter(community=here, code=unit.code).exists() or (
        kind[0] == UnitKind.GRID and Grid.objects.filter(community=here, code=unit.code).exists()
    ):
        problems["code"] = "本社区已有这个单位代码，请换一个"
    _refuse(problems)
    with transaction.atomic():
        Community.objects.select_for_update(no_key=True).get(pk=here.pk)
        if unit.kind == UnitKind.GRID:
            unit.grid = _checked(Grid(community=here, code=unit.code, name=unit.name))
        _checked(unit)
        audit.record("create", by=by, at=at, target=f"unit:{unit.code}", detail={"name": unit.name, "kind": LABELS[kind_of(unit)]})
    return unit


def change(unit: Unit, raw: Any, *, by: User, at: datetime) -> Unit:
    """What may be changed of one. Saving the same twice leaves one row of history. Raises NotYours, NotFound, FactsMissing."""
    with transaction.atomic():
        unit = _locked(unit, by)
        before = _facts(unit)
        _refuse(_told(unit, raw))
        changed = [name for name, value in _facts(unit).items() if before[name] != value]
        if not changed:
            return unit
        if "name" in changed and unit.grid is not None:
            unit.grid.name = unit.name
            _checked(unit.grid)
        _checked(unit)
        audit.record("configure", by=by, at=at, target=f"unit:{unit.code}", detail={"name": unit.name, "fields": changed})
    return unit


def end_agreement(unit: Unit, last_on: date | None, *, by: User, at: datetime) -> Unit:
    """The last day on which the firm works and sees anything; yesterday: it ends at once. Raises NotYours, NotFound, FactsMissing."""
    yesterday = timezone.localtime(at).date() - timedelta(days=1)
    with transaction.atomic():
        unit = _locked(unit, by)
        if unit.agreement_from_on is None:
            raise FactsMissing("只有伙伴机构有协议。")
        if last_on is None or last_on < yesterday:
            raise FactsMissing("请选协议的最后一天：今天或以后；要立即终止就选昨天。", fields={"last_on": "请选昨天或以后的日期"})
        if last_on < unit.agreement_from_on:
            raise FactsMissing("协议的最后一天早于起始日；要立即停止，请用「停用」。", fields={"last_on": "早于协议起始日"})
        if unit.agreement_until_on == last_on:
            return unit
        before, unit.agreement_until_on = unit.agreement_until_on, last_on
        unit.save(update_fields=["agreement_until_on"])
        detail = {"name": unit.name, "field": "协议止", "from": str(before or ""), "to": str(last_on)}
        audit.record("configure", by=by, at=at, target=f"unit:{unit.code}", detail=detail)
    return unit


def set_retired(unit: Unit, retired: bool, *, by: User, at: datetime) -> Unit:
    """Out of use, or in use again; its people see nothing through it meanwhile. Twice does nothing more. Raises NotYours, NotFound."""
    with transaction.atomic():
        unit = _locked(unit, by)
        if unit.retired != retired:
            unit.retired = retired
            unit.save(update_fields=["retired"])
            audit.record(
                "configure", by=by, at=at, target=f"unit:{unit.code}", detail={"name": unit.name, "to": "停用" if retired else "启用"}
            )
    return unit


_CHANGED = ("name", "phone", "parent_id", "agreement_from_on", "agreement_until_on", "has_account")


def _facts(unit: Unit) -> dict[str, Any]:
    return {name: getattr(unit, name) for name in _CHANGED}


def _told(unit: Unit, raw: Any) -> dict[str, Any]:
    """Sets what was typed; what is wrong, by field."""
    problems: dict[str, Any] = {}
    unit.name, unit.phone = str(raw.get("name", "")), str(raw.get("phone", ""))
    if unit.kind in (UnitKind.DEPARTMENT, UnitKind.PARTNER, UnitKind.OPERATOR):
        unit.has_account = str(raw.get("has_account", "")) in ("on", "true", "1", "True")
    if unit.kind == UnitKind.PARTNER:
        parent = Unit.objects.partner_windows().filter(community=unit.community_id, code=str(raw.get("parent", ""))[:20]).first()
        if parent is None or (parent.retired and parent.pk != unit.parent_id):
            problems["parent"] = "请选它属于哪个伙伴窗口"
        unit.parent = parent
        unit.agreement_from_on, wrong = _day(raw.get("agreement_from_on", ""))
        if wrong or unit.agreement_from_on is None:
            problems["agreement_from_on"] = "请选协议从哪一天起"
        unit.agreement_until_on, wrong = _day(raw.get("agreement_until_on", ""))
        if wrong:
            problems["agreement_until_on"] = "请选日期；没有约定期限就空着"
        elif unit.agreement_from_on and unit.agreement_until_on and unit.agreement_until_on < unit.agreement_from_on:
            problems["agreement_until_on"] = "协议止不能早于协议起"
    try:
        unit.clean_fields(exclude=["community", "grid", "parent", "kind", "agreement_from_on", "agreement_until_on"])
    except ValidationError as error:
        problems |= {name: texts for name, texts in error.message_dict.items() if name not in problems}
    return problems


def _locked(unit: Unit, by: User) -> Unit:
    if unit.community.code not in set_up_by(by):
        raise NotFound("没有这个单位，或不由您设置。")
    return Unit.objects.select_for_update(of=("self",), no_key=True).select_related("community", "parent", "grid").get(pk=unit.pk)


def _checked(row: Any) -> Any:
    try:
        row.full_clean()
    except ValidationError as error:
        fields = {("code" if name == "__all__" else name): texts for name, texts in error.message_dict.items()}
        raise FactsMissing("还有内容需要更正。", fields=fields) from None
    row.save()
    return row


def _refuse(problems: dict[str, Any]) -> None:
    if problems:
        raise FactsMissing("还有内容需要更正。", fields=problems)


def _here(by: User, code: Any) -> Community:
    found = set_up_by(by).get(str(code))
    if found is None:
        raise NotFound("没有这个社区，或不由您设置。")
    return found


def _day(text: Any) -> tuple[date | None, bool]:
    """The day, None for nothing typed; whether what was typed is none, or one no agreement has."""
    text = str(text or "").strip()
    try:
        day = parse_date(text) if text else None
    except ValueError:
        day = None
    wrong = bool(text) and (day is None or not 1990 <= day.year <= 2100)
    return (None if wrong else day), wrong
