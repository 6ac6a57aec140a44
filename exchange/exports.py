"""Taking a list out: asked for on a page, made by a worker, collected by whoever asked, within a day (R24)."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

import audit
from community import held, posts
from exchange import attempts, workbook
from exchange.models import KEPT_FOR, Export, ExportStage
from exchange.subjects import table_named
from exchange.table import Table
from notices import nudge
from wording.errors import FactsMissing, NotYours

if TYPE_CHECKING:
    from accounts.models import User

MOST_ROWS = 200_000
#: Not conditions of a list: where one is on it and how it is shown.
NOT_FILTERS = frozenset({"cursor", "page", "page_size", "sort", "tree", "item", "csrfmiddlewaretoken", "idempotency_key"})


def may_export(table: type[Table] | Table, user: User) -> bool:
    return bool(held(user, *table.exporters))


@transaction.atomic
def ask(table: Table, *, by: User, params: dict[str, Any], form: str, at: datetime) -> Export:
    """`params` as the list on screen has them. Raises NotYours, FactsMissing for a condition that means nothing."""
    if not may_export(table, by):
        raise NotYours(f"您没有导出{table.label}的权限。")
    kept = {
        name: values for name, values in params.items() if name not in NOT_FILTERS and any(values if isinstance(values, list) else [values])
    }
    try:
        next(table.exported(by, kept, at), None)
    except ValidationError as error:
        raise FactsMissing("".join(error.messages)) from error
    export = Export.objects.create(table=table.code, by=by, params=kept, form=form, created_at=at)
    nudge.after_commit("exchange.tasks.pick_up")
    return export


def produce(pk: UUID, at: datetime) -> None:
    """Write the file and the audit entry together. Nothing where somebody else is at it or it is done."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '120s'; SET LOCAL idle_in_transaction_session_timeout = '300s'")
        waiting = Export.objects.waiting().select_for_update(skip_locked=True, of=("self",), no_key=True).select_related("by")
        export = waiting.filter(pk=pk).first()
        if export is None:
            return
        table, user = table_named(export.table), posts.attach(export.by, at)
        if may_export(table, user):
            _write(export, table, user, at)
        else:
            export.stage, export.message = ExportStage.FAILED, "您的岗位已经变动，不能再导出这份清单。"
        export.save()


def produce_waiting(at: datetime) -> int:
    """Returns how many were waiting."""
    return attempts.work_off(Export.objects.waiting(), "created_at", lambda pk: produce(pk, at), _give_up)


def _give_up(pk: UUID) -> None:
    message = "这份清单没有生成，已记入日志。请缩小筛选范围再试，仍不行请联系系统管理员。"
    Export.objects.waiting().filter(pk=pk).update(stage=ExportStage.FAILED, message=message)


def clear_away(at: datetime) -> None:
    Export.objects.filter(created_at__lt=at - KEPT_FOR).delete()


def _write(export: Export, table: Table, user: User, at: datetime) -> None:
    columns = table.columns_for(user)
    rows = islice(table.exported(user, export.params, at), MOST_ROWS + 1)
    local = timezone.localtime(at)
    title = f"{table.label}　导出人：{user.display_name}　{local:%Y-%m-%d %H:%M}　筛选：{_conditions(export.params)}"
    if export.form == "csv":
        content, count = workbook.as_csv(columns, rows)
    else:
        content, count = workbook.as_xlsx(columns, rows, name=table.label, title=title)
    if count > MOST_ROWS:
        export.stage, export.message = ExportStage.FAILED, f"符合条件的超过 {MOST_ROWS} 行，请先缩小筛选范围，分几次导出。"
        return
    export.stage, export.content, export.rows = ExportStage.READY, content, count
    export.name = f"{table.label}-{local:%Y%m%d-%H%M}.{export.form}"
    detail = {
        "table": table.code,
        "rows": count,
        "form": export.form,
        "params": export.params,
        "masked": [c.code for c in columns if c.masked],
    }
    audit.record("list_exported", by=user, at=at, target=f"export:{export.pk}", detail=detail)


def _conditions(params: dict[str, Any]) -> str:
    words = (f"{name}={'、'.join(values) if isinstance(values, list) else values}" for name, values in params.items())
    return "；".join(words) or "全部"


def collect(export: Export, at: datetime) -> bytes:
    """The bytes, with an entry that they were taken."""
    audit.record("export_downloaded", by=export.by, at=at, target=f"export:{export.pk}", detail={"name": export.name, "rows": export.rows})
    return bytes(export.content or b"")
