"""申请开通: a stranger asks with his licence, a specialist answers within four working hours, the applicant opens by the link he kept.

What a stranger reads is the same whether the enterprise is on file, opened, or invented: only a specialist learns which.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

import audit
import files
import notices
import workdays
from accounts import privacy
from accounts.models import User as UserModel
from accounts.phones import normalise_mobile, open_account
from accounts.visitors import visitor
from community.kinds import ORGANISATION_KINDS, PostKind
from community.models import Community, Post
from community.posts import held
from enterprises.models import Enterprise, OpeningRequest, OpeningState
from enterprises.people import join
from enterprises.uscc import UsccRefused, normalise_uscc
from files.refused import FileRefused
from notices import nudge
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict
from wording.masks import mask_name

if TYPE_CHECKING:
    from accounts.models import User
    from enterprises.models import Representative
    from files.models import File

ANSWER_HOURS = 4
LINK_FOR = timedelta(days=7)
#: Of a request that came to nothing: so long the stranger's licence and number stay.
KEPT_DAYS = 30
_TAKEN = ("image/jpeg", "image/png", "application/pdf")
_SIGNER = signing.Signer(salt="enterprises.opening", sep=".")


def keep_licence(upload: Any, *, at: datetime) -> File:
    """The picture, kept for a day until a request uses it. Raises FileRefused: pictures and PDF only."""
    kept = files.store(upload, by=visitor(), at=at)
    if kept.mime not in _TAKEN:
        raise FileRefused("营业执照请传照片（jpg、png）或 PDF。", code="wrong_type")
    return kept


def link_token(row: OpeningRequest) -> str:
    """What the applicant's link holds. Signed, not stored: a leaked table opens nothing, and a mail can still name the link."""
    return _SIGNER.sign(str(row.pk))


def of_token(token: str) -> OpeningRequest:
    """Raises NotFound."""
    try:
        pk = uuid.UUID(_SIGNER.unsign(token))
    except (signing.BadSignature, ValueError) as error:
        raise NotFound("没有这份申请。请检查链接是否完整。") from error
    row = OpeningRequest.objects.select_related("community", "enterprise").filter(pk=pk).first()
    if row is None:
        raise NotFound("没有这份申请。请检查链接是否完整。")
    return row


@transaction.atomic
def ask(
    *,
    key: uuid.UUID,
    community: Community,
    uscc: str,
    name: str,
    person: str,
    phone: str,
    licence: uuid.UUID,
    at: datetime,
    email: str = "",
) -> OpeningRequest:
    """Keep the request under `key`, which the form brings: sent twice it is one. Raises ValidationError by field, FileRefused.

    Where the code is on file the request goes to that enterprise's community, whichever was chosen; nobody outside can tell.
    """
    code, number = _checked(uscc, phone)
    before = OpeningRequest.objects.filter(pk=key).first()
    if before is not None:
        if (before.uscc, before.phone, before.person) != (code, number, person):
            raise StateConflict("这一页已经提交过别的内容。请重新打开「申请开通」再填。")
        return before
    known = Enterprise.objects.filter(uscc=code).select_related("community").first()
    place = known.community if known is not None else community
    due = workdays.hours_limit(at, ANSWER_HOURS, calendar=workdays.calendar(place.hours()))
    [used] = files.use([licence], by=visitor(), at=at)
    row = OpeningRequest(
        pk=key, community=place, uscc=code, name=name, licence=used, person=person, phone=number, email=email,
        asked_at=at, due_at=due.at, provisional=due.provisional,
    )  # fmt: skip
    row.full_clean()
    row.save(force_insert=True)
    audit.record("opening_asked", by=None, at=at, target=f"opening:{row.pk}")
    words = f"{person} 申请开通「{name}」，请在 4 个工作小时内核实营业执照并答复。"
    told = _specialists(place, at)
    notices.tell(f"opening:{row.pk}:asked", told, title="有企业申请开通", body=words, link=f"/openings/{row.pk}/", kind="opening", at=at)
    return row


def _checked(uscc: str, phone: str) -> tuple[str, str]:
    wrong: dict[str, Any] = {}
    code = number = ""
    try:
        code = normalise_uscc(uscc)
    except UsccRefused as error:
        wrong["uscc"] = error
    try:
        number = normalise_mobile(phone)
    except ValidationError as error:
        wrong["phone"] = error
    if wrong:
        raise ValidationError(wrong)
    return code, number


def _specialists(community: Community, at: datetime) -> list[UserModel]:
    posts = Post.objects.effective(at).filter(kind=PostKind.SPECIALIST, community=community, user__is_active=True)
    return list(UserModel.objects.filter(pk__in=posts.values("user")))


def candidates(row: OpeningRequest) -> list[Enterprise]:
    """Enterprises on file the request may mean, for a specialist: of the same code, else of the same name."""
    here = Enterprise.objects.filter(community=row.community_id)
    return list(here.filter(uscc=row.uscc)[:1]) or list(here.active().filter(name=row.name).order_by("pk")[:5])


@transaction.atomic
def confirm(row: OpeningRequest, enterprise: Enterprise, *, by: User, at: datetime) -> OpeningRequest:
    """The applicant may speak for this enterprise, as its manager, within seven days. Said again it changes nothing.

    Raises NotYours, StateConflict, FactsMissing.
    """
    row = _locked(row, by)
    if row.state == OpeningState.CONFIRMED and row.enterprise_id == enterprise.pk:
        return row
    _must_wait(row)
    if enterprise.community_id != row.community_id or enterprise.status != "active":
        raise FactsMissing("这家企业不在本社区在册名单里。", fields={"enterprise": "请选本社区在册的企业"})
    if enterprise.uscc != row.uscc and not enterprise.uscc_warning:
        problem = f"申请的代码是 {row.uscc}，档案里是 {enterprise.uscc}；请核对执照，档案有误的先更正代码"
        raise FactsMissing("信用代码与档案不一致。", fields={"enterprise": problem})
    if not Enterprise.objects.without_manager().filter(pk=enterprise.pk).exists():
        raise StateConflict(f"「{enterprise.name}」已有管理员。请不予开通并告知由管理员邀请，或先为其移交管理员。")
    row.state, row.enterprise, row.expires_at = OpeningState.CONFIRMED, enterprise, at + LINK_FOR
    return _decided(row, "opening_confirmed", by, at)


@transaction.atomic
def decline(row: OpeningRequest, reason: str, *, by: User, at: datetime) -> OpeningRequest:
    """Raises NotYours, StateConflict, FactsMissing without a reason: the applicant reads it."""
    row = _locked(row, by)
    if row.state == OpeningState.DECLINED and row.reason == reason.strip():
        return row
    _must_wait(row)
    if not reason.strip():
        raise FactsMissing("请写明不予开通的理由。", fields={"reason": "申请人会看到这段话，请写清缺什么、下一步怎么办"})
    row.state, row.reason = OpeningState.DECLINED, reason
    return _decided(row, "opening_declined", by, at)


def _locked(row: OpeningRequest, by: User) -> OpeningRequest:
    if row.community_id not in {post.community_id for post in held(by, PostKind.SPECIALIST)}:
        raise NotYours("开通申请由本社区的专员核实。")
    return OpeningRequest.objects.select_for_update(no_key=True).get(pk=row.pk)


def _must_wait(row: OpeningRequest) -> None:
    if row.state != OpeningState.WAITING:
        raise StateConflict(f"这份申请{row.get_state_display()}，不能再答复；请刷新看最新情况。")


def _decided(row: OpeningRequest, action: str, by: User, at: datetime) -> OpeningRequest:
    row.decided_at, row.decided_by = at, by
    row.full_clean(exclude=["licence"])
    row.save()
    audit.record(action, by=by, at=at, target=f"opening:{row.pk}", detail={"enterprise": row.enterprise.uscc} if row.enterprise else {})
    if row.email:
        nudge.after_commit("enterprises.tasks.answer_applicants")
    return row


@transaction.atomic
def reveal(row: OpeningRequest, reason: str, *, by: User, at: datetime, address: str | None = "", request_id: str = "") -> str:
    """The applicant's number in full, for a reason the auditor reads. Raises NotYours, FactsMissing."""
    row = _locked(row, by)
    words = " ".join(reason.split())[:100]
    if not words:
        raise FactsMissing("请写明为什么要看完整号码。", fields={"reason": "请填写理由"})
    detail = {"reason": words, "field": "phone"}
    audit.record("unmask", by=by, at=at, target=f"opening:{row.pk}", detail=detail, address=address, request_id=request_id)
    return row.phone


def clear_refused(at: datetime) -> int:
    """What came to nothing — declined, or confirmed and never opened — keeps the stranger's licence, number and name for KEPT_DAYS, in which he
    may ask why; then they go and the answer stays (个人信息保护法 art. 19, 47). Returns how many; safe to run twice and side by side."""
    before = at - timedelta(days=KEPT_DAYS)
    over = Q(state=OpeningState.DECLINED, decided_at__lte=before) | Q(state=OpeningState.CONFIRMED, expires_at__lte=before)
    with transaction.atomic():
        rows = list(
            OpeningRequest.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(over, cleared_at__isnull=True)
            .order_by("pk")[:1000]
        )
        licences = [row.licence_id for row in rows]
        for row in rows:
            row.licence, row.phone, row.email, row.person, row.cleared_at = None, "", "", mask_name(row.person), at
            row.save(update_fields=["licence", "phone", "email", "person", "cleared_at"])
            audit.record("opening_cleared", by=None, at=at, target=f"opening:{row.pk}")
        for key in licences:
            files.release(key)
    return len(rows)


@transaction.atomic
def open_new(token: str, *, password: str, privacy_version: str, at: datetime) -> Representative:
    """An account for the applicant, as the manager. Raises NotFound, StateConflict, PhoneTaken, ValidationError."""
    row = _to_open(token, at)
    if row.opened_by is not None:
        if row.opened_by.username == row.phone and row.opened_by.check_password(password):
            return _there(row)
        raise StateConflict("已经开通，请直接登录。")
    user = open_account(name=row.person, phone=row.phone, email=row.email, password=password, at=at)
    privacy.accept(user, version=privacy_version, at=at)
    return _enter(row, user, at)


@transaction.atomic
def open_as(token: str, *, user: User, at: datetime) -> Representative:
    """The same for somebody signed in. Raises NotFound, StateConflict, NotYours."""
    if held(user, *ORGANISATION_KINDS):
        raise NotYours("工作人员的账号不能代企业开通；请让申请人自己打开链接。")
    row = _to_open(token, at)
    if row.opened_by is not None:
        if row.opened_by_id == user.pk:
            return _there(row)
        raise StateConflict("已经开通，请直接登录。")
    return _enter(row, user, at)


def _to_open(token: str, at: datetime) -> OpeningRequest:
    found = of_token(token)
    rows = OpeningRequest.objects.select_for_update(of=("self",), no_key=True).select_related(
        "enterprise__community", "decided_by", "opened_by"
    )
    row: OpeningRequest = rows.get(pk=found.pk)
    if row.state not in (OpeningState.CONFIRMED, OpeningState.OPENED):
        raise StateConflict("这份申请还不能开通，请看页面上的办理情况。")
    if row.opened_at is None and row.expires_at is not None and at >= row.expires_at:
        raise StateConflict("核实通过已超过 7 天，链接已失效。请重新申请，或联系社区领取开通码。", code="link_expired")
    return row


def _enter(row: OpeningRequest, user: User, at: datetime) -> Representative:
    assert row.enterprise is not None
    representative = join(row.enterprise, user, PostKind.ENTERPRISE_MANAGER, at=at, by=row.decided_by)
    row.state, row.opened_at, row.opened_by = OpeningState.OPENED, at, user
    row.save(update_fields=["state", "opened_at", "opened_by"])
    audit.record("enterprise_opened", by=user, at=at, target=f"enterprise:{row.enterprise.uscc}", detail={"opening": str(row.pk)})
    return representative


def _there(row: OpeningRequest) -> Representative:
    from enterprises.models import Representative

    people = Representative.objects.select_related("post__user", "enterprise")
    return people.filter(enterprise=row.enterprise_id, post__user=row.opened_by, role=PostKind.ENTERPRISE_MANAGER).latest("pk")
