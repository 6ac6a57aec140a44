"""22,000 enterprises × 8 metrics in: `python -m bench figures`.

Wanted: preview and commit together within 3 × calamine + plain validation + COPY upsert into a table of the same columns, in the same run. Each
contender runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import xlsxwriter
from stdnum.cn.uscc import calc_check_digit

from bench import databases
from bench.databases import DATA
from bench.roster import ROUNDS, _run
from mengchuang import embedded

NAME = "bench_figures"
ROWS = 22_000
METRICS = (
    "营业收入（万元）",
    "增加值（万元）",
    "实缴税金（万元）",
    "财政贡献（万元）",
    "研发费用（万元）",
    "发明专利（件）",
    "从业人员（人）",
    "综合能耗（吨标准煤）",
)


def main() -> None:
    embedded.ensure(DATA)
    databases.create(NAME)
    sheet = DATA / "figures.xlsx"
    _write(sheet)
    env = databases.environment(NAME) | {"ROSTER": str(sheet), "ROUNDS": str(ROUNDS)}
    found = {
        name: _run(sys.executable, f"import django; django.setup(); from bench.figures_runs import {name}; {name}()", env)
        for name in ("limit", "ours")
    }
    _report(found)
    embedded.stop(DATA)


def codes() -> list[str]:
    return [stem + calc_check_digit(stem) for stem in (f"91330110MA{n:07d}" for n in range(ROWS))]


def _write(path: Path) -> None:
    chance = random.Random(22)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("指标")
        sheet.write_row(0, 0, ("统一社会信用代码", "期间", *METRICS))
        for n, code in enumerate(codes()):
            money = [round(chance.lognormvariate(5, 2), 2) for _ in range(5)]
            sheet.write_row(
                n + 1, 0, (code, "2025", *money, chance.randint(0, 40), chance.randint(1, 400), round(chance.random() * 900, 2))
            )


def _report(found: dict[str, dict[str, float]]) -> None:
    words = {"limit": "底线：calamine + 校验 + COPY 更新", "ours": "预览 + 写入（含历史与更替）"}
    print(f"\n{ROWS:,} 家 × {len(METRICS)} 项，{ROUNDS} 轮中位数")
    for name, row in found.items():
        print(
            f"{words[name]:34}{row['seconds']:8.2f} 秒  {row['rows']:7,.0f} 个数  峰值内存 {row['peak_mib']:.0f} + {row.get('child_mib', 0):.0f} MiB"
        )
    print(f"{'（预览 + 写入）÷ 底线':40}{found['ours']['seconds'] / found['limit']['seconds']:8.2f}   要求 ≤ 3")
