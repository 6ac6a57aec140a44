"""One park's result: what it got and why, what would change its grade, how the others are spread; objecting, answering, printing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

import notices
from community import held
from community.kinds import PostKind
from evaluations import objections, reading
from evaluations.models import Objection, Result
from evaluations.states import Better, RoundState
from evaluations.what_if import Move, Option
from parks.models import Park
from portal.evaluation_forms import AnswerForm, ObjectionForm
from portal.evaluations import COLOURS, READERS, grade_colour
from portal.rights import only
from wording.errors import FactsMissing, Refused, StateConflict


@dataclass(frozen=True)
class Attempt:
    """A form that was refused: an objection, or the answer to one (`answering`, its key)."""

    refusal: Refused
    answering: int = 0


@only(*READERS)
@require_GET
def result(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    return _page(request, found(request, pk, code))


def found(request: HttpRequest, pk: int, code: str) -> Result:
    rows = Result.objects.visible_to(request.user).select_related("round__community", "round__scheme", "park__operator", "grade")
    row: Result | None = rows.filter(round=pk, park__code=code[:20]).first()
    if row is None:
        raise Http404("没有这个结果，或您无权查看。")
    return row


def _page(request: HttpRequest, row: Result, attempt: Attempt | None = None) -> HttpResponse:
    user, now, round_ = request.user, timezone.now(), row.round
    notices.seen(user, reverse("evaluation", args=[round_.pk]), now)
    operates = bool(held(user, PostKind.OPERATOR)) and Park.objects.run_by(user).filter(pk=row.park_id).exists()
    leads = any(post.community_id == round_.community_id for post in held(user, PostKind.LEADER))
    open_ = round_.state == RoundState.SHOWN and round_.objections_until_at is not None and now <= round_.objections_until_at
    asked = Objection.objects.visible_to(user).filter(round=round_, park=row.park_id).select_related("indicator", "filed_by", "answered_by")
    facts = shown(row, request) | {
        "now": now, "leads": leads, "may_object": operates and open_, "operates": operates,
        "objections": [_objection(each, leads and round_.state == RoundState.SHOWN, request, attempt) for each in asked.order_by("filed_at")],
        "form": _form(row, request, attempt) if operates and open_ else None, "earlier": reading.earlier(row, user),
    }  # fmt: skip
    return render(request, "evaluations/result.html", facts, status=attempt.refusal.status_hint if attempt else 200)


def _form(row: Result, request: HttpRequest, attempt: Attempt | None) -> ObjectionForm:
    refusal = attempt.refusal if attempt and not attempt.answering else None
    choices = [(each.code, each.meaning.label) for each in sorted(row.round.scheme.indicators.all(), key=lambda each: each.rank)]
    return ObjectionForm(request.POST if refusal else None, choices, refusal=refusal, auto_id="objection-%s")


def _objection(row: Objection, answers: bool, request: HttpRequest, attempt: Attempt | None) -> dict[str, Any]:
    refusal = attempt.refusal if attempt and attempt.answering == row.pk else None
    form = (
        AnswerForm(request.POST if refusal else None, refusal=refusal, auto_id=f"answer-{row.pk}-%s")
        if answers and row.answered_at is None
        else None
    )
    corrected = None if row.corrected is None else _plain(row.corrected)
    return {"row": row, "form": form, "corrected": corrected, "label": row.indicator.meaning.label if row.indicator else "整体结果"}


def shown(row: Result, request: HttpRequest) -> dict[str, Any]:
    """What page and paper share."""
    card = reading.card(row, request.user)
    moves = [_option(each, card.grades) for each in card.options]
    gains = [each for each in moves if each["next"]]
    return {
        "result": row, "round": row.round, "card": card, "colour": COLOURS[RoundState(row.round.state)], "grade_colour": grade_colour(row),
        "sheet_query": f"round={row.round_id}&park={row.park.code}", "gains": gains, "idle": [each for each in moves if not each["next"]], "first": gains[0] if gains else None,
        "is_best": bool(row.grade and row.grade.place == 0),
    }  # fmt: skip


def _option(each: Option, grades: list[str]) -> dict[str, Any]:
    unit = each.indicator.unit
    return {
        "each": each, "indicator": each.indicator, "unit": unit, "better": Better(each.rule.better),
        "next": _move(each.next, grades), "best": _move(each.best, grades) if each.best != each.next else None,
        "furthest": _move(each.furthest, grades),
    }  # fmt: skip


def _move(move: Move | None, grades: list[str]) -> dict[str, Any] | None:
    if move is None:
        return None
    change = "" if move.change is None else f"{'+' if move.change > 0 else '−'}{_plain(abs(move.change))}"
    return {
        "raw": _plain(move.raw),
        "change": change,
        "grade": grades[move.standing.grade],
        "score": move.standing.score,
        "rank": move.standing.rank,
    }


def _plain(value: Decimal) -> str:
    """At most two decimals: what is asked of a park is rounded towards what is harder nowhere, since steps are no finer."""
    return f"{value.quantize(Decimal('0.0001')).normalize():f}"


@only(PostKind.OPERATOR)
@require_POST
def object_(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    row = found(request, pk, code)
    try:
        objections.file(row, request.POST.dict(), by=request.user, at=timezone.now())
    except (FactsMissing, StateConflict) as refusal:
        return _refused(request, row, Attempt(refusal))
    messages.success(request, "异议已提交，社区负责人答复后会通知您。")
    return HttpResponseRedirect(_address(row) + "#objections")


@only(PostKind.LEADER)
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    objection = Objection.objects.visible_to(request.user).select_related("park").filter(pk=pk).first()
    if objection is None:
        raise Http404("没有这条异议，或您无权查看。")
    row = found(request, objection.round_id, objection.park.code)
    try:
        answered = objections.answer(objection, request.POST.dict(), by=request.user, at=timezone.now())
    except (FactsMissing, StateConflict) as refusal:
        return _refused(request, row, Attempt(refusal, objection.pk))
    messages.success(request, "已答复" + ("，得分和名次已重新计算。" if answered.corrected is not None else "。"))
    return HttpResponseRedirect(_address(row) + "#objections")


def _refused(request: HttpRequest, row: Result, attempt: Attempt) -> HttpResponse:
    if isinstance(attempt.refusal, StateConflict):
        messages.error(request, attempt.refusal.message)
    return _page(request, row, attempt)


def _address(row: Result) -> str:
    return reverse("evaluation-result", args=[row.round_id, row.park.code])


@only(*READERS)
@require_GET
def print_(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    row = found(request, pk, code)
    asked = (
        Objection.objects.visible_to(request.user)
        .filter(round=row.round, park=row.park_id)
        .select_related("indicator")
        .order_by("filed_at")
    )
    facts = shown(row, request) | {
        "now": timezone.now(),
        "objections": [{"row": each, "label": each.indicator.meaning.label if each.indicator else "整体结果"} for each in asked],
    }
    return render(request, "evaluations/print.html", facts)
