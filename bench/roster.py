"""22,000 enterprises in and out: `python -m bench roster`.

Wanted (issue of the rosters): preview ≤ 2 × and commit ≤ 3 × calamine + plain validation + COPY upsert of the same run, at least 15 × faster
than a tuned django-import-export, export ≥ 1.5 × faster than openpyxl write-only. Each contender runs in a process of its own, so
that its peak memory is its own; the peers live in a virtual environment of their own.

There are two floors: a table with nothing but its unique code, and one with the columns and indexes an enterprise is found by. The peer,
too, runs twice: bare (bulk, no diff, references remembered), and as it would have to run here: with its models cleaned
(`clean_model_instances`), because a wrong row is to be refused with its reason, and with the same indexes. Like is held against like:
its dry run and import against our preview and commit, its import alone against our way without a preview (`import_roster --commit`).
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import venv
from pathlib import Path

import xlsxwriter
from stdnum.cn.uscc import calc_check_digit

from bench import databases
from bench.databases import DATA
from mengchuang import embedded

NAME = "bench_roster"
ROWS, PARKS, WRONG = 22_000, 62, 100
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
PEERS = ("django-import-export==4.4.3", "openpyxl==3.1.5", "tablib==3.8.0", "psycopg2-binary==2.9.13", "Django==5.2.19")
HEADINGS = (
    "企业名称", "统一社会信用代码", "所属园区", "楼宇", "房号", "注册地址", "法定代表人", "注册资本（万元）", "成立日期", "行业代码", "从业人数", "企业规模",
)  # fmt: skip
PEER_RUNS = ("import_export", "import_export_dry", "import_export_checked", "openpyxl_out")
WORDS_OF = {
    "limit": "底线：calamine + 校验 + COPY 更新", "limit_indexed": "底线，同样的列和索引", "preview": "预览", "commit": "写入", "straight": "不预览直接写入",
    "import_export": "django-import-export，不校验、无索引", "import_export_dry": "django-import-export，试运行（校验）",
    "import_export_checked": "django-import-export，校验、同样的索引", "out": "导出 xlsx（含查询）", "openpyxl_out": "openpyxl write-only（数据在内存）",
}  # fmt: skip
#: label, what stands above the line, what below, what is wanted
RATIOS = (
    ("预览 ÷ 底线", ["preview"], ["limit"], "要求 ≤ 2"),
    ("写入 ÷ 底线", ["commit"], ["limit"], "要求 ≤ 3"),
    ("预览 ÷ 有索引的底线", ["preview"], ["limit_indexed"], ""),
    ("写入 ÷ 有索引的底线", ["commit"], ["limit_indexed"], ""),
    ("同类（试运行 + 写入）÷（预览 + 写入）", ["import_export_dry", "import_export_checked"], ["preview", "commit"], "要求 ≥ 15"),
    ("同类写入 ÷ 直接写入", ["import_export_checked"], ["straight"], "要求 ≥ 15"),
    ("不校验、无索引的同类 ÷ 直接写入", ["import_export"], ["straight"], ""),
    ("openpyxl ÷ 导出", ["openpyxl_out"], ["out"], "要求 ≥ 1.5"),
)
WORDS = "华云海科智数信光电材文传软新能生医设咨远航启明星辰"


def main() -> None:
    embedded.ensure(DATA)
    databases.create(NAME)
    sheet = DATA / "roster.xlsx"
    _write(sheet)
    here = databases.environment(NAME) | {"ROSTER": str(sheet), "ROUNDS": str(ROUNDS)}
    found = {
        name: _run(sys.executable, f"from bench.roster_runs import {name}; {name}()", here)
        for name in ("limit", "limit_indexed", "preview", "commit", "straight", "out")
    }
    peer = _peers()
    if peer is not None:
        url = databases.named(embedded.addresses(DATA).owner_url, NAME)
        there = os.environ | {"ROSTER": str(sheet), "ROUNDS": "1", "PEER_DATABASE": url}
        found |= {name: _run(str(peer), f"from bench.roster_peers import {name}; {name}()", there) for name in PEER_RUNS}
    _report(found)
    embedded.stop(DATA)


def _write(path: Path) -> None:
    """Codes of digits that add up, but for every hundredth row."""
    chance = random.Random(22)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("名录")
        sheet.write_row(0, 0, HEADINGS)
        for n in range(ROWS):
            stem = f"91330110MA{n:07d}"
            code = stem + (calc_check_digit(stem) if n % WRONG else "#")
            name = "杭州" + "".join(chance.choices(WORDS, k=4)) + chance.choice(("科技", "信息", "文化", "网络")) + "有限公司"
            place = (f"园区{n % PARKS}", f"{n % 9 + 1}幢", str(100 + n % 900), f"杭州市余杭区文一西路 {n} 号")
            facts = ("张三", n % 1000 + 0.5, f"{2000 + n % 25}-03-{n % 28 + 1:02d}", "6513", n % 200, "小型")
            sheet.write_row(n + 1, 0, (name, code, *place, *facts))


def _run(python: str, code: str, env: dict[str, str]) -> dict[str, float]:
    """`{seconds, rows, peak_mib}` as the last line of the child says."""
    prelude = "import django; django.setup(); " if "roster_runs" in code else ""
    done = subprocess.run([python, "-c", prelude + code], env=env, check=True, stdout=subprocess.PIPE, text=True)
    said: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return said


def _peers() -> Path | None:
    """The interpreter of the peers' environment, made when first needed; None where nothing can be installed."""
    home = DATA / "peers"
    python = home / "bin" / "python"
    if not (home / ".ready").exists():
        venv.create(home, with_pip=True, clear=True)
        if subprocess.run([python, "-m", "pip", "install", "-q", *PEERS], check=False).returncode:
            print("同类软件装不上（没有网络？），这次只与底线相比。")
            return None
        (home / ".ready").touch()
    return python


def _report(found: dict[str, dict[str, float]]) -> None:
    print(f"\n{ROWS:,} 行 × {len(HEADINGS)} 列，{ROUNDS} 轮中位数（同类软件一轮）")
    for name, row in found.items():
        print(
            f"{WORDS_OF[name]:40}{row['seconds']:8.2f} 秒  处理器 {row['cpu']:7.2f} 秒  {row['rows']:7,.0f} 行"
            f"  峰值内存 {row['peak_mib']:.0f} + {row['child_mib']:.0f} MiB"
        )
    print(f"\n{'':60}{'钟表':>8}{'处理器':>8}")
    for label, over, under, wanted in RATIOS:
        if {*over, *under} <= found.keys():
            by = (sum(found[name][unit] for name in over) / sum(found[name][unit] for name in under) for unit in ("seconds", "cpu"))
            print(f"{label:60}{''.join(f'{ratio:8.2f}' for ratio in by)}   {wanted}")
