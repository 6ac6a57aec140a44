"""Employees come in by themselves; who they are is confirmed by a specialist, and the employer hears nothing of it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

import community
from accounts import notice
from accounts.models import User
from accounts.phones import PhoneTaken
from community.kinds import PostKind
from enterprises import employees, invitations
from enterprises.models import EmployeeIdentity, Representative
from grievances import filing
from notices.models import Notice
from tests import make
from wording.errors import FactsMissing, NotYours, StateConflict

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
WHO = {"name": "李小军", "phone": "138 1234 5678", "password": "Gui-Hua-2026-Lou", "privacy_version": notice.VERSION}


@pytest.fixture
def enterprise():
    return make.enterprise(name="杭州澄视展览有限公司")


@pytest.fixture
def specialist(enterprise):
    return make.somebody(PostKind.SPECIALIST, community=enterprise.community)


@pytest.fixture
def manager(enterprise):
    return make.manager(enterprise=enterprise)


def registered(enterprise, **changes):
    return employees.register(**(WHO | changes), uscc=enterprise.uscc, at=AT)


def test_a_mobile_number_and_the_name_of_the_employer_are_enough(enterprise):
    row = registered(enterprise)

    user = row.post.user
    assert (user.username, user.phone, row.role, row.enterprise) == ("13812345678", "13812345678", PostKind.EMPLOYEE, enterprise)
    assert employees.identity_of(user, enterprise).confirmed_at is None
    assert user.privacy_version == notice.VERSION


def test_the_employer_is_not_told_and_finds_nobody(enterprise, manager):
    row = registered(enterprise)
    manager = community.attach(manager, AT)

    assert not Notice.objects.filter(recipient=manager).exists()
    assert not Representative.objects.visible_to(manager).filter(pk=row.pk).exists()
    assert not EmployeeIdentity.objects.visible_to(manager).exists()
    with pytest.raises(NotYours):
        invitations.invite(enterprise, by=manager, at=AT, name="员工", role=PostKind.EMPLOYEE)


@pytest.mark.parametrize("words", ["杭州澄视展览", "澄视展览有限", "  杭州 澄视展览有限公司 "])
def test_the_employer_is_found_by_four_characters_of_its_name(enterprise, words):
    assert employees.employers(words) == [enterprise]


@pytest.mark.parametrize("words", ["澄", "澄视", "展览有", "", "公司", "9133", "%%%%"])
def test_the_register_is_not_read_out_to_strangers(enterprise, words):
    assert employees.employers(words) == []


def test_the_whole_code_finds_it_and_a_part_does_not(enterprise):
    assert employees.employers(enterprise.uscc) == [enterprise]
    assert employees.employers(enterprise.uscc[:17]) == []


@pytest.mark.parametrize(("changes", "field"), [({"phone": "12345"}, "phone"), ({"name": " "}, "name"), ({"password": "123"}, "password")])
def test_what_is_wrong_is_said_at_its_field_and_no_account_is_made(enterprise, changes, field):
    with pytest.raises(ValidationError) as refused:
        registered(enterprise, **changes)

    assert set(refused.value.message_dict) == {field}
    assert not User.objects.filter(username="13812345678").exists()


def test_no_employer_no_account(enterprise):
    with pytest.raises(FactsMissing):
        employees.register(**WHO, uscc="", at=AT)
    assert not User.objects.filter(username="13812345678").exists()


def test_registering_twice_makes_one_account(enterprise):
    registered(enterprise)
    with pytest.raises(PhoneTaken):
        registered(enterprise)
    assert Representative.objects.count() == 1


def test_somebody_with_an_account_joins_with_it(enterprise):
    row = registered(enterprise)
    other = make.enterprise()
    employees.register_as(row.post.user, uscc=other.uscc, at=AT)

    with pytest.raises(StateConflict):
        employees.register_as(row.post.user, uscc=other.uscc, at=AT)
    assert EmployeeIdentity.objects.count() == 2


def test_a_ticket_is_filed_before_the_identity_is_confirmed(enterprise, specialist):
    town = make.scene()
    enterprise, specialist = town.enterprise, town.specialist_gs
    user = community.attach(registered(enterprise).post.user, AT)
    ticket = filing.file(user, {**make.FILED, "service_item": "GS05"}, at=AT)

    assert ticket.personal
    identity = employees.confirm(employees.identity_of(user, enterprise), by=community.attach(specialist, AT), at=AT, how="phone")
    assert (identity.confirmed_by, identity.how) == (specialist, "phone")


def test_only_a_specialist_of_the_community_confirms(enterprise, manager, specialist):
    identity = registered(enterprise).identity
    people = [
        manager,
        make.somebody(PostKind.LEADER, community=enterprise.community),
        make.somebody(PostKind.SPECIALIST),
        identity.representative.post.user,
    ]
    for person in people:
        with pytest.raises(NotYours):
            employees.confirm(identity, by=community.attach(person, AT), at=AT, how="phone")


def test_a_specialist_who_speaks_for_the_employer_does_not_confirm(enterprise, specialist):
    make.representative(enterprise=enterprise, user=specialist)
    identity = registered(enterprise).identity
    with pytest.raises(NotYours):
        employees.confirm(identity, by=community.attach(specialist, AT), at=AT, how="phone")


def test_confirmed_once_and_in_one_of_the_ways(enterprise, specialist):
    identity, by = registered(enterprise).identity, community.attach(specialist, AT)
    with pytest.raises(FactsMissing):
        employees.confirm(identity, by=by, at=AT, how="guess")
    employees.confirm(identity, by=by, at=AT, how="met")
    with pytest.raises(StateConflict):
        employees.confirm(identity, by=by, at=AT, how="met")


def test_who_does_not_work_there_loses_the_post(enterprise, specialist):
    identity, by = registered(enterprise).identity, community.attach(specialist, AT)
    with pytest.raises(FactsMissing):
        employees.refuse(identity, by=by, at=AT, reason=" ")
    employees.refuse(identity, by=by, at=AT + timedelta(minutes=1), reason="单位与本人所述不符")

    assert Representative.objects.get().ended_at is not None
    assert not EmployeeIdentity.objects.waiting().exists()
