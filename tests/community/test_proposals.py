"""What was answered to a proposal: counted, not asked again, and taken on by one for all."""

from datetime import timedelta

import pytest

from community import proposals
from community.kinds import PostKind
from community.models import ProposalAnswer
from community.proposals import Proposal
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.WEDNESDAY


@pytest.fixture
def town():
    return make.community()


@pytest.fixture
def anna(town):
    return make.somebody(PostKind.SPECIALIST, community=town)


@pytest.fixture
def bert(town):
    return make.somebody(PostKind.SPECIALIST, community=town)


def say(who, town, answer, *, key="a", at=NOW):
    return proposals.answer(Proposal("silent", key, town.pk, "", ""), by=who, at=at, answer=answer)


def keys(who, at=NOW):
    return {row["key"] for row in proposals.answered(who, "silent", at)}


def test_what_i_set_aside_is_set_aside_for_me_only(town, anna, bert):
    say(anna, town, "dismissed")

    assert keys(anna) == {"a"}
    assert keys(bert) == set()


def test_what_a_colleague_took_on_is_taken_for_everybody(town, anna, bert):
    say(anna, town, "taken")

    assert keys(bert) == {"a"}


def test_an_answer_stands_for_thirty_days(town, anna):
    say(anna, town, "dismissed")

    assert keys(anna, NOW + timedelta(days=29)) == {"a"}
    assert keys(anna, NOW + timedelta(days=30)) == set()


def test_the_first_answer_of_a_day_counts_and_sending_it_twice_makes_one(town, anna):
    assert say(anna, town, "taken") is True
    assert say(anna, town, "dismissed", at=NOW + timedelta(minutes=1)) is False
    assert list(ProposalAnswer.objects.values_list("answer", flat=True)) == ["taken"]


def test_answers_are_counted_by_kind_and_month(town, anna, bert):
    leader = make.somebody(PostKind.LEADER, community=town)
    for key in "ab":
        say(anna, town, "taken", key=key)
    say(bert, town, "dismissed", key="c")
    say(anna, town, "taken", key="d", at=NOW - timedelta(days=40))

    assert proposals.tally(anna, NOW) == {"silent": {"taken": 2}}
    assert proposals.tally(leader, NOW) == {"silent": {"taken": 2, "dismissed": 1}}
    assert proposals.tally(make.somebody(PostKind.LEADER), NOW) == {}
