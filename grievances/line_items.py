"""明细: adding, changing and summing the single claims of a ticket.

Seen and written by the enterprise, the partner whose ticket it is, and the specialists, nobody else: what somebody is owed, and by whom,
is a trade secret. After closing the enterprise and the specialists go on, for money comes late.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Aggregate, Count, Q, Sum
from django.utils import timezone

import notices
from grievances import notify, owners
from grievances.capacity import Standing, standing
from grievances.models import Grievance, LineItem
from grievances.models.line_item import READERS
from grievances.states import DONE, OPEN, Actor, LineItemState
from grievances.workflow import NotInSight
from wording.errors import FactsMissing, NotYours, StateConflict

if TYPE_CHECKING:
    from accounts.models import User

#: Items that are worked claim by claim: legal advice, unpaid contracts, wages, disputes between enterprises.
ITEMS = frozenset({"ZL01", "ZL02", "ZL03", "ZL04"})
FIELDS = ("debtor", "matter", "amount_yuan", "evidence", "state", "recovered_on", "recovered_yuan")
MOST_LINES = 1000


@dataclass(frozen=True)
class Totals:
    """Numbers of claims and sums in yuan; `recovered` counts those whose state is 已追回, the sum whatever came in."""

    count: int
    recovered: int
    amount_yuan: Decimal
    recovered_yuan: Decimal

    @property
    def percent(self) -> int:
        """Of the money, rounded down: 100 only when all of it is there."""
        return int(self.recovered_yuan * 100 / self.amount_yuan) if self.amount_yuan else 0


def may_read(grievance: Grievance, user: User) -> bool:
    """Whether this person sees the claims of a ticket which he sees."""
    return bool(_reading(grievance, user).posts)


def may_write(grievance: Grievance, user: User) -> bool:
    stands = _reading(grievance, user)
    over = grievance.state in DONE and not stands.posts.keys() & {Actor.ENTERPRISE, Actor.SPECIALIST}
    return bool(stands.posts) and grievance.state in (*OPEN, *DONE) and not over


def _reading(grievance: Grievance, user: User) -> Standing:
    return standing(grievance, user, READERS)


#: The aggregates of `Totals`, for whoever asks for them together with something else.
SUMS: dict[str, Aggregate] = {
    "count": Count("pk"),
    "recovered": Count("pk", filter=Q(state=LineItemState.RECOVERED)),
    "amount_yuan": Sum("amount_yuan", default=Decimal(0)),
    "recovered_yuan": Sum("recovered_yuan", default=Decimal(0)),
}


def totals(grievance: Grievance) -> Totals:
    return Totals(**grievance.line_items.aggregate(**SUMS))


@transaction.atomic
def add(grievance: Grievance, rows: Sequence[Mapping[str, Any]], *, by: User, at: datetime) -> list[LineItem]:
    """All of `rows` (values by FIELDS) or none. Raises NotInSight, NotYours, StateConflict, FactsMissing naming the row and the field."""
    locked = _locked(grievance.pk, by)
    if locked.line_items.count() + len(rows) > MOST_LINES:
        raise StateConflict(f"一件诉求最多 {MOST_LINES} 笔明细；请另提一件，或合并小额的。")
    items = []
    for number, row in enumerate(rows, start=1):
        item = LineItem(grievance=locked, added_at=at)
        _fill(item, row, by, at, which=f"第 {number} 笔：" if len(rows) > 1 else "")
        items.append(item)
    made = LineItem.objects.bulk_create(items)
    _tell(locked, [item for item in made if item.recovered_yuan], by, at)
    return made


@transaction.atomic
def change(item: LineItem, values: Mapping[str, Any], *, by: User, at: datetime, version: int) -> LineItem:
    """Only the fields named in `values`. Raises what `add` raises, and StateConflict `stale` where somebody else was quicker."""
    grievance, locked = _item(item, by, version)
    before = locked.recovered_yuan
    _fill(locked, values, by, at)
    locked.version += 1
    locked.save()
    if locked.recovered_yuan > before:
        _tell(grievance, [locked], by, at)
    return locked


@transaction.atomic
def remove(item: LineItem, *, by: User, at: datetime, version: int) -> None:
    """What was entered by mistake and nothing has been done about; the history keeps it. Anything else is 放弃."""
    _, locked = _item(item, by, version)
    if locked.state != LineItemState.UNVERIFIED or locked.recovered_yuan:
        raise StateConflict("已经在追的不能删除；不再追的请把状态改为「放弃」。")
    locked.delete()


def _item(item: LineItem, by: User, version: int) -> tuple[Grievance, LineItem]:
    grievance = _locked(item.grievance_id, by)
    locked = LineItem.objects.select_for_update(no_key=True).filter(pk=item.pk).first()
    if locked is None:
        raise NotInSight("没有这一笔明细，可能刚被删除。")
    if locked.version != version:
        raise StateConflict(f"「{locked.debtor}」这一笔刚被别人改过，请看过最新内容再改。", code="stale")
    return grievance, locked


def _locked(key: int, by: User) -> Grievance:
    """The ticket's row, so that it is not closed or recalled meanwhile."""
    found: Grievance | None = Grievance.objects.select_for_update(of=("self",), no_key=True).filter(pk=key).first()
    if found is None or not Grievance.objects.visible_to(by).filter(pk=key).exists():
        raise NotInSight("没有这件诉求，或您无权查看。")
    if not may_read(found, by):
        raise NotYours("明细只供企业、承办的合作机构和社区专员查看。")
    if not may_write(found, by):
        raise StateConflict(f"“{found.get_state_display()}”的诉求，明细不能再由您修改。")
    return found


def _fill(item: LineItem, values: Mapping[str, Any], by: User, at: datetime, *, which: str = "") -> None:
    unknown = sorted(values.keys() - set(FIELDS))
    if unknown:
        raise FactsMissing(f"明细没有“{unknown[0][:40]}”这一项。", fields={unknown[0]: "没有这一项"})
    for name, value in values.items():
        setattr(item, name, value)
    if item.state == LineItemState.RECOVERED and not item.recovered_yuan:
        item.recovered_yuan = item.amount_yuan or Decimal(0)  # 已追回, and nothing said of the sum: all of it
    if item.recovered_yuan and item.recovered_on is None:
        item.recovered_on = timezone.localtime(at).date()
    item.updated_by, item.updated_at = by, at
    told: dict[str, Any] = {}
    if item.recovered_on is not None and item.recovered_on > timezone.localtime(at).date():
        told["recovered_on"] = ["不能晚于今天"]
    try:
        item.full_clean(exclude=["grievance", "updated_by", *told], validate_constraints=False)
    except ValidationError as error:
        told |= error.message_dict
    if told:
        said = "；".join(f"{item._meta.get_field(name).verbose_name}：{'、'.join(texts)}" for name, texts in told.items())
        raise FactsMissing(f"{which}{said}", fields=told)


def _tell(grievance: Grievance, items: Sequence[LineItem], by: User, at: datetime) -> None:
    """Money that came in is news for everybody who waits for it."""
    if not items:
        return
    people = [*notify.filers(grievance, at), *([grievance.assignee] if grievance.assignee else [])]
    if grievance.is_open:
        people += owners.workers(grievance, at)
    summed = sum((item.recovered_yuan for item in items), Decimal(0))
    first = items[0]
    told = {person.pk: person for person in people if person.pk != by.pk}
    notices.tell(
        f"line-items:{first.pk}:{first.version}", list(told.values()), title=f"追回 {summed:,.2f} 元：{grievance.number}",
        body="、".join(item.debtor for item in items[:5]), link=f"/grievances/{grievance.number}/lines/", at=at,
    )  # fmt: skip
