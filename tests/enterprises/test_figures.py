"""Figures: nothing is overwritten, what was known on a day can be read for ever, and no value counts that nobody confirmed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Entry
from community import attach
from community.kinds import PostKind
from enterprises import record, reminders
from enterprises.completeness import completeness, freshness, stale
from enterprises.metrics import METRICS, check_value, days_of, last_year, read_period, year_before
from enterprises.models import Enterprise, Figure, FigureProposal, FileCheck
from notices.models import Notice
from tests import make
from wording.errors import FactsMissing, NotYours, StateConflict

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
MINUTE = timedelta(minutes=1)


@pytest.fixture
def enterprise():
    return make.enterprise()


@pytest.fixture
def specialist(enterprise):
    return make.somebody(PostKind.SPECIALIST, community=enterprise.community)


@pytest.fixture
def manager(enterprise):
    return make.manager(enterprise=enterprise)


@pytest.mark.parametrize(
    ("said", "meant"),
    [("2025", "2025"), ("2025年", "2025"), ("２０２５年度", "2025"), ("2025Q3", "2025Q3"), ("2025年第三季度", "2025Q3"), ("2025年3季度", "2025Q3"), ("2025-10", "2025-10"), ("2025年1月", "2025-01"), ("2025/12", "2025-12")],
)  # fmt: skip
def test_a_period_is_understood(said, meant):
    assert read_period(said) == meant


@pytest.mark.parametrize("said", ["", "25", "1948", "2101", "2025Q5", "2025-13", "2025-00", "今年", "2025\x00", "9999999"])
def test_what_is_no_period_is_refused(said):
    with pytest.raises(ValidationError):
        read_period(said)


def test_days_of_a_period_and_the_one_of_the_year_before():
    assert days_of("2024") == (date(2024, 1, 1), date(2024, 12, 31))
    assert days_of("2024Q4") == (date(2024, 10, 1), date(2024, 12, 31))
    assert days_of("2024-02") == (date(2024, 2, 1), date(2024, 2, 29))
    assert [year_before(period) for period in ("2025", "2025Q1", "2025-10")] == ["2024", "2024Q1", "2024-10"]
    assert last_year(date(2026, 1, 1)) == "2025"


@pytest.mark.parametrize(
    ("metric", "period", "value", "field"),
    [
        ("nothing", "2025", 1, "metric"),
        ("assets", "2025Q1", 1, "period"),
        ("revenue", "2026-12", 1, "period"),
        ("revenue", "2027", 1, "period"),
        ("revenue", "2025", Decimal("NaN"), "value"),
        ("revenue", "2025", Decimal("Infinity"), "value"),
        ("revenue", "2025", -1, "value"),
        ("revenue", "2025", Decimal("1e400"), "value"),
        ("revenue", "2025", Decimal("0.001"), "value"),
        ("staff", "2025", Decimal("1.5"), "value"),
    ],
)
def test_a_value_that_cannot_be_is_refused_at_its_field(metric, period, value, field):
    with pytest.raises(ValidationError) as refused:
        check_value(metric, period, Decimal(value), today=AT.date())

    assert set(refused.value.message_dict) == {field}


def test_a_loss_and_a_refund_are_values():
    assert check_value("profit", "2025", Decimal("-12.5"), today=AT.date()) == Decimal("-12.5")
    assert check_value("tax", "2025", Decimal(-3), today=AT.date()) == -3


def test_every_metric_can_be_said_of_a_year():
    assert len({metric.code for metric in METRICS}) == len({metric.label for metric in METRICS}) == len(METRICS)
    for metric in METRICS:
        assert check_value(metric.code, "2025", Decimal(0), today=AT.date()) == 0


def test_a_new_value_takes_the_place_of_the_old_which_stays_readable(enterprise, specialist):
    first = record.record(enterprise, "revenue", "2025", Decimal(1200), by=specialist, at=AT, source="统计月报", dated_on=date(2026, 1, 31))
    again = record.record(
        enterprise, "revenue", "2025", Decimal(1200), by=specialist, at=AT + MINUTE, source="统计月报", dated_on=date(2026, 1, 31)
    )
    second = record.record(enterprise, "revenue", "2025", Decimal("1250.5"), by=specialist, at=AT + 2 * MINUTE, source="审计报告")

    assert again == first
    assert (second.confirmed_by, second.confirmed_at, second.recorded_by) == (specialist, AT + 2 * MINUTE, specialist)
    rows = Figure.objects.filter(enterprise=enterprise)
    assert list(rows.known_at(AT + MINUTE).values_list("value", "source")) == [(Decimal(1200), "统计月报")]
    assert list(rows.standing().values_list("value", "source")) == [(Decimal("1250.5"), "审计报告")]
    assert Entry.objects.filter(action="figure_recorded").count() == 2


def test_a_clock_that_stepped_back_never_makes_a_value_end_before_it_began(enterprise, specialist):
    record.record(enterprise, "revenue", "2025", Decimal(1), by=specialist, at=AT, source="报表")

    second = record.record(enterprise, "revenue", "2025", Decimal(2), by=specialist, at=AT - 10 * MINUTE, source="报表")

    assert second.recorded_at > AT
    assert Figure.objects.standing().get() == second


def test_of_two_who_write_the_one_who_looked_at_an_old_value_is_told_the_new_one(enterprise, specialist):
    seen = record.record(enterprise, "tax", "2025", Decimal(10), by=specialist, at=AT, source="税务")
    record.record(enterprise, "tax", "2025", Decimal(11), by=specialist, at=AT + MINUTE, source="税务", seen=seen.pk)

    with pytest.raises(StateConflict, match="现在是 11"):
        record.record(enterprise, "tax", "2025", Decimal(12), by=specialist, at=AT + 2 * MINUTE, source="税务", seen=seen.pk)
    with pytest.raises(StateConflict):
        record.record(enterprise, "tax", "2025", Decimal(12), by=specialist, at=AT + 2 * MINUTE, source="税务", seen=0)


@pytest.mark.parametrize("kind", [PostKind.STREET, PostKind.GRID_LEADER, PostKind.STEWARD, PostKind.OPERATOR, PostKind.ADMIN])
def test_only_the_office_records_and_decides(enterprise, kind, manager):
    somebody = make.somebody(kind, community=enterprise.community)
    proposal = record.propose(enterprise, "tax", "2025", Decimal(9), by=manager, at=AT)

    for deed in (
        lambda: record.record(enterprise, "tax", "2025", Decimal(1), by=somebody, at=AT, source="x"),
        lambda: record.decide(proposal, accepted=True, by=somebody, at=AT),
        lambda: record.propose(enterprise, "tax", "2025", Decimal(1), by=somebody, at=AT),
        lambda: record.check_file(enterprise, by=somebody, at=AT),
    ):
        with pytest.raises(NotYours):
            deed()


def test_what_the_enterprise_says_counts_once_it_is_confirmed_and_it_is_told(enterprise, specialist, manager):
    make.figure("revenue", enterprise=enterprise, value=1200, at=AT - timedelta(days=9))
    proposal = record.propose(enterprise, "revenue", "2025", Decimal(1300), by=manager, at=AT, note="年报审计后调整")

    assert (proposal.seen, Figure.objects.standing().get().value) == (Decimal(1200), Decimal(1200))
    done = record.decide(proposal, accepted=True, by=specialist, at=AT + MINUTE, seen=Decimal(1300))
    standing = Figure.objects.standing().get()
    assert (standing.value, standing.source, standing.confirmed_by) == (Decimal(1300), "企业自报", specialist)
    assert done.accepted
    assert Notice.objects.filter(recipient=manager, title="数据更正有了答复").exists()
    with pytest.raises(StateConflict, match="不用再审"):
        record.decide(proposal, accepted=False, by=specialist, at=AT + MINUTE, reason="x")


def test_a_proposal_said_again_is_one_and_what_staff_looked_at_is_what_they_decide(enterprise, specialist, manager):
    proposal = record.propose(enterprise, "staff", "2025", Decimal(30), by=manager, at=AT)
    again = record.propose(enterprise, "staff", "2025", Decimal(31), by=manager, at=AT + MINUTE)

    assert proposal.pk == again.pk
    assert FigureProposal.objects.waiting().count() == 1
    with pytest.raises(StateConflict, match="刚刚改了"):
        record.decide(proposal, accepted=True, by=specialist, at=AT + MINUTE, seen=Decimal(30))
    with pytest.raises(FactsMissing):
        record.decide(proposal, accepted=False, by=specialist, at=AT + MINUTE, reason=" ")
    record.decide(proposal, accepted=False, by=specialist, at=AT + MINUTE, reason="请附社保清单")
    assert not Figure.objects.exists()


def test_what_stands_already_needs_no_correction(enterprise, manager):
    make.figure("tax", enterprise=enterprise, value=5)

    with pytest.raises(StateConflict, match="不用更正"):
        record.propose(enterprise, "tax", "2025", Decimal(5), by=manager, at=AT)


WRONG = [
    ({"period": "2027"}, "figure_period_not_ahead"),
    ({"period": "1948"}, "figure_period_not_ahead"),
    ({"period": "25"}, "figure_period_not_ahead"),
    ({"metric": "X"}, "figure_metric_shape"),
    ({"value": Decimal("2e12")}, "figure_in_range"),
    ({"source": ""}, "figure_has_source"),
    ({"superseded_at": AT}, "figure_in_order"),
    ({"confirmed_at": AT}, "figure_confirmed_by_somebody"),
]


@pytest.mark.parametrize(("facts", "constraint"), WRONG, ids=[f"{row[1]}-{n}" for n, row in enumerate(WRONG)])
def test_a_figure_that_cannot_be_right_is_refused_by_the_database(enterprise, facts, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        make.figure(enterprise=enterprise, **facts)


def test_nan_is_no_figure(enterprise):
    row = make.figure(enterprise=enterprise)

    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO enterprises_figure (enterprise_id, metric, period, value, source, recorded_at) VALUES (%s, 'tax', '2025', 'NaN', 'x', now())",
            [row.enterprise_id],
        )


def test_who_recorded_a_figure_is_somebody(enterprise):
    with pytest.raises(IntegrityError, match="figure_by_somebody"):
        make.figure(enterprise=enterprise, recorded_by_id=999_999_999)


def test_two_values_never_stand_at_one_moment_and_none_is_changed_in_its_place(enterprise):
    row = make.figure(enterprise=enterprise)

    with transaction.atomic(), pytest.raises(IntegrityError, match="figure_one_standing"):
        make.figure(enterprise=enterprise, at=AT + MINUTE)
    with transaction.atomic(), pytest.raises(IntegrityError, match="figure_one_at_a_moment"):
        make.figure(enterprise=enterprise, at=AT - MINUTE, superseded_at=AT + MINUTE)
    for facts in ({"value": 1}, {"source": "别的"}, {"period": "2024"}, {"recorded_at": AT - MINUTE}):
        with transaction.atomic(), pytest.raises(IntegrityError, match="figure_stays"):
            Figure.objects.filter(pk=row.pk).update(**facts)


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [({"accepted": True}, "proposal_decided_by_somebody"), ({"period": "x"}, "proposal_period_shape"), ({"metric": "?"}, "proposal_metric_shape"), ({"value": Decimal("2e12")}, "proposal_in_range")],
)  # fmt: skip
def test_a_proposal_that_cannot_be_right_is_refused_by_the_database(enterprise, facts, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        make.figure_proposal(enterprise=enterprise, **facts)


def test_declining_says_why_and_one_proposal_waits_at_a_time(enterprise, specialist):
    make.figure_proposal(enterprise=enterprise)

    with transaction.atomic(), pytest.raises(IntegrityError, match="proposal_one_waiting"):
        make.figure_proposal(enterprise=enterprise)
    with transaction.atomic(), pytest.raises(IntegrityError, match="proposal_declined_for_a_reason"):
        make.figure_proposal(enterprise=enterprise, metric="tax", accepted=False, decided_by=specialist, decided_at=AT)


_steps = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 400), st.integers(0, 5)), min_size=1, max_size=25)


@given(_steps)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_of_any_history_what_was_known_on_a_day_can_be_read(steps):
    """Against a list that simply remembers: (moment, metric, value), the last one said by then counts."""
    with transaction.atomic():
        enterprise = make.enterprise()
        by = make.somebody(PostKind.SPECIALIST, community=enterprise.community)
        said, moment = [], AT
        for place, minutes, value in steps:
            moment += timedelta(minutes=minutes)
            metric = ("revenue", "tax", "staff", "profit")[place]
            row = record.record(enterprise, metric, "2025", Decimal(value), by=by, at=moment, source="报表")
            said.append((max(moment, row.recorded_at) if row.value == value else moment, metric, Decimal(value)))
        for asked in {moment for moment, _, _ in said} | {AT - MINUTE}:
            remembered = {metric: value for when, metric, value in said if when <= asked}
            known = dict(Figure.objects.filter(enterprise=enterprise).known_at(asked).values_list("metric", "value"))
            assert known == remembered
        assert Figure.objects.standing().filter(enterprise=enterprise).count() == len({metric for _, metric, _ in said})
        transaction.set_rollback(True)


def test_a_file_says_what_is_missing_and_is_complete_only_when_nothing_is(enterprise, specialist):
    before = completeness(enterprise, AT.date())
    assert {"2025 年营业收入", "企业管理员", "行业"} <= set(before.missing)

    make.manager(enterprise=enterprise)
    Enterprise.objects.filter(pk=enterprise.pk).update(
        address="某路 1 号", industry_code="6513", established_on=date(2020, 1, 1), legal_person="李四", registered_capital_wan=100
    )
    for metric in ("revenue", "tax", "research", "staff"):
        record.record(enterprise, metric, "2025", Decimal(1), by=specialist, at=AT, source="报表")

    after = completeness(Enterprise.objects.get(pk=enterprise.pk), AT.date())
    assert (after.percent, after.missing) == (100, ())


def test_a_file_grows_stale_after_180_days_until_somebody_looks(enterprise, manager):
    assert freshness(enterprise, AT).at is None
    make.figure(enterprise=enterprise, at=AT - timedelta(days=180))
    assert not freshness(enterprise, AT).stale
    later = AT + timedelta(minutes=1)
    assert freshness(enterprise, later).stale
    assert list(stale(Enterprise.objects.all(), later)) == [enterprise]

    record.check_file(enterprise, by=manager, at=later)
    record.check_file(enterprise, by=manager, at=later + MINUTE)

    assert FileCheck.objects.count() == 1
    assert not freshness(enterprise, later).stale
    assert not stale(Enterprise.objects.all(), later).exists()


def test_the_enterprise_is_asked_once_and_two_weeks_later_its_grid_once_a_week(manager, enterprise):
    park = enterprise.tenancies.get().building.park
    park.grid = make.grid(community=enterprise.community)
    park.save()
    leader = make.somebody(PostKind.GRID_LEADER, community=enterprise.community, grid=park.grid)
    make.figure(enterprise=enterprise, at=AT - timedelta(days=181))
    silent = make.enterprise(community=enterprise.community)
    make.manager(enterprise=silent)

    assert [reminders.remind_stale(AT), reminders.remind_stale(AT + MINUTE)] == [1, 0]
    assert set(Notice.objects.filter(kind="file").values_list("recipient", flat=True)) == {manager.pk}
    grid_at = AT + timedelta(days=14)
    assert [reminders.remind_stale(grid_at), reminders.remind_stale(grid_at + MINUTE)] == [1, 0]
    assert Notice.objects.filter(recipient=leader, body__contains="1 家企业").exists()
    assert reminders.remind_stale(grid_at + timedelta(days=7)) == 1
    record.check_file(enterprise, by=attach(manager, AT), at=grid_at + timedelta(days=8))
    assert reminders.remind_stale(grid_at + timedelta(days=15)) == 0
