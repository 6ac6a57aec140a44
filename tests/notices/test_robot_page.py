"""群机器人: whoever runs a community adds, tries and retires its robots; a key that was typed is never shown again."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from notices.models import Notice, Robot
from notices.relay import Relayed, relay
from tests import make

KEY = "73febdcb-0000-4d1b-a994-790f21fc8d30"


def enter(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def here(db):
    return make.scene(at=timezone.now() - timedelta(days=1))


@pytest.fixture
def leader(here):
    return enter(here.leader)


def typed(here, endpoint, **facts):
    return {"place": here.community.code, "name": "工作群", "address": f"{endpoint.url('/wecom')}?key={KEY}"} | facts


def test_it_is_added_tried_and_heard(leader, here, endpoint):
    unit = f"{here.community.code}/LAW1"

    leader.post(reverse("robots"), typed(here, endpoint, place=unit))
    robot = Robot.objects.get()
    page = leader.get(reverse("robots")).content.decode()
    leader.post(reverse("robot-act", args=[robot.pk, "try"]))

    assert (robot.community_key, robot.unit_key, robot.street_key) == (here.community.pk, here.partner.all_posts.get().unit_id, here.community.street_id)  # fmt: skip
    assert "工作群" in page
    assert KEY not in page
    assert relay(timezone.now()) == Relayed(sent=1)
    assert "试发" in endpoint.bodies[0]["text"]["content"]
    assert list(Entry.objects.order_by("pk").values_list("action", flat=True))[-2:] == ["robot_added", "robot_tried"]
    assert KEY not in str(list(Entry.objects.values_list("detail", flat=True)))


def test_adding_the_same_twice_leaves_one(leader, here, endpoint):
    leader.post(reverse("robots"), typed(here, endpoint))
    leader.post(reverse("robots"), typed(here, endpoint, name="改了名"))

    assert Robot.objects.get().name == "改了名"


@pytest.mark.parametrize(
    ("facts", "said"),
    [({"place": ""}, "请选是哪里的群"), ({"place": "x/y"}, "请选是哪里的群"), ({"name": "  "}, "请写群的名称"), ({"address": "http://10.0.0.1/?key=1"}, "不是企业微信或钉钉"),
     ({"address": ""}, "不是企业微信或钉钉")],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(leader, here, endpoint, facts, said):
    answer = leader.post(reverse("robots"), typed(here, endpoint, **facts))

    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not Robot.objects.exists()


def test_retired_and_resumed_each_once(leader, here, endpoint):
    leader.post(reverse("robots"), typed(here, endpoint))
    robot = Robot.objects.get()
    for deed in ("retire", "retire", "resume", "resume"):
        leader.post(reverse("robot-act", args=[robot.pk, deed]))

    assert not Robot.objects.get().retired
    assert Entry.objects.filter(action__in=("robot_retired", "robot_resumed")).count() == 2


def test_trying_twice_at_once_says_one_thing(leader, here, endpoint):
    leader.post(reverse("robots"), typed(here, endpoint))
    address = reverse("robot-act", args=[Robot.objects.get().pk, "try"])
    first = timezone.now()
    leader.post(address)
    leader.post(address)

    assert Notice.objects.count() == 1 or timezone.now().minute != first.minute


def test_a_robot_of_another_community_is_not_there(leader, here, endpoint):
    elsewhere = make.scene(at=timezone.now() - timedelta(days=1))
    enter(elsewhere.leader).post(reverse("robots"), typed(elsewhere, endpoint, name="别处的群"))
    robot = Robot.objects.get()

    assert "别处的群" not in leader.get(reverse("robots")).content.decode()
    assert leader.post(reverse("robot-act", args=[robot.pk, "retire"])).status_code == 404
    assert leader.post(reverse("robots"), typed(elsewhere, endpoint)).status_code == 400
    assert not Robot.objects.get().retired


def test_a_deed_nobody_knows_is_not_there(leader, here, robot):
    own = robot(street_key=here.community.street_id, community_key=here.community.pk)

    assert leader.post(reverse("robot-act", args=[own.pk, "drop"])).status_code == 404
    assert leader.get(reverse("robot-act", args=[own.pk, "try"])).status_code == 405
