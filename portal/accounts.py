"""Signing in and out, and one's own account: sessions and tokens."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

import community
from accounts import sessions
from accounts.entrance import Attempt, attempt
from accounts.models import SessionRecord, Token, User
from community.models import Community, Post
from notices.account import tell_locked
from portal.trace import record
from wording.forms import CleanCharField
from wording.masks import mask_email, mask_phone

BACKEND = "django.contrib.auth.backends.ModelBackend"
WHY = {
    "idle": "您超过 30 分钟没有操作，已自动退出；请重新登录，未提交的草稿还在。",
    "absolute": "您已连续登录 12 小时，为安全起见请重新登录。",
}
WRONG = "用户名或密码不对。请检查大小写和输入法后再试；连续输错 5 次，账号会暂停登录 15 分钟。"


BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (("Android", "安卓手机"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"))


class SignInForm(forms.Form):
    username = forms.CharField(
        label="用户名",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label="密码", max_length=200, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class ContactForm(forms.ModelForm):
    """Own telephone and mailbox. The password is asked for: whoever holds the mailbox can reset it."""

    password = forms.CharField(
        label="现在的密码", max_length=200, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    class Meta:
        model = User
        fields = ("phone", "email")
        labels = {"phone": "手机", "email": "邮箱"}
        help_texts = {"email": "用来收提醒、找回密码。"}


class TokenForm(forms.Form):
    label = CleanCharField(label="用途", max_length=60, help_text="写明给哪个系统或脚本用，例如：每日导出办件。")


def way_on(request: HttpRequest) -> str:
    """Where to go after signing in: `next` where it is a page of this site, else the home page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return "/"


def demo_accounts(at: Any) -> list[dict[str, Any]]:
    """The demo accounts with the post each holds, in the order they were made; none outside the demo."""
    if not settings.DEMO:
        return []
    posts: dict[int, Any] = {}
    for post in Post.objects.effective(at).filter(user__is_demo=True).select_related("unit", "community", "street").order_by("pk"):
        posts.setdefault(post.user_id, post)
    return [{"user": user, "post": posts.get(user.pk)} for user in User.objects.filter(is_demo=True, is_active=True).order_by("pk")]


def open_session(request: HttpRequest, user: User, **detail: Any) -> None:
    """Sign in with a fresh session key; the deed and its trail stand or fall together."""
    at = timezone.now()
    with transaction.atomic():
        login(request, user, backend=BACKEND)
        sessions.begin(request, at)
        record(request, "sign_in", target=user.username, by=user, **detail)


@sensitive_post_parameters("password")
@login_not_required
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method == "POST" and settings.DEMO and request.POST.get("demo"):
        return _sign_in_as_demo(request)
    if request.user.is_authenticated and not settings.DEMO:
        return HttpResponseRedirect(way_on(request))
    form = SignInForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        found = attempt(request, form.cleaned_data["username"], form.cleaned_data["password"], timezone.now())
        if found.locked_until:
            return _locked_out(request, form.cleaned_data["username"], found)
        if found.user:
            open_session(request, found.user)
            return HttpResponseRedirect("/password/change/" if found.user.has_to_change_password else way_on(request))
        record(request, "sign_in_refused", target=form.cleaned_data["username"], by=None)
        form.add_error(None, WRONG)
    facts = {"form": form, "next": way_on(request), "why": WHY.get(request.GET.get("why", ""))}
    facts["demo_accounts"] = demo_accounts(timezone.now())
    return render(request, "accounts/sign_in.html", facts)


def _sign_in_as_demo(request: HttpRequest) -> HttpResponse:
    """One press of a button in the demo, whose passwords are public anyway."""
    user = get_object_or_404(User, username=request.POST["demo"], is_demo=True, is_active=True)
    if request.user.is_authenticated:
        sessions.end(request)
    open_session(request, user, demo=True)
    return HttpResponseRedirect(way_on(request))


def _locked_out(request: HttpRequest, username: str, found: Attempt) -> HttpResponse:
    """429 with the time to come back and the telephone to call."""
    at, until = timezone.now(), found.locked_until
    assert until is not None
    with transaction.atomic():
        if found.counted:
            record(request, "sign_in_locked", target=username, by=None)
        owner = User.objects.named(username).first() if found.just_locked else None
        if owner:
            tell_locked(owner, until=until, at=at, clock=f"{timezone.localtime(until):%H:%M}")
    offices = Community.objects.exclude(phone="").order_by("pk").values("name", "phone")[:3]
    seconds = max(1, int((until - at).total_seconds()) + 1)
    facts = {"retry_at": until, "minutes": -(-seconds // 60), "offices": offices}
    response = render(request, "accounts/locked_out.html", facts, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    record(request, "sign_out", target=request.user.username)
    sessions.end(request)
    return redirect("sign-in")


def device_words(agent: str) -> str:
    """Chrome · Windows: enough to tell one's own devices apart. Order matters: every browser claims to be the older ones."""
    browser = next((words for mark, words in BROWSERS if mark in agent), "其他程序")
    system = next((words for mark, words in SYSTEMS if mark in agent), "")
    return f"{browser} · {system}" if system else browser


def account(request: HttpRequest) -> HttpResponse:
    """Profile, posts, sessions and tokens; the plaintext of a new token is shown by this one answer and never again."""
    at = timezone.now()
    form = TokenForm(request.POST if request.method == "POST" else None)
    plaintext = ""
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            token, plaintext = Token.issue(request.user, at=at, label=form.cleaned_data["label"])
            record(request, "token_issued", target=str(token.pk), label=token.label)
        form = TokenForm()
    facts = {
        "posts": community.posts_of(request.user, at),
        "phone": mask_phone(request.user.phone),
        "email": mask_email(request.user.email),
        "sessions": [
            {"record": row, "device": device_words(row.agent)}
            for row in SessionRecord.objects.filter(user=request.user).order_by("-last_seen_at")
        ],
        "tokens": Token.objects.in_force(at).filter(user=request.user).order_by("-issued_at"),
        "this_session": request.session.session_key,
        "form": form,
        "plaintext": plaintext,
    }
    return render(request, "accounts/account.html", facts)


@sensitive_post_parameters("password")
def contact(request: HttpRequest) -> HttpResponse:
    """Change one's own telephone and mailbox; the password is tried like a sign-in."""
    form = ContactForm(request.POST if request.method == "POST" else None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        if attempt(request, request.user.username, form.cleaned_data["password"], timezone.now()).user is None:
            form.add_error("password", "现在的密码不对。")
        else:
            with transaction.atomic():
                form.save()
                record(
                    request,
                    "edit",
                    target=f"user:{request.user.username}",
                    fields=[str(form[name].label) for name in form.Meta.fields if name in form.changed_data],
                )
            messages.success(request, "联系方式已保存。")
            return redirect("account")
    return render(request, "accounts/contact.html", {"form": form})


@require_POST
def session_revoke(request: HttpRequest, key: Any) -> HttpResponse:
    """End one of one's own sessions."""
    found = get_object_or_404(SessionRecord, pk=key, user=request.user)
    with transaction.atomic():
        record(request, "session_revoked", target=str(found.pk))
        sessions.revoke(SessionRecord.objects.filter(pk=found.pk))
    messages.success(request, "已结束该处登录；那台设备的下一次操作会要求重新登录。")
    return redirect("account")


@require_POST
def sessions_revoke_others(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        count = sessions.revoke_all(request.user, but=request.session.session_key)
        record(request, "session_revoked", target="others", count=count)
    messages.success(request, f"已结束其他 {count} 处登录。" if count else "没有其他登录。")
    return redirect("account")


@require_POST
def token_revoke(request: HttpRequest, key: Any) -> HttpResponse:
    token = get_object_or_404(Token, pk=key, user=request.user)
    with transaction.atomic():
        record(request, "token_revoked", target=str(token.pk), label=token.label)
        token.delete()
    messages.success(request, "令牌已撤销，立即失效。")
    return redirect("account")
