"""What waits for one person in one channel goes out as one message that lists everything; each row keeps a state of its own."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import notices
from accounts.models import User
from notices import outbox, texts
from notices.bundle import MOST, Bundle
from notices.channels import WAYS
from notices.models import Notice
from notices.relay import LEASE, Relayed, claim, relay
from tests import make


@pytest.fixture
def wang(db):
    return make.user("wang", name="王芳", email="wang@example.com", phone="13800001234")


def _tell(user, *names, at=make.AT, **facts):
    for name in names:
        notices.tell(name, [user], title=f"消息{name}", body=f"内容{name}", link=f"/grievances/{name}/", at=at, **facts)


def test_one_mail_lists_title_text_and_link_of_each(wang, postbox):
    _tell(wang, "甲", "乙", "丙")

    assert relay(make.AT) == Relayed(sent=3)

    (message,) = postbox.messages
    body = message.get_content()
    assert message["Subject"].strip() == "【梦创社区】消息甲 等 3 条提醒"
    for place, name in enumerate("甲乙丙", 1):
        assert f"{place}. 消息{name}" in body
        assert f"内容{name}" in body
        assert f"/grievances/{name}/" in body
    assert set(Notice.objects.filter(channel="email").values_list("state", "attempts")) == {("sent", 1)}


def test_two_people_get_two_mails(wang, postbox):
    zhao = make.user("zhao", email="zhao@example.com")
    for name in ("甲", "乙"):
        _tell(wang, name)
        _tell(zhao, f"给赵{name}")

    relay(make.AT)

    assert sorted(message["To"] for message in postbox.messages) == ["wang@example.com", "zhao@example.com"]
    assert not any("给赵" in message.get_content() for message in postbox.messages if message["To"] == "wang@example.com")


def test_a_link_that_opens_an_account_goes_alone(wang, postbox):
    _tell(wang, "甲")
    facts = {"link": "/password/reset/{uidb64}/{token}/", "kind": "password_link", "channels": ("email",)}
    notices.tell("reset", [wang], title="重新设置登录密码", at=make.AT, **facts)
    _tell(wang, "乙")

    relay(make.AT)

    assert len(postbox.messages) == 2
    (alone,) = [message for message in postbox.messages if "重新设置" in message["Subject"]]
    assert "甲" not in alone.get_content()


def test_what_is_not_due_yet_does_not_come_along(wang, postbox):
    _tell(wang, "甲")
    _tell(wang, "乙", not_before=make.AT + timedelta(hours=1))

    assert relay(make.AT) == Relayed(sent=1)


def test_a_bundle_that_was_refused_goes_out_again_as_the_same_one(wang, postbox):
    """Under one Message-ID: a mailbox that had taken it all the same drops the copy, and what came later is not in it."""
    _tell(wang, "甲", "乙")
    postbox.answers = ["451 later"]
    relay(make.AT)
    later = make.AT + timedelta(minutes=1)
    _tell(wang, "丙", at=later)

    assert relay(later) == Relayed(sent=3)

    assert sorted("丙" in message.get_content() for message in postbox.messages) == [False, True]


@pytest.mark.parametrize("sent_before_the_crash", [False, True])
def test_a_crash_over_a_bundle_leaves_one_mail_in_the_mailbox_and_loses_nothing(wang, postbox, sent_before_the_crash):
    _tell(wang, "甲", "乙")
    bundle = claim(make.AT)
    if sent_before_the_crash:
        WAYS["email"].open().send(bundle, make.AT)
    later = make.AT + LEASE + timedelta(seconds=1)
    _tell(wang, "丙", at=later)

    assert relay(later) == Relayed(sent=3)

    assert len(postbox.mailboxes["wang@example.com"]) == 2
    assert Notice.objects.filter(channel="email", state="sent").count() == 3


def test_one_row_that_can_never_go_does_not_keep_the_others(wang, postbox):
    _tell(wang, "甲", "乙")
    Notice.objects.filter(channel="email", event="甲").update(attempts=5)

    assert relay(make.AT) == Relayed(sent=1, dead=1)
    assert "消息甲" not in postbox.messages[0].get_content()


def test_somebody_who_left_gets_none_of_them(wang, postbox):
    _tell(wang, "甲", "乙")
    User.objects.update(is_active=False)

    assert relay(make.AT) == Relayed(dead=2)
    assert not postbox.messages


def test_an_id_is_that_of_its_rows_and_of_no_others():
    rows = [Notice(pk=number, channel="email") for number in range(3)]

    assert Bundle(rows[:1]).id == rows[0].key
    assert Bundle(rows[:2]).id == Bundle([rows[1], rows[0]]).id
    assert len({Bundle(rows[:2]).id, Bundle(rows).id, Bundle(rows[1:]).id, rows[0].key}) == 4


TITLES = st.builds(lambda sign, times: f"《{sign * times}》", st.sampled_from("a字é🙂"), st.integers(1, 118))


@settings(deadline=None)
@given(st.lists(TITLES, min_size=1, max_size=MOST + 10), st.sampled_from(["sms", "wecom", "dingtalk"]))
def test_cutting_a_backlog_into_messages_loses_no_row_and_repeats_none(titles, channel):
    way, left, taken = WAYS[channel], [Notice(pk=number, title=title, channel=channel) for number, title in enumerate(titles)], []
    while left:
        bundle = way.fitting(left)
        text = way.text(bundle.notices)
        assert len(bundle.notices) == 1 or len(text.encode()) <= way.most_bytes
        assert all(texts.plain(notice.title) in text for notice in bundle.notices)
        taken += bundle.notices
        left = left[len(bundle.notices) :]

    assert [notice.pk for notice in taken] == list(range(len(titles)))


def test_every_row_of_every_channel_is_said_once_whatever_fails(wang, postbox, endpoint, robot):
    """News, refusals and runs in any order: in the end each row has been listed in exactly one message that was taken."""
    here, answers = robot(), st.sampled_from(["", "refuse"])

    @settings(deadline=None, max_examples=30)
    @given(st.lists(st.tuples(st.integers(1, 4), answers, st.integers(0, 20)), min_size=1, max_size=8))
    def law(steps):
        Notice.objects.all().delete()
        postbox.messages.clear()
        endpoint.accepted.clear()
        at, names = make.AT, []
        for count, answer, minutes in steps:
            for _ in range(count):
                names.append(f"<{len(names)}>")
                _tell(wang, names[-1], at=at, kind="deadline")
                outbox.tell_robots(names[-1], [here], title=f"消息{names[-1]}", at=at)
            postbox.answers = ["451 later"] if answer else []
            endpoint.answers = [503, 503] if answer else []
            relay(at)
            postbox.answers, endpoint.answers = [], []
            at += timedelta(minutes=minutes)
        relay(at + timedelta(hours=2))
        mails, others = "\n".join(message.get_content() for message in postbox.messages), "\n".join(endpoint.accepted)
        assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}
        assert [mails.count(f"消息{name}") for name in names] == [1] * len(names)
        assert [others.count(f"消息{name}") for name in names] == [2] * len(names)  # the SMS and the group

    law()
