"""企业人员: a manager invites, hands over and removes; the last manager stays; who was removed sees nothing at once."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts import notice
from community.kinds import PostKind
from enterprises.models import Invitation, Representative
from tests import make
from tests.portal.pages import signed_in, words

PASSWORD = "Gui-Hua-2026-Lou"
STRANGER = {"name": "赵小满", "phone": "199 8765 4321", "password": PASSWORD, "again": PASSWORD, "accept": "on", "privacy": notice.VERSION}


def of(name, enterprise, *rest):
    return reverse(name, args=[enterprise.uscc, *rest])


def link_on(answer):
    return re.search(r'value="[^"]*(/invitations/[^"]+/)"', words(answer))[1]


def person(user):
    return {"person": Representative.objects.in_force().get(post__user=user).pk}


@pytest.fixture
def invited(here):
    answer = signed_in(here.manager).post(of("colleague-invite", here.enterprise), {"name": "赵小满", "role": PostKind.ENTERPRISE_MEMBER})
    assert answer.status_code == 200
    return link_on(answer)


def test_somebody_invited_comes_in_by_his_link_once(here, invited):
    client = Client()
    assert "赵小满" in words(client.get(invited))
    wrong = client.post(invited, STRANGER | {"again": "别的"})
    assert wrong.status_code == 400
    assert 'value="199 8765 4321"' in words(wrong)

    assert client.post(invited, STRANGER).status_code == 302
    assert client.post(invited, STRANGER).status_code == 302
    assert client.get(of("figures", here.enterprise)).status_code == 200
    late = Client().post(invited, STRANGER | {"phone": "19987654320"})
    assert late.status_code == 410
    assert "已经使用过" in words(late)


def test_a_link_is_dead_after_a_week_or_when_revoked(here, invited):
    row = Invitation.objects.get()
    signed_in(here.manager).post(of("colleague-act", here.enterprise, "revoke"), {"invitation": str(row.pk)})
    assert Client().get(invited).status_code == 410
    Invitation.objects.filter(pk=row.pk).update(
        revoked_at=None, created_at=row.created_at - timedelta(days=8), expires_at=row.created_at - timedelta(days=1)
    )

    assert Client().get(invited).status_code == 410
    assert Client().get("/invitations/nonsense/").status_code == 410


def test_the_same_person_is_invited_once_at_a_time_and_what_was_typed_stays(here, invited):
    answer = signed_in(here.manager).post(of("colleague-invite", here.enterprise), {"name": "赵小满", "role": PostKind.ENTERPRISE_MEMBER})

    assert answer.status_code == 409
    assert 'value="赵小满"' in words(answer)
    assert Invitation.objects.count() == 1


def test_a_manager_invites_no_manager_and_a_member_nobody(here):
    for user, role in ((here.manager, PostKind.ENTERPRISE_MANAGER), (here.manager, PostKind.EMPLOYEE)):
        sent = {"name": "赵小满", "role": role}
        assert signed_in(user).post(of("colleague-invite", here.enterprise), sent).status_code == 400
    answer = signed_in(here.member).post(of("colleague-invite", here.enterprise), {"name": "赵小满", "role": PostKind.ENTERPRISE_MEMBER})
    assert answer.status_code == 403
    assert (
        signed_in(here.leader)
        .post(of("colleague-invite", here.enterprise), {"name": "钱一", "role": PostKind.ENTERPRISE_MANAGER})
        .status_code
        == 200
    )


def test_who_was_removed_sees_nothing_from_the_next_request_on(here):
    member = signed_in(here.member)
    assert member.get(of("figures", here.enterprise)).status_code == 200

    assert signed_in(here.manager).post(of("colleague-act", here.enterprise, "remove"), person(here.member)).status_code == 302

    assert member.get(of("figures", here.enterprise)).status_code in (403, 404)
    assert member.get(of("colleagues-of", here.enterprise)).status_code in (403, 404)


def test_the_only_manager_cannot_go_before_handing_over(here):
    client, address = signed_in(here.manager), of("colleague-act", here.enterprise, "remove")
    manager = person(here.manager)
    assert client.post(address, manager).status_code == 409
    assert signed_in(here.leader).post(address, manager).status_code == 400

    assert client.post(of("colleague-act", here.enterprise, "hand-over"), person(here.member)).status_code == 302

    roles = dict(
        Representative.objects.in_force().filter(enterprise=here.enterprise).exclude(role="employee").values_list("post__user", "role")
    )
    assert roles == {here.manager.pk: "enterprise_member", here.member.pk: "enterprise_manager"}
    left = client.post(address, person(here.manager))
    assert (left.status_code, left.url) == (302, "/")


def test_people_are_for_the_enterprise_and_its_office_and_employees_are_never_among_them(here):
    elsewhere = make.scene()
    for user in (here.manager, here.member, here.leader):
        rows = signed_in(user).get(of("colleagues-of", here.enterprise)).context["rows"]
        assert {each["row"].post.user for each in rows} == {here.manager, here.member}
    for user in (here.employee, here.steward, here.street, elsewhere.leader, elsewhere.manager):
        assert signed_in(user).get(of("colleagues-of", here.enterprise)).status_code in (403, 404)
    employee = Representative.objects.get(post__user=here.employee)
    for user in (here.manager, here.leader):
        sent = signed_in(user).post(of("colleague-act", here.enterprise, "remove"), {"person": employee.pk})
        assert sent.status_code == 404
