"""What can be brought in and taken out, by whom, and what became of it lately."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from exchange import exports, imports, workbook
from exchange.models import Export, Import
from exchange.subjects import TABLES, table_named
from exchange.table import Scope
from portal.rights import only
from wording.errors import NotYours

KINDS = tuple(sorted({kind for table in TABLES.values() for kind in (*table.importers, *table.exporters)}))
RECENT = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@only(*KINDS)
@require_GET
def sheets(request: HttpRequest) -> HttpResponse:
    user = request.user
    rows = [
        {"table": table, "imports": imports.may_import(table, user), "exports": exports.may_export(table, user)}
        for table in TABLES.values()
    ]
    facts = {
        "rows": [row for row in rows if row["imports"] or row["exports"]],
        "imports": [named(job) for job in Import.objects.visible_to(user).select_related("by", "community").newest()[:RECENT]],
        "exports": [
            {"job": job, "label": TABLES[job.table].label}
            for job in Export.objects.visible_to(user).defer("content").order_by("-created_at")[:RECENT]
            if job.table in TABLES
        ],
        "now": timezone.now(),
    }
    return render(request, "sheets/hub.html", facts)


def named(job: Import) -> dict[str, Any]:
    return {"job": job, "label": TABLES[job.table].label if job.table in TABLES else job.table}


@only(*KINDS)
@require_GET
def template(request: HttpRequest, code: str) -> HttpResponse:
    """The sheet to fill in, with drop-downs of the first community one may import into."""
    table, user = table_named(code), request.user
    if not imports.may_import(table, user):
        raise NotYours(f"您没有导入{table.label}的权限。")
    community = next(iter(imports.communities_for(table, user)), None)
    options = table.options(Scope(community, user, timezone.now())) if community is not None else {}
    content = workbook.template(table.imported, name=table.label, note=table.note, options=options)
    return download(content, f"{table.label}-模板.xlsx")


def download(content: bytes, name: str) -> HttpResponse:
    """As a file, its Chinese name by RFC 5987."""
    kind = XLSX if name.endswith(".xlsx") else "text/csv; charset=utf-8"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": content_disposition_header(True, name)})
