"""What the door-step asks about the file: each fact, what is on file of it, and how a correction is read and written there.

Whether a fact may be shown to somebody is `enterprises.columns`; that it may be told by anybody who stood in the room is a matter of course.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

import audit
from community.kinds import PostKind
from enterprises import registry
from enterprises.models import Enterprise, Industry, Representative, Tenancy
from visits.models import FactCheck
from visits.states import CheckOutcome
from wording import clean
from wording.errors import FactsMissing

if TYPE_CHECKING:
    from accounts.models import User

MOST_STAFF = 200_000
#: People write the section before the class, I6513; the code is 6513.
_SECTION = re.compile(r"^[A-T](?=\d)")


class Wrong(Exception):
    """What is wrong with a value, in Chinese."""


Write = Callable[[Enterprise, str, "User", datetime], None]


@dataclass(frozen=True)
class FactKind:
    """`column`: which column of the file it is, for who may read what is on file. `on_file` gives "" for what is not known."""

    code: str
    label: str
    column: str
    on_file: Callable[[Enterprise], str]
    read: Callable[[str], str]
    write: Write
    hint: str = ""


def _line(most: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        try:
            return clean(text, max_length=most)
        except ValidationError as error:
            raise Wrong("；".join(error.messages)) from None

    return read


def _number(text: str) -> str:
    plain = text.strip().translate(str.maketrans("０１２３４５６７８９", "0123456789")).removesuffix("人").strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 6 and int(plain) <= MOST_STAFF):
        raise Wrong(f"请填 0–{MOST_STAFF} 的整数")
    return str(int(plain))


def _industry(text: str) -> str:
    code = _SECTION.sub("", text.strip().upper().split(" ")[0])[:4]
    row = (
        Industry.objects.filter(edition="2017", code=code).first()
        or Industry.objects.filter(edition="2017", name=text.strip()[:100]).first()
    )
    if row is None:
        raise Wrong("请填国民经济行业分类（2017）的代码或名称，如 I6513")
    return str(row)


def _main(enterprise: Enterprise) -> Tenancy | None:
    return Tenancy.objects.open().filter(enterprise=enterprise, is_main=True).first()


def _room_on_file(enterprise: Enterprise) -> str:
    seat = _main(enterprise)
    return seat.room if seat is not None else ""


def _industry_on_file(enterprise: Enterprise) -> str:
    if not enterprise.industry_code:
        return ""
    row = Industry.objects.filter(edition=enterprise.industry_edition, code=enterprise.industry_code).first()
    return str(row) if row is not None else enterprise.industry_code


def _contact_on_file(enterprise: Enterprise) -> str:
    """Whom to ask for: as last found at the door, else who manages the enterprise's account."""
    known = FactCheck.objects.filter(visit__enterprise=enterprise, field="contact", outcome=CheckOutcome.CORRECTED)
    last = known.order_by("-decided_at", "-pk").first()
    if last is not None:
        return str(last.said)
    row = Representative.objects.filter(enterprise=enterprise, role=PostKind.ENTERPRISE_MANAGER, ended_at__isnull=True)
    manager = row.select_related("post__user").first()
    return str(manager.post.user.display_name) if manager is not None else ""


def _edit(name: str, into: Callable[[str], object] = str) -> Write:
    def write(enterprise: Enterprise, said: str, by: User, at: datetime) -> None:
        registry.edit(enterprise, at=at, by=by, **{name: into(said)})

    return write


def _write_industry(enterprise: Enterprise, said: str, by: User, at: datetime) -> None:
    registry.edit(enterprise, at=at, by=by, industry_code=said.split(" ")[0], industry_edition="2017")


def _write_name(enterprise: Enterprise, said: str, by: User, at: datetime) -> None:
    registry.rename(enterprise, said, at=at, by=by)


def _write_room(enterprise: Enterprise, said: str, by: User, at: datetime) -> None:
    seat = _main(enterprise)
    if seat is None:
        raise FactsMissing("这家企业没有在册的主要办公地，请先在档案里登记入驻。", fields={"said": "没有主要办公地"})
    if seat.room != said:
        audit.record("edit", by=by, at=at, target=f"enterprise:{enterprise.uscc}", detail={"field": "room", "from": seat.room, "to": said})
        seat.room = said
        seat.save(update_fields=["room"])


def _keep(enterprise: Enterprise, said: str, by: User, at: datetime) -> None:
    """The contact is nobody's column: the decided check is where it is read from."""


FACTS: dict[str, FactKind] = {
    fact.code: fact
    for fact in (
        FactKind("legal_person", "法定代表人", "legal_person", lambda e: e.legal_person, _line(60), _edit("legal_person")),
        FactKind(
            "staff_count", "从业人数", "staff_count", lambda e: "" if e.staff_count is None else str(e.staff_count), _number,
            _edit("staff_count", int), "现场大约多少人",
        ),
        FactKind("contact", "联系人", "representatives", _contact_on_file, _line(60), _keep, "平时该找谁"),
        FactKind("room", "房号", "room", _room_on_file, _line(40), _write_room),
        FactKind("address", "注册地址", "address", lambda e: e.address, _line(200), _edit("address")),
        FactKind("industry", "行业", "industry", _industry_on_file, _industry, _write_industry, "分类代码或名称，如 I6513"),
        FactKind("name", "企业名称", "name", lambda e: e.name, _line(200), _write_name),
    )
}  # fmt: skip


def label_of(code: str) -> str:
    """A code of a later or earlier release is shown as it is."""
    return FACTS[code].label if code in FACTS else code
