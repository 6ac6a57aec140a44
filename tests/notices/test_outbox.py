"""Who is told: once per event, person and channel; never oneself; nobody when the deed is rolled back."""

from datetime import timedelta

from django.db import transaction

import notices
from notices.models import Notice
from tests import make

EVENT = "grievance:1:dispatch:3"


def _tell(*people, event=EVENT, **facts):
    return notices.tell(
        event, people, title="您的诉求已派单", body="由律师事务所办理。", link="/grievances/MC261121-000001/", at=make.AT, **facts
    )


def _rows():
    return sorted(Notice.objects.values_list("recipient__username", "channel", "state"))


def test_one_row_per_person_and_channel(db):
    _tell(make.user("wang", email="wang@example.com"), make.user("zhao"))

    assert _rows() == [("wang", "app", "sent"), ("wang", "email", "waiting"), ("zhao", "app", "sent")]


def test_telling_the_same_event_again_changes_nothing(db):
    wang = make.user("wang", email="wang@example.com")
    _tell(wang)
    before = list(Notice.objects.order_by("pk").values())

    _tell(wang, wang, make.user("zhao"))

    assert list(Notice.objects.filter(recipient=wang).order_by("pk").values()) == before
    assert Notice.objects.filter(recipient__username="zhao").count() == 1


def test_two_events_are_two_notices(db):
    wang = make.user("wang")

    _tell(wang)
    _tell(wang, event="grievance:1:finish:4")

    assert Notice.objects.count() == 2


def test_own_actions_are_not_news(db):
    wang, zhao = make.user("wang"), make.user("zhao")

    _tell(wang, zhao, but=zhao)

    assert _rows() == [("wang", "app", "sent")]


def test_somebody_switched_off_is_left_out(db):
    _tell(make.user("wang", is_active=False))

    assert not Notice.objects.exists()


def test_nobody_is_told_of_what_was_rolled_back(db):
    with transaction.atomic():
        _tell(make.user("wang", email="wang@example.com"))
        transaction.set_rollback(True)

    assert not Notice.objects.exists()


def test_text_longer_than_the_column_is_cut_rather_than_lost(db):
    notices.tell(EVENT, [make.user()], title="长" * 300, body="字" * 5000, at=make.AT)

    notice = Notice.objects.get()
    assert (len(notice.title), len(notice.body)) == (120, 2000)


def test_a_notice_may_wait(db):
    wang = make.user("wang")
    later = make.AT + timedelta(hours=10)

    _tell(wang, not_before=later)

    assert notices.unread_count(wang, make.AT) == 0
    assert notices.unread_count(wang, later) == 1


def test_the_bell_counts_own_unread_ones_up_to_a_hundred(db):
    wang, zhao = make.user("wang", email="w@example.com"), make.user("zhao")
    for number in range(120):
        _tell(wang, event=f"e{number}")
    _tell(zhao)

    assert notices.unread_count(wang, make.AT) == 100
    assert notices.unread_count(zhao, make.AT) == 1


def test_everybody_sees_own_notices_only(db):
    wang, zhao = make.user("wang"), make.user("zhao")
    _tell(wang, zhao)

    assert [notice.recipient for notice in Notice.objects.visible_to(wang)] == [wang]


def test_seen_marks_what_points_there(db):
    wang, zhao = make.user("wang"), make.user("zhao")
    _tell(wang, zhao)

    notices.seen(wang, "/grievances/MC261121-000001/", make.AT)

    assert notices.unread_count(wang, make.AT) == 0
    assert notices.unread_count(zhao, make.AT) == 1
