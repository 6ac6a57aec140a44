"""Consent to handing a case to a partner firm: the newest line counts, all lines stay."""

from datetime import timedelta

import pytest

from community.kinds import PostKind, UnitKind
from enterprises import consents
from enterprises.models import Consent, ConsentWaiver
from tests import make
from wording.errors import NotYours, StateConflict

pytestmark = pytest.mark.django_db
AT = make.WEDNESDAY
NUMBER = "MC261118-000001"


@pytest.fixture
def enterprise():
    return make.enterprise()


@pytest.fixture
def manager(enterprise):
    return make.manager(enterprise=enterprise)


def decide(enterprise, manager, given, at=AT):
    return consents.decide(enterprise, given=given, version=consents.VERSION, by=manager, at=at)


def test_nothing_said_is_no_consent(enterprise):
    assert not consents.consent_of(enterprise, AT).given


def test_the_newest_word_counts_and_the_past_keeps_its_own(enterprise, manager):
    decide(enterprise, manager, True)
    decide(enterprise, manager, False, AT + timedelta(days=2))

    assert [consents.consent_of(enterprise, AT + timedelta(days=days)).given for days in (-1, 0, 1, 2, 9)] == [
        False,
        True,
        True,
        False,
        False,
    ]
    assert Consent.objects.count() == 2


def test_said_twice_is_kept_once(enterprise, manager):
    decide(enterprise, manager, True)
    decide(enterprise, manager, True, AT + timedelta(days=1))

    assert Consent.objects.get().at == AT


def test_only_its_manager_speaks_for_the_enterprise(enterprise):
    member, stranger = make.member(enterprise=enterprise), make.manager()
    specialist = make.somebody(PostKind.SPECIALIST, community=enterprise.community)

    for user in (member, stranger, specialist, make.employee(enterprise=enterprise)):
        with pytest.raises(NotYours):
            decide(enterprise, user, True)


def test_consent_to_other_words_is_none_to_these(enterprise, manager, monkeypatch):
    decide(enterprise, manager, True)
    monkeypatch.setattr(consents, "VERSION", "2027-01")

    now = consents.consent_of(enterprise, AT)
    assert (now.given, now.outdated) == (False, True)
    with pytest.raises(StateConflict):
        consents.decide(enterprise, given=True, version="2026-11", by=manager, at=AT)


def test_for_one_ticket_it_holds_for_that_one_alone(enterprise, manager):
    decide(enterprise, manager, False)
    consents.give_for(enterprise, NUMBER, by=manager, at=AT)
    consents.give_for(enterprise, NUMBER, by=manager, at=AT)

    assert consents.consent_of(enterprise, AT, number=NUMBER).given
    assert not consents.consent_of(enterprise, AT, number="MC261118-000002").given
    assert not consents.consent_of(enterprise, AT).given
    assert Consent.objects.exclude(number="").count() == 1


def test_a_demo_manager_counts_as_having_given_it(enterprise):
    user = make.user(is_demo=True)
    make.representative(enterprise=enterprise, role=PostKind.ENTERPRISE_MANAGER, user=user)

    assert consents.consent_of(enterprise, AT).given


@pytest.mark.parametrize("kind", UnitKind.values)
def test_it_is_asked_for_where_a_partner_would_see_the_case(enterprise, kind):
    unit = make.unit(community=enterprise.community, kind=kind)
    window = make.unit(community=enterprise.community, is_partner=True)

    assert bool(consents.missing(enterprise, NUMBER, AT, unit)) == (kind == UnitKind.PARTNER)
    assert consents.missing(enterprise, NUMBER, AT, window) == [window]


def test_what_goes_without_consent_is_written_down_with_its_reason(enterprise, manager):
    partner = make.unit(community=enterprise.community, kind=UnitKind.PARTNER)
    specialist = make.somebody(PostKind.SPECIALIST, community=enterprise.community)

    consents.note_missing(enterprise, NUMBER, partner, by=specialist, at=AT, reason="企业来电同意，稍后补")
    consents.note_missing(enterprise, NUMBER, partner, by=specialist, at=AT)
    row = ConsentWaiver.objects.get()
    assert (row.unit, row.by, row.reason) == (partner, specialist, "企业来电同意，稍后补")

    consents.explain(NUMBER, "法人\n已口头同意", by=specialist, at=AT)
    row.refresh_from_db()
    assert row.reason == "法人 已口头同意"

    decide(enterprise, manager, True)
    assert consents.note_missing(enterprise, NUMBER, partner, by=specialist, at=AT + timedelta(days=1)) == []


def test_neither_the_employer_nor_the_partner_reads_what_went_without_consent(enterprise, manager):
    partner = make.unit(community=enterprise.community, kind=UnitKind.PARTNER)
    consents.note_missing(enterprise, NUMBER, partner, by=None, at=AT)

    seen = {kind: ConsentWaiver.objects.visible_to(make.somebody(kind, community=enterprise.community)).exists() for kind in PostKind}
    assert {kind for kind, sees in seen.items() if sees} == {PostKind.SPECIALIST, PostKind.LEADER, PostKind.STREET}
    assert not ConsentWaiver.objects.visible_to(manager).exists()
