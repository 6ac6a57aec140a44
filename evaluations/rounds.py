"""The deeds of a round, all the leader's: reckon, show, publish; a draft may be thrown away. What cannot be undone is written to the trail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

import audit
import notices
import workdays
from accounts.models import User
from community.kinds import PostKind
from community.models import Community, Post
from enterprises.metrics import Span, days_of, period_label, read_period, span_of
from evaluations import schemes
from evaluations.formulas import Measured, Records
from evaluations.models import Objection, Result, Round, Scheme, Value
from evaluations.reckoning import Outcome, measure, reason, reckon
from evaluations.states import RoundState
from parks.models import Park, ParkPost
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict

if TYPE_CHECKING:
    from evaluations.models import SchemeIndicator

PAGE = "/evaluations/"


def begin(raw: Mapping[str, Any], *, by: User, at: datetime) -> Round:
    """Reckon a period for the first time, or again while it is a draft. Raises NotYours, FactsMissing, StateConflict."""
    communities = schemes.led(by)
    community = communities.get(str(raw.get("community", "")), next(iter(communities.values())))
    period = _period(raw.get("period"), at)
    scheme = schemes.for_period(community, period, timezone.localtime(at).date())
    if scheme is None:
        raise FactsMissing("还没有起用的评价方案，请先设定评价方案。", fields={"period": "还没有起用的评价方案"})
    with transaction.atomic():
        Community.objects.select_for_update(no_key=True).get(pk=community.pk)
        round_ = Round.objects.filter(community=community, period=period).first()
        if round_ is None:
            round_ = Round.objects.create(community=community, period=period, scheme=scheme, measured_at=at, measured_by=by)
        _must_be(round_, RoundState.DRAFT, "重新测算")
        Round.objects.filter(pk=round_.pk).update(scheme=scheme, measured_at=at, measured_by=by)
        round_.refresh_from_db()
        _write(round_, measured(round_, at))
        audit.record("evaluation_measured", by=by, at=at, target=_target(round_), detail={"scheme": str(scheme)})
    return round_


def _period(typed: Any, at: datetime) -> str:
    try:
        period = read_period(str(typed or ""))
    except ValidationError as error:
        raise FactsMissing("".join(error.messages), fields={"period": error.messages}) from None
    if span_of(period) is Span.MONTH:
        raise FactsMissing("评价按年或按季度，请写成 2025 或 2025Q3。", fields={"period": "按年或按季度"})
    if days_of(period)[1] >= timezone.localtime(at).date():
        raise FactsMissing(f"{period_label(period)}还没有结束，不能评价。", fields={"period": "这一期还没有结束"})
    return period


def measured(round_: Round, at: datetime) -> dict[str, dict[int, Measured]]:
    """Every indicator of the scheme, from the records."""
    codes = round_.scheme.indicators.order_by("rank").values_list("code", flat=True)
    return measure(Records(round_.community, round_.period, at), list(codes))


def _write(round_: Round, found: Mapping[str, Mapping[int, Measured]]) -> None:
    """The rows of a draft, all of them anew."""
    scheme = Scheme.objects.whole().get(pk=round_.scheme_id)
    outcomes = reckon(schemes.terms(scheme), {code: {park: each.value for park, each in told.items()} for code, told in found.items()})
    Result.objects.filter(round=round_).delete()
    results = {park: Result(round=round_, park_id=park, **_facts(outcome, outcomes, scheme)) for park, outcome in outcomes.items()}
    Result.objects.bulk_create(results.values())
    Value.objects.bulk_create(
        _value(results[park], indicator, found[indicator.code][park], outcome)
        for park, outcome in outcomes.items()
        for indicator in sorted(scheme.indicators.all(), key=lambda row: row.rank)
    )


def _value(result: Result, indicator: SchemeIndicator, told: Measured, outcome: Outcome) -> Value:
    return Value(
        result=result, indicator=indicator, measured=told.value, raw=told.value, said=told.said, members=told.members,
        withheld=told.withheld, points=outcome.points[indicator.code],
    )  # fmt: skip


def _facts(outcome: Outcome, outcomes: Mapping[int, Outcome], scheme: Scheme) -> dict[str, Any]:
    grades = sorted(scheme.grades.all(), key=lambda row: row.place)
    standing, count = outcome.standing, sum(each.standing is not None for each in outcomes.values())
    return {
        "score": standing.score if standing else None, "rank": standing.rank if standing else None,
        "grade": grades[standing.grade] if standing else None, "reason": reason(outcome, schemes.terms(scheme), count),
    }  # fmt: skip


def settle(round_: Round) -> int:
    """After a correction: points, scores, ranks and grades from the raw values as they stand. Returns how many parks changed their grade."""
    scheme = Scheme.objects.whole().get(pk=round_.scheme_id)
    rows = list(Value.objects.filter(result__round=round_).select_related("indicator", "result"))
    outcomes = reckon(schemes.terms(scheme), schemes.values_of(rows))
    changed = [row for row in rows if row.points != outcomes[row.result.park_id].points[row.indicator.code]]
    for row in changed:
        row.points = outcomes[row.result.park_id].points[row.indicator.code]
    Value.objects.bulk_update(changed, ["points"])
    regraded = 0
    for result in Result.objects.filter(round=round_):
        facts = _facts(outcomes[result.park_id], outcomes, scheme)
        before = result.grade_id
        if any(getattr(result, name) != value for name, value in facts.items()):
            for name, value in facts.items():
                setattr(result, name, value)
            result.save()
        regraded += before != result.grade_id
    return regraded


@transaction.atomic
def show(round_: Round, *, by: User, at: datetime) -> Round:
    """公示: the operators read their own and may object. Raises NotYours, StateConflict."""
    round_ = _locked(round_, by)
    _must_be(round_, RoundState.DRAFT, "公示")
    calendar = workdays.calendar(round_.community.hours())
    until = workdays.days_limit(at, round_.scheme.objection_workdays, calendar=calendar)
    round_.state, round_.shown_at, round_.shown_by = RoundState.SHOWN, at, by
    round_.objections_until_at, round_.provisional = until.at, until.provisional
    round_.save()
    audit.record("evaluation_shown", by=by, at=at, target=_target(round_), detail={"until": until.at.isoformat()})
    closing = timezone.localtime(until.at)
    words = f"{round_}已公示，请查看本园区的得分；有异议请在 {closing:%Y-%m-%d %H:%M} 前提出。"
    _tell_operators(round_, "evaluation_shown", f"{round_}公示", words, by, at)
    return round_


@transaction.atomic
def publish(round_: Round, *, by: User, at: datetime) -> Round:
    """公布: nothing of it changes any more. Raises NotYours, StateConflict while objections may come in or wait."""
    round_ = _locked(round_, by)
    _must_be(round_, RoundState.SHOWN, "公布")
    if waiting := Objection.objects.filter(round=round_, answered_at__isnull=True).count():
        raise StateConflict(f"还有 {waiting} 条异议没有答复，答复后才能公布。")
    if round_.objections_until_at is None or at <= round_.objections_until_at:
        closing = timezone.localtime(round_.objections_until_at)
        raise StateConflict(f"公示到 {closing:%Y-%m-%d %H:%M}，期满后才能公布。")
    round_.state, round_.published_at, round_.published_by = RoundState.PUBLISHED, at, by
    round_.save()
    audit.record("evaluation_published", by=by, at=at, target=_target(round_), detail={})
    _tell_operators(round_, "evaluation_published", f"{round_}公布", f"{round_}已公布，请查看本园区的等级和改进建议。", by, at)
    return round_


@transaction.atomic
def discard(round_: Round, *, by: User, at: datetime) -> None:
    """A draft nobody outside the office has seen. Raises NotYours, StateConflict."""
    round_ = _locked(round_, by)
    _must_be(round_, RoundState.DRAFT, "删除")
    audit.record("delete", by=by, at=at, target=_target(round_), detail={"period": round_.period})
    round_.delete()


#: By the word in an address.
DEEDS = {"show": show, "publish": publish, "discard": discard}


def _locked(round_: Round, by: User) -> Round:
    """The row as it is now, and nobody else at it. Raises NotFound, NotYours."""
    seen = Round.objects.visible_to(by).filter(pk=round_.pk).exists()
    held_ = (
        Round.objects.select_for_update(of=("self",), no_key=True).select_related("community", "scheme").filter(pk=round_.pk).first()
        if seen
        else None
    )
    if held_ is None:
        raise NotFound("没有这一期评价，或您无权查看。")
    if held_.community.code not in schemes.led(by):
        raise NotYours("评价由本社区负责人组织。")
    return held_


def _must_be(round_: Round, state: RoundState, deed: str) -> None:
    if round_.state != state:
        raise StateConflict(f"{round_}现在是「{round_.get_state_display()}」，不能{deed}。")


def _target(round_: Round) -> str:
    return f"evaluation:{round_.community.code}:{round_.period}"


def operators_of(round_: Round, at: datetime, *, parks: QuerySet[Park] | None = None) -> list[User]:
    """Whoever acts now for the operators of the parks in it: of the whole unit, or of one park where the post names it."""
    own = (parks if parks is not None else Park.objects.all()).filter(evaluation_results__round=round_)
    posts = Post.objects.in_force(at).filter(kind=PostKind.OPERATOR, unit__in=own.values("operator_id"))
    narrowed = dict(ParkPost.objects.filter(post__in=posts).values_list("post_id", "park_id"))
    keys = set(own.values_list("pk", flat=True))
    return [post.user for post in posts.select_related("user") if narrowed.get(post.pk) is None or narrowed[post.pk] in keys]


def _tell_operators(round_: Round, event: str, title: str, body: str, by: User, at: datetime) -> None:
    told = operators_of(round_, at)
    notices.tell(f"{event}:{round_.pk}", told, title=title, body=body, link=f"{PAGE}{round_.pk}/", kind="evaluation", but=by, at=at)
