"""Keys of robots at rest: nothing in the database opens a group, and a changed SECRET_KEY is said, not guessed."""

import pytest
from django.db import connection

from notices import robots
from notices.models import Robot
from notices.sealed import SealBroken, seal, unseal
from tests import make
from wording.errors import Refused

ADDRESS = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abcdefgh-1234-5678-9abc-def012345678"
TOKEN = ADDRESS.partition("key=")[2]
PLACE = {"street": 1, "community": 1, "unit": None}


def add(**place):
    return robots.add(ADDRESS, name="工作群", secret="", at=make.WEDNESDAY, **PLACE | place)


def stored():
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(notices_robot)::text FROM notices_robot")
        return "".join(row for (row,) in cursor.fetchall())


@pytest.mark.django_db
def test_the_database_holds_no_key_in_plain_text_and_the_portal_reads_it():
    robot = add()

    assert TOKEN not in stored()
    assert Robot.objects.get(pk=robot.pk).token == TOKEN


@pytest.mark.django_db
def test_the_same_robot_is_known_again_after_the_key_was_rotated(settings):
    first = add()
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-key-of-the-portal"

    assert Robot.objects.get().token == TOKEN
    assert add().pk == first.pk
    with pytest.raises(Refused):
        add(community=2)
    settings.SECRET_KEY_FALLBACKS = []
    assert Robot.objects.get().token == TOKEN


@pytest.mark.django_db
def test_a_key_that_cannot_be_opened_any_more_is_told_on_the_delivery_page(settings, robot):
    robot()
    settings.SECRET_KEY = "another-key-of-the-portal"
    found = Robot.objects.get()

    assert found.token is None
    bundle = type("Bundle", (), {"first": type("First", (), {"robot": found})})
    with pytest.raises(robots.Refused, match="重新添加"):
        robots.WeCom().send(bundle, make.WEDNESDAY)


def test_what_was_tampered_with_is_not_opened(settings):
    sealed = seal("一个密钥")

    assert unseal(sealed) == "一个密钥"
    with pytest.raises(SealBroken):
        unseal(sealed[:-3] + "AAA")
    assert seal("") == unseal("") == ""
