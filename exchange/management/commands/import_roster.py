"""python manage.py import_roster 名录.xlsx --commit"""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import defaultdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from community.models import Community
from exchange import planning, staging
from exchange.plan import Level, Plan
from exchange.planning import shown
from exchange.sheets import SheetRefused, read
from exchange.subjects import table_named
from exchange.table import Scope, Table

SHOWN = 50
ROWS_NAMED = 5


class Command(BaseCommand):
    help = """检查或导入企业名录（.xlsx、.xls、.ods 或 CSV：UTF-8、GBK）。不写 --commit 只检查。

须有「企业名称」和「统一社会信用代码」两列，可有园区、楼宇、房号、地址、法定代表人、注册资本等；常见的其他表头写法、表头上方的
标题行、上下两行的表头都认得。按信用代码新增或更新，可以重复导入；出错的行列出原因并跳过（--strict 则有一行出错就都不写入），
其余在一个事务里写入。园区对不上档案的企业先放入「待核园区」；改正后重导即归位。

最后一行是 JSON：{"create", "update", "same", "warned", "refused"}，单位是行。"""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="名录文件")
        parser.add_argument("--commit", action="store_true", help="写入；不写这一项只检查")
        parser.add_argument("--report", type=Path, default=None, help="退回的行写到哪个 .xlsx：出错的格子标红，改好可以直接再导入")
        parser.add_argument("--community", default="", help="社区代码；只有一个社区时可以不写")
        parser.add_argument("--sheet", default="", help="工作表名称；不写则取第一张有表头的")
        parser.add_argument("--accept-warnings", action="store_true", help="历史名录：校验位不对的代码也收下，标为「待核」")
        parser.add_argument("--create-parks", action="store_true", help="按名录新建档案里没有的园区")
        parser.add_argument("--strict", action="store_true", help="有一行不能导入就都不写入")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        scope = Scope(
            _community(options["community"]), None, timezone.now(), options["accept_warnings"], options["create_parks"], path.name
        )  # fmt: skip
        table = table_named("enterprises")
        try:
            plan = planning.understood(table, read(path.read_bytes()), wanted=options["sheet"])
        except SheetRefused as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"打不开「{path}」：{_why(error)}。") from error
        written = _carry_out(plan, table, scope, commit=options["commit"], strict=options["strict"])
        self._tell(plan, table, scope.community, commit=options["commit"], written=written)
        if options["report"]:
            self._keep(plan, table, options["report"])
        self.stdout.write(json.dumps(plan.counts()))
        if options["commit"] and not written:
            raise CommandError("没有写入：有行出错而用了 --strict，或没有一行可以导入。")

    def _tell(self, plan: Plan, table: Table, community: Community, *, commit: bool, written: bool) -> None:
        done = "已导入" if written else "没有写入，检查" if commit else "检查"
        self.stdout.write(f"{done}「{community.name}」，工作表「{plan.sheet}」，共 {len(plan.rows)} 行。")
        if plan.ignored:
            self.stdout.write(f"没有用到的列：{'、'.join(plan.ignored)}。")
        for remark in plan.remarks:
            self.stdout.write(f"{remark}。")
        # errors first: a screen full of remarks must not hide them
        lines = [line for level in Level for line in _lines(plan, table, level)]
        for line in lines[:SHOWN]:
            self.stdout.write(f"  {line}")
        if len(lines) > SHOWN:
            self.stdout.write(f"  …… 还有 {len(lines) - SHOWN} 条，用 --report 写成表格查看。")

    def _keep(self, plan: Plan, table: Table, path: Path) -> None:
        content = staging.refused(plan, table)
        if content is None:
            self.stdout.write("没有退回的行。")
            return
        try:
            path.write_bytes(content)
        except OSError as error:
            self.stderr.write(f"退回的行写不到「{path}」：{_why(error)}。可用 --report 指定别处。")
        else:
            self.stdout.write(f"退回的 {plan.counts()['refused'] + plan.held()} 行：{path}")


def _carry_out(plan: Plan, table: Table, scope: Scope, *, commit: bool, strict: bool) -> bool:
    """Decide, and write where that was asked for. Returns whether anything could be written."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '300s'; SET LOCAL idle_in_transaction_session_timeout = '600s'")
        planning.decide(plan, table, scope)
        counts = plan.counts()
        useful = counts["create"] + counts["update"] + counts["same"] > 0
        if commit and useful and not (strict and (counts["refused"] or plan.held())):
            table.carry_out(plan.rows, scope)
            return True
        transaction.set_rollback(True)
    return False


def _community(code: str) -> Community:
    communities = list(Community.objects.order_by("code"))
    listed = "、".join(f"{community.code}（{community.name}）" for community in communities) or "还没有社区"
    if code:
        named = [community for community in communities if community.code == code]
        if not named:
            raise CommandError(f"没有代码为「{code}」的社区；现有：{listed}。")
        return named[0]
    if len(communities) != 1:
        raise CommandError(f"请用 --community 写明导入到哪个社区；现有：{listed}。")
    return communities[0]


def _lines(plan: Plan, table: Table, level: Level) -> list[str]:
    """One line per reason, with the rows it concerns: a park that is missing is missing a hundred times."""
    labels = {column.code: column.label for column in table.columns}
    rows: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for row in plan.rows:
        for problem in row.problems:
            if problem.level is level:
                value = shown(row.cells.get(problem.column))
                rows[labels.get(problem.column, ""), "" if value in problem.reason else f"「{value}」", problem.reason].append(row.number)
    lines = []
    for (column, value, reason), numbers in rows.items():
        where = "、".join(str(number) for number in numbers[:ROWS_NAMED])
        more = f" 等 {len(numbers)} 行" if len(numbers) > ROWS_NAMED else " 行"
        lines.append(f"{level.label} 第 {where}{more} {column}{value}：{reason}")
    return lines


def _why(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "没有这个文件"
        case PermissionError():
            return "没有权限"
        case IsADirectoryError():
            return "这是一个文件夹"
        case _:
            return error.strerror or str(error)
