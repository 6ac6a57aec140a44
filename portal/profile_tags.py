"""画像标签: which tags there are, by which rule, how many have each; and for the leader the page that sets one, tried before it is saved."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from community import held
from community.kinds import PostKind
from community.models import Community
from community.setting_up import past
from enterprises import profiles
from enterprises.models import Enterprise, ProfileTag
from enterprises.traits import TRAITS, Trait
from portal.rights import OFFICE, only
from wording.errors import FactsMissing, Refused

#: By what a tag rests on: those who read the figures read them all.
GROUPS = (
    ("公开情况", ("qualifications", "established_on", "industry", "size_class", "listed")),
    ("动态与租约", ("events", "leases")),
    ("经济指标（保密）", ("figures",)),
)


@only(*OFFICE, PostKind.STREET)
@require_GET
def tags(request: HttpRequest) -> HttpResponse:
    """Tags of one community (`?community=`), each with how many have it; the number opens their list."""
    today = timezone.localdate()
    communities = list(Community.objects.visible_to(request.user).order_by("code"))
    here = next((row for row in communities if row.code == request.GET.get("community")), communities[0] if communities else None)
    rows = ProfileTag.objects.visible_to(request.user).filter(community=here, rule__in=TRAITS).select_related("set_by")
    seen = Enterprise.objects.visible_to(request.user)
    shown = [
        {"tag": row, "trait": TRAITS[row.rule], "words": TRAITS[row.rule].said(row.params), "count": profiles.having(seen, row, today).count() if not row.retired else 0}
        for row in rows.order_by("retired", "name", "pk")
    ]  # fmt: skip
    facts = {
        "rows": shown,
        "here": here,
        "communities": communities,
        "may_set": here is not None and profiles.may_set(here, request.user),
        "today": today,
    }
    return render(request, "enterprises/tags.html", facts)


@only(PostKind.LEADER)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """`?tag=` an existing one, else a new one; `?rule=` the trait whose parameters are asked for. POST `do`: try, save, retire."""
    asked = request.POST if request.method == "POST" else request.GET
    found = _tag(request, asked["tag"]) if asked.get("tag") else None
    here = found.community if found is not None else _here(request, asked.get("community", ""))
    rule = asked.get("rule") or (found.rule if found is not None else "")
    if rule and rule not in TRAITS:
        raise Http404("没有这条规则。")
    typed: dict[str, Any] = {name: asked[name] for name in asked}
    if request.method == "GET":
        kept = found.params if found is not None and found.rule == rule else {}
        return _show(request, here, found, rule, {"name": found.name if found is not None else "", **kept})
    try:
        return _done(request, here, found, rule, typed)
    except (Refused, ValidationError) as refusal:
        if getattr(refusal, "status_hint", 400) in (403, 404):
            raise
        return _show(request, here, found, rule, typed, refusal=refusal, status=getattr(refusal, "status_hint", 400))


def _done(request: HttpRequest, here: Community, found: ProfileTag | None, rule: str, typed: dict[str, Any]) -> HttpResponse:
    at, seen = timezone.now(), typed.get("seen", "")
    if typed.get("do") == "try":
        tried = profiles.try_out(here, found, rule, typed, by=request.user, today=timezone.localtime(at).date())
        return _show(request, here, found, rule, typed, tried=tried)
    if typed.get("do") == "retire":
        if found is None:
            raise FactsMissing("还没有保存的标签不用停用。")
        profiles.retire(found, by=request.user, at=at, seen=seen)
        messages.success(request, f"「{found.name}」已停用，不再出现在档案和筛选里。")
    else:
        row = profiles.set_tag(here, found, name=typed.get("name", ""), rule=rule, typed=typed, by=request.user, at=at, seen=seen)
        messages.success(request, f"「{row.name}」已保存：{TRAITS[rule].said(row.params)}。")
    return HttpResponseRedirect(f"{reverse('profile-tags')}?community={here.code}")


def _tag(request: HttpRequest, key: str) -> ProfileTag:
    rows = ProfileTag.objects.visible_to(request.user).select_related("community")
    found = rows.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 19 else None
    if found is None or not profiles.may_set(found.community, request.user):
        raise Http404("没有这个标签，或您无权设定。")
    return found  # type: ignore[no-any-return]


def _here(request: HttpRequest, code: str) -> Community:
    led = [post.community for post in held(request.user, PostKind.LEADER)]
    found = next((each for each in led if each.code == code), None if code else led[0])
    if found is None:
        raise Http404("没有这个社区，或您无权设定。")
    return found


def _show(
    request: HttpRequest, here: Community, found: ProfileTag | None, rule: str, typed: dict[str, Any], *, tried: Any = None, refusal: Any = None, status: int = 200
) -> HttpResponse:  # fmt: skip
    trait = TRAITS.get(rule)
    errors = _errors(refusal)
    facts = {
        "here": here, "tag": found, "trait": trait, "rule": rule, "name": typed.get("name", ""), "tried": tried, "now": timezone.now(),
        "groups": [(label, [each for each in TRAITS.values() if each.needs in needs]) for label, needs in GROUPS],
        "fields": _fields(trait, typed, errors) if trait is not None else [],
        "name_errors": errors.pop("name", []), "problems": [text for texts in errors.values() for text in texts] if refusal is not None else [],
        "seen": typed.get("seen") or (profiles.version(found) if found is not None else ""), "history": _history(found) if found is not None else [],
    }  # fmt: skip
    return render(request, "enterprises/tag.html", facts, status=status)


def _errors(refusal: Any) -> dict[str, list[str]]:
    if refusal is None:
        return {}
    if isinstance(refusal, ValidationError):
        return dict(refusal.message_dict) if hasattr(refusal, "error_dict") else {"": list(refusal.messages)}
    return {"": [refusal.message]}


def _fields(trait: Trait, typed: dict[str, Any], errors: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Each parameter with what was typed and what is wrong with it; what stands at a field is not said again above."""
    return [
        {"row": each, "value": str(typed.get(each.code, "")), "options": list(each.choices().items()) if each.choices else [], "errors": errors.pop(each.code, [])}
        for each in trait.parameters
    ]  # fmt: skip


def _history(tag: ProfileTag) -> list[dict[str, Any]]:
    told = []
    for image in past(ProfileTag, pgh_obj_id=tag.pk):
        trait = TRAITS.get(image.rule)
        words = "停用" if image.retired else trait.said(image.params) if trait is not None else image.rule
        told.append({"event": image, "name": image.name, "words": words})
    return told
