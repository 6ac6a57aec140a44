"""What one does on the pages of risks: raise, note, ask to lower, hand over, decide."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from enterprises.models import Enterprise
from portal import uploads
from portal.rights import only
from portal.risk_rows import Typed, aim_of, choices, panel
from portal.risks import WATCHERS, flag_page, found, lowerings_page
from risks import flags, people, signs
from risks.kinds import KINDS, LEVEL_CODES, PRIVATE
from risks.models import Flag, Lowering
from risks.querysets import watched_by
from wording.errors import FactsMissing, Refused

NAMES = ("kind", "level", "evidence", "note", "outcome", "owner", "words")
#: From the file of an enterprise one goes back there.
FROM_FILE = "file"
_HIDDEN = (403, 404)


def _typed(request: HttpRequest, deed: str) -> Typed:
    return Typed(deed, {name: request.POST.get(name, "") for name in NAMES})


def _enterprise(request: HttpRequest, uscc: str) -> Enterprise:
    row = watched_by(request.user).select_related("community__street").filter(uscc=uscc.upper()[:18]).first()
    if row is None:
        raise Http404("没有这家企业，或您无权查看。")
    return row


def _back(request: HttpRequest, flag: Flag) -> HttpResponse:
    if request.POST.get("from") == FROM_FILE:
        return HttpResponseRedirect(reverse("enterprise", args=[flag.enterprise.uscc]) + "#risk")
    return HttpResponseRedirect(reverse("risk", args=[flag.pk]))


@only(*WATCHERS)
@require_http_methods(["GET", "POST"])
def raise_(request: HttpRequest, uscc: str) -> HttpResponse:
    """GET: the form; POST: `kind`, `level`, `evidence`."""
    enterprise = _enterprise(request, uscc)
    if request.method == "GET":
        return _raise_page(request, enterprise, Typed("raise"))
    typed = _typed(request, "raise")
    values = typed.values
    try:
        level = LEVEL_CODES.get(values["level"], 0)
        flag = flags.raise_flag(enterprise, values["kind"], level, values["evidence"], by=request.user, at=timezone.now())
    except Refused as refusal:
        if refusal.status_hint in _HIDDEN:
            raise
        typed.problem = refusal.message
        return _raise_page(request, enterprise, typed, status=refusal.status_hint)
    messages.success(request, f"已标为{flag.level_label}色：{flag.kind_label}。负责人和综合治理专员会收到提醒。")
    return HttpResponseRedirect(reverse("risk", args=[flag.pk]))


@only(*WATCHERS)
@require_POST
def note(request: HttpRequest, uscc: str) -> HttpResponse:
    """线索: something heard or seen, no flag yet."""
    enterprise = _enterprise(request, uscc)
    typed = _typed(request, "note")
    key = request.POST.get("idempotency_key", "")[:60] or str(uuid.uuid4())
    try:
        signs.note_sign(enterprise, typed.values["kind"], typed.values["note"], key=key, by=request.user, at=timezone.now())
    except Refused as refusal:
        if refusal.status_hint in _HIDDEN:
            raise
        typed.problem = refusal.message
        return _raise_page(request, enterprise, typed, status=refusal.status_hint)
    messages.success(request, f"已登记线索：{KINDS[typed.values['kind']].label}。")
    return HttpResponseRedirect(reverse("enterprise", args=[enterprise.uscc]) + "#risk")


def _raise_page(request: HttpRequest, enterprise: Enterprise, typed: Typed, *, status: int = 200) -> HttpResponse:
    may = people.may_set_for(request.user, enterprise)
    facts: dict[str, Any] = {"enterprise": enterprise, "typed": typed, "may_set": may, "now": timezone.now(), **choices()}
    facts["risk"] = panel(enterprise, request.user, facts["now"])
    return render(request, "risks/raise.html", facts, status=status)


@only(*WATCHERS)
@require_POST
def act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """`lower`: `outcome`, `evidence`, a file; `hand-over`: `owner`."""
    flag, at, typed = found(request.user, pk), timezone.now(), _typed(request, deed)
    if deed not in ("lower", "hand-over"):
        raise Http404("没有这个操作。")
    try:
        if deed == "lower":
            said = _lower(request, flag, typed, at)
        else:
            said = _hand_over(request, flag, typed, at)
    except Refused as refusal:
        if refusal.status_hint in _HIDDEN:
            raise
        typed.problem = refusal.message
        return flag_page(request, found(request.user, pk), typed=typed, status=refusal.status_hint)
    messages.success(request, said)
    return _back(request, flag)


def _lower(request: HttpRequest, flag: Flag, typed: Typed, at: Any) -> str:
    sent = uploads.take(request, "file", at)
    typed.files = sent.files
    if sent.problems:
        raise Refused("；".join(sent.problems))
    level, verdict = aim_of(typed.values["outcome"])
    file = sent.ids[-1] if sent.ids else None
    flags.ask_to_lower(flag, level, typed.values["evidence"], by=request.user, at=at, verdict=verdict, file=file)
    return "已提出申请，等第二人复核；复核之前等级不变。"


def _hand_over(request: HttpRequest, flag: Flag, typed: Typed, at: Any) -> str:
    key = typed.values["owner"]
    there = {str(person.pk): person for person in people.owners_for(flag.enterprise, at, private=flag.kind in PRIVATE)}
    to = there.get(key)
    if to is None:
        raise FactsMissing("请从名单里选责任人。", fields={"owner": "请选择责任人"})
    flags.hand_over(flag, to, by=request.user, at=at)
    return f"已转由 {to.display_name} 负责。"


@only(*WATCHERS)
@require_POST
def decide(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """`approve`, `decline` with `words`, or `withdraw` by whoever asked. `from`: the page to go back to."""
    lowering = Lowering.objects.visible_to(request.user).select_related("flag__enterprise").filter(pk=pk).first()
    if lowering is None or deed not in ("approve", "decline", "withdraw"):
        raise Http404("没有这份申请，或您无权查看。")
    typed, at, user = _typed(request, deed), timezone.now(), request.user
    try:
        if deed == "withdraw":
            flags.withdraw_lowering(lowering, by=user, at=at)
        else:
            flags.decide_lowering(lowering, deed == "approve", by=user, at=at, note=typed.values["words"])
    except Refused as refusal:
        if refusal.status_hint in _HIDDEN:
            raise
        typed.problem = refusal.message
        if request.POST.get("from") == "list":
            return lowerings_page(request, typed=(pk, typed), status=refusal.status_hint)
        return flag_page(request, found(user, lowering.flag_id), typed=typed, status=refusal.status_hint)
    said = {"approve": "已同意，立即生效。", "decline": "未同意，已告知申请人。", "withdraw": "申请已撤回。"}
    messages.success(request, said[deed])
    if request.POST.get("from") == "list":
        return HttpResponseRedirect(reverse("risk-lowerings"))
    return _back(request, lowering.flag)
