"""名片: what the enterprises see of somebody who serves them; everybody writes his own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

import audit
import files
from community.kinds import CARD_KINDS
from community.models import ContactCard
from community.posts import held
from files.models import File
from wording.errors import FactsMissing, NotYours

if TYPE_CHECKING:
    from accounts.models import User

#: Long enough for a face and for a code that a phone reads off a screen.
LONGEST_SIDE = 900
_PHONE = re.compile(r"\+?[0-9]+(-[0-9]+)*(转[0-9]{1,6})?")


def normalise_phone(text: str) -> str:
    """0571-8888 1234 转 801 → 0571-88881234转801; empty for empty. Raises FactsMissing."""
    number = re.sub(r"[\s()]", "", unicodedata.normalize("NFKC", text)).replace("–", "-").replace("—", "-")
    digits = re.sub(r"\D", "", number.partition("转")[0])
    if number and not (_PHONE.fullmatch(number) and 5 <= len(digits) <= 15):
        raise FactsMissing("名片没有保存。", fields={"phone": "请填写电话号码，如 0571-88881234 或 0571-88881234转801。"})
    return number


def card_of(user: User) -> ContactCard | None:
    return ContactCard.objects.select_related("photo", "wechat").filter(user=user).first()


@transaction.atomic
def save(
    user: User, *, phone: str, hours: str, at: datetime, photo: UUID | None = None, wechat: UUID | None = None, drop: Collection[str] = ()
) -> ContactCard:
    """Write one's own card. `photo` and `wechat`: keys of files one has uploaded and not used yet; None: the picture stays as it is.
    `drop` names pictures to be taken away. Raises NotYours, FactsMissing by field, FileRefused.
    """
    if not held(user, *CARD_KINDS):
        raise NotYours("名片供服务企业的工作人员填写。")
    problems: dict[str, str] = {}
    number = _number(phone, user, problems)
    if not hours.strip():
        problems["hours"] = "请写明什么时候能找到您，如“工作日 9:00–17:30”。"
    chosen = {name: _picture(name, key, user, at, problems) for name, key in (("photo", photo), ("wechat", wechat)) if key is not None}
    if problems:
        raise FactsMissing("名片没有保存，请改正标红的几处。", fields=problems)
    ContactCard.objects.get_or_create(user=user, defaults={"updated_at": at})
    card = ContactCard.objects.select_for_update(no_key=True).get(user=user)
    card.phone, card.hours, card.updated_at = number, hours, at
    gone = [_put(card, name, chosen.get(name)) for name in ("photo", "wechat") if name in chosen or name in drop]
    card.full_clean()
    card.save()
    for key in gone:
        if key is not None:
            files.release(key)
    audit.record("card_changed", by=user, at=at, target=f"user:{user.username}")
    return card


def _number(phone: str, user: User, problems: dict[str, str]) -> str:
    try:
        number = normalise_phone(phone)
    except FactsMissing as refusal:
        problems["phone"] = refusal.fields["phone"][0]
        return ""
    if number and user.phone and _tail(number) == _tail(user.phone):
        problems["phone"] = "这是您的登录手机号，不对外公布。请填办公电话或工作手机；不填就显示窗口或社区的电话。"
    return number


def _tail(number: str) -> str:
    """The eleven digits of a mobile number, whatever prefix it came with."""
    return re.sub(r"\D", "", number)[-11:]


def _picture(name: str, key: UUID, user: User, at: datetime, problems: dict[str, str]) -> File:
    [file] = files.use([key], by=user, at=at)
    if not file.is_image:
        problems[name] = "请选 jpg 或 png 图片；其他文件不能放在名片上。"
    return file


def _put(card: ContactCard, name: str, new: File | None) -> Any:
    """Sets the picture or takes it away. Returns the key of the one before, which nothing shows any more."""
    before = getattr(card, f"{name}_id")
    setattr(card, name, new)
    return before
