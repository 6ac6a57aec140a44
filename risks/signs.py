"""Writing down what was seen: once per source and key, however often it is told."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import audit
from enterprises.models import Enterprise
from risks import people
from risks.kinds import KINDS, Source
from risks.models import Sign
from wording import clean
from wording.errors import FactsMissing, NotFound, NotYours
from wording.text import TextRefused

if TYPE_CHECKING:
    from accounts.models import User

LONGEST = 1000


def record_sign(
    enterprise: Enterprise, kind: str, *, source: str, key: str, at: datetime, recorded_at: datetime, note: str = "", by: User | None
) -> Sign:
    """For a visit, a sheet or a task, in the caller's transaction: the same source and key again gives the row that is there.

    `at` is when it was seen. Whether `by` may is the caller's to know. Raises FactsMissing.
    """
    known(kind)
    if at > recorded_at:
        raise FactsMissing("发现时间不能晚于现在。", fields={"at": "不能晚于现在"})
    facts = {"enterprise": enterprise, "kind": kind, "at": at, "note": words_of(note, "note", "情况", LONGEST, needed=False)}
    facts |= {"recorded_by": by, "recorded_at": recorded_at}
    return Sign.objects.get_or_create(source=source, key=key, defaults=facts)[0]


def note_sign(enterprise: Enterprise, kind: str, note: str, *, key: str, by: User, at: datetime) -> Sign:
    """Somebody of the staff heard or saw something that is no flag yet. `key` is of the form that was sent. Raises NotFound, NotYours, FactsMissing."""
    must_set(enterprise, by)
    note = words_of(note, "note", "情况", LONGEST)
    before = Sign.objects.filter(source=Source.MANUAL, key=key).first()
    if before is not None and before.enterprise_id == enterprise.pk:
        return before
    sign = record_sign(enterprise, kind, source=Source.MANUAL, key=key, at=at, recorded_at=at, note=note, by=by)
    audit.record("risk_sign_noted", by=by, at=at, target=f"risk-sign:{sign.pk}")
    return sign


def must_set(enterprise: Enterprise, by: User) -> None:
    """Raises NotFound, NotYours."""
    if not people.in_sight(by, enterprise):
        raise NotFound("没有这家企业，或您无权查看。")
    if not people.may_set_for(by, enterprise):
        raise NotYours("风险标记由本社区的专员、负责人和所在网格的网格人员登记。")


def known(kind: str) -> str:
    """Raises FactsMissing."""
    if kind not in KINDS or KINDS[kind].retired or KINDS[kind].private:
        raise FactsMissing("请从清单里选风险种类。", fields={"kind": "请选择风险种类"})
    return kind


def words_of(text: str, name: str, label: str, longest: int, *, needed: bool = True) -> str:
    """Raises FactsMissing at the field."""
    try:
        cleaned = clean(text or "", max_length=longest, multiline=True)
    except TextRefused as refused:
        raise FactsMissing(f"{label}：{'；'.join(refused.messages)}", fields={name: refused.messages}) from refused
    if needed and not cleaned:
        raise FactsMissing(f"请填写{label}。", fields={name: f"请填写{label}"})
    return cleaned
