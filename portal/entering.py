"""Coming in without an account: by a printed code (开通码), or by asking with the licence (申请开通). These pages are open to strangers.

What they answer never tells whether an enterprise is on file or opened; failures are counted by address.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import knocking, notice
from accounts.address import client_address
from accounts.models import User
from accounts.phones import PhoneTaken, normalise_mobile
from community.models import Community
from enterprises import activation, openings
from enterprises.models import ActivationCode, OpeningRequest, OpeningState
from enterprises.uscc import normalise_uscc
from files.refused import FileRefused
from portal.accounts import open_session
from portal.passwords import RULE
from portal.trace import record
from wording.errors import Refused
from wording.forms import CleanCharField
from wording.masks import mask_name, mask_phone

_NEW = {"autocomplete": "new-password"}
_CODE = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "inputmode": "text", "placeholder": "ABCD-EFGH-JKMN"}
ACCEPT = ".jpg,.jpeg,.png,.pdf"
KEPT_SALT, KEPT_SECONDS = "portal.entering.licence", 24 * 3600


class CodeForm(forms.Form):
    code = forms.CharField(
        label="开通码", max_length=40, help_text="印在社区送来的开通函上，12 位，不分大小写。", widget=forms.TextInput(attrs=_CODE)
    )


class PasswordForm(forms.Form):
    """A first password, twice, and the privacy notice."""

    password = forms.CharField(label="设置密码", max_length=200, strip=False, help_text=RULE, widget=forms.PasswordInput(attrs=_NEW))
    again = forms.CharField(label="再输一遍密码", max_length=200, strip=False, widget=forms.PasswordInput(attrs=_NEW))
    accept = forms.BooleanField(label="我已阅读并同意《隐私说明》", error_messages={"required": "请先阅读隐私说明，同意后才能开通。"})
    privacy = forms.CharField(widget=forms.HiddenInput, initial=lambda: notice.VERSION, required=False, max_length=20)

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if "password" in facts:
            self._weigh(facts)
        if "password" in facts and "again" in facts and facts["password"] != facts["again"]:
            self.add_error("again", "两次输入的密码不一样，请重新输入。")
        return facts

    def _weigh(self, facts: dict[str, Any]) -> None:
        """Weak passwords are said with everything else that is wrong, not one page later."""
        try:
            validate_password(facts["password"], User(name=facts.get("name", ""), username=facts.get("phone", "")))
        except ValidationError as error:
            self.add_error("password", error)


class EnterForm(PasswordForm):
    name = CleanCharField(label="您的姓名", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = forms.CharField(
        label="手机号码",
        max_length=30,
        help_text="以后用它登录。",
        widget=forms.TextInput(attrs={"autocomplete": "username", "inputmode": "tel"}),
    )
    field_order = ["name", "phone", "password", "again", "accept"]

    def clean_phone(self) -> str:
        return normalise_mobile(self.cleaned_data["phone"])


class AskForm(forms.Form):
    """申请开通. `key` makes sending twice the same as once; `kept` names a picture that came with an earlier try."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    kept = forms.CharField(widget=forms.HiddenInput, required=False, max_length=300)
    community = forms.ModelChoiceField(label="所在社区", queryset=Community.objects.none(), empty_label=None)
    uscc = forms.CharField(
        label="统一社会信用代码", max_length=40, help_text="营业执照上 18 位，字母和数字。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip
    name = CleanCharField(label="企业名称", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "organization"}))
    licence = forms.FileField(
        label="营业执照照片", help_text="jpg、png 或 PDF，不超过 10 MB；只有本社区的专员看得到。",
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )  # fmt: skip
    person = CleanCharField(label="您的姓名", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = forms.CharField(
        label="手机号码", max_length=30, help_text="专员会打这个电话核实；开通后用它登录。",
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )  # fmt: skip
    email = forms.EmailField(
        label="邮箱（选填）", required=False, help_text="填了会把结果发到邮箱。", widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    accept = forms.BooleanField(
        label="我已阅读《隐私说明》，同意社区为核实身份使用以上信息", error_messages={"required": "请先阅读隐私说明，同意后才能提交。"}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Which communities there are stands on the page about the portal: it is on their doors.
        places = Community.objects.order_by("code")
        self.fields["community"].queryset = places
        self.only_place = len(places) == 1
        if self.only_place:
            self.fields["community"].widget = forms.HiddenInput()
            self.initial["community"] = places[0].pk

    def full_clean(self) -> None:
        """The picture is needed, but one kept from an earlier try will do: `_licence` says what is missing."""
        self.fields["licence"].required = False
        super().full_clean()
        self.fields["licence"].required = True

    def clean_uscc(self) -> str:
        return normalise_uscc(self.cleaned_data["uscc"])

    def clean_phone(self) -> str:
        return normalise_mobile(self.cleaned_data["phone"])


def closed(request: HttpRequest, door: str, at: datetime) -> HttpResponse | None:
    """429 with the time to come back, where this address has tried too often."""
    until = knocking.closed_until(door, client_address(request), at)
    if until is None:
        return None
    response = render(request, "accounts/knocked_too_often.html", {"retry_at": until, "door": door}, status=429)
    response.headers["Retry-After"] = str(max(1, int((until - at).total_seconds())))
    return response


@sensitive_post_parameters("password", "again")
@login_not_required
@require_http_methods(["GET", "POST"])
def activate(request: HttpRequest) -> HttpResponse:
    """`?code=` is what the printed picture holds. First the code, then, under the enterprise's name, who one is.

    The form sends no idempotency key: a stranger has none, a failure must be counted, and the deed itself is safe to repeat.
    """
    at = timezone.now()
    if (too_often := closed(request, "activation", at)) is not None:
        return too_often
    typed = (request.POST.get("code") or request.GET.get("code") or "")[:40]
    if not typed.strip():
        return render(request, "accounts/activate_code.html", {"form": CodeForm()})
    try:
        if request.method == "POST" and request.POST.get("do") == "as" and request.user.is_authenticated:
            return _activate_as(request, typed, at)
        if request.method == "POST":
            return _activate(request, typed, at)
        code = activation.find(typed, at)
    except activation.CodeRefused as refusal:
        return _wrong_code(request, typed, refusal, at)
    return _who_are_you(request, code, typed, EnterForm())


def _wrong_code(request: HttpRequest, typed: str, refusal: Refused, at: datetime) -> HttpResponse:
    knocking.knock("activation", client_address(request), at)
    record(request, "code_refused", by=request.user if request.user.is_authenticated else None)
    form = CodeForm({"code": typed})
    form.add_error("code", refusal.message)
    return render(request, "accounts/activate_code.html", {"form": form}, status=400)


def _who_are_you(
    request: HttpRequest, code: ActivationCode, typed: str, form: EnterForm, *, status: int = 200, taken: bool = False
) -> HttpResponse:
    here = f"{reverse('activate')}?{urlencode({'code': typed})}"
    facts = {"code": code, "typed": activation.readable(activation.normalise(typed)), "form": form, "taken": taken, "here": here}
    return render(request, "accounts/activate.html", facts | {"version": notice.VERSION}, status=status)


def _activate(request: HttpRequest, typed: str, at: datetime) -> HttpResponse:
    form = EnterForm(request.POST)
    if not form.is_valid():
        return _who_are_you(request, activation.find(typed, at), typed, form, status=400)
    facts = form.cleaned_data
    try:
        entered = activation.activate(
            typed, name=facts["name"], phone=facts["phone"], password=facts["password"], privacy_version=facts["privacy"], at=at
        )
    except PhoneTaken as taken:
        form.add_error("phone", taken.message)
        return _who_are_you(request, activation.find(typed, at), typed, form, status=409, taken=True)
    except activation.CodeRefused:
        raise
    except (Refused, ValidationError) as refusal:
        say(form, refusal)
        return _who_are_you(request, activation.find(typed, at), typed, form, status=getattr(refusal, "status_hint", 400))
    return _welcome(request, entered.post.user, entered.enterprise.name, new=True)


def say(form: forms.Form, refusal: Refused | ValidationError) -> None:
    """What a deed refused, at its field where the form has it."""
    if isinstance(refusal, Refused):
        form.add_error(None, refusal.message)
        return
    for name, problems in refusal.message_dict.items() if hasattr(refusal, "error_dict") else [("", refusal.messages)]:
        form.add_error(name if name in form.fields else None, ValidationError(problems))


def _activate_as(request: HttpRequest, typed: str, at: datetime) -> HttpResponse:
    entered = activation.activate_as(typed, user=request.user, at=at)
    return _welcome(request, request.user, entered.enterprise.name, new=False)


def _welcome(request: HttpRequest, user: User, enterprise: str, *, new: bool) -> HttpResponse:
    if new:
        open_session(request, user)
        record(request, "privacy_accepted", target=f"user:{user.username}", by=user, version=user.privacy_version)
        messages.success(request, f"{enterprise} 已开通，您是企业管理员。以后用手机号 {mask_phone(user.phone)} 和刚设的密码登录。")
    else:
        messages.success(request, f"已把 {enterprise} 加到您的账号，您是企业管理员。")
    return HttpResponseRedirect(reverse("home"))


@login_not_required
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """申请开通. Every request sent in counts, since each brings a picture."""
    at = timezone.now()
    if (too_often := closed(request, "opening", at)) is not None:
        return too_often
    if request.method == "GET":
        return render(request, "accounts/opening_ask.html", {"form": AskForm(), "hours": openings.ANSWER_HOURS})
    knocking.knock("opening", client_address(request), at)
    form = AskForm(request.POST, request.FILES)
    form.full_clean()
    licence, kept_name = _licence(form, at)
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("key", "community", "uscc", "name", "person", "phone", "email")}
        try:
            row = openings.ask(licence=licence or uuid.uuid4(), at=at, **facts)
        except FileRefused:
            form.add_error("licence", "照片已失效，请重新选择。")
        except (Refused, ValidationError) as refusal:
            say(form, refusal)
        else:
            return HttpResponseRedirect(f"{reverse('opening-asked', args=[openings.link_token(row)])}?new=1")
    facts = {"form": form, "hours": openings.ANSWER_HOURS, "kept_name": kept_name}
    if licence is not None:
        facts["kept"] = signing.dumps([str(licence), kept_name], salt=KEPT_SALT)
    return render(request, "accounts/opening_ask.html", facts, status=400)


def _licence(form: AskForm, at: datetime) -> tuple[uuid.UUID | None, str]:
    """Key and name of the picture: the one just sent, else the one kept from the try before. What is wrong with it is said at its field."""
    sent = form.files.get("licence")
    if sent is not None:
        try:
            stored = openings.keep_licence(sent, at=at)
        except FileRefused as refusal:
            form.add_error("licence", refusal.message)
            return None, ""
        return stored.pk, stored.name
    try:
        key, name = signing.loads(form.data.get("kept", ""), salt=KEPT_SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature:
        form.add_error("licence", "请选择营业执照的照片。")
        return None, ""
    return uuid.UUID(key), name


@sensitive_post_parameters("password", "again")
@login_not_required
@require_http_methods(["GET", "POST"])
def asked(request: HttpRequest, token: str) -> HttpResponse:
    """How the request stands, for whoever kept the link; once confirmed, where one sets the password."""
    at = timezone.now()
    row = openings.of_token(token)
    if request.method == "GET":
        return _how_it_stands(request, row, token, PasswordForm(), at)
    if request.POST.get("do") == "as" and request.user.is_authenticated:
        entered = openings.open_as(token, user=request.user, at=at)
        return _welcome(request, request.user, entered.enterprise.name, new=False)
    form = PasswordForm(request.POST)
    if form.is_valid():
        try:
            entered = openings.open_new(token, password=form.cleaned_data["password"], privacy_version=form.cleaned_data["privacy"], at=at)
        except (Refused, ValidationError) as refusal:
            say(form, refusal)
            return _how_it_stands(request, row, token, form, at, status=getattr(refusal, "status_hint", 400))
        return _welcome(request, entered.post.user, entered.enterprise.name, new=True)
    return _how_it_stands(request, row, token, form, at, status=400)


def _how_it_stands(
    request: HttpRequest, row: OpeningRequest, token: str, form: PasswordForm, at: datetime, *, status: int = 200
) -> HttpResponse:
    address = reverse("opening-asked", args=[token])
    facts = {
        "row": row, "form": form, "at": at, "link": request.build_absolute_uri(address), "here": address, "new": bool(request.GET.get("new")),
        "person": mask_name(row.person), "phone": mask_phone(row.phone), "version": notice.VERSION,
        "late": row.state == OpeningState.WAITING and at > row.due_at,
        "may_open": row.state == OpeningState.CONFIRMED and row.expires_at is not None and at < row.expires_at,
        "taken": User.objects.named(row.phone).exists() if row.state == OpeningState.CONFIRMED else False,
    }  # fmt: skip
    return render(request, "accounts/opening_asked.html", facts, status=status)
