"""答复模板: what the office's templates say, written and retired on one page, with every wording they had."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from community import held
from grievances import reply_templates as subject
from grievances.models import ReplyTemplate, ServiceItem
from portal.fact_forms import item_choices
from portal.rights import OFFICE, only
from portal.told_forms import ToldForm
from wording.errors import Refused

MARKS = "、".join(f"{{{name}}}" for name in subject.PLACEHOLDERS)


class TemplateForm(ToldForm):
    event = forms.ChoiceField(label="用在")
    service_item = forms.ChoiceField(label="事项", required=False)
    title = forms.CharField(label="名称", widget=forms.TextInput(attrs={"maxlength": 30, "placeholder": "如：已办妥，请查收"}))
    body = forms.CharField(
        label="正文", widget=forms.Textarea(attrs={"rows": 8, "maxlength": 2000}), help_text=f"{MARKS} 会换成这一件的；联系人只写姓氏"
    )


@only(*OFFICE)
@require_http_methods(["GET", "POST"])
def templates(request: HttpRequest) -> HttpResponse:
    """The list and a form; `?edit=` one of them with its history; `?tab=retired` those out of use."""
    if request.method == "GET":
        return _show(request)
    key = request.POST.get("pk", "")
    try:
        row = subject.save(_key(key) if key else None, request.POST, by=request.user, at=timezone.now())
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _show(request, editing=key, typed=request.POST, refusal=refusal, status=refusal.status_hint)
    messages.success(request, f"模板“{row.title}”已保存，办理时可以套用。")
    return HttpResponseRedirect(reverse("reply-templates"))


@only(*OFFICE)
@require_POST
def act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    if deed not in ("retire", "resume"):
        raise Http404("没有这个动作。")
    row = subject.retire(pk, retired=deed == "retire", by=request.user, at=timezone.now())
    messages.success(request, f"模板“{row.title}”已{'停用' if row.retired else '启用'}。")
    return HttpResponseRedirect(reverse("reply-templates"))


def _key(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise Http404("没有这个模板。")
    return int(text)


def _show(request: HttpRequest, *, editing: str = "", typed: Any = None, refusal: Refused | None = None, status: int = 200) -> HttpResponse:
    user, retired = request.user, request.GET.get("tab") == "retired"
    offices = {post.community_id: post.community for post in held(user, *OFFICE)}
    rows = ReplyTemplate.objects.visible_to(user).filter(community__in=offices).select_related("service_item", "changed_by", "community")
    editing = editing or request.GET.get("edit", "")
    edited = rows.filter(pk=_key(editing)).first() if editing else None
    if editing and edited is None:
        raise Http404("没有这个模板，或您无权查看。")
    form = TemplateForm(typed if typed is not None else _initial(edited), refusal=refusal, auto_id="tpl-%s")
    form.fields["event"].choices = [("", "请选择"), *((event, subject.label_of(event)) for event in subject.TEXTS)]
    items = ServiceItem.objects.visible_to(user).offered().filter(community=edited.community_id if edited else next(iter(offices)))
    form.fields["service_item"].choices = [("", "所有事项"), *item_choices(items)]
    found = list(rows.filter(retired=retired).order_by("event", "service_item__code", "title", "pk"))
    facts = {
        "rows": [{"template": row, "event": subject.label_of(row.event) if row.event in subject.TEXTS else row.event} for row in found],
        "form": form, "edited": edited, "history": subject.history(edited) if edited else [], "retired": retired, "now": timezone.now(),
        "offices": list(offices.values()) if len(offices) > 1 else [], "community": typed.get("community", "") if typed else "",
    }  # fmt: skip
    return render(request, "staff/reply_templates.html", facts, status=status)


def _initial(row: ReplyTemplate | None) -> dict[str, Any]:
    if row is None:
        return {}
    item = row.service_item.code if row.service_item is not None else ""
    return {"event": row.event, "service_item": item, "title": row.title, "body": row.body}
