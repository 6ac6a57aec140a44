"""Accepting the privacy notice: once a version, kept with its time, never again for the demo."""

from pathlib import Path

import pytest
from django.conf import settings

from accounts import notice, privacy
from accounts.models import PrivacyAcceptance, User
from tests import make
from wording.errors import StateConflict

pytestmark = pytest.mark.django_db
AT = make.AT


def test_accepting_is_kept_once_with_its_first_time():
    user = make.user(privacy_version="")
    assert user.has_to_accept_privacy

    assert privacy.accept(user, version=notice.VERSION, at=AT)
    assert not privacy.accept(user, version=notice.VERSION, at=AT.replace(hour=9))

    row = PrivacyAcceptance.objects.get(user=user)
    assert (row.version, row.at) == (notice.VERSION, AT)
    assert not User.objects.get(pk=user.pk).has_to_accept_privacy


def test_a_new_version_asks_again_and_the_old_line_stays(monkeypatch):
    user = make.user(privacy_version="")
    privacy.accept(user, version=notice.VERSION, at=AT)
    old = notice.VERSION
    monkeypatch.setattr(notice, "VERSION", "2027-01")

    assert user.has_to_accept_privacy
    with pytest.raises(StateConflict, match="刚刚更新"):
        privacy.accept(user, version=old, at=AT)
    privacy.accept(user, version="2027-01", at=AT)

    assert set(PrivacyAcceptance.objects.values_list("version", flat=True)) == {old, "2027-01"}


def test_for_a_demo_account_it_counts_as_accepted():
    assert not make.user(privacy_version="", is_demo=True).has_to_accept_privacy


def test_every_version_has_its_words():
    folder = Path(settings.BASE_DIR) / "templates" / "privacy"

    assert {version.code for version in notice.VERSIONS} == {path.stem for path in folder.glob("2*.html")}
