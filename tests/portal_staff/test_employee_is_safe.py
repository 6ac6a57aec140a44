"""An employee's ticket does not exist for the employer: neither at any address of the site, nor in what goes out, nor in any difference.

The addresses come from the URL map, so that a page written tomorrow is asked too.
"""

import re

import pytest
from django.utils import timezone

from exchange.subjects import TABLES, table_named
from grievances import filing, line_items, mediation, workflow
from grievances.models import Grievance
from notices.models import Notice
from tests import make
from tests.faults.addresses import endpoints

pytestmark = pytest.mark.django_db
TITLE, BODY = "三个月工资没发绝密", "九月至十一月的工资被拖欠，只想让社区知道。"
NUMBER = "MC261122-777777"
#: The same for everybody behind one kind of sight: a member reads what the manager does.
AGAINST = ("manager", "steward", "operator", "grid_leader")
_CHANGING = re.compile(
    r'[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{32}\b|\b[A-Za-z0-9]{64}\b|"request_id": ?"[^"]*"|nonce="[^"]*"|\d\d(:|%3A)\d\d((:|%3A)\d\d(\.\d+)?)?|"as_of": ?"[^"]*"'
)


def addresses(here):
    """Every address of the site that can be read, filled with what belongs to the employer and to the ticket."""
    known = {
        "number": (NUMBER,),
        "uscc": (here.enterprise.uscc,),
        "code": (here.park.code, "ZL03"),
        "action": ("comment",),
        "deed": ("invite",),
    }
    for endpoint in endpoints():
        if not endpoint.route.startswith(("static/", "media/", "sign-out/")):
            yield from endpoint.addresses(known)


def told(client, paths):
    """What each address answers, without what changes by itself."""
    found = {}
    for path in paths:
        answer = client.get(f"{path}?q={NUMBER}")
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
        found[path] = (answer.status_code, _CHANGING.sub("", text.decode("utf-8", "replace")))
    return found


def taken(person, now):
    """What each table of the sheets would give this person, as text."""
    tables = [table_named(code) for code in TABLES]
    return {
        table.code: str(list(table.exported(person, {}, now)))
        for table in tables
        if any(post.kind in table.exporters for post in person.posts)
    }


@pytest.mark.parametrize("role", AGAINST)
def test_the_employers_side_finds_no_trace_of_it_anywhere(here, enter, now, role):
    person, paths = here.people[role], list(addresses(here))
    assert len(paths) > 80
    client = enter(person)
    told(client, ["/", "/notices/"])  # reading marks as read
    before, taken_before = told(client, paths), taken(person, now)
    notices = Notice.objects.filter(recipient=person).count()

    ticket = filing.file(here.employee, {**make.FILED, "title": TITLE, "body": BODY, "service_item": "ZL03"}, at=now)
    Grievance.objects.filter(pk=ticket.pk).update(number=NUMBER)
    ticket = workflow.apply(ticket, "accept", by=here.specialist_zl, at=timezone.now(), service_item="ZL03")
    line_items.add(ticket, [{"debtor": TITLE, "amount_yuan": 9000}], by=here.employee, at=timezone.now())
    ticket = workflow.apply(ticket, "dispatch", by=here.specialist_zl, at=timezone.now(), unit="LAW1")
    mediation.name_other_side(ticket, by=here.specialist_zl, at=timezone.now(), uscc=here.enterprise.uscc, disputed_on=None)

    for path, answer in told(client, paths).items():
        assert TITLE not in answer[1], path
        assert BODY not in answer[1], path
        assert answer[0] == before[path][0], path
        known = set(before[path][1].splitlines())
        assert [line for line in answer[1].splitlines() if line not in known] == [], path
        assert len(answer[1]) == len(before[path][1]), path
    assert taken(person, now) == taken_before
    assert Notice.objects.filter(recipient=person).count() == notices
