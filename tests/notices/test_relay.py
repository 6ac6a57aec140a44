"""The relay and a real mail server: everything due goes out, once; what cannot go out stops where the admin sees it."""

import threading
from datetime import timedelta

import pytest
from django.core.mail import get_connection
from django.db import connection, transaction

import notices
from accounts.models import User
from notices.mail import message_for
from notices.models import Notice
from notices.relay import LEASE, MOST_ATTEMPTS, Relayed, claim, relay, rerun
from tests import make


def _owe(count=1, username="wang"):
    user = User.objects.filter(username=username).first() or make.user(username, name="王芳", email=f"{username}@example.com")
    for number in range(count):
        notices.tell(
            f"event:{username}:{number}", [user], title=f"诉求有新进展 {number}", body="请查看。", link="/grievances/MC1/", at=make.AT
        )
    return user


def test_a_mail_says_what_happened_and_where_to_look(db, postbox, settings):
    settings.PUBLIC_URL = "https://mc.example.com"
    _owe()

    assert relay(make.AT) == Relayed(sent=1)

    (message,) = postbox.messages
    assert message["To"] == "wang@example.com"
    assert message["Subject"] == "【梦创社区】诉求有新进展 0"
    assert message["Message-ID"] == f"<{Notice.objects.get(channel='email').key}@mc.example.com>"
    body = message.get_content()
    assert "王芳，您好" in body
    assert "https://mc.example.com/grievances/MC1/" in body


def test_a_second_run_sends_nothing(db, postbox):
    _owe(3)

    relay(make.AT)

    assert relay(make.AT) == Relayed()
    assert len(postbox.messages) == 1


def test_what_is_not_due_waits(db, postbox):
    user = _owe(0)
    notices.tell("e", [user], title="明早提醒", at=make.AT, not_before=make.AT + timedelta(hours=9))

    assert relay(make.AT) == Relayed()
    assert relay(make.AT + timedelta(hours=9)) == Relayed(sent=1)


def test_a_refusal_is_tried_again_later_and_stops_after_five(db, postbox):
    _owe()
    at = make.AT
    for attempt in range(1, MOST_ATTEMPTS + 1):
        postbox.answers = ["451 try later"]
        outcome = relay(at)
        assert outcome == (Relayed(dead=1) if attempt == MOST_ATTEMPTS else Relayed(put_off=1))
        assert relay(at) == Relayed()
        at += timedelta(hours=2)

    dead = Notice.objects.dead().get()
    assert "451" in dead.error
    assert dead.attempts == MOST_ATTEMPTS
    assert relay(at) == Relayed()


def test_the_admin_gives_a_dead_one_another_try(db, postbox):
    _owe()
    Notice.objects.filter(channel="email").update(state="dead", attempts=5)

    assert rerun(Notice.objects.all(), at=make.AT) == 1
    assert relay(make.AT) == Relayed(sent=1)
    assert rerun(Notice.objects.all(), at=make.AT) == 0


def test_no_mail_server_puts_off_and_loses_nothing(db, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    _owe(2)

    assert relay(make.AT) == Relayed(put_off=2)
    assert set(Notice.objects.filter(channel="email").values_list("state", flat=True)) == {"waiting"}


@pytest.mark.parametrize("address", ["bad\n@example.com", "", "bad", "Bcc: x@example.com", "李@例子.中国"])
def test_one_bad_address_does_not_stop_the_others(db, postbox, address):
    _owe(1, "wang")
    bad = make.user("bad", email="bad@example.com")
    notices.tell("e", [bad], title="一", at=make.AT - timedelta(minutes=1))
    User.objects.filter(pk=bad.pk).update(email=address)

    outcome = relay(make.AT)

    assert outcome == Relayed(sent=1, dead=1)


def test_somebody_who_left_meanwhile_gets_no_mail(db, postbox):
    user = _owe()
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert relay(make.AT) == Relayed(dead=1)
    assert not postbox.messages


@pytest.mark.parametrize("sent_before_the_crash", [False, True])
def test_a_crash_in_the_middle_leaves_one_mail_in_the_mailbox(db, postbox, sent_before_the_crash):
    """Killed after claiming, or after sending and before marking: once the lease is over it goes out under the same Message-ID."""
    _owe()
    bundle = claim(make.AT)
    if sent_before_the_crash:
        # The message is with the server, the row still says `sending`.
        message_for(bundle, get_connection()).send()

    assert relay(make.AT + LEASE - timedelta(seconds=1)) == Relayed()
    assert relay(make.AT + LEASE + timedelta(seconds=1)) == Relayed(sent=1)

    assert {address: len(ids) for address, ids in postbox.mailboxes.items()} == {"wang@example.com": 1}
    assert Notice.objects.get(channel="email").state == "sent"


def test_a_row_that_kills_every_worker_stops_as_well(db, postbox):
    _owe()
    at = make.AT
    for _ in range(MOST_ATTEMPTS):
        assert claim(at) is not None
        at += LEASE + timedelta(seconds=1)

    assert relay(at) == Relayed(dead=1)
    assert "中断" in Notice.objects.dead().get().error


@pytest.mark.django_db(transaction=True)
def test_two_relays_at_once_send_each_mail_once(postbox):
    for number in range(40):
        _owe(1, f"user{number}")
    start = threading.Barrier(2)
    outcomes = []

    def work():
        start.wait()
        try:
            outcomes.append(relay(make.AT))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sum(outcome.sent for outcome in outcomes) == 40
    assert len(postbox.messages) == len({message["Message-ID"] for message in postbox.messages}) == 40
    assert set(Notice.objects.filter(channel="email").values_list("state", flat=True)) == {"sent"}


@pytest.mark.django_db(transaction=True)
def test_a_relay_does_not_wait_for_a_row_another_one_holds(postbox):
    _owe(2)
    first = Notice.objects.filter(channel="email").order_by("pk").first()
    held, release = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Notice.objects.select_for_update().get(pk=first.pk)
            held.set()
            release.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)

    assert relay(make.AT) == Relayed(sent=1)

    release.set()
    holder.join()
    assert relay(make.AT) == Relayed(sent=1)
