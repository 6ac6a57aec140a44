"""风险 through the API: every role × own and other rows, the deeds of two people, and numbers that open what they count."""

import pytest
from django.urls import reverse
from django.utils import timezone

from risks.kinds import Level
from risks.models import Flag
from tests import make
from tests.api.calling import Callers, photo
from tests.api.test_doors import RISKS

pytestmark = pytest.mark.django_db
COMMUNITY = {"specialist_zl", "specialist_jf", "leader", "grid_leader", "grid_staff"}
ROLES = (*sorted(COMMUNITY), "street", "steward", "operator", "partner", "official", "manager", "member", "employee", "auditor", "admin")


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def here(now):
    return make.scene(at=now)


@pytest.fixture
def by(here):
    return Callers(here)


@pytest.fixture
def flag(here, now):
    return make.flag(enterprise=here.enterprise, by=here.specialist_zl, at=now, evidence="员工反映欠薪")


def test_every_address_x_every_role_x_own_and_other_rows(here, by, flag, now):
    own, other = make.lowering(flag, by=here.specialist_dj, at=now), make.lowering(make.flag(at=now), at=now)
    doors = {"community": COMMUNITY, "street": {"street"}}
    for role in ROLES:
        for name in sorted(RISKS):
            door = doors[name.split("-")[1]]
            for asked, there in ((own, True), (other, False)):
                args = (
                    []
                    if name.endswith(("risks", "rules", "parks"))
                    else [asked.flag_id, asked.pk]
                    if name.endswith("file")
                    else [asked.flag_id]
                )
                path = reverse(name, args=args)
                caller = getattr(by, role)
                posts = name.endswith(("lower", "decide", "withdraw"))
                answer = caller.post(path.removeprefix("/api/v1/")) if posts else caller.get(path)

                if role not in door:
                    expected = {403}
                elif not args:
                    expected = {200}
                elif not there or name.endswith("file"):
                    expected = {404}
                else:
                    expected = {400, 403} if posts else {200}
                assert answer.status_code in expected, (role, name, there, answer.content.decode())
                if role not in door:
                    assert flag.evidence not in answer.content.decode()
    assert Flag.objects.open().count() == 2


def test_raised_by_one_lowered_by_another(here, by):
    body = {"uscc": here.enterprise.uscc, "kind": "wages", "level": "orange", "evidence": "三人来反映"}
    made = by.grid_staff.post("community/risks/", body)
    assert (made.status_code, by.grid_staff.post("community/risks/", body).status_code) == (201, 200)
    raised = by.leader.post("community/risks/", body | {"level": "red", "evidence": "二十人来反映"})
    assert (raised.status_code, raised.json()["level"], raised.json()["actions"]) == (
        200,
        "red",
        [{"code": "lower", "label": "申请降级或解除"}],
    )
    key = made.json()["id"]
    file = by.leader.upload("community/attachments/", photo()).json()["id"]

    asked = by.leader.post(
        f"community/risks/{key}/lower/", {"to_level": "cleared", "verdict": "resolved", "evidence": "结清", "file": file}
    )

    assert asked.json()["pending"] is True
    [lowering] = asked.json()["lowerings"]
    assert by.specialist_zl.get(lowering["file"]["url"]).status_code == 200
    assert by.leader.post(f"community/risks/{key}/decide/", {"approve": True}).status_code == 403
    assert by.specialist_zl.post(f"community/risks/{key}/decide/", {"approve": True, "lowering": lowering["id"] + 1}).status_code == 409
    assert by.specialist_zl.post(f"community/risks/{key}/decide/", {"approve": False}).json()["fields"].keys() == {"note"}
    decided = by.street.post(f"street/risks/{key}/decide/", {"approve": True, "lowering": lowering["id"]}).json()
    assert (decided["verdict"], decided["pending"], [step["level"] for step in decided["levels"]]) == (
        "resolved",
        False,
        ["orange", "red", "cleared"],
    )
    assert by.specialist_zl.post(f"community/risks/{key}/decide/", {"approve": True}).status_code == 409
    assert by.leader.get("community/risks/").json()["results"] == []
    assert [row["id"] for row in by.leader.get("community/risks/", state="ended").json()["results"]] == [key]


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("community/risks/", {"kind": "fire", "level": "red", "evidence": "x"}, 404, None),
        ("community/risks/", {"uscc": "own", "kind": "fire", "level": "blue", "evidence": "x"}, 400, "level"),
        ("community/risks/", {"uscc": "own", "kind": "fire", "level": 3, "evidence": "x"}, 400, "level"),
        ("community/risks/", {"uscc": "own", "kind": "x", "level": "red", "evidence": "x"}, 400, "kind"),
        ("community/risks/", {"uscc": "own", "kind": "fire", "level": "red"}, 400, "evidence"),
        ("community/risks/", {"uscc": "own", "kind": "fire", "level": "red", "evidence": "x", "score": 9}, 400, "score"),
        ("lower/", {"to_level": "green", "evidence": "x"}, 400, "to_level"),
        ("lower/", {"to_level": "cleared", "evidence": "x"}, 400, "verdict"),
        ("lower/", {"to_level": "red", "evidence": "x"}, 409, None),
        ("lower/", {"to_level": "yellow", "evidence": "x", "file": "no"}, 400, "file"),
        ("decide/", {"approve": True}, 409, None),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(here, by, flag, path, body, status, field):
    path = path if path.startswith("community") else f"community/risks/{flag.pk}/{path}"
    body = {name: here.enterprise.uscc if value == "own" else value for name, value in body.items()}

    answer = by.leader.post(path, body)

    assert answer.status_code == status, answer.content.decode()
    if field:
        assert field in answer.json()["fields"]


def test_each_number_of_the_street_opens_the_list_it_counts_page_by_page(here, by, now):
    for number, level in enumerate([Level.RED] * 3 + [Level.YELLOW] * 4):
        make.flag(enterprise=make.enterprise(park=here.park), kind=("rent", "fire")[number % 2], level=level, by=here.specialist_zl, at=now)
    make.flag(at=now)

    for asked in ({}, {"kind": "rent"}, {"level": "red"}, {"grid": here.grid.code}):
        answer = by.street.get("street/risks/", **asked, page_size=2).json()
        assert answer["as_of"]
        for count in answer["counts"]:
            rows, url = [], count["list"]
            while url:
                page = by.street.get(url).json()
                rows, url = rows + page["results"], page["next"]
            assert (count["level"], len(rows)) == (count["level"], count["value"])
            assert {row["level"] for row in rows} <= {count["level"]}
    gravity = []
    url = "street/risks/"
    while url:
        page = by.street.get(url, page_size=2).json() if url == "street/risks/" else by.street.get(url).json()
        gravity, url = gravity + [row["level"] for row in page["results"]], page["next"]
    assert gravity == ["red"] * 3 + ["yellow"] * 4


@pytest.mark.parametrize(
    "asked", [{"colour": "red"}, {"level": "blue"}, {"state": "gone"}, {"cursor": "x"}, {"pending": "maybe"}, {"grid": "elsewhere"}]
)
def test_an_unknown_condition_is_400(here, by, asked):
    assert by.leader.get("community/risks/", **asked).status_code == 400


def test_an_official_who_speaks_for_the_enterprise_sees_nothing_of_it(here, by, flag):
    make.representative(enterprise=here.enterprise, user=here.grid_staff)

    assert by.grid_staff.get("community/risks/").json()["results"] == []
    assert by.grid_staff.get(f"community/risks/{flag.pk}/").status_code == 404
