"""A store of its own for every test."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

import files


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def uploader(db):
    from tests import make  # models: not before Django is set up, and this file is read earlier

    return make.user("wang")


@pytest.fixture
def store(uploader):
    from tests import make

    def _store(name, data, *, by=uploader, at=make.AT):
        return files.store(SimpleUploadedFile(name, data), by=by, at=at)

    return _store
