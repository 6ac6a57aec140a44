"""当场办结 on its own page: little to type, a chat pasted, everything kept when something is missing."""

import pytest
from django.urls import reverse

from grievances.models import Grievance, Transition
from grievances.states import Channel, State
from tests import make

pytestmark = pytest.mark.django_db
SAID = {"channel": "phone", "service_item": "GS01", "body": "公积金怎么开户", "reply": "网上就能开，指南已发您。", "outcome": "solved"}


@pytest.fixture
def desk(here, enter):
    return enter(here.specialist_gs)


@pytest.fixture
def people(here):
    here.manager.name, here.manager.phone = "周敏", "13812345678"
    here.manager.save()
    return str(here.manager.posts[0].representative.pk)


def settle(desk, here, **changes):
    return desk.post(reverse("settle"), SAID | {"uscc": here.enterprise.uscc, "who": here.enterprise.name} | changes)


def test_five_things_said_make_five_moves_and_an_answer(desk, here, people):
    answer = settle(desk, here, contact_from=people)

    ticket = Grievance.objects.get()
    assert answer.url == reverse("settle")
    assert (ticket.state, ticket.contact_name, ticket.contact_phone) == (State.CLOSED, "周敏", "13812345678")
    assert ticket.basis.startswith("周敏 ")
    assert ticket.basis.endswith(" 来电")
    assert ticket.reply == SAID["reply"]
    assert Transition.objects.count() == 5
    assert ticket.number in desk.get(answer.url).content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"service_item": ""}, "事项"), ({"reply": ""}, "答复"), ({"body": " "}, "情况说明"), ({"uscc": "", "who": "没有的公司"}, "再从列出的里选")],
)  # fmt: skip
def test_what_is_missing_is_said_and_what_was_typed_is_there(desk, here, people, changes, words):
    answer = settle(desk, here, contact_from=people, **changes)

    page = answer.content.decode()
    assert (answer.status_code, words in page) == (400, True)
    for name in ("body", "reply"):
        if name not in changes:
            assert SAID[name] in page
    assert not Grievance.objects.exists()


def test_sent_twice_it_is_one(desk, here, people):
    facts = SAID | {"uscc": here.enterprise.uscc, "contact_from": people, "idempotency_key": "00000000-0000-4000-8000-00000000abcd"}
    answers = [desk.post(reverse("settle"), facts).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert Grievance.objects.count() == 1


def test_a_chat_fills_the_form_and_finds_the_firm_by_who_speaks(desk, here, people):
    here.specialist_gs.name = "陈岚"
    here.specialist_gs.save()
    chat = "周敏 2026/11/20 9:40\n公积金怎么开户？\n\n陈岚 2026/11/20 9:42\n网上就能开，指南发您。"
    page = desk.post(reverse("settle"), {"do": "chat", "chat": chat}).content.decode()

    assert here.enterprise.uscc in page
    assert "公积金怎么开户？</textarea>" in page
    assert "网上就能开，指南发您。</textarea>" in page
    assert f'value="{Channel.WECHAT}" checked' in page
    assert not Grievance.objects.exists()


@pytest.mark.parametrize("chat", ["", "   ", "[图片]", "\0"])
def test_an_empty_chat_says_what_to_do(desk, chat):
    answer = desk.post(reverse("settle"), {"do": "chat", "chat": chat})

    assert answer.status_code == 400


def test_two_of_one_name_are_not_guessed(desk, here, people):
    other = make.manager(enterprise=make.enterprise(park=here.park))
    other.name = "周敏"
    other.save()
    page = desk.post(reverse("settle"), {"do": "chat", "chat": "周敏：在吗\n我：在的"}).content.decode()

    assert f'name="uscc" value="{here.enterprise.uscc}"' not in page


def test_items_are_found_by_name_initials_and_code(desk):
    for words in ("公积金", "gjj", "GS0"):
        found = desk.get(reverse("search-items"), {"q": words}).json()["results"]
        assert found, words
    assert desk.get(reverse("search-items"), {"q": ""}).json() == {"results": []}


def test_it_is_the_specialists_alone(here, enter):
    assert enter(here.leader).post(reverse("settle"), SAID).status_code == 403
