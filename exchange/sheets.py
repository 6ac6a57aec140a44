"""Reading a spreadsheet somebody sent: the program `exchange.reading` does it, within limits."""

from __future__ import annotations

import marshal
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from exchange.containers import SheetRefused

__all__ = ["Sheet", "SheetRefused", "read"]

SECONDS = 45


@dataclass(frozen=True)
class Sheet:
    """Rows as they stand in the sheet, row 1 first, so that a row's number is its index plus one. `hidden`: numbers of hidden rows."""

    name: str
    rows: list[list[Any]]
    hidden: frozenset[int] = field(default_factory=frozenset)


def read(content: bytes) -> list[Sheet]:
    """All sheets of an xlsx, xls or ods, or the one of a CSV in UTF-8, UTF-16 or GBK. Raises SheetRefused."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "exchange.reading"], input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR, timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise SheetRefused("文件太复杂，读了很久也没读完；请只保留名录所在的工作表后再导入。") from error
    if done.returncode != 0:  # killed by its limits, or crashed
        raise SheetRefused("文件无法打开：过大或已损坏。请用表格软件打开，另存为 .xlsx 再试。")
    answer = marshal.loads(done.stdout)
    if "refused" in answer:
        raise SheetRefused(answer["refused"])
    return [Sheet(name, rows, frozenset(hidden)) for name, rows, hidden in answer["sheets"]]
