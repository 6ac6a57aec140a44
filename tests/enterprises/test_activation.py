"""开通码: made by the office, carried on paper, used once."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

import community
from accounts import notice
from accounts.models import User
from accounts.phones import PhoneTaken
from audit.models import Entry
from community.kinds import ORGANISATION_KINDS, PostKind
from enterprises import activation, registry
from enterprises.models import ActivationCode, Enterprise, Representative
from notices.models import Notice
from tests import make
from tests.threads import together
from wording.errors import NotYours, StateConflict

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
PASSWORD = "Gui-Hua-2026-Lou"
WHO = {"name": "王晓梅", "phone": "13812345678", "password": PASSWORD, "privacy_version": notice.VERSION}


@pytest.fixture
def enterprise():
    return make.enterprise()


@pytest.fixture
def specialist(enterprise):
    return make.somebody(PostKind.SPECIALIST, community=enterprise.community)


@pytest.fixture
def code(enterprise, specialist):
    return activation.issue(enterprise, by=specialist, at=AT)[1]


def test_the_first_in_is_the_manager_and_sees_the_enterprise_at_once(enterprise, code):
    representative = activation.activate(activation.readable(code).lower(), at=AT + timedelta(days=6), **WHO)

    user = representative.post.user
    assert (user.username, user.name, representative.role) == ("13812345678", "王晓梅", PostKind.ENTERPRISE_MANAGER)
    assert list(Enterprise.objects.visible_to(community.attach(user, AT + timedelta(days=6)))) == [enterprise]
    assert user.privacy_version == notice.VERSION


def test_the_table_does_not_hold_what_stands_on_the_paper(code):
    row = ActivationCode.objects.get()

    assert code not in str(vars(row))
    assert code not in str(list(Entry.objects.values_list("detail", "target")))


def refused(code, at=AT):
    with pytest.raises(activation.CodeRefused) as caught:
        activation.activate(code, at=at, **WHO)
    with pytest.raises(activation.CodeRefused):
        activation.find(code, at)
    return str(caught.value)


def test_wrong_expired_used_revoked_and_replaced_codes_are_answered_alike(enterprise, specialist, code):
    other = make.enterprise(community=enterprise.community)
    revoked_row, revoked = activation.issue(other, by=specialist, at=AT)
    activation.revoke(revoked_row, by=specialist, at=AT)
    used = activation.issue(make.enterprise(community=enterprise.community), by=specialist, at=AT)[1]
    activation.activate(used, at=AT, **WHO | {"phone": "13900000000"})
    words = {refused(each) for each in ("", "ABCD", "AAAAAAAAAAAA", revoked, used)}
    words.add(refused(code, AT + timedelta(days=7)))
    activation.issue(enterprise, by=specialist, at=AT)
    words.add(refused(code))

    assert len(words) == 1
    assert not any(row.name in words.pop() for row in Enterprise.objects.all() if words)
    assert not User.objects.named(WHO["phone"]).exists()


def test_a_code_is_dead_once_the_enterprise_has_a_manager_or_has_left(enterprise, specialist, code):
    gone = make.enterprise(community=enterprise.community)
    late = activation.issue(gone, by=specialist, at=AT)[1]

    make.manager(enterprise=enterprise)
    registry.move_out(gone, at=AT, by=None)

    refused(code)
    refused(late)


def test_a_new_code_ends_the_old_one_and_the_database_keeps_one(enterprise, specialist, code):
    activation.issue(enterprise, by=specialist, at=AT + timedelta(days=1))

    assert ActivationCode.objects.standing().count() == 1
    old = ActivationCode.objects.order_by("issued_at").first()
    assert (old.ended_why, old.ended_by) == ("replaced", specialist)
    with pytest.raises(IntegrityError, match="code_one_standing"), transaction.atomic():
        ActivationCode.objects.create(
            enterprise=enterprise, digest="x", issued_by=specialist, issued_at=AT, expires_at=AT + timedelta(days=7)
        )


def test_sent_twice_makes_one_account(code):
    first = activation.activate(code, at=AT, **WHO)

    assert activation.activate(code, at=AT + timedelta(seconds=1), **WHO) == first
    assert User.objects.named(WHO["phone"]).count() == 1
    with pytest.raises(activation.CodeRefused):
        activation.activate(code, at=AT, **WHO | {"password": "another-Pass-2026"})


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_manager():
    enterprise = make.enterprise()
    plain = activation.issue(enterprise, by=make.somebody(PostKind.SPECIALIST, community=enterprise.community), at=AT)[1]

    def enter(number):
        try:
            activation.activate(plain, at=AT, **WHO | {"phone": f"1381234567{number}"})
        except activation.CodeRefused:
            return "refused"
        return "in"

    assert sorted(together(lambda: enter(1), lambda: enter(2))) == ["in", "refused"]
    assert Representative.objects.filter(enterprise=enterprise).count() == 1
    assert User.objects.filter(username__startswith="138").count() == 1


def test_a_number_that_has_an_account_leaves_the_code_open_for_it(enterprise, code):
    user = make.user(WHO["phone"])

    with pytest.raises(PhoneTaken):
        activation.activate(code, at=AT, **WHO)
    activation.activate_as(code, user=community.attach(user, AT), at=AT)

    assert list(Enterprise.objects.represented_by(community.attach(user, AT))) == [enterprise]


def test_one_person_may_open_several_enterprises(enterprise, specialist, code):
    user = make.manager()

    activation.activate_as(code, user=user, at=AT)
    again = activation.activate_as(code, user=user, at=AT)

    assert again.enterprise == enterprise
    assert Enterprise.objects.represented_by(community.attach(user, AT)).count() == 2


@pytest.mark.parametrize("kind", ORGANISATION_KINDS)
def test_nobody_of_the_organisation_comes_in_by_a_code(enterprise, code, kind):
    with pytest.raises(NotYours):
        activation.activate_as(code, user=make.somebody(kind, community=enterprise.community), at=AT)
    assert activation.find(code, AT).enterprise == enterprise


def test_a_weak_password_or_an_old_notice_leaves_the_code_open(code):
    for facts, wrong in (({"password": "12345678"}, ValidationError), ({"privacy_version": "1999-01"}, StateConflict)):
        with pytest.raises(wrong):
            activation.activate(code, at=AT, **WHO | facts)
    assert activation.activate(code, at=AT, **WHO)


@pytest.mark.parametrize("kind", [kind for kind in PostKind if kind not in (PostKind.SPECIALIST, PostKind.LEADER)])
def test_only_the_office_makes_codes(enterprise, kind):
    user = make.somebody(kind, community=enterprise.community)

    with pytest.raises(NotYours):
        activation.issue(enterprise, by=user, at=AT)
    assert activation.issue_many([enterprise.pk], by=user, at=AT) == []


def test_an_office_makes_none_for_another_community(enterprise):
    elsewhere = make.somebody(PostKind.SPECIALIST)

    assert activation.issue_many([enterprise.pk], by=elsewhere, at=AT) == []


def test_a_batch_leaves_out_who_needs_none(enterprise, specialist):
    opened, gone = make.enterprise(community=enterprise.community), make.enterprise(community=enterprise.community)
    make.manager(enterprise=opened)
    registry.move_out(gone, at=AT, by=None)

    made = activation.issue_many([enterprise.pk, opened.pk, gone.pk], by=specialist, at=AT)

    assert [code.enterprise for code, _ in made] == [enterprise]
    with pytest.raises(StateConflict, match="不用再发"):
        activation.issue(opened, by=specialist, at=AT)


def test_a_letter_is_handed_over_by_who_serves_the_place_and_the_first_is_kept():
    park = make.park(grid=make.grid())
    enterprise = make.enterprise(park=park)
    specialist = make.somebody(PostKind.SPECIALIST, community=enterprise.community)
    row, _ = activation.issue(enterprise, by=specialist, at=AT)
    steward, stranger = make.steward(park=park), make.steward(park=make.park(community=park.community))

    with pytest.raises(NotYours):
        activation.hand_over(row, by=stranger, at=AT)
    activation.hand_over(row, by=steward, at=AT)
    row = activation.hand_over(row, by=specialist, at=AT + timedelta(hours=1))

    assert (row.handed_by, row.handed_at) == (steward, AT)


def test_who_made_and_who_carried_the_letter_are_told_who_came_in(enterprise, specialist, code):
    leader = make.somebody(PostKind.LEADER, community=enterprise.community)
    activation.hand_over(ActivationCode.objects.get(), by=leader, at=AT)

    activation.activate(code, at=AT, **WHO)

    told = Notice.objects.filter(title__contains="已开通")
    assert {row.recipient for row in told} == {specialist, leader}
    assert "王晓梅" in told[0].body


def test_a_used_code_cannot_be_revoked(specialist, code):
    activation.activate(code, at=AT, **WHO)

    with pytest.raises(StateConflict, match="已经用过"):
        activation.revoke(ActivationCode.objects.get(), by=specialist, at=AT)
