"""What stands in a file, entered by hand (动态、资质、租约): written, put right later, taken out. The row history keeps every earlier image."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

import audit
from enterprises import letting
from enterprises.kinds import QUALIFICATIONS
from enterprises.models import Enterprise, Event, Lease, Qualification
from enterprises.record import may_record
from parks.models import Space
from wording.errors import FactsMissing, NotYours, StateConflict

if TYPE_CHECKING:
    from accounts.models import User


def _event(facts: dict[str, Any], at: datetime, by: User | None) -> dict[str, Any]:
    if facts["kind"] == "returned":
        missing = [name for name in ("from_place", "to_place", "case_owner") if not facts.get(name)]
        if missing:
            raise ValidationError(dict.fromkeys(missing, "回归须写明从哪里迁回、落在哪里、专班负责人是谁。"))
    return facts


def _qualification(facts: dict[str, Any], at: datetime, by: User | None) -> dict[str, Any]:
    """The usual level and end of its kind where nothing is said."""
    kind = QUALIFICATIONS[facts["kind"]]
    level = facts.get("level") or (kind.levels[0] if len(kind.levels) == 1 else "")
    if level and level not in kind.levels:
        raise ValidationError({"level": f"「{kind.word}」没有「{level}」，可填：{'、'.join(kind.levels)}。"})
    until = facts.get("valid_until_on")
    if until is None and kind.years is not None and facts.get("issued_on"):
        until = years_after(facts["issued_on"], kind.years)
    return facts | {"level": level, "valid_until_on": until}


def _lease(facts: dict[str, Any], at: datetime, by: User | None) -> dict[str, Any]:
    """The room is a space where the building has one of that number."""
    building, room, since = facts.get("building"), facts.get("room"), facts.get("from_on")
    known = Space.objects.standing(since).filter(building=building, room=room) if building and room and since else Space.objects.none()
    space = known.first()
    area = facts.get("area_m2")
    return facts | {"space": space, "area_m2": space.area_m2 if space is not None and area is None else area}


def years_after(day: date, years: int) -> date:
    """The last day of so many years that begin on `day`."""
    last = date(day.year + years, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)
    return date.fromordinal(last.toordinal() - 1) if (day.month, day.day) != (2, 29) else last


@dataclass(frozen=True)
class Kind:
    """`fields` as the form has them; `completed` adds what follows from them, or says what is wrong (ValidationError by field)."""

    code: str
    label: str
    model: type[models.Model]
    fields: tuple[str, ...]
    completed: Callable[[dict[str, Any], datetime, User | None], dict[str, Any]]


KINDS = {
    kind.code: kind
    for kind in (
        Kind("event", "动态", Event, ("kind", "happened_on", "from_place", "to_place", "case_owner", "note", "source"), _event),
        Kind("qualification", "资质", Qualification, ("kind", "level", "number", "issued_on", "valid_until_on", "source"), _qualification),
        Kind(
            "lease", "租约", Lease,
            ("building", "room", "area_m2", "from_on", "until_on", "ended_on", "annual_rent_wan", "rent_overdue_since_on", "source"), _lease,
        ),
    )
}  # fmt: skip


def kind_of(row: models.Model) -> Kind:
    return next(kind for kind in KINDS.values() if isinstance(row, kind.model))


def version(row: models.Model) -> int:
    """Of what the row says now: the latest image in its history."""
    latest = row.pgh_event_model.objects.filter(pgh_obj_id=row.pk).order_by("-pgh_id").values_list("pgh_id", flat=True).first()  # type: ignore[attr-defined]
    return latest or 0


@transaction.atomic
def enter(enterprise: Enterprise, kind: Kind, facts: Mapping[str, Any], *, by: User, at: datetime) -> Any:
    """Raises NotYours, ValidationError by field, StateConflict."""
    enterprise = _locked(enterprise, by)
    row = kind.model(enterprise=enterprise)
    if isinstance(row, Event):
        row.recorded_at, row.recorded_by = at, by
    _write(row, kind.completed(_given(kind, facts), at, by))
    _trail("file_entered", row, kind, by, at)
    return row


@transaction.atomic
def put_right(row: Any, facts: Mapping[str, Any], *, by: User, at: datetime, seen: int) -> Any:
    """`seen` is the `version` the page showed. Raises what `enter` raises."""
    kind = kind_of(row)
    _locked(row.enterprise, by)
    row = _standing(row, seen)
    _write(row, kind.completed(_given(kind, facts), at, by))
    _trail("file_put_right", row, kind, by, at)
    return row


@transaction.atomic
def take_out(row: Any, *, by: User, at: datetime, reason: str, seen: int) -> None:
    """What was never so. Raises NotYours, FactsMissing, StateConflict."""
    kind = kind_of(row)
    _locked(row.enterprise, by)
    if not reason.strip():
        raise FactsMissing("请写明为什么删去。", fields={"reason": ["请填写，如：登错了企业、与另一条重复。"]})
    row = _standing(row, seen)
    _trail("file_taken_out", row, kind, by, at, reason=reason.strip()[:300], what=str(row))
    row.delete()


def _standing(row: Any, seen: int) -> Any:
    found = type(row).objects.select_for_update(no_key=True).filter(pk=row.pk).first()
    if found is None or version(found) != seen:
        raise StateConflict("您填写期间这一条已被别人改动，请刷新核对后再改。")
    return found


def _locked(enterprise: Enterprise, by: User) -> Enterprise:
    if not may_record(enterprise, by):
        raise NotYours("企业档案由本社区的专员和负责人登记、更正。")
    return Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise.pk)


def _given(kind: Kind, facts: Mapping[str, Any]) -> dict[str, Any]:
    """A text nobody gave is empty, anything else is none."""
    given = {}
    for name in kind.fields:
        field: Any = kind.model._meta.get_field(name)
        value = facts.get(name)
        given[name] = ("" if not field.null else None) if value in (None, "") else value
    return given


def _write(row: Any, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        setattr(row, name, value)
    row.full_clean()
    if isinstance(row, Lease):
        letting.check_space(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        # another enterprise was given the same room this second
        raise StateConflict("刚刚有人登记了与此冲突的一条，请刷新核对后再试。") from error


def _trail(action: str, row: Any, kind: Kind, by: User, at: datetime, **more: str) -> None:
    audit.record(action, by=by, at=at, target=f"enterprise:{row.enterprise.uscc}", detail={"kind": kind.code, "row": row.pk, **more})
