"""园区评价: the rounds, one round with all its parks for office and street, and the leader's deeds."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

import notices
from community import held
from community.kinds import PostKind
from community.models import Community
from evaluations import reading, rounds, schemes
from evaluations.models import Objection, Result, Round
from evaluations.states import RoundState
from portal.evaluation_forms import period_options
from portal.rights import OFFICE, only
from wording.errors import FactsMissing, NotFound, Refused, StateConflict

READERS = (*OFFICE, PostKind.STREET, PostKind.OPERATOR)
COLOURS = {RoundState.DRAFT: "gray", RoundState.SHOWN: "amber", RoundState.PUBLISHED: "green"}
#: From the best grade down.
GRADE_COLOURS = ("green", "blue", "amber", "orange", "red", "red")
MOST = 60


@only(*READERS)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    return _overview(request)


def _overview(request: HttpRequest, refusal: Refused | None = None) -> HttpResponse:
    user, now = request.user, timezone.now()
    found = list(Round.objects.visible_to(user).newest().select_related("community", "scheme")[:MOST])
    everything = set(Community.objects.worked_by(user).values_list("pk", flat=True))
    results = Result.objects.visible_to(user).filter(round__in=found).select_related("park", "grade").by_rank()
    waiting = dict(
        Objection.objects.visible_to(user).waiting().filter(round__in=found).values_list("round").annotate(n=Count("pk")).order_by()
    )
    led = schemes.led(user) if held(user, PostKind.LEADER) else {}
    facts = {
        "rows": [_line(row, [each for each in results if each.round_id == row.pk], row.community_id in everything, waiting) for row in found],
        "led": list(led.values()), "periods": period_options(schemes.periods(timezone.localtime(now).date())), "now": now,
        "refusal": refusal, "typed": request.POST, "several": len({row.community_id for row in found}) > 1, "all": bool(everything),
    }  # fmt: skip
    return render(request, "evaluations/list.html", facts, status=refusal.status_hint if refusal else 200)


def _line(row: Round, results: list[Result], whole: bool, waiting: dict[int, int]) -> dict[str, Any]:
    counts: dict[str, int] = {}
    for each in sorted(results, key=lambda each: each.grade.place if each.grade else 99):
        counts[each.grade.label if each.grade else "不参评"] = counts.get(each.grade.label if each.grade else "不参评", 0) + 1
    return {
        "round": row, "colour": COLOURS[RoundState(row.state)], "whole": whole, "results": results, "counts": list(counts.items()),
        "waiting": waiting.get(row.pk, 0),
    }  # fmt: skip


@only(PostKind.LEADER)
@require_POST
def measure(request: HttpRequest) -> HttpResponse:
    """`community`, `period`: reckon for the first time, or a draft again."""
    try:
        made = rounds.begin(request.POST.dict(), by=request.user, at=timezone.now())
    except (FactsMissing, StateConflict) as refusal:
        return _overview(request, refusal)
    messages.success(request, f"{made}已测算，请核对后公示。")
    return redirect("evaluation", made.pk)


@only(*READERS)
@require_GET
def evaluation(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, found(request, pk))


def found(request: HttpRequest, pk: int) -> Round:
    row: Round | None = (
        Round.objects.visible_to(request.user)
        .select_related("community", "scheme", "shown_by", "published_by", "measured_by")
        .filter(pk=pk)
        .first()
    )
    if row is None:
        raise Http404("没有这一期评价，或您无权查看。")
    return row


def _page(request: HttpRequest, row: Round, refusal: Refused | None = None) -> HttpResponse:
    """An operator with one park in it goes straight to its result."""
    user, now = request.user, timezone.now()
    notices.seen(user, request.path, now)
    results = list(Result.objects.visible_to(user).filter(round=row).by_rank().select_related("park", "grade", "park__operator"))
    whole = reading.reads_all(user, row)
    if not whole and len(results) == 1 and refusal is None:
        return redirect("evaluation-result", row.pk, results[0].park.code)
    asked = (
        Objection.objects.visible_to(user)
        .filter(round=row)
        .select_related("park", "indicator", "filed_by")
        .order_by("answered_at", "filed_at")
    )
    leads = any(post.community_id == row.community_id for post in held(user, PostKind.LEADER))
    objections = list(asked)
    facts = {
        "round": row, "colour": COLOURS[RoundState(row.state)], "whole": whole, "leads": leads, "now": now, "refusal": refusal,
        "rows": [_result_line(each, before, objections) for each, before in with_earlier(row, results)], "objections": objections,
        "waiting": sum(each.answered_at is None for each in objections), "asked": f"round={row.pk}", "over": bool(row.objections_until_at and now > row.objections_until_at),
        "rules": sorted(row.scheme.indicators.all(), key=lambda each: each.rank), "grades": sorted(row.scheme.grades.all(), key=lambda each: each.place),
    }  # fmt: skip
    return render(request, "evaluations/round.html", facts, status=refusal.status_hint if refusal else 200)


def with_earlier(row: Round, results: list[Result]) -> list[tuple[Result, Result | None]]:
    """Each with the same park's result of the round before of the same kind of period."""
    before = Round.objects.filter(community=row.community, period__lt=row.period, state=RoundState.PUBLISHED)
    before = before.filter(period__contains="Q") if "Q" in row.period else before.exclude(period__contains="Q")
    last = before.order_by("-period").first()
    known = {each.park_id: each for each in Result.objects.filter(round=last).select_related("grade")} if last else {}
    return [(each, known.get(each.park_id)) for each in results]


def _result_line(row: Result, before: Result | None, objections: list[Objection]) -> dict[str, Any]:
    moved = before.rank - row.rank if before and before.rank and row.rank else 0
    return {
        "row": row, "before": before, "colour": grade_colour(row), "moved": moved, "fell": -moved,
        "objections": sum(each.park_id == row.park_id for each in objections), "waiting": sum(each.park_id == row.park_id and each.answered_at is None for each in objections),
    }  # fmt: skip


def grade_colour(row: Result) -> str:
    return GRADE_COLOURS[min(row.grade.place, len(GRADE_COLOURS) - 1)] if row.grade else "gray"


@only(PostKind.LEADER)
@require_POST
def act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """measure (a draft again), show, publish, discard."""
    row, at = found(request, pk), timezone.now()
    said = {
        "measure": "已重新测算。",
        "show": "已公示，运营方可以查看、提出异议。",
        "publish": "已公布，结果不再变动。",
        "discard": "草稿已删除。",
    }
    if deed not in said:
        raise NotFound("没有这个操作。")
    try:
        if deed == "measure":
            rounds.begin({"community": row.community.code, "period": row.period}, by=request.user, at=at)
        else:
            rounds.DEEDS[deed](row, by=request.user, at=at)
    except StateConflict as refusal:
        return _page(request, found(request, pk), refusal)
    messages.success(request, f"{row}{said[deed]}")
    return HttpResponseRedirect(reverse("evaluations") if deed == "discard" else reverse("evaluation", args=[pk]))
