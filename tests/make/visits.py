"""Classes of must-visits, what is owed, and visits paid."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from itertools import count as _count
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from community.models import Community
from enterprises.models import Enterprise
from tests.make.accounts import user as _user
from tests.make.community import WEDNESDAY
from visits.models import ClassVersion, Companion, Reason, Task, Visit, VisitClass, Visitor

_serial = _count(1)


def visit_class(
    *triggers: dict[str, Any],
    community: Community,
    code: str = "",
    from_on: date = date(2026, 1, 1),
    at: datetime = WEDNESDAY,
    **facts: Any,
) -> VisitClass:
    """A class with one version in force from `from_on`; `make.trigger(...)` makes its triggers."""
    made = VisitClass.objects.create(community=community, code=code or f"L{next(_serial)}", rank=10)
    class_version(made, *triggers, from_on=from_on, at=at, **facts)
    return made


def class_version(
    visit_class: VisitClass, *triggers: dict[str, Any], from_on: date, at: datetime = WEDNESDAY, **facts: Any
) -> ClassVersion:
    given = {"name": "新设企业必访", "who": ["grid_staff"], "said": "欢迎入驻"} | facts
    return ClassVersion.objects.create(visit_class=visit_class, from_on=from_on, triggers=list(triggers), set_at=at, **given)


def trigger(selector: str = "newly_arrived", *, workdays: int | None = 10, every: str = "", **params: Any) -> dict[str, Any]:
    from visits.selectors import SELECTORS

    defaults = {each.code: each.default for each in SELECTORS[selector].parameters}
    return {"selector": selector, "params": defaults | params, "workdays": workdays, "every": every}


def reason(
    *, enterprise: Enterprise, visit_class: VisitClass, on: date = date(2026, 11, 16), due_on: date = date(2026, 11, 30), **facts: Any
) -> Reason:
    given = {"trigger": "newly_arrived", "occurred_on": on, "since_on": on} | facts
    return Reason.objects.create(enterprise=enterprise, visit_class=visit_class, due_on=due_on, **given)


def task(*, enterprise: Enterprise, due_on: date = date(2026, 11, 30), opened_on: date = date(2026, 11, 16), **facts: Any) -> Task:
    made = Task.objects.create(enterprise=enterprise, community=enterprise.community, opened_on=opened_on, due_on=due_on, **facts)
    made.refresh_from_db()
    return made


def visit(*, enterprise: Enterprise, at: datetime = WEDNESDAY, by: User | None = None, result: str = "met", **facts: Any) -> Visit:
    """Paid by one person, who is made where none is given."""
    by = by or _user()
    given: dict[str, Any] = (
        {"people": [{"name": "周敏", "title": "行政", "phone": ""}], "place": "1号楼", "no_needs": True} if result == "met" else {}
    )
    with transaction.atomic():
        made = Visit.objects.create(
            key=uuid.uuid4(), enterprise=enterprise, community=enterprise.community, result=result, visited_at=at,
            visited_on=timezone.localtime(at).date(), recorded_by=by, recorded_at=at, **given | facts,
        )  # fmt: skip
        Visitor.objects.create(visit=made, user=by, kind="staff")
    return made


def said(*, key: str = "", **facts: Any) -> dict[str, Any]:
    """What a phone sends about a visit at which somebody was met and wanted nothing."""
    given: dict[str, Any] = {
        "key": key or str(uuid.uuid4()),
        "result": "met",
        "people": [{"name": "周敏", "title": "行政", "phone": "13812345678"}],
    }
    if not facts.get("needs") and facts.get("result", "met") == "met":
        given["no_needs"] = True
    return given | facts


def companion(task: Task, user: User, *, kind: str = "partner", by: User, at: datetime = WEDNESDAY, **facts: Any) -> Companion:
    """Asked to come along; has not answered unless `coming` says so."""
    if "coming" in facts:
        facts.setdefault("answered_at", at)
    return Companion.objects.create(task=task, user=user, kind=kind, asked_by=by, asked_at=at, **facts)
