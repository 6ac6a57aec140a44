"""园区长: who keeps a park, until when, and his deputies. The community's leader appoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User as Account
from community.kinds import PostKind
from parks import people
from parks.models import Park, ParkPost
from portal.rights import OFFICE, only
from portal.spaces import typed
from portal.spaces.book import READERS, park_of
from portal.told_forms import ToldForm
from wording.errors import FactsMissing, Refused

if TYPE_CHECKING:
    from accounts.models import User


class StewardForm(ToldForm):
    username = forms.CharField(
        label="登录名", widget=forms.TextInput(attrs={"maxlength": 40}), help_text="已有的账号；新人请先在「表格导入导出」的岗位表里建"
    )
    until_on = forms.DateField(
        label="任期到", required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text="最后一天；空着为另行通知"
    )
    deputy = forms.BooleanField(label="副园区长", required=False)


@only(*READERS)
@require_http_methods(["GET", "POST"])
def park_stewards(request: HttpRequest, code: str) -> HttpResponse:
    park = park_of(request.user, code)
    if request.method == "GET":
        return _show(request, park)
    said = request.POST
    try:
        somebody = _somebody(said.get("username", "").strip(), park)
        post = people.name_steward(
            park, somebody, until_on=typed.day(said, "until_on", needed=False), deputy=bool(said.get("deputy")), by=request.user, at=timezone.now()
        )  # fmt: skip
    except ValidationError as wrong:
        return _show(request, park, said, FactsMissing("；".join(wrong.messages), fields={"username": wrong.messages}))
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _show(request, park, said, refusal)
    messages.success(request, f"已任命{post.user.display_name}为{post.title}。")
    return HttpResponseRedirect(reverse("park-stewards", args=[park.code]))


@only(*OFFICE)
@require_POST
def act(request: HttpRequest, code: str, pk: int, deed: str) -> HttpResponse:
    """`end` now, or another `term`."""
    park, at = park_of(request.user, code), timezone.now()
    row = next((row for row in people.stewards_in_office(park, at) if row.post_id == pk), None)
    if row is None or deed not in ("end", "term"):
        raise Http404("没有这位在任的园区长。")
    try:
        if deed == "end":
            people.end_steward(row.post, park, by=request.user, at=at)
            messages.success(request, f"{row.post.user.display_name}已卸任。")
        else:
            people.set_term(row.post, park, until_on=typed.day(request.POST, "until_on", needed=False), by=request.user, at=at)
            messages.success(request, f"{row.post.user.display_name}的任期已改。")
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        messages.error(request, refusal.message)
    return HttpResponseRedirect(reverse("park-stewards", args=[park.code]))


def _somebody(name: str, park: Park) -> User:
    """Whoever has had a post in this community, by account."""
    from community.models import Post

    user = Account.objects.named(name).first() if name else None
    if user is None or not user.is_active or not Post.objects.filter(user=user, community=park.community_id).exists():
        raise FactsMissing("本社区没有这个账号。", fields={"username": "请核对登录名"})
    return user


def _show(request: HttpRequest, park: Park, typed_in: Any = None, refusal: Refused | None = None) -> HttpResponse:
    now = timezone.now()
    appoints = people.may_appoint_stewards(request.user, park)
    past = ParkPost.objects.visible_to(request.user).filter(park=park, post__kind=PostKind.STEWARD).exclude(
        post__in=[row.post_id for row in people.stewards_in_office(park, now)]
    )  # fmt: skip
    facts = {
        "park": park, "rows": people.stewards_in_office(park, now), "past": past.select_related("post__user").order_by("-post__until_at", "-pk")[:30],
        "appoints": appoints, "form": StewardForm(typed_in, refusal=refusal, auto_id="steward-%s") if appoints else None, "now": now,
    }  # fmt: skip
    return render(request, "spaces/stewards.html", facts, status=refusal.status_hint if refusal else 200)
