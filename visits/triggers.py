"""What a version of a class says under `triggers`: a selector with its parameters, a deadline, and how often it comes round again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from visits.models.classes import MOST_WORKDAYS
from visits.selectors import SELECTORS, Selector
from wording.errors import FactsMissing

#: Periods of the calendar: label, months.
PERIODS = {"month": ("每月一次", 1), "quarter": ("每季度一次", 3), "half_year": ("每半年一次", 6)}
MOST_DAYS = 366


@dataclass(frozen=True)
class Trigger:
    """`workdays` None: until the last working day of the period. `every`: "", "days:7", or a period."""

    selector: Selector
    params: dict[str, Any] = field(default_factory=dict, hash=False)
    workdays: int | None = None
    every: str = ""

    @property
    def code(self) -> str:
        """Its name among those of the class; what a matter is known by whatever the other numbers become."""
        tells = self.selector.tells_apart
        return f"{self.selector.code}:{self.params[tells]}" if tells else self.selector.code

    @property
    def every_days(self) -> int | None:
        return int(self.every[5:]) if self.every.startswith("days:") else None

    @property
    def term(self) -> str:
        """Which line of the table of deadlines: so many working days, or the end of a period."""
        return f"n{self.workdays}" if self.workdays is not None else self.every

    @property
    def label(self) -> str:
        words = self.selector.said(self.params)
        within = f"{self.workdays} 个工作日内" if self.workdays is not None else "期内"
        again = PERIODS[self.every][0] if self.every in PERIODS else f"每 {self.every_days} 天一次" if self.every else ""
        return "，".join(word for word in (words, f"{within}走访", again) if word)

    def as_json(self) -> dict[str, Any]:
        return {"selector": self.selector.code, "params": self.params, "workdays": self.workdays, "every": self.every}


def read(raw: Sequence[Mapping[str, Any]]) -> tuple[Trigger, ...]:
    """What was typed or is on file, checked. Raises FactsMissing with `triggers` or `trigger-<place>-<name>` in its fields."""
    problems: dict[str, str] = {}
    found: list[Trigger] = []
    for place, row in enumerate(raw):
        trigger = _one(row, f"trigger-{place}", problems)
        if trigger is not None:
            found.append(trigger)
    codes = [trigger.code for trigger in found]
    for place, code in enumerate(codes):
        if code in codes[:place]:
            problems[f"trigger-{place}-selector"] = "同一个触发条件只写一次"
    if not raw:
        problems["triggers"] = "至少写一个触发条件"
    if problems:
        raise FactsMissing("触发条件还有内容需要更正。", fields=problems)
    return tuple(found)


def on_file(rows: Sequence[Mapping[str, Any]]) -> tuple[Trigger, ...]:
    """Of a version that was checked when it was set. A parameter that came later has its default; a selector that is gone selects nobody."""
    return tuple(_as_set(SELECTORS[row["selector"]], row) for row in rows if row["selector"] in SELECTORS)


def _as_set(selector: Selector, row: Mapping[str, Any]) -> Trigger:
    params = {each.code: row["params"].get(each.code, each.default) for each in selector.parameters}
    return Trigger(selector, params, row["workdays"], row["every"])


def _one(row: Mapping[str, Any], name: str, problems: dict[str, str]) -> Trigger | None:
    selector = SELECTORS.get(str(row.get("selector", "")))
    if selector is None:
        problems[f"{name}-selector"] = "请从列出的触发条件里选"
        return None
    given = row.get("params")
    params: dict[str, Any] = {}
    for parameter in selector.parameters:
        value = parameter.read(given.get(parameter.code, parameter.default) if isinstance(given, Mapping) else parameter.default)
        if value is None:
            problems[f"{name}-{parameter.code}"] = parameter.wanted
        params[parameter.code] = value
    every, workdays = str(row.get("every") or ""), _whole(row.get("workdays"))
    if not _is_cadence(every):
        problems[f"{name}-every"] = f"请选每月、每季度、每半年，或 1–{MOST_DAYS} 天"
    elif every and not selector.standing:
        problems[f"{name}-every"] = "这个触发条件只发生一次，不能重复"
    if row.get("workdays") in (None, ""):
        workdays = None
        if every not in PERIODS:
            problems[f"{name}-workdays"] = "请填写几个工作日内走访（按月、季度、半年重复的可以留空，到期末为止）"
    elif workdays is None or not 1 <= workdays <= MOST_WORKDAYS:
        problems[f"{name}-workdays"] = f"请填 1–{MOST_WORKDAYS} 的整数"
    if any(key.startswith(f"{name}-") for key in problems):
        return None
    return Trigger(selector, params, workdays, every)


def _is_cadence(every: str) -> bool:
    if every in PERIODS or not every:
        return True
    days = _whole(every[5:]) if every.startswith("days:") else None
    return days is not None and 1 <= days <= MOST_DAYS


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None
