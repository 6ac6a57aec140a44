"""风险企业 on the pages: every address × every role, the deeds of two people, and that nobody else sees so much as a byte."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal import urls_risks
from risks.kinds import KINDS, Level, LoweringState
from risks.models import Flag, Lowering, Sign
from tests import make
from tests.portal_staff.test_doors import GRID, OVERSEERS, ROLES

pytestmark = pytest.mark.django_db
WATCHERS = OVERSEERS | GRID
PAGES = {"risks", "risk-lowerings", "risk-rules", "risk-parks"}
#: Of the leader alone, or of a row of their own: tests/portal_staff/test_risk_rules.py.
RULES = {"risk-rule", "risk-park-act"}
OF_FLAG = {"risk"}
OF_ENTERPRISE = {"risk-raise"}
DEEDS = {"risk-act", "risk-decide", "risk-note"}


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def flag(here, now):
    return make.flag(enterprise=here.enterprise, by=here.specialist_zl, at=now, evidence="员工到窗口反映欠薪")


def test_every_address_has_a_verdict():
    assert {pattern.name for pattern in urls_risks.urlpatterns} == {*PAGES, *OF_FLAG, *OF_ENTERPRISE, *DEEDS, *RULES, "risk-evidence"}


def test_pages_and_deeds_are_for_whoever_watches_and_what_is_elsewhere_is_not_found(here, flag, enter, now):
    asked = make.lowering(flag, by=here.specialist_jf, at=now)
    elsewhere = make.flag(at=now)
    foreign = make.lowering(elsewhere, at=now)
    own = [reverse(name) for name in PAGES] + [reverse("risk", args=[flag.pk]), reverse("risk-raise", args=[here.enterprise.uscc])]
    theirs = [
        reverse("risk", args=[elsewhere.pk]),
        reverse("risk-raise", args=[elsewhere.enterprise.uscc]),
        reverse("risk-evidence", args=[foreign.pk]),
    ]
    posts = [
        reverse("risk-act", args=[elsewhere.pk, "lower"]), reverse("risk-decide", args=[foreign.pk, "approve"]),
        reverse("risk-note", args=[elsewhere.enterprise.uscc]), reverse("risk-act", args=[flag.pk, "delete"]),
        reverse("risk-decide", args=[asked.pk, "delete"]),
    ]  # fmt: skip
    for role in ROLES:
        client = enter(here.people[role])
        welcome = role in WATCHERS

        assert [(role, address, client.get(address).status_code) for address in own] == [
            (role, address, 200 if welcome else 403) for address in own
        ]
        assert {client.get(address).status_code for address in theirs} == {404 if welcome else 403}
        assert {client.post(address).status_code for address in posts} == {404 if welcome else 403}
        assert client.get(posts[0]).status_code == (405 if welcome else 403)


def test_a_flag_is_raised_in_the_file_lowered_by_one_and_decided_by_another(here, enter):
    grid, leader = enter(here.grid_staff), enter(here.leader)
    file = reverse("enterprise", args=[here.enterprise.uscc])
    assert "标记风险" in grid.get(file).content.decode()

    grid.post(reverse("risk-raise", args=[here.enterprise.uscc]), {"kind": "wages", "level": "red", "evidence": "三人来反映欠薪"})

    flag = Flag.objects.get()
    assert "三人来反映欠薪" in leader.get(file).content.decode()
    assert "三人来反映欠薪" in leader.get(reverse("risks")).content.decode()
    answer = grid.post(
        reverse("risk-act", args=[flag.pk, "lower"]),
        {"outcome": "resolved", "evidence": "工资已补发", "from": "file", "file_new": SimpleUploadedFile("流水.txt", "已付".encode())},
    )
    assert answer.url == f"{file}#risk"
    asked = Lowering.objects.get()
    assert asked.file.name == "流水.txt"
    assert "工资已补发" in leader.get(reverse("risk-lowerings")).content.decode()
    assert grid.post(reverse("risk-decide", args=[asked.pk, "approve"])).status_code == 403
    assert b"".join(leader.get(reverse("risk-evidence", args=[asked.pk])).streaming_content).decode() == "已付"
    leader.post(reverse("risk-decide", args=[asked.pk, "approve"]), {"from": "list"})

    flag.refresh_from_db()
    assert (flag.verdict, Flag.objects.open().count()) == ("resolved", 0)
    page = leader.get(reverse("risk", args=[flag.pk])).content.decode()
    assert "红 → 解除" in page
    assert here.enterprise.name in leader.get(reverse("risks"), {"state": "ended"}).content.decode()


@pytest.mark.parametrize(
    ("name", "deed", "sent", "says"),
    [
        ("risk-raise", None, {"kind": "", "level": "red", "evidence": "写了很久的依据"}, "风险种类"),
        ("risk-raise", None, {"kind": "fire", "level": "", "evidence": "写了很久的依据"}, "等级"),
        ("risk-raise", None, {"kind": "wages", "level": "yellow", "evidence": "写了很久的依据"}, "第二人复核"),
        ("risk-note", None, {"kind": "", "note": "写了很久的依据"}, "风险种类"),
        ("risk-act", "lower", {"outcome": "", "evidence": "写了很久的依据"}, "请选择降为哪一级"),
        ("risk-act", "lower", {"outcome": "red", "evidence": "写了很久的依据"}, "须更低"),
        ("risk-act", "lower", {"outcome": "yellow", "evidence": "写了很久的依据" + "好" * 2000}, "2000"),
        ("risk-act", "hand-over", {"owner": "0"}, "责任人"),
    ],
)
def test_what_is_refused_says_why_and_loses_no_word(here, flag, enter, name, deed, sent, says):
    args = [flag.pk, deed] if deed else [here.enterprise.uscc]

    answer = enter(here.leader).post(reverse(name, args=args), sent)

    assert answer.status_code in (400, 409)
    page = answer.content.decode()
    assert says in page
    assert "写了很久的依据" in page or "evidence" not in sent
    assert not Lowering.objects.exists()


def test_declining_needs_a_reason_on_either_page_and_who_asked_may_take_it_back(here, flag, enter, now):
    asked = make.lowering(flag, by=here.specialist_jf, at=now)
    leader = enter(here.leader)
    for back in ("list", "flag"):
        refused = leader.post(reverse("risk-decide", args=[asked.pk, "decline"]), {"from": back})
        assert (refused.status_code, "复核意见" in refused.content.decode()) == (400, True)

    enter(here.specialist_jf).post(reverse("risk-decide", args=[asked.pk, "withdraw"]))

    asked.refresh_from_db()
    assert asked.state == LoweringState.WITHDRAWN
    assert leader.post(reverse("risk-decide", args=[asked.pk, "approve"]), {"from": "list"}).status_code == 409


def test_a_sign_sent_twice_is_one_and_handing_over_names_the_owner(here, flag, enter):
    client = enter(here.grid_staff)
    for _ in range(2):
        client.post(reverse("risk-note", args=[here.enterprise.uscc]), {"kind": "rent", "note": "房东说欠租", "idempotency_key": "k-1"})
    client.post(reverse("risk-act", args=[flag.pk, "hand-over"]), {"owner": here.grid_leader.pk})

    flag.refresh_from_db()
    assert Sign.objects.count() == 1
    assert flag.owner == here.grid_leader


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"level": "red"}, 1),
        ({"level": "orange"}, 0),
        ({"dimension": "labour"}, 1),
        ({"kind": "fire"}, 0),
        ({"q": "没有这家"}, 0),
        ({"owner": "me"}, 0),
        ({"state": "ended"}, 0),
        ({"state": "all"}, 1),
        ({"pending": "true"}, 0),
    ],
)
def test_the_list_is_narrowed(here, flag, enter, asked, count):
    answer = enter(here.leader).get(reverse("risks"), asked)

    assert len(answer.context["rows"]) == count


def test_an_unknown_condition_or_value_is_said_and_a_foreign_cursor_refused(here, flag, enter):
    client = enter(here.leader)

    assert client.get(reverse("risks"), {"colour": "red"}).status_code == 400
    assert client.get(reverse("risks"), {"level": "blue"}).status_code == 400
    assert client.get(reverse("risks"), {"cursor": "x_1"}).status_code == 400


def test_the_list_runs_page_by_page_the_gravest_first_with_the_same_number_of_queries(here, enter, now, django_assert_max_num_queries):
    levels = (Level.YELLOW, Level.RED, Level.ORANGE)
    facts = {"evidence": "依据", "owner": here.leader, "raised_by": here.leader, "raised_at": now, "level_since_at": now}
    places = [make.enterprise(park=here.park) for _ in range(5)]
    Flag.objects.bulk_create(
        Flag(enterprise=place, kind=kind, level=levels[number % 3], **facts) for place in places for number, kind in enumerate(KINDS)
    )
    client = enter(here.leader)
    client.get(reverse("risks"))

    with django_assert_max_num_queries(30):
        first = client.get(reverse("risks"))
    second = client.get(reverse("risks"), {"cursor": first.context["next"]})

    levels = [row.flag.level for page in (first, second) for row in page.context["rows"]]
    assert levels == sorted(levels, reverse=True)
    assert (len(levels), second.context["next"]) == (len(places) * len(KINDS), "")


def test_not_a_byte_differs_for_whoever_does_not_watch(here, enter, now):
    """The pages of enterprise, steward, operator and partner, before and after a flag, a request and a sign: the same."""
    ticket = make.grievance("dispatched", scene=here, at=now)
    roles = ("manager", "employee", "steward", "operator", "partner")
    addresses = [
        reverse("home"), reverse("notices"), reverse("sheets"), reverse("search") + f"?q={here.enterprise.name}",
        reverse("enterprise", args=[here.enterprise.uscc]), reverse("park", args=[here.park.code]), reverse("grievance", args=[ticket.number]),
    ]  # fmt: skip
    changing = re.compile(
        r'value="[0-9a-f-]{36}"|csrfmiddlewaretoken" value="[^"]+"|data-csrf="[^"]+"|\d\d:\d\d(:\d\d)?|data-left="[^"]*"|mask-[0-9a-f]+|[0-9a-f]{32}|since=[^"]*|"X-CSRFToken": "[^"]+"|&quot;[A-Za-z0-9]{64}&quot;'
    )

    def read():
        pages = {}
        for role in roles:
            client = enter(here.people[role])
            for address in addresses:
                answer = client.get(address)
                pages[role, address] = (answer.status_code, changing.sub("", answer.content.decode()))
        return pages

    before = read()
    flag = make.flag(enterprise=here.enterprise, by=here.specialist_zl, at=now)
    make.lowering(flag, by=here.leader, at=now)
    make.sign(enterprise=here.enterprise, at=now)

    after = read()

    assert [key for key in before if before[key] != after[key]] == []
    assert sum(status == 200 for status, _ in after.values()) > 20
    assert not [key for key, (_, page) in after.items() if "风险企业" in page or 'id="risk"' in page]
