"""What is typed on the pages of the evaluation; the subject checks it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from enterprises.metrics import period_label
from evaluations.defaults import usual
from evaluations.indicators import Indicator, offered
from evaluations.models import Scheme
from evaluations.schemes import MOST_GRADES
from evaluations.states import Better, Missing, Scoring, Ties
from portal.told_forms import ToldForm
from wording.errors import Refused


class ObjectionForm(ToldForm):
    indicator = forms.ChoiceField(label="对哪一项", required=False, help_text="说得出是哪一项，答复更快")
    reason = forms.CharField(
        label="理由", widget=forms.Textarea(attrs={"rows": 4, "maxlength": 1000}), help_text="写明哪里不对、以什么为准，如租约、认定文件"
    )

    def __init__(self, typed: QueryDict | None, indicators: list[tuple[str, str]], **rest: Any) -> None:
        super().__init__(typed, **rest)
        self.fields["indicator"].choices = [("", "整体结果"), *indicators]  # type: ignore[attr-defined]


class AnswerForm(ToldForm):
    upheld = forms.ChoiceField(label="是否采纳", choices=[("", "请选择"), ("yes", "采纳"), ("no", "不采纳")])
    corrected = forms.CharField(
        label="更正为", required=False, widget=forms.TextInput(attrs={"inputmode": "decimal", "maxlength": 18}),
        help_text="采纳且数值有误才填，填后立即重新计分",
    )  # fmt: skip
    answer = forms.CharField(label="答复", widget=forms.Textarea(attrs={"rows": 3, "maxlength": 1000}))


class SchemeForm(ToldForm):
    name = forms.CharField(label="方案名称", widget=forms.TextInput(attrs={"maxlength": 40}))
    from_on = forms.CharField(
        label="起用日期", widget=forms.TextInput(attrs={"type": "date"}), help_text="今天或以后；之前的一版用到前一天，已评的各期不变"
    )
    ties = forms.ChoiceField(label="同分压线时", choices=Ties.choices, help_text="得分相同又跨名额的，一起就高或就低")
    objection_workdays = forms.CharField(
        label="公示期（工作日）", widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 2}), help_text="1–30，从公示次日起算"
    )
    note = forms.CharField(
        label="说明", required=False, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 1000}), help_text="运营方看得到"
    )


def raw_scheme(typed: QueryDict) -> dict[str, Any]:
    """The form as the subject reads it."""
    indicators = [
        {name: typed.get(f"{name}-{each.code}", "") for name in ("weight", "scoring", "steps", "missing")} | {"code": each.code}
        for each in offered() if typed.get(f"use-{each.code}")
    ]  # fmt: skip
    grades = [{"label": typed.get(f"grade-{place}", ""), "quota": typed.get(f"quota-{place}", "")} for place in range(MOST_GRADES)]
    return typed.dict() | {"indicators": indicators, "grades": [row for row in grades if row["label"].strip() or row["quota"].strip()]}


def typed_scheme(scheme: Scheme | None, community: str, from_on: str) -> QueryDict:
    """A scheme as the form would have sent it; the usual one where there is none."""
    raw = usual() if scheme is None else _told(scheme)
    typed = QueryDict(mutable=True)
    typed.update(
        {"community": community, "from_on": from_on} | {name: raw[name] for name in ("name", "note", "ties", "objection_workdays")}
    )
    for row in raw["indicators"]:
        typed[f"use-{row['code']}"] = "on"
        for name in ("weight", "scoring", "steps", "missing"):
            typed[f"{name}-{row['code']}"] = row[name]
    for place, row in enumerate(raw["grades"]):
        typed[f"grade-{place}"], typed[f"quota-{place}"] = row["label"], row["quota"]
    return typed


def _told(scheme: Scheme) -> dict[str, Any]:
    return {
        "name": scheme.name, "note": scheme.note, "ties": scheme.ties, "objection_workdays": str(scheme.objection_workdays),
        "indicators": [
            {
                "code": row.code, "weight": plain(row.weight), "scoring": row.scoring, "missing": row.missing,
                "steps": "，".join(f"{limit}:{gained}" for limit, gained in row.steps),
            }
            for row in sorted(scheme.indicators.all(), key=lambda row: row.rank)
        ],
        "grades": [{"label": row.label, "quota": plain(row.quota)} for row in sorted(scheme.grades.all(), key=lambda row: row.place)],
    }  # fmt: skip


def indicator_rows(typed: QueryDict, refusal: Refused | None) -> list[dict[str, Any]]:
    """One line an indicator of the editor, with what was typed and what is wrong with it."""
    problems = refusal.fields if refusal is not None else {}
    return [
        {
            "row": each, "on": bool(typed.get(f"use-{each.code}")), "better": Better(each.better).label,
            "weight": typed.get(f"weight-{each.code}", ""), "scoring": typed.get(f"scoring-{each.code}", Scoring.MINMAX),
            "steps": typed.get(f"steps-{each.code}", ""), "missing": typed.get(f"missing-{each.code}", Missing.ZERO),
            "problems": [text for name in ("weight", "steps") for text in problems.get(f"{name}-{each.code}", ())],
            "example": _example(each),
        }
        for each in offered()
    ]  # fmt: skip


def _example(indicator: Indicator) -> str:
    return "如 20:60，10:80，5:100" if indicator.better == Better.LOW else "如 60:60，80:80，95:100"


def grade_rows(typed: QueryDict) -> list[dict[str, Any]]:
    return [
        {"place": place, "label": typed.get(f"grade-{place}", ""), "quota": typed.get(f"quota-{place}", "")} for place in range(MOST_GRADES)
    ]


def period_options(periods: list[str]) -> list[tuple[str, str]]:
    return [(period, period_label(period)) for period in periods]


def plain(value: Any) -> str:
    return f"{value.normalize():f}"
