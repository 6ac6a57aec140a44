"""消息送达: what is dead, stuck, waiting or gone out, each number as long as its list; no business on it; a leader sees his community's."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import notices
from audit.models import Entry
from community.kinds import PostKind
from notices import outbox
from notices.models import Notice
from portal.delivery import SHOWS
from tests import make


def enter(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def here(db):
    return make.scene(at=timezone.now() - timedelta(days=1))


@pytest.fixture
def admin(here):
    return enter(make.somebody(PostKind.ADMIN, at=timezone.now()))


def _owe(user, event, **facts):
    type(user).objects.filter(pk=user.pk).update(email=f"{user.username}@example.com")
    user.refresh_from_db()
    notices.tell(event, [user], title="诉求「欠薪」有进展", body="细节", at=timezone.now(), channels=("email",))
    row = Notice.objects.filter(event=event, recipient=user)
    row.update(**facts)
    return row.get()


DEAD = {"state": "dead", "attempts": 5, "error": "550 no such user"}


@pytest.fixture
def some(here, robot):
    """Of every sort some, in two channels."""
    now = timezone.now()
    group = robot(street_key=here.community.street_id, community_key=here.community.pk, unit_key=None)
    for number in range(3):
        _owe(here.specialist_zl, f"d{number}", **DEAD)
        outbox.tell_robots(f"r{number}", [group], title="有新派单待签收", at=now)
    Notice.objects.filter(event="r0").update(**DEAD)
    for number in range(2):
        _owe(here.leader, f"s{number}", attempts=2, error="451", available_at=now + timedelta(hours=1))
    _owe(here.leader, "overdue", available_at=now - timedelta(hours=1))
    _owe(here.leader, "left behind", state="sending", attempts=1, claimed_at=now - timedelta(minutes=5))
    _owe(here.leader, "held", available_at=now + timedelta(hours=12))
    _owe(here.leader, "now", state="sending", attempts=1, claimed_at=now)
    _owe(here.leader, "gone", state="sent", sent_at=now)
    _owe(here.leader, "gone before", state="sent", sent_at=now - timedelta(days=2))
    return group


LENGTHS = {"dead": (3, 0, 1, 0), "stuck": (4, 0, 0, 0), "waiting": (2, 0, 2, 0), "sent": (1, 0, 0, 0)}  # mail, SMS, 企业微信, 钉钉


def test_every_number_is_as_long_as_its_list(some, admin):
    page = admin.get(reverse("notices-dead"))
    table = {line["code"]: {show.code: count for show, count in line["counts"]} for line in page.context["table"]}

    for show, lengths in LENGTHS.items():
        assert tuple(line[show] for line in table.values()) == lengths
        for channel, expected in zip(table, lengths, strict=True):
            answer = admin.get(reverse("notices-dead"), {"show": show, "channel": channel})
            assert len(answer.context["rows"]) == expected
            assert {tab["show"].code: tab["count"] for tab in answer.context["tabs"]}[show] == expected
        answer = admin.get(reverse("notices-dead"), {"show": show})
        assert len(answer.context["rows"]) == sum(lengths)


def test_a_long_list_goes_on_without_gap_or_double(here, admin):
    for number in range(120):
        _owe(here.specialist_zl, f"d{number}", **DEAD)
    address, seen = reverse("notices-dead"), []
    while address:
        answer = admin.get(address)
        seen += [row["notice"].pk for row in answer.context["rows"]]
        more = answer.context["more"]
        address = f"{reverse('notices-dead')}?cursor={more.replace('+', '%2B')}" if more else None

    assert len(seen) == len(set(seen)) == 120
    assert "120" in answer.content.decode()


def test_it_says_who_and_why_and_no_business(some, admin):
    page = admin.get(reverse("notices-dead")).content.decode()

    assert "550 no such user" in page
    assert some.name in page
    assert "欠薪" not in page
    assert "细节" not in page
    assert some.token not in page
    assert "未开通" in page  # there is no SMS gateway, and the page says so


@pytest.mark.parametrize("words", [{"show": "x", "channel": "app"}, {"show": "sent", "channel": "'"}, {"channel": "x" * 300}])
def test_what_is_not_on_the_list_is_not_asked(some, admin, words):
    answer = admin.get(reverse("notices-dead"), words)

    assert answer.status_code == 200
    assert answer.context["channel"] == ""


def test_one_is_sent_again_and_then_all_of_the_list_shown(some, admin):
    one = Notice.objects.filter(channel="email").dead().first()
    admin.post(reverse("notices-rerun"), {"key": one.pk})
    assert Notice.objects.dead().count() == 3

    admin.post(reverse("notices-rerun"), {"show": "dead", "channel": "wecom"})
    assert set(Notice.objects.dead().values_list("channel", flat=True)) == {"email"}

    admin.post(reverse("notices-rerun"), {"show": "stuck"})
    admin.post(reverse("notices-rerun"))
    assert not Notice.objects.dead().exists()
    assert not Notice.objects.filter(state="waiting", attempts__gt=0).exists()
    assert Entry.objects.filter(action="notice_rerun").count() == 4


@pytest.mark.parametrize("key", ["x", "99999999999999999999", "0", "１"])
def test_sending_again_what_is_not_there_does_nothing(some, admin, key):
    assert admin.post(reverse("notices-rerun"), {"key": key}).status_code == 302
    assert Notice.objects.dead().count() == 4


def test_what_was_sent_or_waits_is_not_sent_again(some, admin):
    gone = Notice.objects.get(event="gone")

    admin.post(reverse("notices-rerun"), {"key": gone.pk, "show": "sent"})

    assert Notice.objects.get(pk=gone.pk).state == "sent"


def test_a_leader_sees_and_mends_what_goes_to_his_people_and_groups_only(some, here, robot):
    elsewhere = make.scene(at=timezone.now() - timedelta(days=1))
    theirs = _owe(elsewhere.specialist_zl, "theirs", **DEAD)
    other = robot(street_key=99, community_key=elsewhere.community.pk, unit_key=None, name="别处的群")
    outbox.tell_robots("other", [other], title="一", at=timezone.now())
    Notice.objects.filter(event="other").update(**DEAD)
    employee = _owe(here.employee, "to an employee", **DEAD)
    client = enter(here.leader)

    answer = client.get(reverse("notices-dead"))
    shown = {row["notice"].pk for row in answer.context["rows"]}
    client.post(reverse("notices-rerun"))
    client.post(reverse("notices-rerun"), {"key": theirs.pk})

    assert len(shown) == 4
    assert not {theirs.pk, employee.pk} & shown
    assert set(Notice.objects.dead().values_list("event", flat=True)) == {"theirs", "other", "to an employee"}
    assert "反复失败的后台任务" not in answer.content.decode()


def test_it_costs_the_same_for_any_number(some, here, admin, django_assert_max_num_queries):
    for number in range(40):
        _owe(here.specialist_zl, f"more{number}", **DEAD)
    admin.get(reverse("notices-dead"))

    with django_assert_max_num_queries(9):
        admin.get(reverse("notices-dead"))


@pytest.mark.parametrize("role", ["specialist_zl", "manager", "auditor", "street", "partner"])
def test_deliveries_are_for_those_who_run_things(here, role):
    client = enter(here.people[role])

    assert client.get(reverse("notices-dead")).status_code == 403
    assert client.post(reverse("notices-rerun")).status_code == 403


def test_every_tab_has_words():
    assert all(re.search("[一-鿿]", show.label) for show in SHOWS.values())
