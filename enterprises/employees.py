"""Employees: they register themselves by their mobile number and name where they work; who they are is confirmed by a specialist.

Nothing here asks or tells the employer. A ticket may be filed at once: the first contact about it is when the identity is confirmed.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

import audit
from accounts import privacy
from accounts.phones import open_account
from community.kinds import ENTERPRISE_KINDS, PostKind
from community.posts import held
from enterprises.models import EmployeeIdentity, Enterprise, Representative
from enterprises.people import join, remove
from enterprises.querysets import code_of
from wording import clean_query
from wording.errors import FactsMissing, NotYours, StateConflict
from wording.search import fold

if TYPE_CHECKING:
    from accounts.models import User

SHOWN = 6
#: So much of a name has to be typed: a stranger may find his employer, not read the register.
LEAST = 4


def employers(words: str) -> list[Enterprise]:
    """Active enterprises of that code (whole) or with that in their name, at most SHOWN; shorter questions find nothing."""
    words = clean_query(words)
    code = code_of(words)
    if len(code) == 18:
        return list(Enterprise.objects.active().filter(uscc=code).select_related("community"))
    if len(fold(words)) < LEAST:
        return []
    return list(Enterprise.objects.active().named(words).select_related("community").order_by("pinyin", "pk")[:SHOWN])


@transaction.atomic
def register(*, name: str, phone: str, password: str, uscc: str, privacy_version: str, at: datetime) -> Representative:
    """An account named by the mobile number, with the post of an employee. Raises PhoneTaken, FactsMissing, ValidationError by field."""
    enterprise = _employer(uscc)
    user = open_account(name=name, phone=phone, password=password, at=at)
    privacy.accept(user, version=privacy_version, at=at)
    return _joined(enterprise, user, at)


@transaction.atomic
def register_as(user: User, *, uscc: str, at: datetime) -> Representative:
    """The same for somebody who has an account. Raises FactsMissing, StateConflict where he works there already."""
    return _joined(_employer(uscc), user, at)


def _employer(uscc: str) -> Enterprise:
    found: Enterprise | None = Enterprise.objects.active().filter(uscc=uscc.strip().upper()[:18]).first()
    if found is None:
        raise FactsMissing("请先选定您的单位。", fields={"who": "请输入单位全称（至少四个字）或信用代码，再从列出的里选"})
    return found


def _joined(enterprise: Enterprise, user: User, at: datetime) -> Representative:
    made = join(enterprise, user, PostKind.EMPLOYEE, at=at, by=user)
    EmployeeIdentity.objects.create(representative=made, registered_at=at)
    audit.record("employee_registered", by=user, at=at, target=f"enterprise:{enterprise.uscc}", detail={"representative": made.pk})
    return made


def identity_of(user: User, enterprise: Enterprise) -> EmployeeIdentity | None:
    """Of whoever registered himself there and still has the post; None for those who came in another way, whom somebody knows."""
    rows = EmployeeIdentity.objects.filter(representative__post__user=user, representative__enterprise=enterprise)
    return (
        rows.filter(representative__ended_at__isnull=True)
        .select_related("confirmed_by", "representative__post__user")
        .order_by("-pk")
        .first()
    )


@transaction.atomic
def confirm(identity: EmployeeIdentity, *, by: User, at: datetime, how: str) -> EmployeeIdentity:
    """Raises NotYours, StateConflict, FactsMissing."""
    locked = _locked(identity, by)
    if how not in EmployeeIdentity.How.values:
        raise FactsMissing("请选怎么核实的。", fields={"how": "请选择"})
    locked.confirmed_at, locked.confirmed_by, locked.how = at, by, how
    locked.save()
    _record("employee_confirmed", locked, by, at, how=how)
    return locked


@transaction.atomic
def refuse(identity: EmployeeIdentity, *, by: User, at: datetime, reason: str) -> EmployeeIdentity:
    """He does not work there: the post ends, what he filed stays and is dealt with as somebody's own word. Raises what `confirm` raises."""
    locked = _locked(identity, by)
    if not reason.strip():
        raise FactsMissing("请写明哪里不符。", fields={"reason": "请填写"})
    locked.refused_for = reason
    locked.full_clean(exclude=["representative", "confirmed_by"])
    locked.save()
    remove(locked.representative, at=at, by=by)
    _record("employee_refused", locked, by, at, reason=locked.refused_for)
    return locked


def _locked(identity: EmployeeIdentity, by: User) -> EmployeeIdentity:
    rows = (
        EmployeeIdentity.objects.visible_to(by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("representative__post__user", "representative__enterprise")
    )
    found = rows.filter(pk=identity.pk).first()
    if found is None:
        raise NotYours("员工身份由本社区的专员核实。")
    enterprise = found.representative.enterprise
    if not any(post.community_id == enterprise.community_id for post in held(by, PostKind.SPECIALIST)):
        raise NotYours("员工身份由本社区的专员核实。")
    if Representative.objects.filter(enterprise=enterprise, role__in=ENTERPRISE_KINDS, post__user=by, ended_at__isnull=True).exists():
        raise NotYours("您也代表这家企业，员工身份须由另一位专员核实。")
    if found.confirmed_at is not None or found.representative.ended_at is not None:
        raise StateConflict("这位员工的身份已经核实过。")
    return found


def _record(action: str, identity: EmployeeIdentity, by: User, at: datetime, **detail: str) -> None:
    target = f"enterprise:{identity.representative.enterprise.uscc}"
    audit.record(action, by=by, at=at, target=target, detail={"representative": identity.representative_id, **detail})
