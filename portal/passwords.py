"""Changing, forgetting and resetting passwords."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import passwords, sessions
from accounts.entrance import attempt
from accounts.models import User
from community import held
from community.kinds import REPRESENTATIVE_KINDS, PostKind
from community.models import Post
from notices.account import tell_forgotten, tell_password_set
from portal.trace import record
from wording.forms import CleanCharField

RESET_LINK = "/password/reset/{uidb64}/{token}/"
RULE = "至少 10 个字符，不能全是数字，不要用常见密码或自己的姓名、电话。"
_NEW = {"autocomplete": "new-password"}


class NewPasswordForm(forms.Form):
    """A new password, twice; checked against the rules with the user's own facts in mind."""

    password = forms.CharField(label="新密码", max_length=200, strip=False, help_text=RULE, widget=forms.PasswordInput(attrs=_NEW))
    again = forms.CharField(label="再输一遍新密码", max_length=200, strip=False, widget=forms.PasswordInput(attrs=_NEW))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if "password" in facts and "again" in facts and facts["password"] != facts["again"]:
            self.add_error("again", "两次输入的新密码不一样，请重新输入。")
        return facts


class ChangePasswordForm(NewPasswordForm):
    old = forms.CharField(
        label="现在的密码", max_length=200, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    field_order = ["old", "password", "again"]

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if facts.get("old") and facts.get("old") == facts.get("password"):
            self.add_error("password", "新密码不能与现在的密码相同。")
        return facts


class ForgottenForm(forms.Form):
    who = CleanCharField(
        label="用户名或登记的邮箱", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"})
    )


@sensitive_post_parameters("old", "password", "again")
def password_change(request: HttpRequest) -> HttpResponse:
    """The old password is tried like a sign-in, so that guessing it here locks the account as well."""
    user = request.user
    form = ChangePasswordForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        found = attempt(request, user.username, form.cleaned_data["old"], at)
        if found.user is None:
            wait = f"，请在 {timezone.localtime(found.locked_until):%H:%M} 之后再试" if found.locked_until else ""
            form.add_error("old", f"现在的密码不对{wait}。")
        else:
            with transaction.atomic():
                passwords.change(user, form.cleaned_data["password"], at=at, keep_session=request.session.session_key)
                sessions.renew(request)
                record(request, "password_changed", target=user.username)
                tell_password_set(user, by=user, at=at)
            messages.success(request, "密码已修改，其他设备上的登录和接口令牌都已失效。")
            return redirect("/")
    return render(request, "accounts/password_change.html", {"form": form, "first": user.has_to_change_password})


@login_not_required
def password_forgot(request: HttpRequest) -> HttpResponse:
    """The same answer whether or not there is such an account."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        who = form.cleaned_data["who"]
        with transaction.atomic():
            # One mailbox may serve several accounts of an enterprise; each gets its own link. The lock makes two presses one mail.
            for user in User.objects.by_name_or_email(who).exclude(email="").select_for_update(no_key=True)[:5]:
                if tell_forgotten(user, link=RESET_LINK, at=timezone.now()):
                    record(request, "password_forgotten", target=user.username, by=None)
        return render(request, "accounts/password_forgot_sent.html")
    return render(request, "accounts/password_forgot.html", {"form": form})


@sensitive_post_parameters("password", "again")
@login_not_required
def password_reset(request: HttpRequest, uidb64: str, token: str) -> HttpResponse:
    user = passwords.user_of_reset(uidb64, token)
    if user is None:
        return render(request, "accounts/password_reset_over.html", status=410)
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        with transaction.atomic():
            passwords.change(user, form.cleaned_data["password"], at=at)
            record(request, "password_reset", target=user.username, by=user)
            tell_password_set(user, by=user, at=at)
        messages.success(request, "新密码已生效，请用它登录。")
        return redirect("sign-in")
    return render(request, "accounts/password_reset.html", {"form": form, "owner": user})


def resettable(user: Any, at: Any) -> QuerySet[User]:
    """Whose password this person may reset: anybody else's for the admin, those of enterprise people for a specialist of their community.

    Somebody who also holds a post in the organisation is not an enterprise person here: resetting would be a way to borrow that post.
    """
    others = User.objects.filter(is_active=True).exclude(pk=user.pk)
    if held(user, PostKind.ADMIN):
        return others
    communities = [post.community_id for post in held(user, PostKind.SPECIALIST)]
    if not communities:
        return others.none()
    in_force = Post.objects.in_force(at).filter(user_id=OuterRef("pk"))
    theirs = Exists(in_force.filter(kind__in=REPRESENTATIVE_KINDS, community_id__in=communities))
    elsewhere = Exists(in_force.exclude(kind__in=REPRESENTATIVE_KINDS, community_id__in=communities))
    return others.filter(theirs, ~elsewhere, is_superuser=False, is_staff=False)


def account_list(request: HttpRequest) -> HttpResponse:
    """Find an account to reset. Nothing is listed before one searches: this is no address book."""
    at = timezone.now()
    people = resettable(request.user, at)
    if not held(request.user, PostKind.ADMIN, PostKind.SPECIALIST):
        return redirect("account")
    word = "".join(filter(str.isprintable, request.GET.get("q", "")))[:60].strip()
    found: Any = ()
    if len(word) > 1:
        found = people.filter(Q(username__icontains=word) | Q(name__icontains=word) | Q(phone=word)).order_by("username")[:50]
    return render(request, "accounts/accounts.html", {"q": word, "people": found})


@require_POST
def account_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Give somebody a first password, shown by this answer only.

    The form sends no idempotency key: the stored answer would hold the password. Pressed twice, the second password is the valid one.
    """
    at = timezone.now()
    with transaction.atomic():
        person = get_object_or_404(resettable(request.user, at).select_for_update(of=("self",), no_key=True), pk=pk)
        first_password = passwords.give_first_password(person, at=at)
        record(request, "password_reset_by_staff", target=person.username)
        tell_password_set(person, by=request.user, at=at)
    return render(request, "accounts/account_reset.html", {"person": person, "first_password": first_password})
