"""开通码, at the desk: who is not opened yet, whose letter is out; letters made and printed, handed over, revoked."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from community import held
from community.models import Post
from enterprises import activation
from enterprises.filters import EnterpriseFilter
from enterprises.models import ActivationCode, Enterprise, Tenancy
from portal.accounts import way_on
from portal.enterprises import choices
from portal.name_pages import page_of
from portal.qr import qr
from portal.rights import GRID, OFFICE, only
from wording.errors import FactsMissing

if TYPE_CHECKING:
    from accounts.models import User

CARRIES = (*OFFICE, *GRID, "steward")
NARROWED = ("q", "park", "grid", "building")


@only(*CARRIES)
@require_GET
def codes(request: HttpRequest) -> HttpResponse:
    """Enterprises that are not opened, by name; narrowed by park, grid, building or words as the list of enterprises is."""
    at = timezone.now()
    asked = _asked(request.user, request.GET, request)
    problems = [f"{asked.filters[name].label}：{text}" for name, texts in asked.form.errors.items() for text in texts]
    rows = asked.qs if not problems else Enterprise.objects.none()
    page = page_of(rows, request.GET.get("cursor", ""))
    office = bool(held(request.user, *OFFICE))
    facts = {
        "rows": _rows(page.rows, request.user, at), "page": page, "problems": problems, "q": request.GET.get("q", ""), "at": at,
        "choices": [row for row in choices(request) if row["name"] in NARROWED], "office": office, "most": activation.MOST_AT_ONCE,
        "filtered": any(request.GET.get(name) for name in NARROWED), "carriers": _carriers(request.user, at) if office else [],
    }  # fmt: skip
    return render(request, "staff/codes.html", facts, status=400 if problems else 200)


def _asked(user: User, data: Any, request: HttpRequest) -> EnterpriseFilter:
    wanted = {name: data.get(name, "") for name in NARROWED} | {"opened": "false"}
    return EnterpriseFilter(wanted, Enterprise.objects.visible_to(user), request=request)


def _rows(found: list[Enterprise], user: User, at: datetime) -> list[dict[str, Any]]:
    """Each with its place and the letter it has out; two queries whatever the number of rows."""
    main = Tenancy.objects.visible_to(user).open().filter(enterprise__in=found).order_by("is_main", "-pk")
    places = {row["enterprise_id"]: row for row in main.values("enterprise_id", "building__park__name", "building__name", "room")}
    out = activation.standing_of(found)
    return [
        {"row": row, "place": places.get(row.pk), "code": out.get(row.pk), "over": row.pk in out and at >= out[row.pk].expires_at} for row in found
    ]  # fmt: skip


def _carriers(user: User, at: datetime) -> list[tuple[str, str]]:
    """Who may be named on the letter: grid staff and stewards first, as they go there anyway."""
    offices = {post.community_id for post in held(user, *OFFICE)}
    posts = Post.objects.on_duty(at).filter(kind__in=activation.CARRIERS, community__in=offices).select_related("user", "grid")
    named = {post.user_id: post for post in posts.order_by("-pk")}
    rows = sorted(named.values(), key=lambda post: (post.kind in OFFICE, post.kind, post.grid_id or 0, post.user.display_name))
    return [(str(post.pk), f"{post.user.display_name}（{post.title or post.get_kind_display()}）") for post in rows]


@never_cache
@only(*OFFICE)
@require_POST
def print_letters(request: HttpRequest) -> HttpResponse:
    """New codes for those ticked, or for all of the filtered list, as letters to be printed. This answer is the only one that shows them.

    The form sends no idempotency key: the stored answer would hold the codes. Sent twice, the second letters are the valid ones.
    """
    at = timezone.now()
    keys = _chosen(request)
    made = activation.issue_many(keys, by=request.user, at=at)
    if not made:
        raise FactsMissing("选中的企业都已开通或已不在册，没有要发的开通码。请返回刷新名单。")
    base = settings.PUBLIC_URL + reverse("activate")
    letters = [
        {
            "code": code,
            "words": activation.readable(plain),
            "picture": qr(f"{base}?{urlencode({'code': plain})}"),
            "link": f"{base}?code={plain}",
        }
        for code, plain in made
    ]
    places = {row["row"].pk: row["place"] for row in _rows([code.enterprise for code, _ in made], request.user, at)}
    for letter in letters:
        letter["place"] = places.get(letter["code"].enterprise_id)
    facts = {"letters": letters, "at": at, "carrier": _carrier(request, at), "address": base, "back": way_on(request)}
    return render(request, "staff/code_letters.html", facts)


def _chosen(request: HttpRequest) -> list[int]:
    """Keys in sight: those ticked, or with `all` those of the filtered list."""
    if "all" in request.POST:
        asked = _asked(request.user, request.POST, request)
        if not asked.is_valid():
            raise FactsMissing("筛选条件不对，请返回重新筛选。")
        return list(asked.qs.order_by("pinyin", "pk").values_list("pk", flat=True)[: activation.MOST_AT_ONCE + 1])
    codes = [code[:18] for code in request.POST.getlist("uscc")[: activation.MOST_AT_ONCE + 1]]
    found = list(Enterprise.objects.visible_to(request.user).filter(uscc__in=codes).values_list("pk", flat=True))
    if not found:
        raise FactsMissing("请先勾选要发开通码的企业。")
    return found


def _carrier(request: HttpRequest, at: datetime) -> str:
    wanted = request.POST.get("carrier", "")
    return next((words for key, words in _carriers(request.user, at) if key == wanted), "")


def _in_sight(request: HttpRequest, key: UUID) -> ActivationCode:
    found = ActivationCode.objects.visible_to(request.user).select_related("enterprise").filter(pk=key).first()
    if found is None:
        raise Http404("没有这张开通码，或您无权查看。")
    return found


@only(*CARRIES)
@require_POST
def hand_over(request: HttpRequest, key: UUID) -> HttpResponse:
    code = activation.hand_over(_in_sight(request, key), by=request.user, at=timezone.now())
    messages.success(request, f"已登记：{code.enterprise.name} 的开通函已送达。")
    return HttpResponseRedirect(_back(request))


@only(*OFFICE)
@require_POST
def revoke(request: HttpRequest, key: UUID) -> HttpResponse:
    code = activation.revoke(_in_sight(request, key), by=request.user, at=timezone.now())
    messages.success(request, f"{code.enterprise.name} 的开通码已作废，纸上的码不能再用。")
    return HttpResponseRedirect(_back(request))


def _back(request: HttpRequest) -> str:
    way = way_on(request)
    return way if way != "/" else reverse("codes")
