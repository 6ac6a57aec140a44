"""The way of an import: upload → check → look → commit → undo. Pages ask, a worker does; each step may be tried again."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pghistory
from django.db import connection, transaction

import audit
from community import held, posts
from community.models import Community, Post
from exchange import attempts, progress, staging, undoing
from exchange.containers import MAX_BYTES, SheetRefused
from exchange.models import KEPT_FOR, WAITING, Import, PlannedRow, SentFile, Stage
from exchange.planning import decide, understood
from exchange.sheets import read
from exchange.subjects import table_named
from exchange.table import Scope, Table
from notices import nudge
from wording.errors import FactsMissing, NotYours, StateConflict
from wording.filenames import clean_filename

if TYPE_CHECKING:
    from accounts.models import User

#: How long one can look up what a batch did.
ROWS_KEPT_FOR = KEPT_FOR * 30


def may_import(table: type[Table] | Table, user: User, community: Community | None = None) -> bool:
    return any(community is None or post.community_id in (None, community.pk) for post in _posts(table, user))


def _posts(table: type[Table] | Table, user: User) -> list[Post]:
    """Those that let somebody bring such rows in; none where nobody may."""
    return held(user, *table.importers) if table.importers else []


@transaction.atomic
def receive(
    table: Table, *, name: str, content: bytes, community: Community, by: User, at: datetime,
    sheet: str = "", accept_warnings: bool = False, create_places: bool = False,
) -> Import:  # fmt: skip
    """Keep the file and have it checked. Raises NotYours, FactsMissing."""
    if not may_import(table, by, community):
        raise NotYours(f"您没有在「{community.name}」导入{table.label}的权限。")
    if not content:
        raise FactsMissing("文件是空的，请重新选择。", fields={"file": ["文件是空的。"]})
    if len(content) > MAX_BYTES:
        raise FactsMissing(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请拆分后再导入。", fields={"file": ["文件过大。"]})
    job = Import.objects.create(
        table=table.code, community=community, by=by, name=clean_filename(name), size=len(content), sha256=hashlib.sha256(content).hexdigest(),
        sheet=sheet, accept_warnings=accept_warnings, create_places=create_places, created_at=at, asked_at=at,
    )  # fmt: skip
    SentFile.objects.create(of=job, content=content)
    _ask(job)
    return job


@transaction.atomic
def check_again(job: Import, *, by: User, at: datetime, accept_warnings: bool, create_places: bool) -> Import:
    """Another plan for the same file, with other consents. Raises StateConflict, NotYours."""
    job = _locked(job.pk, Stage.READY, Stage.REFUSED, by=by, deed="重新检查")
    job.accept_warnings, job.create_places = accept_warnings, create_places
    return _set_out(job, Stage.CHECKING, at)


@transaction.atomic
def ask_commit(job: Import, *, plan_hash: str, leave_out_refused: bool, by: User, at: datetime) -> Import:
    """Commit the plan of this hash, and no other. Raises StateConflict, FactsMissing, NotYours."""
    job = _locked(job.pk, Stage.READY, by=by, deed="写入")
    if plan_hash != job.plan_hash:
        raise StateConflict("预览已经更新过，请看过新的预览再写入。")
    left_out = job.counts["refused"] + job.counts["held"]
    if left_out and not leave_out_refused:
        raise FactsMissing(
            f"还有 {left_out} 行没有通过检查；请改好再传，或勾选「跳过这些行」。", fields={"leave_out_refused": ["请勾选。"]}
        )
    if not job.counts["create"] + job.counts["update"]:
        raise StateConflict("没有需要写入的行。")
    return _set_out(job, Stage.COMMITTING, at)


@transaction.atomic
def ask_undo(job: Import, *, by: User, at: datetime) -> Import:
    """Undo the whole batch. Raises StateConflict, NotYours."""
    job = _locked(job.pk, Stage.DONE, by=by, deed="撤销")
    if not table_named(job.table).can_be_undone:
        raise StateConflict(f"{table_named(job.table).label}写入后即生效，不能整批撤销；请导入更正后的表格。")
    job.undone_by = by
    return _set_out(job, Stage.UNDOING, at)


@transaction.atomic
def drop(job: Import, *, by: User) -> Import:
    """Give up an import that has written nothing; its rows go. Raises StateConflict, NotYours."""
    job = _locked(job.pk, Stage.READY, Stage.REFUSED, by=by, deed="放弃")
    job.stage = Stage.DROPPED
    job.save(update_fields=["stage"])
    PlannedRow.objects.filter(of=job).delete()
    SentFile.objects.filter(of=job).delete()
    return job


def work(pk: UUID, at: datetime) -> None:
    """What a waiting import waits for, in one transaction. Nothing where somebody else is at it or it is done."""
    with _nothing_collected(), transaction.atomic():
        _take_your_time()
        job = (
            Import.objects.waiting()
            .select_for_update(skip_locked=True, of=("self",), no_key=True)
            .select_related("community", "by")
            .filter(pk=pk)
            .first()
        )
        match job.stage if job else None:
            case Stage.CHECKING:
                _check(job, at)
            case Stage.COMMITTING:
                _commit(job, at)
            case Stage.UNDOING:
                _undo(job, at)
            case _:
                return
    progress.tell(pk, "", 100)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Hundreds of thousands of cells are made, none in a circle: looking for circles among them takes a fifth of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def work_waiting(at: datetime) -> int:
    """Returns how many were waiting."""
    return attempts.work_off(Import.objects.waiting(), "asked_at", lambda pk: work(pk, at), _give_up)


def _give_up(pk: UUID) -> None:
    before = {Stage.CHECKING: Stage.REFUSED, Stage.COMMITTING: Stage.READY, Stage.UNDOING: Stage.DONE}
    with transaction.atomic():
        job = Import.objects.select_for_update(no_key=True).get(pk=pk)
        if job.waits:
            job.stage = before[Stage(job.stage)]
            job.message = "这一步没有做完，什么都没有改动；已记入日志。请稍后再试，仍不行请联系系统管理员。"
            job.save(update_fields=["stage", "message"])


def clear_away(at: datetime) -> None:
    """Files a day after the end; after a month the rows of every plan, and with them what nobody has decided on."""
    resting = Import.objects.exclude(stage__in=WAITING)
    forgotten = resting.filter(asked_at__lt=at - ROWS_KEPT_FOR)
    forgotten.filter(stage=Stage.READY).update(stage=Stage.DROPPED)
    PlannedRow.objects.filter(of__in=forgotten).delete()
    SentFile.objects.filter(of__in=resting.exclude(stage=Stage.READY).filter(asked_at__lt=at - KEPT_FOR)).delete()


def _check(job: Import, at: datetime) -> None:
    table = table_named(job.table)
    progress.tell(job.pk, "正在读取表格", 5)
    sent = SentFile.objects.filter(of=job).first()
    try:
        if sent is None:
            raise SheetRefused("上传的文件已过保留期，请重新上传。")
        plan = understood(table, read(bytes(sent.content)), wanted=job.sheet)
    except SheetRefused as refused:
        job.stage, job.message = Stage.REFUSED, str(refused)
        job.save(update_fields=["stage", "message"])
        return
    progress.tell(job.pk, f"正在核对 {len(plan.rows)} 行", 40)
    with transaction.atomic():
        decide(plan, table, _scope(job, at), told=_teller(job, len(plan.rows)))
        transaction.set_rollback(True)
    progress.tell(job.pk, "正在整理预览", 90)
    staging.keep(job, plan)
    SentFile.objects.filter(of=job).update(refused=staging.refused(plan, table))
    job.stage, job.message, job.sheet = Stage.READY, "", plan.sheet[:120]
    job.counts, job.plan_hash = plan.counts() | {"rows": len(plan.rows), "held": plan.held()}, plan.hash()
    job.ignored, job.remarks = list(plan.ignored), plan.remarks
    job.save()


def _commit(job: Import, at: datetime) -> None:
    table = table_named(job.table)
    plan = staging.load(job, table)
    progress.tell(job.pk, f"正在写入 {len(plan.rows)} 行", 10)
    with transaction.atomic():
        scope = _scope(job, at)
        with pghistory.context(**{"import": str(job.pk)}) as context:
            decide(plan, table, scope, told=_teller(job, len(plan.rows)))
            as_shown = plan.hash() == job.plan_hash
            if as_shown:
                table.carry_out(plan.rows, replace(scope, batch=context.id))
            else:
                transaction.set_rollback(True)
    if not as_shown:
        _look_again(job, at)
        return
    job.stage, job.done_at, job.context, job.message = Stage.DONE, at, context.id, ""
    job.save()
    audit.record(
        "import_committed", by=job.by, at=at, target=f"import:{job.pk}", detail={"table": job.table, "file": job.name, **job.counts}
    )


def _look_again(job: Import, at: datetime) -> None:
    """Somebody changed what the plan was made from: nothing is written, the plan is made anew and shown."""
    _check(job, at)
    if job.stage != Stage.READY:
        return
    job.message = "预览之后档案有变化，没有写入；下面是按最新档案重新核对的结果，请再看一遍。"
    job.save(update_fields=["message"])


def _undo(job: Import, at: datetime) -> None:
    assert job.context is not None
    try:
        with transaction.atomic():
            table_named(job.table).undo(job.context, at)
    except undoing.UndoRefused as refused:
        job.stage, job.message = Stage.DONE, str(refused)
        job.save(update_fields=["stage", "message"])
        return
    job.stage, job.undone_at, job.message = Stage.UNDONE, at, ""
    job.save()
    audit.record("import_undone", by=job.undone_by, at=at, target=f"import:{job.pk}", detail={"table": job.table, "file": job.name})


def _scope(job: Import, at: datetime) -> Scope:
    return Scope(job.community, posts.attach(job.by, at), at, job.accept_warnings, job.create_places, job.name)


def _teller(job: Import, rows: int) -> Any:
    return lambda done: progress.tell(job.pk, f"第 {done} 行，共 {rows} 行", 40 + 50 * done // max(rows, 1))


def _locked(pk: UUID, *stages: Stage, by: User, deed: str) -> Import:
    job = Import.objects.select_for_update(of=("self",), no_key=True).select_related("community").get(pk=pk)
    if not may_import(table_named(job.table), by, job.community):
        raise NotYours(f"您没有{deed}这批数据的权限。")
    if job.stage not in stages:
        raise StateConflict(f"这批数据{job.get_stage_display()}，不能{deed}。")
    return job


def _set_out(job: Import, stage: Stage, at: datetime) -> Import:
    job.stage, job.asked_at, job.message, job.attempts = stage, at, "", 0
    job.save()
    _ask(job)
    return job


def _ask(job: Import) -> None:
    progress.tell(job.pk, "排队中", 0)
    nudge.after_commit("exchange.tasks.pick_up")


def _take_your_time() -> None:
    """The limits are those of a page; 100,000 rows on a busy machine need more, in this transaction alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL statement_timeout = '120s'; SET LOCAL idle_in_transaction_session_timeout = '300s'; SET LOCAL lock_timeout = '60s'"
        )


def communities_for(table: type[Table] | Table, user: User) -> Iterable[Community]:
    """Where this person may bring such rows in."""
    let = _posts(table, user)
    own = {post.community_id for post in let if post.community_id}
    rows = Community.objects.visible_to(user)
    return rows.filter(pk__in=own).order_by("code") if own else rows.order_by("code") if let else rows.none()
