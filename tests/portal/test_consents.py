"""What the enterprise says to its cases being handed on, on its own page."""

import pytest
from django.urls import reverse

from enterprises import consents
from enterprises.models import Consent
from tests import make

pytestmark = pytest.mark.django_db


def test_the_manager_gives_and_withdraws_and_both_stay_in_the_record(here, client, now):
    client.force_login(here.manager)
    sent = {"uscc": here.enterprise.uscc, "version": consents.VERSION}

    assert "还没有表示" in client.get(reverse("consent")).content.decode()
    client.post(reverse("consent"), sent | {"do": "give"})
    assert consents.consent_of(here.enterprise, Consent.objects.get().at).given
    client.post(reverse("consent"), sent | {"do": "withdraw"})

    page = client.get(reverse("consent")).content.decode()
    assert "已撤回" in page
    assert page.count("版本 " + consents.VERSION) == 3


def test_a_member_reads_and_does_not_decide(here, client):
    client.force_login(here.member)

    page = client.get(reverse("consent")).content.decode()
    refused = client.post(reverse("consent"), {"uscc": here.enterprise.uscc, "version": consents.VERSION, "do": "give"})

    assert 'name="do"' not in page
    assert refused.status_code == 403
    assert not Consent.objects.exists()


def test_another_enterprise_is_out_of_sight(here, client):
    client.force_login(here.manager)
    other = make.enterprise()

    for answer in (
        client.get(reverse("consent"), {"uscc": other.uscc}),
        client.post(reverse("consent"), {"uscc": other.uscc, "version": consents.VERSION, "do": "give"}),
    ):
        assert answer.status_code == 404


def test_consent_to_words_that_changed_meanwhile_is_not_taken(here, client):
    client.force_login(here.manager)

    answer = client.post(reverse("consent"), {"uscc": here.enterprise.uscc, "version": "1999-01", "do": "give"})

    assert answer.status_code == 409
    assert "刚刚更新" in answer.content.decode()
