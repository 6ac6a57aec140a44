"""The contact of a ticket: masked by default; in full for a reason, audited, so many a day (R34)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

import audit
from accounts.models import User
from audit.models import Entry
from grievances.capacity import standing
from grievances.models import Grievance
from grievances.states import Actor
from grievances.workflow import NotInSight
from wording import clean, mask_name, mask_phone
from wording.errors import FactsMissing, NotYours, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_A_DAY = 60
LONGEST_REASON = 100
# Whoever works on it has to call; a steward and the street do not (DESIGN §4).
WORKING = (Actor.SPECIALIST, Actor.LEADER, Actor.HANDLER, Actor.PARTNER)


class TooManyToday(Refused):
    """The day's quota of unmasking is used up."""

    code = "too_many_reveals"
    status_hint = 429


@dataclass(frozen=True)
class Contact:
    name: str
    phone: str


def shown(grievance: Grievance, user: User) -> Contact:
    """In full for whoever filed it for himself, masked for everybody else."""
    if grievance.filed_by_id == user.pk and not grievance.on_behalf:
        return Contact(grievance.contact_name, grievance.contact_phone)
    return Contact(mask_name(grievance.contact_name), mask_phone(grievance.contact_phone))


def may_reveal(grievance: Grievance, user: User) -> bool:
    return standing(grievance, user).may(WORKING, "reveal") is not None


@transaction.atomic
def reveal(
    grievance: Grievance,
    *,
    by: User,
    at: datetime,
    reason: str,
    kinds: Sequence[str] | None = None,
    request_id: str = "",
    address: str | None = "",
) -> Contact:
    """The contact in full, once. Raises NotInSight, NotYours, TooManyToday, FactsMissing."""
    found = Grievance.objects.visible_to(by, kinds).select_related("community__street", "park").filter(pk=grievance.pk).first()
    if found is None:
        raise NotInSight("没有这件诉求，或您无权查看。")
    if not may_reveal(found, by):
        raise NotYours("完整联系方式只给正在办理这一件的人查看。")
    # The row is locked so that two requests at once cannot both be the last one allowed.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if used_today(by, at) >= MOST_A_DAY:
        raise TooManyToday(f"今天已查看 {MOST_A_DAY} 次完整联系方式，已到上限；请明天再看，或请同事联系。")
    audit.record(
        "unmask", by=by, at=at, target=f"grievance:{found.number}", detail={"reason": _cleaned(reason)},
        request_id=request_id, address=address,
    )  # fmt: skip
    return Contact(found.contact_name, found.contact_phone)


def used_today(user: User, at: datetime) -> int:
    midnight = timezone.make_aware(datetime.combine(timezone.localtime(at).date(), time()))
    return Entry.objects.filter(action="unmask", by=user, at__gte=midnight, at__lt=midnight + timedelta(days=1)).count()


def _cleaned(reason: str) -> str:
    try:
        reason = clean(reason or "", max_length=LONGEST_REASON)
    except ValidationError as error:
        raise FactsMissing("事由：" + "；".join(error.messages), fields={"reason": error.messages}) from None
    if not reason:
        raise FactsMissing("请写明为什么要看完整联系方式。", fields={"reason": "请填写"})
    return reason
