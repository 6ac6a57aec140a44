"""One scene for a module, undone with it; each test is undone by itself. Models are imported late: this file is read before Django is set up."""

import pytest


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker):
    """The scene of the module, at the present moment, for the API reads the clock."""
    from django.db import transaction
    from django.utils import timezone

    from tests import make

    with django_db_blocker.unblock(), transaction.atomic():
        yield make.scene(at=timezone.now())
        transaction.set_rollback(True)


@pytest.fixture
def here(stage, db):
    from django.utils import timezone

    stage.attach(timezone.now())
    return stage


@pytest.fixture
def by(here):
    """`by.manager.get(...)`: whoever calls, by the names of the scene."""
    from tests.api.calling import Callers

    return Callers(here)


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
