"""Consent to handing a case to a partner firm (个人信息保护法 art. 23): given and withdrawn by the enterprise, or for one ticket by its filer.

Every line is kept; the newest one counts. A missing consent is shown where a ticket goes to a partner and written down with the
reason for going on; it refuses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

import audit
from community.kinds import PostKind, UnitKind
from community.models import Unit
from community.posts import held
from enterprises.models import Consent, ConsentWaiver, Enterprise, Representative
from wording.errors import NotYours, StateConflict

if TYPE_CHECKING:
    from accounts.models import User

#: Of the words in templates/enterprise/_consent_words.html; a consent to other words is no consent to these.
VERSION = "2026-11"


@dataclass(frozen=True)
class Standing:
    """Whether there is consent, and the line that says so. `outdated`: given once, to an older text."""

    given: bool
    row: Consent | None = None
    outdated: bool = False


def consent_of(enterprise: Enterprise, at: datetime, *, number: str = "", filer: User | None = None) -> Standing:
    """What holds for this enterprise at that moment; with `number`, also what was said for that ticket alone.

    `filer` is given for an employee's personal ticket: there the employer has no word, only the filer's own for this ticket counts.
    A demo account counts as having given it.
    """
    rows = Consent.objects.filter(enterprise=enterprise, at__lte=at).order_by("-at", "-pk")
    newest = rows.filter(number="").first() if filer is None else None
    if number and (own := rows.filter(number=number).first()) is not None and own.given and own.version == VERSION:
        return Standing(True, own)
    if filer is not None:
        return Standing(filer.is_demo)
    if newest is None:
        managed = Representative.objects.in_force().filter(enterprise=enterprise, role=PostKind.ENTERPRISE_MANAGER)
        return Standing(managed.filter(post__user__is_demo=True).exists())
    return Standing(newest.given and newest.version == VERSION, newest, outdated=newest.given and newest.version != VERSION)


def may_decide(enterprise: Enterprise, user: User) -> bool:
    """The manager, for the enterprise."""
    posts = [post.pk for post in held(user, PostKind.ENTERPRISE_MANAGER)]
    return Representative.objects.in_force().filter(enterprise=enterprise, post__in=posts).exists()


@transaction.atomic
def decide(enterprise: Enterprise, *, given: bool, version: str, by: User, at: datetime) -> Standing:
    """Give or withdraw it for all tickets; said again it changes nothing. Raises NotYours, StateConflict for another text."""
    if not may_decide(enterprise, by):
        raise NotYours("是否同意转交由本企业的管理员决定。")
    if version != VERSION:
        raise StateConflict("同意书的内容刚刚更新，请看过新的一版再决定。")
    enterprise = Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise.pk)
    now = consent_of(enterprise, at)
    if now.row is not None and now.row.given == given and now.row.version == version:
        return now
    row = Consent.objects.create(enterprise=enterprise, given=given, version=version, by=by, at=at)
    action = "consent_given" if given else "consent_withdrawn"
    audit.record(action, by=by, at=at, target=f"enterprise:{enterprise.uscc}", detail={"version": version})
    return Standing(given, row)


@transaction.atomic
def give_for(enterprise: Enterprise, number: str, *, by: User, at: datetime) -> Consent:
    """For this ticket alone, by whoever files it; the caller has asked whether he may. Said again it changes nothing."""
    before = Consent.objects.filter(enterprise=enterprise, number=number, given=True, version=VERSION).first()
    if before is not None:
        return before
    row = Consent.objects.create(enterprise=enterprise, number=number, given=True, version=VERSION, by=by, at=at)
    audit.record("consent_given", by=by, at=at, target=f"grievance:{number}", detail={"version": VERSION})
    return row


def to_partner(unit: Unit) -> bool:
    """A partner firm, or the window that stands for several."""
    return unit.kind == UnitKind.PARTNER or (unit.kind == UnitKind.WINDOW and unit.is_partner)


def missing(enterprise: Enterprise, number: str, at: datetime, *units: Unit, filer: User | None = None) -> list[Unit]:
    """Those of the units that would see the case without consent."""
    partners = [unit for unit in units if to_partner(unit)]
    return partners if partners and not consent_of(enterprise, at, number=number, filer=filer).given else []


def note_missing(
    enterprise: Enterprise,
    number: str,
    *units: Unit,
    by: User | None,
    at: datetime,
    reason: str = "",
    filer: User | None = None,
) -> list[ConsentWaiver]:
    """In the transaction of a dispatch: write down what goes to a partner without consent. Returns the lines."""
    rows = [
        ConsentWaiver(enterprise=enterprise, number=number, unit=unit, reason=reason[:300], by=by, at=at)
        for unit in missing(enterprise, number, at, *units, filer=filer)
    ]
    return ConsentWaiver.objects.bulk_create(rows, ignore_conflicts=True) if rows else []


def explain(number: str, reason: str, *, by: User, at: datetime) -> int:
    """The reason given beside the move of that moment, in the same transaction. Returns how many lines it belongs to."""
    words = " ".join(reason.split())[:300]
    return ConsentWaiver.objects.filter(number=number, by=by, at=at).update(reason=words) if words else 0
