"""通知设置: defaults, a person's choice per kind and channel, and what is not up for choice."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

import community
import notices
from audit.models import Entry
from community.kinds import PostKind
from notices import choices
from notices.kinds import CHOSEN, KINDS
from notices.models import Choice, Notice
from tests import make
from wording.errors import FactsMissing

SETTINGS = "notice-settings"


@pytest.fixture
def wang(db, settings):
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:1/sms"
    user = make.somebody(PostKind.SPECIALIST, at=timezone.now())
    type(user).objects.filter(pk=user.pk).update(email="wang@example.com", phone="13800001234")
    user.refresh_from_db()
    return community.attach(user, timezone.now())


def came(user, kind, event="e"):
    notices.tell(event, [user], title="一", at=timezone.now(), kind=kind)
    return set(Notice.objects.filter(recipient=user, event=event).values_list("channel", flat=True))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_without_a_choice_the_table_says(wang, kind):
    assert came(wang, kind) == {"app", *KINDS[kind].wanted}


def test_any_choices_are_what_comes_and_the_bell_always_does(wang):
    free = [kind for kind in KINDS.values() if not kind.fixed and not kind.for_posts]

    @settings(deadline=None, max_examples=25)
    @given(st.fixed_dictionaries({kind.code: st.fixed_dictionaries({channel: st.booleans() for channel in CHOSEN}) for kind in free}))
    def law(chosen):
        Notice.objects.all().delete()
        choices.choose(wang, chosen)
        assert choices.choose(wang, chosen) == []
        shown = {line.kind.code: line.channels for line in choices.lines(wang)}
        for kind, channels in chosen.items():
            assert came(wang, kind, kind) == {"app", *(channel for channel, want in channels.items() if want)}
            assert shown[kind] == channels

    law()


def test_one_persons_choice_is_nobody_elses(wang):
    zhao = make.user("zhao", email="zhao@example.com")
    choices.choose(wang, {"grievance": {"email": False}})

    notices.tell("e", [wang, zhao], title="一", at=timezone.now())

    assert list(Notice.objects.filter(channel="email").values_list("recipient__username", flat=True)) == ["zhao"]


@pytest.mark.parametrize(
    ("chosen", "said"),
    [({"password_link": {"email": False}}, "不能关闭"), ({"invitation": {"sms": False}}, "不能关闭"), ({"account": {"email": False}}, "不能关闭"),
     ({"grievance": {"app": False}}, "站内提醒不能关闭"), ({"grievance": {"fax": True}}, "没有这个渠道"), ({"nonsense": {"email": True}}, "没有这类"),
     ({"system": {"email": False}}, "没有这类")],
)  # fmt: skip
def test_what_is_not_up_for_choice_is_refused_and_nothing_is_kept(wang, chosen, said):
    with pytest.raises(FactsMissing) as refused:
        choices.choose(wang, {"deadline": {"email": False}, **chosen})

    assert said in str(refused.value)
    assert not Choice.objects.exists()


def test_a_row_made_up_in_the_database_does_not_switch_off_what_is_fixed(wang):
    Choice.objects.create(user=wang, kind="password_link", channel="email", wanted=False)

    assert "email" in came(wang, "password_link")


def test_the_page_keeps_what_is_ticked_and_writes_it_down_once(wang):
    client = Client()
    client.force_login(wang)

    for _ in range(2):
        client.post(reverse(SETTINGS), {"wanted": ["grievance:sms", "deadline:email", "password_link:sms", "x:y", "morning"]})

    assert came(wang, "grievance", "a") == {"app", "sms"}
    assert came(wang, "deadline", "b") == {"app", "email"}
    assert came(wang, "morning", "c") == {"app"}
    assert came(wang, "password_link", "d") == {"app", "email"}
    assert Entry.objects.filter(action="notices_chosen", by=wang).count() == 1


def test_the_page_is_reached_from_bell_and_menu_and_says_where_things_go(wang, settings):
    client = Client()
    client.force_login(wang)

    assert client.get(reverse("notices")).content.decode().count(reverse(SETTINGS)) >= 2
    page = client.get(reverse(SETTINGS)).content.decode()
    assert "w***@example.com" in page
    assert "138****1234" in page
    assert "13800001234" not in page
    assert "早间清单" in page
    assert "系统维护" not in page

    settings.SMS_GATEWAY_URL = ""
    assert "平台没有开通短信" in client.get(reverse(SETTINGS)).content.decode()


def test_an_enterprise_is_asked_of_what_reaches_it(db):
    client = Client()
    client.force_login(make.somebody(PostKind.ENTERPRISE_MANAGER, at=timezone.now()))

    page = client.get(reverse(SETTINGS)).content.decode()

    assert "诉求进展" in page
    assert "早间清单" not in page


def test_telling_many_costs_one_question(wang, django_assert_num_queries):
    people = [make.user(f"user{number}", email=f"u{number}@example.com") for number in range(20)]

    with django_assert_num_queries(2):  # what they chose, and the rows
        notices.tell("e", people, title="一", at=timezone.now())
