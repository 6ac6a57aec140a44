"""应访尽访率: every number is the length of its own list for whoever reads it, the parts add up, and what is overdue climbs once."""

from datetime import date, datetime, timedelta

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notices.models import Notice
from tests import make
from visits import coverage, sweeps, tasks
from visits.models import Escalation, Reason, Task

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
TODAY = AT.date()
PERIOD = coverage.Period(date(2026, 11, 1), date(2026, 11, 30))
READERS = ("specialist_zl", "leader", "street", "grid_leader")
ADDING_UP = ("on_time", "late", "waiting", "lapsed")

#: Enterprise, class, due in how many days, ended how many days from being due (None: open), how.
MATTER = st.tuples(
    st.integers(0, 2),
    st.integers(0, 1),
    st.integers(-25, 20),
    st.one_of(st.none(), st.integers(-5, 5)),
    st.sampled_from(["visited", "absorbed", "gone"]),
)


@pytest.fixture
def here():
    return make.scene()


@pytest.fixture
def world(here):
    """Three enterprises, one of another grid, and two classes, one of them for staff alone."""
    elsewhere = make.park(community=here.community, grid=make.grid(community=here.community))
    firms = [here.enterprise, make.enterprise(park=here.park), make.enterprise(park=elsewhere)]
    classes = [make.visit_class(make.trigger(), community=here.community, staff_only=bool(n)) for n in range(2)]
    visits = [make.visit(enterprise=firm, by=here.grid_staff) for firm in firms]
    make.task(enterprise=firms[0], assignee=here.specialist_zl, attempts=1)
    make.task(enterprise=firms[2])
    return firms, classes, visits


def _write(world, matters):
    firms, classes, visits = world
    Reason.objects.all().delete()
    for place, (firm, klass, due_in, ended_in, how) in enumerate(matters):
        due_on = TODAY + timedelta(days=due_in)
        since = due_on - timedelta(days=40)
        facts = {}
        if ended_in is not None:
            facts = {"ended_on": due_on + timedelta(days=ended_in), "ending": how, "settled_by": None if how == "gone" else visits[firm]}
        make.reason(enterprise=firms[firm], visit_class=classes[klass], on=since, due_on=due_on, trigger=f"t{place}", **facts)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(matters=st.lists(MATTER, max_size=8))
def test_every_number_is_the_length_of_its_list_and_the_parts_add_up_for_whoever_reads(here, world, matters):
    _write(world, matters)
    for name in READERS:
        user = here.people[name]
        total = coverage.total(user, PERIOD, TODAY)
        lists = {code: coverage.behind(user, code, PERIOD, TODAY) for code in coverage.MEASURES}
        assert total.counts == {code: len(rows) for code, rows in lists.items()}
        assert total.counts["owed"] == sum(total.counts[part] for part in ADDING_UP)
        assert {row.pk for row in lists["owed"]} == {row.pk for part in ADDING_UP for row in lists[part]}
        for by in coverage.BREAKDOWNS:
            slices = coverage.breakdown(user, by, PERIOD, TODAY)
            for code in coverage.MEASURES:
                assert sum(each.counts[code] for each in slices) == total.counts[code], (by, code)
                for each in slices:
                    assert each.counts[code] == len(coverage.behind(user, code, PERIOD, TODAY, by=by, key=each.key)), (by, code, each)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(matters=st.lists(MATTER, max_size=8))
def test_the_numbers_agree_with_a_count_by_hand(here, world, matters):
    _write(world, matters)
    inside = [row for row in matters if PERIOD.first <= TODAY + timedelta(days=row[2]) <= PERIOD.last]
    in_time = [row for row in inside if row[3] is not None and row[3] <= 0]
    after = [row for row in inside if row[3] is not None and row[3] > 0]
    still = [row for row in inside if row[3] is None]
    expected = {
        "on_time": sum(row[4] != "gone" for row in in_time), "gone": sum(row[4] == "gone" for row in in_time),
        "absorbed": sum(row[4] == "absorbed" for row in in_time + after), "late": sum(row[4] != "gone" for row in after),
        "lapsed": sum(row[4] == "gone" for row in after), "waiting": len(still), "overdue": sum(row[2] < 0 for row in still),
        "attempted": sum(row[0] == 0 for row in still),
    }  # fmt: skip
    expected["owed"] = expected["on_time"] + expected["late"] + expected["waiting"] + expected["lapsed"]
    expected["due"] = expected["owed"] - (expected["waiting"] - expected["overdue"])

    total = coverage.total(here.leader, PERIOD, TODAY)

    assert total.counts == expected
    assert (total.rate is None) == (expected["due"] == 0)


def test_a_grid_leader_counts_his_grid_and_nobody_outside_counts_anything(here, world):
    _write(world, [(0, 0, 1, None, "gone"), (2, 1, 1, None, "gone")])

    assert coverage.total(here.grid_leader, PERIOD, TODAY).counts["owed"] == 1
    assert coverage.total(here.leader, PERIOD, TODAY).counts["owed"] == 2
    for name in ("manager", "employee", "partner", "official", "operator", "steward", "auditor", "admin", "stranger"):
        assert coverage.total(here.people[name], PERIOD, TODAY).counts["owed"] == 0
        assert not coverage.may_read(here.people[name])


def test_a_slice_nobody_gave_out_is_empty_and_a_number_nobody_counts_is_a_key_error(here, world):
    for key in ("x", "999999", "2026-13", "１", "-1"):
        for by in coverage.BREAKDOWNS:
            assert not coverage.behind(here.leader, "owed", PERIOD, TODAY, by=by, key=key).exists()
    for asked in ({"measure": "x"}, {"measure": "owed", "by": "x"}):
        with pytest.raises(KeyError):
            coverage.behind(here.leader, asked["measure"], PERIOD, TODAY, by=asked.get("by", ""))


def _at(day):
    return datetime.combine(day, AT.timetz())


def test_what_is_overdue_climbs_to_the_grid_leader_and_a_working_day_later_to_the_leader_once_each(here):
    friday = date(2026, 11, 20)
    task = make.task(enterprise=here.enterprise, due_on=friday, assignee=here.grid_staff)
    found = {}
    for day in (friday, date(2026, 11, 21), date(2026, 11, 21), date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 24)):
        found.setdefault(day, []).append(sweeps.escalate(_at(day)))

    assert list(found.values()) == [[0], [1, 0], [0], [1, 0]]
    told = Notice.objects.filter(channel="app", kind="visit").order_by("pk").values_list("recipient", "title")
    assert set(told[:2]) == {(here.grid_staff.pk, "有走访逾期"), (here.grid_leader.pk, "有走访逾期")}
    assert set(told[2:]) == {(here.leader.pk, "有走访逾期超过 1 个工作日")}
    assert all(task.enterprise.name not in title for _, title in told)


def test_another_deadline_climbs_anew_and_what_was_paid_no_more(here):
    task = make.task(enterprise=here.enterprise, due_on=date(2026, 11, 17))
    late = date(2026, 11, 25)
    assert sweeps.escalate(_at(late)) == 2
    Task.objects.filter(pk=task.pk).update(due_on=date(2026, 11, 20))
    assert sweeps.escalate(_at(late)) == 2
    Task.objects.filter(pk=task.pk).update(due_on=date(2026, 11, 23), state="done", closed_on=late)

    assert sweeps.escalate(_at(late)) == 0
    assert Escalation.objects.count() == 4


def test_the_task_may_run_twice(here):
    make.task(enterprise=here.enterprise, due_on=date(2026, 1, 5), opened_on=date(2026, 1, 4))
    tasks.escalate()
    rows, notices = Escalation.objects.count(), Notice.objects.count()

    assert tasks.escalate() == 0
    assert (rows, Notice.objects.count()) == (2, notices)
    assert "visits.tasks.escalate" in django_settings.CELERY_BEAT_SCHEDULE
