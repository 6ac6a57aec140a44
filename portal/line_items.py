"""明细 of a ticket: the claims one by one, entered or pasted from a spreadsheet, with what has come in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from exchange import line_items as sheet
from grievances import line_items
from grievances.models import Grievance, LineItem
from grievances.states import LineItemState
from portal.told_forms import ToldForm
from wording.errors import FactsMissing, Refused


def _text(most: int, **attrs: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", "maxlength": most, **attrs})


class LineItemForm(ToldForm):
    debtor = forms.CharField(label="债务人", widget=_text(100))
    matter = forms.CharField(label="事由", required=False, widget=_text(200, placeholder="项目、合同或月份"))
    amount_yuan = forms.CharField(label="金额（元）", widget=_text(24, inputmode="decimal", placeholder="386000 或 38.6万"))
    evidence = forms.CharField(label="证据", required=False, widget=_text(300, placeholder="合同、验收单、聊天记录"))
    state = forms.ChoiceField(label="状态", choices=LineItemState.choices)
    recovered_yuan = forms.CharField(label="追回金额（元）", required=False, widget=_text(24, inputmode="decimal"))
    recovered_on = forms.CharField(label="追回日期", required=False, widget=_text(10, type="date"))


class PasteForm(ToldForm):
    pasted = forms.CharField(label="从表格粘贴", widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}))


TONES = {
    LineItemState.UNVERIFIED: "gray", LineItemState.SECURED: "teal", LineItemState.DEMANDED: "blue", LineItemState.MEDIATION: "purple",
    LineItemState.SUED: "amber", LineItemState.RECOVERED: "green", LineItemState.DROPPED: "gray",
}  # fmt: skip
Deed = Callable[[HttpRequest, Grievance, Any], str]


@require_http_methods(["GET", "POST"])
def lines(request: HttpRequest, number: str) -> HttpResponse:
    """`?edit=` opens one claim; POST `do`: add, paste, change, remove."""
    at = timezone.now()
    grievance = (
        Grievance.objects.visible_to(request.user).select_related("service_item", "enterprise", "community").filter(number=number).first()
    )
    if grievance is None or not line_items.may_read(grievance, request.user):
        raise Http404("没有这件诉求的明细，或您无权查看。")
    if request.method == "GET":
        return _show(request, grievance)
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        raise Http404("没有这个动作。")
    try:
        messages.success(request, deed(request, grievance, at))
    except Refused as refusal:
        if refusal.status_hint in (403, 404):
            raise
        return _show(request, grievance, refusal)
    return HttpResponseRedirect(reverse("line-items", args=[number]))


def _add(request: HttpRequest, grievance: Grievance, at: Any) -> str:
    made = line_items.add(grievance, [sheet.read(_typed(request))], by=request.user, at=at)
    return f"已添加「{made[0].debtor}」。"


def _paste(request: HttpRequest, grievance: Grievance, at: Any) -> str:
    rows = sheet.pasted(request.POST.get("pasted", ""))
    problems = sheet.in_words(rows)
    if problems:
        raise FactsMissing("有几行看不懂，一行也没有保存；改好后再粘贴。", fields={"pasted": problems[:20]})
    made = line_items.add(grievance, [sheet.values_of(row) for row in rows], by=request.user, at=at)
    return f"已添加 {len(made)} 笔明细。"


def _change(request: HttpRequest, grievance: Grievance, at: Any) -> str:
    item = line_items.change(_item(request, grievance), sheet.read(_typed(request)), by=request.user, at=at, version=_version(request))
    return f"「{item.debtor}」已更新。"


def _remove(request: HttpRequest, grievance: Grievance, at: Any) -> str:
    item = _item(request, grievance)
    line_items.remove(item, by=request.user, at=at, version=_version(request))
    return f"「{item.debtor}」已删除。"


DEEDS: dict[str, Deed] = {"add": _add, "paste": _paste, "change": _change, "remove": _remove}


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST[name] for name in line_items.FIELDS if name in request.POST}


def _item(request: HttpRequest, grievance: Grievance) -> LineItem:
    key = request.POST.get("item", "")
    found = LineItem.objects.visible_to(request.user).filter(
        grievance=grievance, pk=key if key.isascii() and key.isdigit() and len(key) < 19 else 0
    )
    item = found.first()
    if item is None:
        raise Http404("没有这一笔明细，可能刚被删除。")
    return item


def _version(request: HttpRequest) -> int:
    value = request.POST.get("version", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else -1


def _show(request: HttpRequest, grievance: Grievance, refusal: Refused | None = None) -> HttpResponse:
    """The page as it is now; what was refused stands in its form with everything typed."""
    deed = request.POST.get("do", "")
    edited = request.POST.get("item") or request.GET.get("edit", "")
    may_write = line_items.may_write(grievance, request.user)
    rows = list(LineItem.objects.visible_to(request.user).filter(grievance=grievance).select_related("updated_by").order_by("pk"))
    for row in rows:
        row.tone = TONES[LineItemState(row.state)]
    facts: dict[str, Any] = {
        "grievance": grievance,
        "rows": rows,
        "totals": line_items.totals(grievance),
        "may_write": may_write,
        "refusal": refusal,
        "deed": deed if refusal else "",
        "edited": next((row for row in rows if may_write and str(row.pk) == edited), None),
        "add": LineItemForm(
            request.POST if refusal and deed == "add" else None, refusal=refusal if deed == "add" else None, auto_id="add-%s"
        ),
        "paste": PasteForm(
            request.POST if refusal and deed == "paste" else None, refusal=refusal if deed == "paste" else None, auto_id="paste-%s"
        ),
    }
    if facts["edited"] is not None:
        changing = refusal is not None and deed in ("change", "remove")
        typed = request.POST if changing and deed == "change" else _as_typed(facts["edited"])
        facts["change"] = LineItemForm(typed, refusal=refusal if changing else None, auto_id="change-%s")
    return render(request, "grievances/line_items.html", facts, status=refusal.status_hint if refusal else 200)


def _as_typed(item: LineItem) -> dict[str, Any]:
    plain = {name: getattr(item, name) for name in ("debtor", "matter", "evidence", "state")}
    return plain | {
        "amount_yuan": f"{item.amount_yuan.normalize():f}",
        "recovered_yuan": f"{item.recovered_yuan.normalize():f}" if item.recovered_yuan else "",
        "recovered_on": item.recovered_on.isoformat() if item.recovered_on else "",
    }
