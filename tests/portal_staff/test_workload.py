"""Who has how much, who is away, and giving tickets over."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from community import absences
from community.models import Absence
from grievances.models import Grievance
from grievances.states import OPEN, State
from tests import make
from wording.errors import FactsMissing, NotFound

pytestmark = pytest.mark.django_db
NOW = make.WEDNESDAY


@pytest.fixture
def desk(here, now):
    for state in (State.SUBMITTED, State.ACCEPTED, State.IN_PROGRESS, State.CLOSED):
        make.grievance(state, scene=here, at=now - timedelta(hours=20))
    late = make.grievance(State.ACCEPTED, scene=here, at=now - timedelta(hours=20))
    Grievance.objects.filter(pk=late.pk).update(promise_due_at=now - timedelta(hours=1), next_due_at=now - timedelta(hours=1))
    soon = make.grievance(State.ACCEPTED, scene=here, at=now - timedelta(hours=20))
    Grievance.objects.filter(pk=soon.pk).update(next_due_at=now + timedelta(seconds=30))
    return here


@pytest.mark.parametrize("role", ["specialist_gs", "leader"])
def test_every_number_is_the_length_of_its_list(desk, enter, role):
    client = enter(desk.people[role])
    rows = client.get(reverse("workload")).context["rows"]

    busy = next(row for row in rows if row["load"].person == desk.specialist_zl)
    assert busy["load"].open >= 4
    assert busy["load"].overdue == 1
    for row in rows:
        for number in row["numbers"]:
            listed = re.findall(r'data-id="MC', client.get(number["url"]).content.decode())
            assert (row["load"].person.username, number["label"], number["count"]) == (
                row["load"].person.username,
                number["label"],
                len(listed),
            )


def test_as_many_queries_for_much_as_for_little(desk, enter, many):
    client = enter(desk.leader)
    client.get(reverse("workload"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("workload"))
    many(Grievance.objects.filter(state=State.ACCEPTED).first(), 40)
    with CaptureQueriesContext(connection) as lots:
        client.get(reverse("workload"))

    assert len(lots) == len(few)


class TestAbsence:
    def told(self, here, who="specialist_zl", **changes):
        post = here.people[who].posts[0]
        return {
            "post": str(post.pk),
            "from_on": "2026-11-19",
            "until_on": "2026-11-20",
            "deputy": str(here.colleague.posts[0].pk),
        } | changes

    def test_both_days_are_included(self, here):
        row = absences.report(self.told(here), by=here.specialist_zl, at=NOW)

        assert (timezone.localtime(row.from_at).isoformat(), timezone.localtime(row.until_at).isoformat()) == (
            "2026-11-19T00:00:00+08:00", "2026-11-21T00:00:00+08:00",
        )  # fmt: skip
        assert row.deputy == here.colleague.posts[0]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"from_on": "2026-11-17"}, "from_on"),
            ({"from_on": "2026-13-40"}, "from_on"),
            ({"until_on": "2026-11-18"}, "until_on"),
            ({"until_on": "2027-11-18"}, "until_on"),
            ({"post": "999999"}, "post"),
            ({"deputy": "x"}, "deputy"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(self, here, changes, field):
        with pytest.raises(FactsMissing) as refusal:
            absences.report(self.told(here, **changes), by=here.specialist_zl, at=NOW)

        assert field in refusal.value.fields

    def test_nobody_is_away_twice_at_once_or_stands_in_for_himself_or_while_away(self, here):
        absences.report(self.told(here), by=here.specialist_zl, at=NOW)

        for changes in ({}, {"post": str(here.colleague.posts[0].pk), "deputy": str(here.specialist_zl.posts[0].pk)}):
            with pytest.raises(FactsMissing):
                absences.report(self.told(here, **changes), by=here.leader, at=NOW)
        with pytest.raises(FactsMissing):
            absences.report(
                self.told(here, from_on="2026-12-01", until_on="2026-12-01", deputy=str(here.specialist_zl.posts[0].pk)),
                by=here.leader,
                at=NOW,
            )

    def test_a_specialist_reports_his_own_only_a_leader_everybodys(self, here):
        with pytest.raises(FactsMissing):
            absences.report(self.told(here), by=here.colleague, at=NOW)
        assert absences.report(self.told(here), by=here.leader, at=NOW).pk

    def test_who_is_back_early_is_back_at_once_and_what_has_not_begun_is_taken_away(self, here):
        running = absences.report(self.told(here, from_on="2026-11-18"), by=here.specialist_zl, at=NOW)
        coming = absences.report(self.told(here, from_on="2026-12-18", until_on="2026-12-18"), by=here.specialist_zl, at=NOW)
        later = NOW + timedelta(hours=2)

        for row in (running, coming):
            absences.end(row.pk, by=here.specialist_zl, at=later)
        absences.end(running.pk, by=here.leader, at=later + timedelta(hours=1))

        assert [row.until_at for row in Absence.objects.all()] == [later]
        assert Entry.objects.filter(action="absence_ended").count() == 2
        with pytest.raises(NotFound):
            absences.end(running.pk, by=here.specialist_gs, at=later)

    def test_on_the_page_nothing_typed_is_lost(self, here, enter):
        client = enter(here.specialist_zl)
        answer = client.post(reverse("workload"), self.told(here, from_on="", reason="去杭州培训"))

        assert answer.status_code == 400
        assert "去杭州培训" in answer.content.decode()


def test_everything_open_is_given_over_and_the_promises_stay(here, enter, now):
    for state in (State.ACCEPTED, State.IN_PROGRESS):
        make.grievance(state, scene=here, at=now - timedelta(hours=20))
    client = enter(here.leader)
    before = dict(Grievance.objects.filter(assignee=here.specialist_zl, state__in=OPEN).values_list("pk", "promise_due_at"))
    assert len(before) == 2

    form = {"giver": here.specialist_zl.username, "to": here.colleague.username, "reason": "休假两周"}
    assert client.post(reverse("hand-over"), form).status_code == 302

    assert dict(Grievance.objects.filter(assignee=here.colleague, state__in=OPEN).values_list("pk", "promise_due_at")) == before
    again = client.post(reverse("hand-over"), form)
    assert again.status_code == 400
    assert "休假两周" in again.content.decode()
