"""Taking a list out: ask, wait, collect."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from exchange import exports
from exchange.models import Export, ExportStage
from exchange.subjects import TABLES, table_named
from portal.rights import only
from portal.sheets.hub import KINDS, download
from wording.errors import FactsMissing

FORMS = ("xlsx", "csv")


@only(*KINDS)
@require_POST
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """`query`: the conditions of the list as its address has them."""
    form = request.POST.get("form", "xlsx")
    if form not in FORMS:
        raise FactsMissing("格式只有 xlsx 和 csv 两种。")
    params = dict(QueryDict(request.POST.get("query", "")[:2000]).lists())
    export = exports.ask(table_named(code), by=request.user, params=params, form=form, at=timezone.now())
    return HttpResponseRedirect(reverse("export", args=[export.pk]))


@only(*KINDS)
@require_GET
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A page of its own; as a fragment only what changes while one waits."""
    export = _export(request, pk)
    facts = {
        "export": export, "label": TABLES[export.table].label, "waits": export.stage == ExportStage.WAITING,
        "ready": Export.objects.filter(pk=pk).collectable(timezone.now()).exists(),
    }  # fmt: skip
    return render(request, "sheets/_export.html" if request.headers.get("HX-Request") else "sheets/export.html", facts)


@only(*KINDS)
@require_GET
def collect(request: HttpRequest, pk: UUID) -> HttpResponse:
    at = timezone.now()
    export = Export.objects.visible_to(request.user).collectable(at).filter(pk=pk).first()
    if export is None:
        raise Http404("没有这份导出，或已过保存期（24 小时）。请重新导出。")
    return download(exports.collect(export, at), export.name)


def _export(request: HttpRequest, pk: UUID) -> Export:
    return get_object_or_404(Export.objects.visible_to(request.user).defer("content"), pk=pk)  # type: ignore[no-any-return]
