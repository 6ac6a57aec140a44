from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

import community
from community.kinds import PostKind
from enterprises import invitations, people
from enterprises.models import Enterprise, Representative
from tests import make
from wording.errors import NotYours, StateConflict

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
PASSWORD = "Gui-Hua-2026-Lou"


def test_an_enterprise_has_one_manager_at_a_time():
    enterprise = make.enterprise()
    make.representative(enterprise=enterprise, role=PostKind.ENTERPRISE_MANAGER)

    with pytest.raises(StateConflict, match="已有管理员"):
        make.representative(enterprise=enterprise, role=PostKind.ENTERPRISE_MANAGER)
    post = make.post(PostKind.ENTERPRISE_MANAGER, community=enterprise.community)
    with pytest.raises(IntegrityError, match="representative_one_manager"), transaction.atomic():
        Representative.objects.create(post=post, enterprise=enterprise, role=PostKind.ENTERPRISE_MANAGER)


def test_after_the_manager_left_another_may_follow():
    first = make.representative(role=PostKind.ENTERPRISE_MANAGER)

    people.remove(first, at=AT, by=None)

    assert make.representative(enterprise=first.enterprise, role=PostKind.ENTERPRISE_MANAGER, at=AT)


def test_removing_a_member_ends_sight_the_same_minute():
    enterprise = make.enterprise()
    member = make.member(enterprise=enterprise)
    assert Enterprise.objects.visible_to(member).exists()

    representative = Representative.objects.get(post__user=member)

    people.remove(representative, at=AT, by=None)

    representative.refresh_from_db()
    assert representative.ended_at == AT
    assert not Enterprise.objects.visible_to(community.attach(member, AT)).exists()


def test_handing_over_swaps_manager_and_member_in_one_step():
    enterprise = make.enterprise()
    manager, member = make.manager(enterprise=enterprise), make.member(enterprise=enterprise)

    people.hand_over_manager(enterprise, member, at=AT, by=manager)

    roles = {row.post.user: row.role for row in Representative.objects.in_force().filter(enterprise=enterprise)}
    assert roles == {manager: PostKind.ENTERPRISE_MEMBER, member: PostKind.ENTERPRISE_MANAGER}


def test_only_a_member_may_become_manager_by_handing_over():
    enterprise = make.enterprise()
    make.manager(enterprise=enterprise)

    with pytest.raises(StateConflict, match="须先是本企业的经办人"):
        people.hand_over_manager(enterprise, make.employee(enterprise=enterprise), at=AT, by=None)


def test_an_invited_person_makes_an_account_and_speaks_for_the_enterprise_at_once():
    enterprise = make.enterprise()
    manager = make.manager(enterprise=enterprise)
    invitation, secret = invitations.invite(enterprise, by=manager, at=AT, name="王晓梅", phone="13812345678")

    representative = invitations.accept(secret, username="wangxm", password=PASSWORD, at=AT + timedelta(days=6))

    user = representative.post.user
    assert (user.name, user.phone, user.check_password(PASSWORD)) == ("王晓梅", "13812345678", True)
    assert list(Enterprise.objects.visible_to(community.attach(user, AT + timedelta(days=6)))) == [enterprise]
    assert secret not in str(vars(type(invitation).objects.get(pk=invitation.pk)))


@pytest.mark.parametrize("days", [7, 30])
def test_an_invitation_dies_after_seven_days(days):
    enterprise = make.enterprise()
    _, secret = invitations.invite(enterprise, by=make.manager(enterprise=enterprise), at=AT, name="王晓梅")

    with pytest.raises(StateConflict, match="已过期"):
        invitations.accept(secret, username="wangxm", password=PASSWORD, at=AT + timedelta(days=days))


def test_an_invitation_works_once():
    enterprise = make.enterprise()
    _, secret = invitations.invite(enterprise, by=make.manager(enterprise=enterprise), at=AT, name="王晓梅")
    invitations.accept(secret, username="wangxm", password=PASSWORD, at=AT)

    with pytest.raises(StateConflict, match="已经使用过"):
        invitations.accept(secret, username="wangxm2", password=PASSWORD, at=AT)


def test_a_revoked_or_invented_link_reads_like_an_expired_one():
    enterprise = make.enterprise()
    manager = make.manager(enterprise=enterprise)
    invitation, secret = invitations.invite(enterprise, by=manager, at=AT, name="王晓梅")
    invitations.revoke(invitation, by=manager, at=AT)

    for link in (secret, "invented"):
        with pytest.raises(StateConflict, match="无效或已过期"):
            invitations.find(link, AT)


def test_a_weak_password_or_a_taken_name_leaves_the_invitation_open():
    enterprise = make.enterprise()
    _, secret = invitations.invite(enterprise, by=make.manager(enterprise=enterprise), at=AT, name="王晓梅")
    make.user("taken")

    for username, password in (("wangxm", "12345678"), ("Taken", PASSWORD)):
        with pytest.raises(ValidationError):
            invitations.accept(secret, username=username, password=password, at=AT)
    assert invitations.accept(secret, username="wangxm", password=PASSWORD, at=AT)


def test_the_manager_invites_members_but_only_the_community_invites_a_manager():
    enterprise = make.enterprise()
    manager = make.manager(enterprise=enterprise)
    specialist = make.somebody(PostKind.SPECIALIST, community=enterprise.community)

    with pytest.raises(NotYours):
        invitations.invite(enterprise, by=manager, at=AT, name="王晓梅", role=PostKind.ENTERPRISE_MANAGER)
    assert invitations.invite(enterprise, by=specialist, at=AT, name="王晓梅", role=PostKind.ENTERPRISE_MANAGER)


@pytest.mark.parametrize("kind", [kind for kind in PostKind if kind not in (PostKind.SPECIALIST, PostKind.LEADER)])
def test_nobody_else_invites(kind):
    enterprise = make.enterprise()
    user = make.somebody(kind, community=enterprise.community)

    with pytest.raises(NotYours):
        invitations.invite(enterprise, by=user, at=AT, name="王晓梅")


def test_somebody_with_an_account_accepts_with_it_and_keeps_the_other_post():
    first, second = make.enterprise(), make.enterprise()
    user = make.member(enterprise=first)
    _, secret = invitations.invite(second, by=make.manager(enterprise=second), at=AT, name="王晓梅")

    invitations.accept_as(secret, user=user, at=AT)

    assert set(Enterprise.objects.represented_by(community.attach(user, AT))) == {first, second}
    with pytest.raises(StateConflict, match="已经使用过"):
        invitations.accept_as(secret, user=user, at=AT)
