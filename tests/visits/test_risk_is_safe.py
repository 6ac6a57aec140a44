"""That an enterprise is watched, and visited for it, is known to staff alone: at no address of the site, in no table, in no notice does
anybody else read a byte more or less for it.

The addresses come from the URL map, so that a page written tomorrow is asked too.
"""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from grievances.states import State
from notices.models import Notice
from tests import make
from tests.faults.addresses import endpoints
from tests.portal_staff.conftest import _no_names_from_before, enter  # noqa: F401
from tests.portal_staff.test_employee_is_safe import _CHANGING, taken
from visits import companions, defaults, owed
from visits.models import Reason, Task, Visit

pytestmark = pytest.mark.django_db
OUTSIDE = ("manager", "member", "employee", "steward", "operator", "partner", "official")
#: What runs down between two readings, and numbers that sequences give, which a rolled back reading uses up.
_RUNNING = re.compile(r'"id":\d+|mask-[0-9a-f]{8}|data-left="-?\d+"|-?\d+ ?(天|小时|分钟|分|秒)')
TASK = "7d3c0b52-5f0e-4f0e-9b5e-0123456789ab"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def here(now):
    """A firm on the key list whose visit is planned and announced, with somebody of every sort asked along; one visit has been paid."""
    here = make.scene(at=now - timedelta(days=1))
    defaults.load(here.community, from_on=(now - timedelta(days=100)).date(), at=now)
    return here


def _planned(here, now):
    day = (now + timedelta(days=3)).date()
    rows = Task.objects.filter(enterprise=here.enterprise)
    assert rows.update(id=TASK, planned_on=day, planned_half="am", assignee=here.grid_staff) == 1
    return Task.objects.get(pk=TASK)


def _furnish(here, now):
    make.key_listing(enterprise=here.enterprise, from_on=(now - timedelta(days=30)).date())
    ticket = make.grievance(State.IN_PROGRESS, scene=here, at=now - timedelta(hours=30))
    owed.reckon(here.community, now)
    task = _planned(here, now)
    for name in ("partner", "official", "steward"):
        made = companions.ask(task, user=here.people[name].pk, by=here.leader, at=now)
        if name != "official":
            companions.answer(made, coming=True, by=here.people[name], at=now)
    visit = make.visit(enterprise=here.enterprise, at=now - timedelta(days=40), by=here.grid_staff, told="会再来")
    visit.visitors.create(user=here.partner, kind="partner", unit=here.firm)
    return task, visit, ticket


def _watched(here, now):
    """Red, seen with the eyes, and therefore owed a visit tomorrow."""
    make.sign(enterprise=here.enterprise, at=now, by=here.grid_staff)
    make.flag(enterprise=here.enterprise, at=now, by=here.specialist_zl)
    owed.reckon(here.community, now)
    assert Reason.objects.open().filter(visit_class__code="FX").exists()


def _addresses(here, ticket, visit):
    known = {
        "number": (ticket.number,), "uscc": (here.enterprise.uscc,), "code": (here.park.code, "ZL03"), "action": ("comment",), "deed": ("move",),
        "key": (TASK, str(visit.pk)), "pk": ("1",),
    }  # fmt: skip
    for endpoint in endpoints():
        if not endpoint.route.startswith(("static/", "media/", "sign-out/", "healthz", "readyz")):
            yield from endpoint.addresses(known)


def _told(client, paths):
    found = {}
    for path in paths:
        answer = client.get(path)
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
        found[path] = (answer.status_code, _RUNNING.sub("", _CHANGING.sub("", text.decode("utf-8", "replace"))))
    return found


def _difference(before, after):
    old, new = before[1], after[1]
    at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    return before[0], after[0], old[max(0, at - 20) : at + 30], new[max(0, at - 20) : at + 30]


@pytest.mark.parametrize("role", OUTSIDE)
def test_nobody_outside_reads_a_byte_more_or_less_for_a_risk(here, enter, now, role):  # noqa: F811
    _, visit, ticket = _furnish(here, now)
    person, paths = here.people[role], list(_addresses(here, ticket, visit))
    client = enter(person)
    _told(client, ["/", "/notices/", f"/grievances/{ticket.number}/"])  # reading marks as read
    before, taken_before = _told(client, paths), taken(person, now)
    notices = Notice.objects.filter(recipient=person).count()

    _watched(here, now)

    after = _told(client, paths)
    assert {path: _difference(before[path], after[path]) for path in paths if after[path] != before[path]} == {}
    assert taken(person, now) == taken_before
    assert Notice.objects.filter(recipient=person).count() == notices


@pytest.mark.parametrize("role", ["manager", "steward"])
def test_a_visit_only_for_a_risk_reads_like_one_of_the_key_list_and_an_unannounced_one_like_none(here, enter, now, role):  # noqa: F811
    client = enter(here.people[role])
    asked = ["/", "/my-visits/", "/visits/along/", f"/visits/tasks/{TASK}/", "/api/v1/enterprise/visits/", "/api/v1/community/visits/"]

    def read(*deeds):
        point = transaction.savepoint()
        for deed in deeds:
            deed(here, now)
        found = _told(client, asked)
        transaction.savepoint_rollback(point)
        return found

    def listed(here, now):
        make.key_listing(enterprise=here.enterprise, from_on=(now - timedelta(days=30)).date())
        owed.reckon(here.community, now)

    announced = {
        "manager": _planned,
        "steward": lambda here, now: companions.ask(_planned(here, now), user=here.steward.pk, by=here.leader, at=now),
    }
    assert read(_watched, announced[role]) == read(listed, announced[role])
    assert read(_watched) == read(listed) == read()


def test_what_was_seen_at_the_door_for_a_risk_is_told_to_the_enterprise_like_any_other_visit(here, enter, now):  # noqa: F811
    _watched(here, now)
    visit = make.visit(enterprise=here.enterprise, at=now, by=here.specialist_zl, note="欠薪属实", told="谢谢您的时间")
    owed.settle(here.enterprise.pk, visit)

    page = enter(here.manager).get("/my-visits/").content.decode()

    assert "谢谢您的时间" in page
    assert "社区专员 李小军" in page
    for word in ("欠薪", "风险", "综合治理", "红色", "必访"):
        assert word not in page
    assert Visit.objects.visible_to(here.manager).exists()
