"""开通码: made by the office, carried to the enterprise on paper, used once by whoever becomes its manager.

Grid staff and stewards hand letters over but make none: a code opens the enterprise's figures, which they may not read (decision 18).
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import salted_hmac

import audit
import notices
from accounts import privacy
from accounts.phones import normalise_mobile, open_account
from community.kinds import COMMUNITY_WIDE_KINDS, GRID_KINDS, ORGANISATION_KINDS, PostKind
from community.posts import held
from enterprises.columns import kinds_in_sight
from enterprises.models import ActivationCode, CodeEnd, Enterprise, Representative
from enterprises.people import join
from wording.errors import NotYours, Refused, StateConflict

if TYPE_CHECKING:
    from accounts.models import User

VALID_FOR = timedelta(days=7)
#: Read off paper and typed on a phone: capitals, no 0/O, 1/I/L. Twelve of 31 are 59 bits.
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
GROUPS, GROUP = 3, 4
MOST_AT_ONCE = 100
CARRIERS = (*COMMUNITY_WIDE_KINDS, *GRID_KINDS, PostKind.STEWARD)


class CodeRefused(Refused):
    """Wrong, expired, used and ended codes are answered alike, and none says for which enterprise it was."""

    code = "code_refused"
    status_hint = 400

    def __init__(self) -> None:
        super().__init__("这个开通码不能用：可能输错了、已过期或已用过。请对照纸上逐位核对；仍不行，请联系社区重新领一张。")


def readable(code: str) -> str:
    """ABCD-EFGH-JKMN, as it is printed."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def normalise(text: str) -> str:
    """What was typed or scanned, as a code: capitals and digits only; empty where it cannot be one."""
    code = "".join(letter for letter in unicodedata.normalize("NFKC", text).upper() if letter.isalnum())
    return code if len(code) == GROUPS * GROUP and set(code) <= set(LETTERS) else ""


def may_issue(enterprise: Enterprise, user: User) -> bool:
    return any(post.community_id == enterprise.community_id for post in held(user, *COMMUNITY_WIDE_KINDS))


def may_hand_over(enterprise: Enterprise, user: User) -> bool:
    """The office, and grid staff and steward of where the enterprise sits."""
    return bool(kinds_in_sight(user, enterprise) & set(CARRIERS))


def issue(enterprise: Enterprise, *, by: User, at: datetime) -> tuple[ActivationCode, str]:
    """A code and what stands on the paper, which is shown once. Raises NotYours, StateConflict (not active, has a manager)."""
    if not may_issue(enterprise, by):
        raise NotYours("开通码由本社区的专员或负责人制发；网格员和园区长负责送达。")
    made = issue_many([enterprise.pk], by=by, at=at)
    if not made:
        raise StateConflict(f"「{enterprise.name}」已有管理员或已不在册，不用再发开通码。")
    return made[0]


@transaction.atomic
def issue_many(keys: Iterable[int], *, by: User, at: datetime) -> list[tuple[ActivationCode, str]]:
    """For those of the enterprises that are the issuer's to open: active, of a community of his office, without a manager. A new code
    ends the one before. By name. Raises StateConflict for more than MOST_AT_ONCE."""
    offices = {post.community_id for post in held(by, *COMMUNITY_WIDE_KINDS)}
    rows = list(
        Enterprise.objects.active()
        .without_manager()
        .filter(pk__in=list(keys), community__in=offices)
        .select_for_update(of=("self",), no_key=True)
        .order_by("pinyin", "pk")[: MOST_AT_ONCE + 1]
    )
    if len(rows) > MOST_AT_ONCE:
        raise StateConflict(f"一次最多制发 {MOST_AT_ONCE} 张，请先按园区或楼宇筛选。")
    standing = ActivationCode.objects.standing().filter(enterprise__in=rows)
    standing.update(ended_at=at, ended_by=by, ended_why=CodeEnd.REPLACED)
    made = [_new(row, by, at) for row in rows]
    ActivationCode.objects.bulk_create([code for code, _ in made])
    for code, _ in made:
        audit.record("code_issued", by=by, at=at, target=f"enterprise:{code.enterprise.uscc}", detail={"activation_code": str(code.pk)})
    return made


def _new(enterprise: Enterprise, by: User, at: datetime) -> tuple[ActivationCode, str]:
    plain = "".join(secrets.choice(LETTERS) for _ in range(GROUPS * GROUP))
    code = ActivationCode(enterprise=enterprise, digest=_digest(plain), issued_by=by, issued_at=at, expires_at=at + VALID_FOR)
    return code, plain


@transaction.atomic
def revoke(code: ActivationCode, *, by: User, at: datetime) -> ActivationCode:
    """The paper is worth nothing from this minute. Raises NotYours, StateConflict when it has been used."""
    code = _row(pk=code.pk)
    if not may_issue(code.enterprise, by):
        raise NotYours("开通码由本社区的专员或负责人作废。")
    if code.used_at is not None:
        raise StateConflict("这个开通码已经用过；如开通有误，请移除企业管理员。")
    if code.ended_at is None:
        code.ended_at, code.ended_by, code.ended_why = at, by, CodeEnd.REVOKED
        code.save(update_fields=["ended_at", "ended_by", "ended_why"])
        _trail("code_revoked", code, by, at)
    return code


@transaction.atomic
def hand_over(code: ActivationCode, *, by: User, at: datetime) -> ActivationCode:
    """Note who gave the paper to the enterprise; said again it changes nothing. Raises NotYours, StateConflict."""
    code = _row(pk=code.pk)
    if not may_hand_over(code.enterprise, by):
        raise NotYours("只能登记自己网格、园区或社区内企业的送达。")
    if code.ended_at is not None:
        raise StateConflict("这张开通码已作废或已换新码，请送新的一张。")
    if code.handed_at is None:
        code.handed_at, code.handed_by = at, by
        code.save(update_fields=["handed_at", "handed_by"])
        _trail("code_handed_over", code, by, at)
    return code


def find(plain: str, at: datetime) -> ActivationCode:
    """The code that opens now, with its enterprise. Raises CodeRefused."""
    code = _row(digest=_digest(normalise(plain)), lock=False)
    if code is None or not _opens(code, at):
        raise CodeRefused
    return code


@transaction.atomic
def activate(plain: str, *, name: str, phone: str, password: str, privacy_version: str, at: datetime) -> Representative:
    """An account that signs in with the number, as the enterprise's manager; sent twice it is made once.

    `privacy_version` is the notice that was accepted on the same form. Raises CodeRefused, PhoneTaken, StateConflict, ValidationError.
    """
    code = _row(digest=_digest(normalise(plain)))
    if code is not None and code.used_by is not None and _same_person(code.used_by, phone, password):
        return _made(code, code.used_by)
    if code is None or not _opens(code, at):
        raise CodeRefused
    user = open_account(name=name, phone=phone, password=password, at=at)
    privacy.accept(user, version=privacy_version, at=at)
    return _use(code, user, at)


@transaction.atomic
def activate_as(plain: str, *, user: User, at: datetime) -> Representative:
    """The same for somebody signed in: one person, one account, several enterprises. Raises CodeRefused, NotYours."""
    if held(user, *ORGANISATION_KINDS):
        raise NotYours("工作人员的账号不能用开通码；请交给企业的人自己开通。")
    code = _row(digest=_digest(normalise(plain)))
    if code is not None and code.used_by_id == user.pk:
        return _made(code, user)
    if code is None or not _opens(code, at):
        raise CodeRefused
    return _use(code, user, at)


def _use(code: ActivationCode, user: User, at: datetime) -> Representative:
    representative = join(code.enterprise, user, PostKind.ENTERPRISE_MANAGER, at=at, by=code.issued_by)
    code.used_at, code.used_by = at, user
    code.save(update_fields=["used_at", "used_by"])
    _trail("enterprise_opened", code, user, at)
    # Whoever made or carried the paper knows whom he gave it to: the one check against a letter that went astray.
    told = [person for person in (code.issued_by, code.handed_by) if person is not None]
    words = f"{user.display_name} 用开通码开通了账号，成为企业管理员。如果不是您送达的人，请马上联系企业核实。"
    link = f"/enterprises/{code.enterprise.uscc}/"
    notices.tell(
        f"activation:{code.pk}:used", told, title="有企业已开通", body=f"{code.enterprise.name}：{words}", link=link, kind="opening", at=at
    )
    return representative


def _made(code: ActivationCode, user: User) -> Representative:
    """What this code made of its user, while he still is it."""
    people = Representative.objects.in_force().select_related("post__user", "enterprise")
    found: Representative | None = people.filter(enterprise=code.enterprise_id, post__user=user, role=PostKind.ENTERPRISE_MANAGER).first()
    if found is None:
        raise CodeRefused
    return found


def _opens(code: ActivationCode, at: datetime) -> bool:
    """An enterprise that has got a manager by another way, or has left, is not opened by an old paper."""
    if code.used_at is not None or code.ended_at is not None or at >= code.expires_at:
        return False
    return Enterprise.objects.active().without_manager().filter(pk=code.enterprise_id).exists()


def _same_person(user: User, phone: str, password: str) -> bool:
    try:
        return user.username == normalise_mobile(phone) and user.check_password(password)
    except ValidationError:
        return False


def _row(*, lock: bool = True, **which: object) -> ActivationCode | None:
    rows = ActivationCode.objects.select_related("enterprise__community__street", "issued_by", "handed_by", "used_by")
    return (rows.select_for_update(of=("self",), no_key=True) if lock else rows).filter(**which).first()


def _trail(action: str, code: ActivationCode, by: User, at: datetime) -> None:
    audit.record(action, by=by, at=at, target=f"enterprise:{code.enterprise.uscc}", detail={"activation_code": str(code.pk)})


def _digest(plain: str) -> str:
    """Keyed, so that a leaked table cannot be searched through even at 59 bits."""
    return salted_hmac("enterprises.activation", plain, algorithm="sha256").hexdigest()


def standing_of(enterprises: Sequence[Enterprise]) -> dict[int, ActivationCode]:
    """The code each enterprise has out, expired or not, by its key. One query."""
    rows = ActivationCode.objects.standing().filter(enterprise__in=enterprises).select_related("issued_by", "handed_by")
    return {row.enterprise_id: row for row in rows}
