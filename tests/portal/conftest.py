"""One community for all tests of a module, as of now: pages read the clock."""

import pytest
from django.db import transaction
from django.utils import timezone


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    from tests import make  # models: not before Django is set up, and this file is read earlier

    with django_db_blocker.unblock(), transaction.atomic():
        scene = make.scene(at=timezone.now())
        yield scene, {name: person.posts for name, person in scene.people.items()}
        transaction.set_rollback(True)


@pytest.fixture
def here(built, db):
    """The module's scene as it was made: what a test writes is undone."""
    scene, posts = built
    for name, person in scene.people.items():
        person.posts = posts[name]
    return scene


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
