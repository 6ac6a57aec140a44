"""One community for all tests of a module: a scene costs a second, a savepoint nothing."""

import pytest
from django.db import transaction


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    from tests import make  # models: not before Django is set up, and this file is read earlier

    with django_db_blocker.unblock(), transaction.atomic():
        scene = make.scene()
        yield scene, {name: person.posts for name, person in scene.people.items()}
        transaction.set_rollback(True)


@pytest.fixture
def here(built, db):
    """The module's scene as it was made: what a test writes is undone, and everybody holds the posts of the beginning."""
    scene, posts = built
    for name, person in scene.people.items():
        person.posts = posts[name]
    return scene
