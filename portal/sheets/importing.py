"""Bringing a sheet in: send it, look at the plan, commit it, undo it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exchange import imports, progress
from exchange.containers import MAX_BYTES
from exchange.models import Import, SentFile
from exchange.subjects import table_named
from exchange.table import Table
from portal.rights import only
from portal.sheets.hub import KINDS, download
from portal.sheets.preview import preview
from portal.told_forms import ToldForm
from wording.errors import FactsMissing, NotYours, Refused
from wording.text import TextRefused


class SendForm(ToldForm):
    community = forms.ChoiceField(label="导入到哪个社区")
    file = forms.FileField(
        label="表格文件", help_text="xlsx、xls、ods 或 CSV（UTF-8、GBK），不超过 20 MB；表头上方有标题、两行表头、多余的列都不要紧"
    )
    sheet = forms.CharField(
        label="工作表", required=False, help_text="不填则用第一张认得出表头的", widget=forms.TextInput(attrs={"maxlength": 120})
    )
    accept_warnings = forms.BooleanField(label="收下校验位不对的历史代码，标为「待核」", required=False)
    create_places = forms.BooleanField(label="档案里没有的园区，按名录新建", required=False)


@only(*KINDS)
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, code: str) -> HttpResponse:
    table = table_named(code)
    if not imports.may_import(table, request.user):
        raise NotYours(f"您没有导入{table.label}的权限。")
    if request.method == "GET":
        return _show_form(request, table)
    try:
        job = _receive(request, table)
    except TextRefused as refused:
        return _show_form(request, table, FactsMissing("文件名不能用。", fields={"file": "".join(refused.messages)}))
    except Refused as refused:
        if refused.status_hint == 403:
            raise
        return _show_form(request, table, refused)
    return HttpResponseRedirect(reverse("import", args=[job.pk]))


def _receive(request: HttpRequest, table: Table) -> Import:
    communities = {row.code: row for row in imports.communities_for(table, request.user)}
    chosen = communities.get(request.POST.get("community", "")) or (next(iter(communities.values())) if len(communities) == 1 else None)
    upload = request.FILES.get("file")
    problems = {} if chosen is not None else {"community": "请选择社区"}
    if upload is None:
        problems["file"] = "请选择文件"
    if problems or chosen is None or upload is None:
        raise FactsMissing("还有内容需要更正。", fields=problems)
    return imports.receive(
        table, name=upload.name or "", content=upload.read(MAX_BYTES + 1), community=chosen, by=request.user, at=timezone.now(),
        sheet=request.POST.get("sheet", "").strip()[:120], accept_warnings="accept_warnings" in request.POST,
        create_places=table.places_may_be_created and "create_places" in request.POST,
    )  # fmt: skip


def _show_form(request: HttpRequest, table: Table, refusal: Refused | None = None) -> HttpResponse:
    form = SendForm(request.POST if refusal else None, refusal=refusal)
    choices = [(row.code, row.name) for row in imports.communities_for(table, request.user)]
    form.fields["community"].choices = choices  # type: ignore[attr-defined]
    hidden = {"community"} if len(choices) == 1 else set()
    if not table.places_may_be_created:
        hidden |= {"create_places", "accept_warnings"}
    facts = {"table": table, "form": form, "shown": [bound for bound in form if bound.name not in hidden]}
    return render(request, "sheets/send.html", facts, status=refusal.status_hint if refusal else 200)


@only(*KINDS)
@require_GET
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The import as it stands: waiting, to be confirmed with its plan, done, undone."""
    job = _job(request, pk)
    table = table_named(job.table)
    facts: dict[str, Any] = {"job": job, "table": table, "may": imports.may_import(table, request.user, job.community)}
    facts |= {"percent": 0, "words": ""} if not job.waits else dict(zip(("percent", "words"), progress.told(job.pk), strict=True))
    if not job.waits and job.counts:
        facts["preview"] = preview(job, table, request.GET.get("show", ""), request.GET.get("after", ""))
    return render(request, "sheets/import.html", facts)


@only(*KINDS)
@require_GET
def how_far(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The progress bar alone; when there is nothing to wait for, htmx is told to load the page."""
    job = _job(request, pk)
    if not job.waits:
        return HttpResponse(status=200, headers={"HX-Refresh": "true"})
    percent, words = progress.told(job.pk)
    return render(request, "sheets/_progress.html", {"job": job, "percent": percent, "words": words})


@only(*KINDS)
@require_GET
def refused(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rows that were refused, to be mended and sent again."""
    job = _job(request, pk)
    content = SentFile.objects.filter(of=job).values_list("refused", flat=True).first()
    if content is None:
        raise Http404("这批数据没有退回的行，或已过保存期（24 小时）。")
    stem = job.name.rpartition(".")[0] or job.name
    return download(bytes(content), f"{stem}-退回.xlsx")


Deed = Callable[[HttpRequest, Import], str]


def _deed(work: Deed) -> Callable[..., HttpResponse]:
    @only(*KINDS)
    @require_POST
    def view(request: HttpRequest, pk: UUID) -> HttpResponse:
        job = _job(request, pk)
        try:
            said = work(request, job)
        except Refused as refused:
            if refused.status_hint == 403:
                raise
            messages.error(request, refused.message)
        else:
            if said:
                messages.success(request, said)
        return HttpResponseRedirect(reverse("import", args=[pk]))

    return view


def _commit(request: HttpRequest, job: Import) -> str:
    leave_out = "leave_out_refused" in request.POST
    imports.ask_commit(job, plan_hash=request.POST.get("plan", ""), leave_out_refused=leave_out, by=request.user, at=timezone.now())
    return ""


def _again(request: HttpRequest, job: Import) -> str:
    accept, create = "accept_warnings" in request.POST, "create_places" in request.POST
    imports.check_again(job, by=request.user, at=timezone.now(), accept_warnings=accept, create_places=create)
    return ""


def _undo(request: HttpRequest, job: Import) -> str:
    imports.ask_undo(job, by=request.user, at=timezone.now())
    return ""


def _drop(request: HttpRequest, job: Import) -> str:
    imports.drop(job, by=request.user)
    return "已放弃，没有写入任何内容。"


commit, again, undo, drop = _deed(_commit), _deed(_again), _deed(_undo), _deed(_drop)


def _job(request: HttpRequest, pk: UUID) -> Import:
    return get_object_or_404(Import.objects.visible_to(request.user).select_related("community", "by", "undone_by"), pk=pk)  # type: ignore[no-any-return]
