"""Reply templates: offered where they fit, filled in without unmasking anybody, written by the office."""

from datetime import timedelta

import pytest

from audit.models import Entry
from grievances import reply_templates
from grievances.models import ReplyTemplate
from grievances.states import State
from tests import make
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict

pytestmark = pytest.mark.django_db
NOW = make.WEDNESDAY
WORDS = {"event": "feed_back", "title": "已办妥", "body": "{联系人}，{企业}的 {编号} 已办妥。"}


@pytest.fixture
def here():
    return make.scene()


def write(here, by="specialist_zl", pk=None, **changes):
    return reply_templates.save(pk, WORDS | changes, by=here.people[by], at=NOW)


def test_the_words_are_filled_with_the_ticket_and_a_masked_name_stays_masked(here):
    ticket = make.grievance(State.AWAITING_FEEDBACK, scene=here)

    said = reply_templates.fill(write(here).body, ticket, here.specialist_zl)

    assert said == f"周先生/女士，{here.enterprise.name}的 {ticket.number} 已办妥。"


def test_those_of_the_item_come_first_and_those_of_other_items_and_moves_not_at_all(here):
    ticket = make.grievance(State.AWAITING_FEEDBACK, scene=here)
    write(here, title="一般")
    write(here, title="专用", service_item="ZL02")
    write(here, title="别的事项", service_item="GS01")
    write(here, title="别的环节", event="comment")
    old = write(here, title="停用的")
    reply_templates.retire(old.pk, retired=True, by=here.leader, at=NOW)

    assert [row.title for row in reply_templates.offered(ticket, "feed_back", here.specialist_zl)] == ["专用", "一般"]
    assert reply_templates.offered(ticket, "feed_back", here.partner) == []
    assert reply_templates.offered(ticket, "withdraw", here.specialist_zl) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"body": "尊敬的{姓名}"}, "body"),
        ({"body": ""}, "body"),
        ({"title": " "}, "title"),
        ({"title": "长" * 31}, "title"),
        ({"event": "withdraw"}, "event"),
        ({"service_item": "XX99"}, "service_item"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(here, changes, field):
    with pytest.raises(FactsMissing) as refusal:
        write(here, **changes)

    assert field in refusal.value.fields
    assert not ReplyTemplate.objects.exists()


def test_a_second_of_the_same_name_is_refused_and_a_retired_one_gives_the_name_back(here):
    first = write(here)
    with pytest.raises(FactsMissing) as refusal:
        write(here)
    assert "同名" in str(refusal.value.fields["title"])

    reply_templates.retire(first.pk, retired=True, by=here.leader, at=NOW)
    write(here)
    with pytest.raises(StateConflict):
        reply_templates.retire(first.pk, retired=False, by=here.leader, at=NOW)


def test_who_read_an_older_version_does_not_overwrite_a_newer_one(here):
    row = write(here)
    write(here, by="leader", pk=row.pk, version="1", body="新的")

    with pytest.raises(StateConflict):
        write(here, pk=row.pk, version="1", body="旧的")

    row.refresh_from_db()
    assert (row.body, row.version, row.changed_by) == ("新的", 2, here.leader)


def test_every_wording_is_kept_with_who_wrote_it(here):
    row = write(here)
    write(here, by="leader", pk=row.pk, version="1", body="新的")
    for _ in range(2):
        reply_templates.retire(row.pk, retired=True, by=here.leader, at=NOW + timedelta(hours=1))

    lines = [(line.body, line.changed_by, line.retired) for line in reply_templates.history(row)]

    assert lines == [("新的", here.leader, True), ("新的", here.leader, False), (WORDS["body"], here.specialist_zl, False)]
    assert Entry.objects.filter(action="configure", target=f"reply_template:{row.pk}").count() == 3


def test_only_the_office_writes_and_only_its_own(here):
    row = write(here)
    elsewhere = make.scene()

    for role in ("partner", "grid_staff", "manager", "street", "admin"):
        with pytest.raises(NotYours):
            write(here, by=role, title="别的")
    with pytest.raises(NotFound):
        reply_templates.save(row.pk, WORDS | {"version": "1"}, by=elsewhere.leader, at=NOW)
    with pytest.raises(NotFound):
        reply_templates.retire(row.pk, retired=True, by=elsewhere.leader, at=NOW)
