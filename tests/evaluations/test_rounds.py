"""A round from reckoning to publication, and what nobody can do to it."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

import community as posts
from audit.models import Entry
from evaluations import objections, rounds, schemes
from evaluations.models import Result, Round, Scheme, Value
from evaluations.reading import card
from exchange import exports
from exchange.subjects import TABLES
from notices.models import Notice
from tests import make
from tests.evaluations import again
from wording.errors import FactsMissing, NotYours, StateConflict

AT = make.WEDNESDAY


def stored(made):
    rows = Value.objects.filter(result__round=made).values_list(
        "result__park__code", "indicator__code", "raw", "points", "result__score", "result__rank", "result__grade__label", "result__reason"
    )
    return sorted(rows)


def sheet(user, **params):
    """The cells of an export."""
    table = TABLES["evaluations"]()
    columns = table.columns_for(user)
    rows = list(table.exported(user, {name: [value] for name, value in params.items()}, AT))
    return [{column.label: "" if column.cell(row) is None else str(column.cell(row)) for column in columns} for row in rows]


def test_a_round_is_reckoned_shown_and_published(ground):
    operator = ground.operator(0)
    made = make.round_(community=ground.community, by=ground.leader, state="published")

    told = list(Result.objects.filter(round=made).by_rank().values_list("park__code", "rank", "grade__label"))
    assert told[0][0] == ground.parks[5].code
    assert [rank for _, rank, _ in told] == [1, 2, 3, 3, 5, 6], "the third and the fourth are level"
    assert [grade for _, _, grade in told] == ["优", "良", "良", "良", "中", "中"]
    assert Value.objects.filter(result__round=made).count() == 12
    assert made.objections_until_at.date().isoformat() == "2026-11-25"
    assert set(Entry.objects.filter(action__startswith="evaluation").values_list("action", flat=True)) == {
        "evaluation_measured", "evaluation_shown", "evaluation_published",
    }  # fmt: skip
    told = Notice.objects.filter(recipient=operator, channel="app").values_list("event", flat=True)
    assert set(told) == {f"evaluation_shown:{made.pk}", f"evaluation_published:{made.pk}"}


def test_reckoning_twice_changes_nothing_and_what_is_shown_is_reckoned_no_more(ground):
    make.scheme(community=ground.community, by=ground.leader)
    raw = {"community": ground.community.code, "period": "2026Q3"}
    first = rounds.begin(raw, by=ground.leader, at=AT)
    before = stored(first)

    second = rounds.begin(raw, by=ground.leader, at=AT)

    assert (second.pk, stored(second)) == (first.pk, before)
    rounds.show(second, by=ground.leader, at=AT)
    for deed in (
        lambda: rounds.begin(raw, by=ground.leader, at=AT),
        lambda: rounds.show(second, by=ground.leader, at=AT),
        lambda: rounds.discard(second, by=ground.leader, at=AT),
        lambda: rounds.publish(second, by=ground.leader, at=AT),
    ):
        with pytest.raises(StateConflict):
            deed()
    assert Round.objects.get().state == "shown"


def test_a_draft_may_be_thrown_away_and_a_published_round_stays_whatever_the_records_say_later(ground):
    draft = make.round_(community=ground.community, period="2026Q2", by=ground.leader)
    rounds.discard(draft, by=ground.leader, at=AT)
    assert not Round.objects.exists()
    made = make.round_(community=ground.community, by=ground.leader, state="published")
    before = stored(made)

    make.enterprise(park=ground.parks[0], from_on=AT.date() - timedelta(days=300))

    assert stored(made) == before
    assert rounds.measured(made, AT)["tenants"][ground.parks[0].pk].value == 2


@pytest.mark.parametrize("typed", ["", "x", "2026", "2026Q4", "2026-10", "1800", "2026Q9", "二〇二五"])
def test_only_whole_years_and_quarters_that_are_over_are_judged(ground, typed):
    make.scheme(community=ground.community, by=ground.leader)

    with pytest.raises(FactsMissing):
        rounds.begin({"period": typed}, by=ground.leader, at=AT)


def test_rules_come_before_what_they_judge(ground):
    with pytest.raises(FactsMissing, match="方案"):
        rounds.begin({"period": "2026Q3"}, by=ground.leader, at=AT)
    early = make.scheme(community=ground.community, by=ground.leader, at=AT - timedelta(days=200))
    late = make.scheme(community=ground.community, by=ground.leader, at=AT - timedelta(days=1))

    assert rounds.begin({"period": "2026Q3"}, by=ground.leader, at=AT).scheme == early
    assert rounds.begin({"period": "2025"}, by=ground.leader, at=AT).scheme == early, "before the first there is only the first"
    assert schemes.in_force(ground.community, AT.date()) == late


def test_an_upheld_objection_corrects_what_counted_and_everything_is_reckoned_again(ground):
    made = make.round_(community=ground.community, by=ground.leader, state="shown")
    operator, other = ground.operator(0), ground.operator(5)
    result = make.result(made, ground.parks[0])
    with pytest.raises(NotYours):
        objections.file(result, {"reason": "我是负责人"}, by=ground.leader, at=AT)
    asked = objections.file(result, {"indicator": "tenants", "reason": "另有九家"}, by=operator, at=AT)
    for raw in (
        {"upheld": "yes"},
        {"answer": "好"},
        {"upheld": "yes", "answer": "好", "corrected": "-1"},
        {"upheld": "no", "answer": "不", "corrected": "9"},
    ):
        with pytest.raises(FactsMissing):
            objections.answer(asked, raw, by=ground.leader, at=AT)

    objections.answer(asked, {"upheld": "yes", "answer": "核实属实", "corrected": "10"}, by=ground.leader, at=AT)

    fresh = make.result(made, ground.parks[0])
    value = Value.objects.get(result=fresh, indicator__code="tenants")
    assert (value.measured, value.raw, value.points, value.objection) == (1, 10, 100, asked)
    assert (fresh.rank, fresh.grade.label) == (1, "优")
    assert Value.objects.get(result__round=made, result__park=ground.parks[5], indicator__code="tenants").points == Decimal("50.00")
    assert Notice.objects.filter(recipient=operator, event=f"evaluation_answered:{asked.pk}", channel="app").count() == 1
    assert Notice.objects.filter(recipient=other, event=f"evaluation_corrected:{asked.pk}", channel="app").count() == 1
    with pytest.raises(StateConflict):
        objections.answer(asked, {"upheld": "no", "answer": "反悔"}, by=ground.leader, at=AT)
    later = made.objections_until_at + timedelta(minutes=1)
    rounds.publish(made, by=posts.attach(ground.leader, later), at=later)
    assert again.differences(sheet(ground.leader, round=str(made.pk))) == []


def test_objections_come_in_while_it_is_shown_one_at_a_time_and_hold_up_publication(ground):
    draft = make.round_(community=ground.community, period="2026Q2", by=ground.leader)
    operator = ground.operator(0)
    made = make.round_(community=ground.community, by=ground.leader, state="shown")
    result = make.result(made, ground.parks[0])
    objections.file(result, {"reason": "整体不对"}, by=operator, at=AT)
    with pytest.raises(StateConflict, match="等答复"):
        objections.file(result, {"reason": "再说一遍"}, by=operator, at=AT)
    objections.file(result, {"indicator": "vacancy", "reason": "这一项也不对"}, by=operator, at=AT)
    for raw in (
        {},
        {"reason": "  "},
        {"reason": "字" * 1001},
        {"reason": "x", "indicator": "cluster"},
        {"reason": "x", "indicator": "'; DROP"},
    ):
        with pytest.raises(FactsMissing):
            objections.file(result, raw, by=operator, at=AT)
    later = made.objections_until_at + timedelta(seconds=1)
    with pytest.raises(StateConflict, match="已满"):
        objections.file(result, {"indicator": "tenants", "reason": "晚了"}, by=posts.attach(operator, later), at=later)

    with pytest.raises(StateConflict, match="2 条异议没有答复"):
        rounds.publish(made, by=posts.attach(ground.leader, later), at=later)
    assert draft.state == "draft"


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_every_score_can_be_reckoned_again_from_the_file_by_a_program_that_shares_no_code(ground, form):
    codes = [
        {"code": "tenants", "weight": "33.33"}, {"code": "vacancy", "weight": "16.67", "scoring": "steps", "steps": "30：40, 10:100"},
        {"code": "cluster", "weight": "20", "missing": "mean"}, {"code": "tax_per_mu", "weight": "20", "missing": "spread"}, {"code": "visited", "weight": "10"},
    ]  # fmt: skip
    make.scheme(community=ground.community, by=ground.leader, indicators=codes, ties="down")
    for place, park in enumerate(ground.parks[:4]):
        park.land_area_m2 = Decimal(5000)
        park.save()
        for tenancy in park.buildings.get().tenancies.all():
            make.figure("tax", enterprise=tenancy.enterprise, value=Decimal("17.35") * (place + 1), at=AT - timedelta(days=30))
    made = make.round_(community=ground.community, by=ground.leader)
    table = TABLES["evaluations"]()
    export = exports.ask(table, by=ground.leader, params={"round": [str(made.pk)]}, form=form, at=AT)
    exports.produce(export.pk, AT)
    export.refresh_from_db()

    rows = read_back(bytes(export.content), form)

    assert len(rows) == 6 * 5
    assert {row["缺数据"] for row in rows} == {"计 0 分", "取平均分", "权重分摊"}
    assert again.differences(rows) == []


def read_back(content, form):
    if form == "csv":
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    lines = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    head = next(place for place, line in enumerate(lines) if "园区代码" in line)
    return [dict(zip(lines[head], map(str, line), strict=True)) for line in lines[head + 1 :]]


def test_an_operator_takes_out_its_own_park_alone_without_what_would_tell_of_one_enterprise(ground):
    codes = [{"code": "tax_per_mu", "weight": "50"}, {"code": "tenants", "weight": "50"}]
    make.scheme(community=ground.community, by=ground.leader, indicators=codes)
    park = ground.parks[2]
    park.land_area_m2 = Decimal(6666)
    park.save()
    for tenancy in park.buildings.get().tenancies.all():
        make.figure("tax", enterprise=tenancy.enterprise, value=77, at=AT - timedelta(days=30))
    made = make.round_(community=ground.community, by=ground.leader, state="shown")
    operator = ground.operator(2)

    rows = sheet(operator)

    assert {row["园区代码"] for row in rows} == {park.code}
    tax = next(row for row in rows if row["指标"] == "亩均税收")
    assert (tax["原始值"], tax["测算值"]) == ("", "")
    assert "231" not in str(rows), "three tenants' sum of tax"
    told = card(make.result(made, park), operator)
    line = next(line for line in told.lines if line.value.indicator.code == "tax_per_mu")
    assert (line.raw, line.said, bool(line.why)) == (None, "", True)
    assert told.spread.count == 6, "five others are enough"
    assert "tax_per_mu" not in {option.rule.code for option in told.options}
    whole = card(make.result(made, park), ground.leader)
    assert next(line.raw for line in whole.lines if line.value.indicator.code == "tax_per_mu") > 0


def test_where_the_others_are_fewer_than_five_nothing_is_said_of_them(ground):
    for park in ground.parks[:2]:
        park.operator = ground.parks[0].operator
        park.save()
    made = make.round_(community=ground.community, by=ground.leader, state="shown")

    told = card(make.result(made, ground.parks[0]), ground.operator(0))

    assert (told.spread, told.options) == (None, [])
    assert {line.mean for line in told.lines} == {None}
    assert told.alone


def test_a_used_scheme_stays_and_a_new_one_begins_later(ground):
    old = make.scheme(community=ground.community, by=ground.leader)
    make.round_(community=ground.community, by=ground.leader)
    day = AT.date()

    for _ in range(2):
        make.scheme(community=ground.community, by=ground.leader, at=AT, from_on=day)

    assert list(Scheme.objects.order_by("from_on").values_list("from_on", flat=True)) == [old.from_on, day]
    with pytest.raises(StateConflict):
        make.scheme(community=ground.community, by=ground.leader, at=AT - timedelta(days=500), from_on=old.from_on)


USUAL = make.PLAIN
WRONG = [
    ({"from_on": "2026-11-17"}, "from_on"), ({"from_on": "不是日期"}, "from_on"), ({"from_on": "2026-02-31"}, "from_on"), ({"name": ""}, "name"),
    ({"name": "a\0b"}, "name"), ({"ties": "x"}, "ties"), ({"objection_workdays": "-1"}, "objection_workdays"), ({"objection_workdays": "99"}, "objection_workdays"),
    ({"indicators": []}, "indicators"), ({"indicators": "x"}, "indicators"), ({"indicators": [{"code": "nothing", "weight": "100"}]}, "indicators"),
    ({"indicators": [USUAL[0], USUAL[0]]}, "indicators"), ({"indicators": [{**USUAL[0], "weight": "59.99"}, USUAL[1]]}, "indicators"),
    ({"indicators": [{**USUAL[0], "weight": "NaN"}]}, "weight-tenants"), ({"indicators": [{**USUAL[0], "weight": "1e2"}]}, "weight-tenants"),
    ({"indicators": [{**USUAL[0], "weight": "60.001"}, USUAL[1]]}, "weight-tenants"), ({"indicators": [{**USUAL[0], "weight": "-60"}]}, "weight-tenants"),
    ({"indicators": [{**USUAL[0], "weight": "１００"}]}, "weight-tenants"),
    ({"indicators": [{**USUAL[1], "weight": "100", "steps": ""}]}, "steps-vacancy"), ({"indicators": [{**USUAL[1], "weight": "100", "steps": "10"}]}, "steps-vacancy"),
    ({"indicators": [{**USUAL[1], "weight": "100", "steps": "10:40，30:100"}]}, "steps-vacancy"), ({"indicators": [{**USUAL[1], "weight": "100", "steps": "10:40，10:50"}]}, "steps-vacancy"),
    ({"indicators": [{**USUAL[1], "weight": "100", "steps": "10:101"}]}, "steps-vacancy"), ({"indicators": [{**USUAL[1], "weight": "100", "steps": "1:2:3"}]}, "steps-vacancy"),
    ({"grades": [("优", "50"), ("优", "50")]}, "grades"), ({"grades": [("优", "100")]}, "grades"), ({"grades": [("优", "50"), ("良", "49")]}, "grades"),
    ({"grades": [("", "50"), ("良", "50")]}, "grades"),
    ({"grades": [("\u202e", "50"), ("良", "50")]}, "grades"), ({"grades": [("a\0", "50"), ("良", "50")]}, "grades"), ({"grades": [("优", "x"), ("良", "50")]}, "grades"), ({"grades": [("优", "-50"), ("良", "150")]}, "grades"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "at_fault"), WRONG, ids=[str(place) for place in range(len(WRONG))])
def test_a_scheme_that_cannot_be_is_refused_where_it_is_wrong(ground, typed, at_fault):
    with pytest.raises(FactsMissing) as refused:
        make.scheme(community=ground.community, by=ground.leader, at=AT, **typed)

    assert at_fault in refused.value.fields
    assert not Scheme.objects.exists()


def test_a_preview_says_who_would_be_graded_otherwise_and_writes_nothing(ground):
    make.scheme(community=ground.community, by=ground.leader)
    raw = {"community": ground.community.code, "from_on": AT.date(), "name": "按空置率", "ties": "up", "objection_workdays": "5"}
    raw |= {
        "indicators": [{"code": "vacancy", "weight": "100", "scoring": "minmax"}],
        "grades": [{"label": "优", "quota": "20"}, {"label": "中", "quota": "80"}],
    }

    told = schemes.preview(schemes.draft(raw, by=ground.leader, at=AT), "2026Q3", AT)

    assert told.compared
    assert len(told.changes) == 6
    assert told.regraded >= 2
    assert told.changes[0].after[1] == "优"
    assert Scheme.objects.count() == 1
    assert not Round.objects.exists()
