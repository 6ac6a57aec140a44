"""Points, scores, ranks and grades over random schemes and values; and what one indicator would change."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluations.indicators import INDICATORS
from evaluations.reckoning import Terms, reckon
from evaluations.scoring import Grade, Rule, graded, places, points
from evaluations.states import Better, Missing, Scoring, Ties
from evaluations.what_if import options
from tests.evaluations import again

CODES = [each.code for each in INDICATORS]
BETTER = {each.code: each.better for each in INDICATORS}
NAMES = {each.code: each.label for each in INDICATORS}
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def hundred(draw, count):
    """`count` shares with two decimals that add up to 100."""
    cuts = sorted(draw(st.lists(st.integers(1, 9999), min_size=count - 1, max_size=count - 1, unique=True)))
    return [Decimal(end - start) / 100 for start, end in zip([0, *cuts], [*cuts, 10_000], strict=True)]


@st.composite
def rules(draw):
    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=6, unique=True))
    found = []
    for code, weight in zip(codes, draw(hundred(len(codes))), strict=True):
        scoring, steps = draw(st.sampled_from(Scoring)), ()
        if scoring == Scoring.STEPS:
            count = draw(st.integers(1, 4))
            limits = sorted(
                draw(st.lists(st.integers(0, 100), min_size=count, max_size=count, unique=True)), reverse=BETTER[code] == Better.LOW
            )
            gained = sorted(draw(st.lists(st.integers(1, 100), min_size=count, max_size=count, unique=True)))
            steps = tuple((Decimal(limit), Decimal(each)) for limit, each in zip(limits, gained, strict=True))
        found.append(Rule(code, weight, BETTER[code], scoring, draw(st.sampled_from(Missing)), steps))
    return tuple(found)


@st.composite
def terms(draw):
    quotas = draw(hundred(draw(st.integers(2, 5))))
    grades = tuple(Grade(label, quota) for label, quota in zip("甲乙丙丁戊", quotas, strict=False))
    return Terms(draw(rules()), grades, draw(st.sampled_from(Ties)))


VALUE = st.none() | st.integers(0, 100).map(Decimal) | st.decimals(0, 100, places=1)


@st.composite
def rounds(draw):
    by = draw(terms())
    parks = range(draw(st.integers(1, 12)))
    # of few different values there are ties
    few = draw(st.lists(VALUE, min_size=1, max_size=4)) if draw(st.booleans()) else None
    value = st.sampled_from(few) if few else VALUE
    return by, {rule.code: {park: draw(value) for park in parks} for rule in by.rules}


def rows_of(by, raw, outcomes):
    """As the sheet would say it."""
    quotas = "，".join(f"{grade.label} {grade.quota}%" for grade in by.grades)
    for rule in by.rules:
        for park, value in raw[rule.code].items():
            out = outcomes[park]
            yield {
                "社区": "甲", "期间": "2026", "园区代码": str(park), "指标": NAMES[rule.code], "权重": str(rule.weight), "方向": Better(rule.better).label,
                "计分": Scoring(rule.scoring).label, "档位": "，".join(f"{limit}:{gained}" for limit, gained in rule.steps),
                "缺数据": Missing(rule.missing).label, "原始值": "" if value is None else str(value), "等级名额": quotas, "同分": Ties(by.ties).label,
                "指标得分": "" if out.points[rule.code] is None else str(out.points[rule.code]), "总分": "" if out.standing is None else str(out.score),
                "名次": "" if out.standing is None else str(out.standing.rank), "等级": by.grades[out.standing.grade].label if out.standing else "",
            }  # fmt: skip


@quick
@given(rounds())
def test_another_program_that_shares_no_code_comes_to_the_same(drawn):
    by, raw = drawn

    assert again.differences(list(rows_of(by, raw, reckon(by, raw)))) == []


@quick
@given(rounds())
def test_points_lie_between_0_and_100_the_best_value_has_most_and_equal_values_have_equal_points(drawn):
    by, raw = drawn
    for rule in by.rules:
        told = points(rule, raw[rule.code])
        known = {park: value for park, value in raw[rule.code].items() if value is not None}

        assert all(value is None or 0 <= value <= 100 for value in told.values())
        assert all((told[park] is None) <= (rule.missing == Missing.SPREAD and park not in known) for park in told)
        for one, two in zip(known, list(known)[1:], strict=False):
            better = known[one] > known[two] if rule.better == Better.HIGH else known[one] < known[two]
            assert told[one] >= told[two] if better else known[one] != known[two] or told[one] == told[two]


@quick
@given(rounds())
def test_equal_scores_share_rank_and_grade_a_better_score_never_has_a_worse_one_and_quotas_hold_but_for_ties(drawn):
    by, raw = drawn
    told = {park: out.standing for park, out in reckon(by, raw).items() if out.standing}
    reach = places(len(told), by.grades)
    for one in told.values():
        for two in told.values():
            assert one.score != two.score or (one.rank, one.grade) == (two.rank, two.grade)
            assert one.score <= two.score or (one.rank < two.rank and one.grade <= two.grade)

    assert reach[-1] == len(told)
    for place, until in enumerate(reach):
        count = sum(each.grade <= place for each in told.values())
        if by.ties == Ties.UP:
            assert count >= until
            assert count == until or sum(each.rank <= until for each in told.values()) == count
        else:
            assert count <= until


def test_without_ties_the_quotas_are_met_exactly():
    scores = {park: Decimal(100 - park) for park in range(62)}
    grades = [Grade("优", Decimal(20)), Grade("良", Decimal(40)), Grade("中", Decimal(30)), Grade("待提升", Decimal(10))]

    told = graded(scores, grades, Ties.UP)

    assert [sum(each.grade == place for each in told.values()) for place in range(4)] == [12, 25, 19, 6]


@quick
@given(rounds(), st.integers(0, 11))
def test_what_is_asked_of_a_park_gives_it_the_grade_that_is_promised_and_less_does_not(drawn, place):
    by, raw = drawn
    parks = list(next(iter(raw.values())))
    park = parks[place % len(parks)]
    here = reckon(by, raw)[park].standing
    found = options(by, raw, park)

    assert (here is None) == (found == [])
    for option in found:
        for move in (option.next, option.best):
            if move is None:
                continue
            moved = {**raw, option.rule.code: {**raw[option.rule.code], park: move.raw}}
            then = reckon(by, moved)[park].standing
            assert then == move.standing
            assert then.grade < here.grade
        if option.next is not None and option.now is not None and all(rule.missing != Missing.MEAN for rule in by.rules):
            step, high = option.indicator.step, option.rule.better == Better.HIGH
            less = max(option.now, option.next.raw - step) if high else min(option.now, option.next.raw + step)
            short = {**raw, option.rule.code: {**raw[option.rule.code], park: less}}
            assert reckon(by, short)[park].standing.grade == here.grade
        if option.best is not None and option.furthest is not None:
            assert option.best.standing.grade == option.furthest.standing.grade


@quick
@given(rounds(), st.integers(0, 11), st.integers(1, 40))
def test_a_park_that_gets_better_never_falls_behind(drawn, place, by_much):
    by, raw = drawn
    # a mean moves with the park itself, by less than the park: only rounding stands in the way of saying so here
    by = replace(by, rules=tuple(replace(each, missing=Missing.ZERO) if each.missing == Missing.MEAN else each for each in by.rules))
    parks = list(next(iter(raw.values())))
    park = parks[place % len(parks)]
    rule = by.rules[0]
    now = raw[rule.code][park] or Decimal(50)
    raw = {**raw, rule.code: {**raw[rule.code], park: now}}
    moved = {**raw, rule.code: {**raw[rule.code], park: now + (by_much if rule.better == Better.HIGH else -by_much)}}

    before, after = reckon(by, raw)[park].standing, reckon(by, moved)[park].standing

    assert after.rank <= before.rank
    assert after.grade <= before.grade
