"""企业人员: who speaks for an enterprise; the manager invites, hands over and removes, an invited person comes in by his link."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import notice
from accounts.phones import PhoneTaken, normalise_mobile
from community import held
from community.kinds import ENTERPRISE_KINDS, PostKind
from enterprises import invitations, people
from enterprises.models import Enterprise, Invitation, Representative
from grievances import filing
from portal.accounts import open_session
from portal.entering import EnterForm, say
from portal.entries import _found
from portal.qr import qr
from portal.rights import OFFICE, only
from portal.trace import record
from wording.errors import Refused
from wording.forms import CleanCharField
from wording.masks import mask_name, mask_phone

if TYPE_CHECKING:
    from accounts.models import User

READERS = (*ENTERPRISE_KINDS, *OFFICE)
PAST = 10


class InviteForm(forms.Form):
    use_required_attribute = False
    name = CleanCharField(label="姓名", max_length=40)
    phone = forms.CharField(
        label="手机号码",
        max_length=30,
        required=False,
        help_text="选填；对方打开链接时可改",
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    role = forms.ChoiceField(label="身份", choices=[(PostKind.ENTERPRISE_MEMBER.value, PostKind.ENTERPRISE_MEMBER.label)])

    def clean_phone(self) -> str:
        return normalise_mobile(self.cleaned_data["phone"]) if self.cleaned_data["phone"] else ""


@only(*READERS)
@require_GET
def colleagues(request: HttpRequest, uscc: str = "") -> HttpResponse:
    return _page(request, _of(request.user, uscc), timezone.now())


@never_cache
@only(*READERS)
@require_POST
def invite(request: HttpRequest, uscc: str) -> HttpResponse:
    """The answer alone shows the link. The form sends no idempotency key: the stored answer would hold the secret; a second one for the
    same person is refused by the deed."""
    at, enterprise = timezone.now(), _of(request.user, uscc)
    form = _form(request.user, enterprise, request.POST)
    if not form.is_valid():
        return _page(request, enterprise, at, form=form, status=400)
    try:
        invitation, secret = invitations.invite(enterprise, by=request.user, at=at, **form.cleaned_data)
    except (Refused, ValidationError) as refusal:
        if getattr(refusal, "status_hint", 400) == 403:
            raise
        say(form, refusal)
        return _page(request, enterprise, at, form=form, status=getattr(refusal, "status_hint", 400))
    link = settings.PUBLIC_URL + reverse("invitation", args=[secret])
    return _page(request, enterprise, at, made={"row": invitation, "link": link, "picture": qr(link)})


@only(*READERS)
@require_POST
def act(request: HttpRequest, uscc: str, deed: str) -> HttpResponse:
    """`remove` and `hand-over` of a `person`, `revoke` of an `invitation`."""
    at, enterprise = timezone.now(), _of(request.user, uscc)
    if deed == "revoke":
        row = (
            Invitation.objects.visible_to(request.user).filter(enterprise=enterprise, pk=_uuid(request.POST.get("invitation", ""))).first()
        )
        if row is None:
            raise Http404("没有这个邀请，或您无权查看。")
        deed_of: Any = lambda: (invitations.revoke(row, by=request.user, at=at), "邀请已撤销，链接不能再用。")[1]  # noqa: E731
    elif deed in ("remove", "hand-over"):
        deed_of = _about(request, enterprise, deed, at)
    else:
        raise Http404("没有这个操作。")
    try:
        told = deed_of()
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _page(request, enterprise, at, refused=refusal.message, status=refusal.status_hint)
    messages.success(request, told)
    still = Enterprise.objects.visible_to(request.user).filter(pk=enterprise.pk).exists() and not _gone(request.user, enterprise)
    return HttpResponseRedirect(reverse("colleagues-of", args=[enterprise.uscc]) if still else reverse("home"))


def _about(request: HttpRequest, enterprise: Enterprise, deed: str, at: datetime) -> Any:
    key = request.POST.get("person", "")
    rows = Representative.objects.visible_to(request.user).filter(enterprise=enterprise, role__in=ENTERPRISE_KINDS)
    person = rows.filter(pk=int(key)).select_related("post__user").first() if key.isascii() and key.isdigit() and len(key) < 19 else None
    if person is None:
        raise Http404("没有这位人员，或您无权查看。")
    if deed == "hand-over":
        return lambda: (people.hand_over(enterprise, person, by=request.user, at=at), f"管理员已移交给{person.post.user.display_name}。")[1]
    reason = request.POST.get("reason", "")
    return lambda: (people.dismiss(person, by=request.user, at=at, reason=reason), f"{person.post.user.display_name}已移除，马上看不到本企业的任何内容。")[1]  # fmt: skip


def _gone(user: User, enterprise: Enterprise) -> bool:
    """He has just removed himself: what his posts still say is of the moment before."""
    rows = Representative.objects.in_force().filter(enterprise=enterprise, post__user=user, role__in=ENTERPRISE_KINDS)
    return not held(user, *OFFICE) and not rows.exists()


def _of(user: User, uscc: str) -> Enterprise:
    """His own, or the one the office opens. Raises Http404, NotYours."""
    if not uscc:
        return filing.own_enterprise(user)
    found = _found(user, uscc)
    office = any(post.community_id == found.community_id for post in held(user, *OFFICE))
    if not office and not Enterprise.objects.represented_by(user).filter(pk=found.pk).exists():
        raise Http404("没有这家企业，或您无权查看它的人员。")
    return found


def _form(user: User, enterprise: Enterprise, typed: Any = None) -> InviteForm:
    form = InviteForm(typed, auto_id="invite-%s")
    if any(post.community_id == enterprise.community_id for post in held(user, *OFFICE)):
        managed = not Enterprise.objects.without_manager().filter(pk=enterprise.pk).exists()
        roles = ENTERPRISE_KINDS[::-1] if managed else ENTERPRISE_KINDS
        form.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]
    return form


def _page(
    request: HttpRequest, enterprise: Enterprise, at: datetime, *, form: InviteForm | None = None, made: Any = None, refused: str = "", status: int = 200
) -> HttpResponse:  # fmt: skip
    user = request.user
    manages, own = people.may_manage(enterprise, user), Enterprise.objects.represented_by(user).filter(pk=enterprise.pk).exists()
    rows = Representative.objects.visible_to(user).in_force().filter(enterprise=enterprise, role__in=ENTERPRISE_KINDS)
    sent = Invitation.objects.visible_to(user).filter(enterprise=enterprise) if manages else Invitation.objects.none()
    shown = [
        {
            "row": row, "name": row.post.user.display_name if own else mask_name(row.post.user.display_name), "phone": mask_phone(row.post.user.phone),
            "manager": row.role == PostKind.ENTERPRISE_MANAGER, "me": row.post.user_id == user.pk, "from_at": row.post.from_at,
        }
        for row in rows.select_related("post__user").order_by("role", "pk")
    ]  # fmt: skip
    facts = {
        "enterprise": enterprise, "rows": shown, "manages": manages, "own": own, "form": form or _form(user, enterprise), "made": made, "refused": refused, "at": at,
        "waiting": list(sent.waiting(at).select_related("invited_by").order_by("-created_at")),
        "past": list(sent.exclude(pk__in=sent.waiting(at)).order_by("-created_at")[:PAST]),
    }  # fmt: skip
    return render(request, "enterprise/colleagues.html", facts, status=status)


def _uuid(text: str) -> Any:
    try:
        return forms.UUIDField().clean(text)
    except ValidationError:
        raise Http404("没有这个邀请，或您无权查看。") from None


@never_cache
@sensitive_post_parameters("password", "again")
@login_not_required
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """The link of an invitation. Who is signed in adds the enterprise to his account; a stranger makes one."""
    at = timezone.now()
    try:
        found = invitations.find(secret, at)
    except Refused as refusal:
        if _mine_already(request, secret):
            return HttpResponseRedirect(reverse("home"))
        return render(request, "accounts/invitation_over.html", {"why": refusal.message}, status=410)
    if request.method == "GET":
        return _who(request, found, EnterForm(initial={"name": found.name, "phone": found.phone}))
    if request.POST.get("do") == "as" and request.user.is_authenticated:
        made = invitations.accept_as(secret, user=request.user, at=at)
        messages.success(request, f"已把 {made.enterprise.name} 加到您的账号，您是{made.get_role_display()}。")
        return HttpResponseRedirect(reverse("home"))
    return _come_in(request, found, secret, at)


def _come_in(request: HttpRequest, found: Invitation, secret: str, at: datetime) -> HttpResponse:
    form = EnterForm(request.POST)
    if not form.is_valid():
        return _who(request, found, form, status=400)
    facts = form.cleaned_data
    try:
        made = invitations.enter(
            secret, name=facts["name"], phone=facts["phone"], password=facts["password"], privacy_version=facts["privacy"], at=at
        )
    except PhoneTaken as taken:
        form.add_error("phone", taken.message)
        return _who(request, found, form, status=409, taken=True)
    except (Refused, ValidationError) as refusal:
        say(form, refusal)
        return _who(request, found, form, status=getattr(refusal, "status_hint", 400))
    user = made.post.user
    open_session(request, user, how="invited")
    record(request, "privacy_accepted", target=f"user:{user.username}", by=user, version=user.privacy_version)
    messages.success(
        request,
        f"您已是 {made.enterprise.name} 的{made.get_role_display()}。以后用手机号 {mask_phone(user.phone)} 和刚设的密码登录。",
    )
    return HttpResponseRedirect(reverse("home"))


def _who(request: HttpRequest, found: Invitation, form: EnterForm, *, status: int = 200, taken: bool = False) -> HttpResponse:
    facts = {"found": found, "form": form, "taken": taken, "here": request.path, "version": notice.VERSION}
    return render(request, "accounts/invitation.html", facts, status=status)


def _mine_already(request: HttpRequest, secret: str) -> bool:
    """Sent twice: the link is used up, by the one who sends it again."""
    return request.user.is_authenticated and invitations.taken_by(secret) == request.user.pk
