"""python manage.py import_roster 名录.xlsx --community MC"""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import defaultdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from community.models import Community
from exchange import problems
from exchange.roster import Problem, Report, import_roster
from exchange.sheets import SheetRefused

SHOWN = 50
ROWS_NAMED = 5


class Command(BaseCommand):
    help = """导入企业名录（.xlsx 或 CSV：UTF-8、UTF-8-BOM、GBK）。

须有「企业名称」和「统一社会信用代码」两列，可有「园区」「楼宇」「房号」「地址」；常见的其他表头写法、表头上方的标题行都认得。
按信用代码新增或更新，可以重复导入；出错的行列出原因并跳过，其余在一个事务里写入。
园区对不上档案的企业先放入「待核园区」并给出提示；改正后重导即归位。用 --create-parks 可按名录新建园区。"""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="名录文件")
        parser.add_argument("--community", default="", help="社区代码；只有一个社区时可以不写")
        parser.add_argument("--sheet", default="", help="工作表名称；不写则取第一张有表头的")
        parser.add_argument("--accept-warnings", action="store_true", help="历史名录：代码未通过校验的也收下，标为「待核」")
        parser.add_argument("--create-parks", action="store_true", help="按名录新建档案里没有的园区")
        parser.add_argument("--check", action="store_true", help="只检查，不写入")
        parser.add_argument("--report", type=Path, default=None, help="问题清单写到哪里；默认写在名录旁边")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        community = self._community(options["community"])
        try:
            report = import_roster(
                path,
                community=community,
                at=timezone.now(),
                by=None,
                sheet=options["sheet"],
                accept_warnings=options["accept_warnings"],
                create_parks=options["create_parks"],
                check_only=options["check"],
            )
        except SheetRefused as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"打不开「{path}」：{_why(error)}。") from error
        self._tell(report, community, check=options["check"])
        if report.problems:
            self._keep(report, options["report"] or path.with_name(f"{path.stem}-导入问题.xlsx"))
        if report.errors and not report.entered:
            raise CommandError("没有一行可以导入。")

    def _community(self, code: str) -> Community:
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

    def _tell(self, report: Report, community: Community, *, check: bool) -> None:
        outcome = report.outcome
        done = "检查" if check else "导入"
        self.stdout.write(
            f"{done}到「{community.name}」，工作表「{report.sheet}」，共 {report.rows} 行："
            f"新增 {len(outcome.created)}，更新 {len(outcome.updated)}，无变化 {len(outcome.unchanged)}，"
            f"错误 {len(report.errors)}，提示 {len(report.remarks)}。"
        )
        if report.created_parks:
            self.stdout.write(f"新建园区 {len(report.created_parks)} 个：{'、'.join(report.created_parks[:20])}。")
        # errors first: a screen full of remarks must not hide them
        lines = [*_lines("错误", report.errors), *_lines("提示", report.remarks)]
        for line in lines[:SHOWN]:
            self.stdout.write(f"  {line}")
        if len(lines) > SHOWN:
            self.stdout.write(f"  …… 还有 {len(lines) - SHOWN} 条，见问题清单。")
        if check:
            self.stdout.write("只检查，没有写入。")

    def _keep(self, report: Report, path: Path) -> None:
        try:
            problems.write(path, report.problems)
        except OSError as error:
            self.stderr.write(f"问题清单写不到「{path}」：{_why(error)}。可用 --report 指定别处。")
        else:
            self.stdout.write(f"问题清单：{path}")


def _lines(level: str, problems: list[Problem]) -> list[str]:
    """One line per reason, with the rows it concerns: a park that is missing is missing a hundred times."""
    rows: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for problem in problems:
        value = "" if not problem.value or problem.value in problem.reason else f"「{problem.value}」"
        rows[problem.column, value, problem.reason].append(problem.row)
    lines = []
    for (column, value, reason), numbers in rows.items():
        where = "、".join(str(number) for number in numbers[:ROWS_NAMED])
        more = f" 等 {len(numbers)} 行" if len(numbers) > ROWS_NAMED else " 行"
        lines.append(f"{level} 第 {where}{more} {column}{value}：{reason}")
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
