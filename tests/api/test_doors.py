"""Every address of the API × every role × own and other rows. The table below names each address; one that is not named fails the test."""

import re
from itertools import cycle
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import get_resolver, reverse
from django.urls.converters import IntConverter
from django.utils import timezone

import community
from api import urls
from community.kinds import PostKind
from grievances import filing, workflow
from grievances.models import Attachment
from tests import make
from tests.api.calling import V1, Caller, Callers, photo

ENTERPRISE = ("manager", "member", "employee", "stranger")
ELSEWHERE = ("foreigner", "foreign_street")  # a specialist of the second community, an official of another street
COMMUNITY = (
    "specialist_zl", "specialist_dj", "leader", "grid_leader", "grid_staff", "steward", "operator", "partner", "other_partner", "official",
    "foreigner",
)  # fmt: skip
STREET = ("street", "foreign_street")
PARK = ("operator",)
OTHERS = ("auditor", "admin")
ROLES = tuple(dict.fromkeys((*ENTERPRISE, *COMMUNITY, *STREET, *OTHERS)))
DOORS = {"enterprise": ENTERPRISE, "community": COMMUNITY, "street": STREET, "park": PARK}

OFFICE = ("specialist_zl", "specialist_dj", "leader")
#: Who sees which ticket, by whichever door is theirs.
SIGHT = {
    "ordinary": ("manager", "member", *OFFICE, "grid_leader", "grid_staff", "partner", "street"),
    "personal": ("employee", *OFFICE, "street"),
    "confidential": ("manager", "member", *OFFICE, "street"),
    "recalled": ("manager", "member", *OFFICE, "grid_leader", "grid_staff", "street"),
    "on_behalf": ("manager", "member", *OFFICE, "grid_leader", "grid_staff", "steward", "street"),
    "draft": ("manager",),
}
#: Plain lists: who may come in at all.
PLAIN = {
    "api-account-notices": ROLES,
    "api-enterprise-me": ENTERPRISE,
    "api-enterprise-service-items": ENTERPRISE,
    "api-enterprise-mediations": ENTERPRISE,
    "api-enterprise-people": ENTERPRISE,
    "api-community-card": COMMUNITY,
    "api-community-employees": ("specialist_zl", "specialist_dj", "foreigner"),
    "api-community-openings": ("specialist_zl", "specialist_dj", "foreigner"),
    "api-community-saved-filters": (*COMMUNITY, *STREET),
    "api-community-units": ROLES,
    "api-community-service-items": ROLES,
    "api-community-sheets": ROLES,
    "api-community-history": COMMUNITY,
    "api-park-parks": PARK,
    "api-park-spaces": PARK,
    "api-park-enterprises": PARK,
    "api-street-overview": STREET,
    "api-street-parks": STREET,
    "api-street-enterprises": STREET,
    "api-token": None,
    "api-tokens": ROLES,
    "api-schema": ROLES,
    "api-docs": ROLES,
}
LISTS = {f"api-{door}-grievances": door for door in ("enterprise", "community", "street")}
DETAILS = {f"api-{door}-grievance": door for door in ("enterprise", "community", "street")}
ACTIONS = {f"api-{door}-move": door for door in ("enterprise", "community", "street")}
UPLOADS = {f"api-{door}-attachments": door for door in ("enterprise", "community")}
DOWNLOADS = {f"api-{door}-attachment": door for door in ("enterprise", "community")}
#: Beside one ticket: GET and POST by its number, or POST alone.
CASES = {
    **{f"api-{door}-lines": door for door in ("enterprise", "community")},
    "api-enterprise-progress-link": "enterprise",
    "api-community-mediations": "community", "api-community-site-visit": "community", "api-community-other-side": "community",
}  # fmt: skip
READ_CASES = {"api-enterprise-lines", "api-community-lines", "api-community-mediations"}
CASE_ROWS = {"api-enterprise-line", "api-community-line", "api-community-mediation-result", "api-enterprise-mediation-answer"}
#: Of risks, where the doors are narrower: tests/api/test_risks.py.
RISKS = {
    "api-community-risks", "api-community-risk", "api-community-risk-lower", "api-community-risk-decide", "api-community-risk-withdraw",
    "api-community-risk-file", "api-community-risk-rules", "api-community-risk-parks", "api-street-risk-rules", "api-street-risk-parks", "api-street-risks", "api-street-risk", "api-street-risk-decide", "api-street-risk-file",
}  # fmt: skip
#: Of visits: tests/api/test_visits.py.
VISITS = {
    "api-enterprise-visits", "api-enterprise-visit-move", "api-enterprise-visit-choose", "api-enterprise-visit-topics", "api-enterprise-visit-need",
    "api-community-visits", "api-community-visit", "api-community-visit-appoint", "api-community-visit-hand-over", "api-community-visit-companions",
    "api-community-visit-companion-answer", "api-community-visit-companion-drop", "api-community-visit-classes", "api-community-visits-coverage",
    "api-community-visit-matters", "api-community-visit-record", "api-street-visits-coverage", "api-street-visit-matters",
}  # fmt: skip
#: Of figures: tests/api/test_figures.py.
FIGURES = {
    "api-enterprise-figures", "api-community-figures", "api-community-proposals", "api-community-proposal-decide", "api-street-figures",
}  # fmt: skip
#: Of evaluations: tests/api/test_evaluations.py.
EVALUATIONS = {
    "api-park-evaluation", "api-park-evaluation-object", "api-community-evaluations", "api-community-evaluation", "api-community-evaluation-act",
    "api-community-evaluation-answer", "api-community-evaluation-schemes", "api-street-evaluations", "api-street-evaluation",
}  # fmt: skip
#: Of spaces, moves and demands: tests/api/test_spaces.py; of indicators: tests/api/test_indicators.py.
SPACES = {
    "api-community-move-decide", "api-community-moves", "api-community-space-act", "api-community-space-demand", "api-community-space-demands",
    "api-community-spaces", "api-enterprise-space-demand", "api-enterprise-space-demand-close", "api-enterprise-space-demands",
    "api-enterprise-spaces", "api-park-moves", "api-park-space-act", "api-park-space-demands", "api-park-spaces-merge",
}  # fmt: skip
INDICATORS = {"api-street-indicators", "api-street-indicator-rows"}
OTHER = {
    "api-community-reveal", "api-community-settle", "api-token-revoke", "api-community-employee-confirm", "api-community-employee-refuse",
    "api-community-opening", "api-community-opening-licence", "api-community-opening-confirm", "api-community-opening-decline",
    "api-community-saved-filter", "api-enterprise-grievance-people", "api-community-visit-plan",
}  # fmt: skip


def test_every_address_of_the_api_is_in_the_table():
    named = {pattern.name for pattern in urls.urlpatterns}

    assert named == {
        *PLAIN,
        *LISTS,
        *DETAILS,
        *ACTIONS,
        *UPLOADS,
        *DOWNLOADS,
        *CASES,
        *CASE_ROWS,
        *RISKS,
        *VISITS,
        *FIGURES,
        *EVALUATIONS,
        *SPACES,
        *INDICATORS,
        *OTHER,
    }
    assert all(pattern.name for pattern in urls.urlpatterns)
    assert get_resolver().reverse_dict


def test_no_view_reaches_rows_past_visible_to():
    """R1: rows come from a queryset that asks who is asking; the classification of industries is a public standard."""
    past = re.compile(r"\w+\.objects\.(?!visible_to\(|worked_by\(|run_by\((?:self\.)?request\.user|in_force\(|named\()\w+")
    found = {
        (path.name, each) for path in Path(urls.__file__).parent.glob("*.py") for each in past.findall(path.read_text(encoding="utf-8"))
    }

    assert found == {("dossier.py", "Industry.objects.values_list")}


@pytest.fixture(scope="module")
def stage(stage, django_db_blocker, tmp_path_factory):
    """The scene with a ticket of every sort, each with a file, and people from elsewhere; `by` stays the same for the module."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        now = timezone.now()
        stage.people |= _foreigners(now)
        stage.by = Callers(stage, ROLES)
        stage.world = _world(stage, now)
        stage.media = Path(settings.MEDIA_ROOT)
        yield stage


@pytest.fixture
def here(stage, db, settings):
    settings.MEDIA_ROOT = stage.media
    settings.DEMO = False
    return stage


@pytest.fixture
def by(here):
    return here.by


@pytest.fixture
def world(here):
    """Number and file of a ticket, by its sort."""
    return here.world


def _world(here, now):
    tickets = {
        "ordinary": make.grievance("dispatched", scene=here, at=now),
        "personal": make.grievance("accepted", scene=here, at=now, by="employee", personal=True),
        "confidential": make.grievance("accepted", scene=here, at=now, confidential=True),
        "recalled": make.grievance("dispatched", scene=here, at=now),
        "draft": make.grievance("draft", scene=here, at=now),
    }
    # Once the partner's or the department's, no longer.
    tickets["recalled"] = workflow.apply(tickets["recalled"], "recall", by=here.specialist_zl, at=now, reason="改派")
    secret = workflow.apply(tickets["confidential"], "dispatch", by=here.specialist_zl, at=now, unit=here.department)
    tickets["confidential"] = workflow.apply(secret, "recall", by=here.leader, at=now, reason="自办")
    behalf = {**make.FILED, "channel": "steward", "basis": "企业电话委托"}
    tickets["on_behalf"] = filing.register(here.steward, behalf, at=now, uscc=here.enterprise.uscc)
    for ticket in tickets.values():
        Attachment.objects.create(grievance=ticket, file=_used_file(here.admin, now), added_at=now)
    return {name: (ticket.number, str(ticket.attachments.get().file_id)) for name, ticket in tickets.items()}


def _used_file(owner, now):
    """Handed in by somebody who sees no ticket: only the ticket opens it."""
    import files

    file = files.store(photo(), by=owner, at=now)
    files.use([file.pk], by=owner, at=now)
    return file


def _foreigners(now):
    there = make.community(name="第二社区")
    window = make.unit(community=there, code="ZL")
    foreigner = make.post(PostKind.SPECIALIST, community=there, unit=window).user
    official = make.post(PostKind.STREET, street=there.street).user
    return {"foreigner": community.attach(foreigner, now), "foreign_street": community.attach(official, now)}


def _worth_trying(world, role, door):
    """Whoever has the wrong door is refused before any ticket is looked at: one will do."""
    return list(world.items()) if role in DOORS[door] else [("ordinary", world["ordinary"])]


@pytest.mark.parametrize("name", sorted(LISTS))
def test_a_list_holds_what_is_in_sight_and_nothing_else_whichever_way_it_is_asked(name, world, by, here):
    door, path = LISTS[name], reverse(name)

    for role in ROLES:
        caller = getattr(by, role)
        if role not in DOORS[door]:
            assert caller.get(path).status_code == 403, role
            continue
        expected = {number for sort, (number, _) in world.items() if role in SIGHT[sort]}
        for query in ({}, {"q": "项目尾款"}, {"enterprise": here.enterprise.uscc}):
            rows = caller.get(path, **query).json()["results"]
            assert {row["number"] for row in rows} == expected, (role, query)
        for sort in ("personal", "draft"):
            number = world[sort][0]
            found = [row["number"] for row in caller.get(path, q=number).json()["results"]]
            assert found == ([number] if role in SIGHT[sort] else []), (role, sort)


@pytest.mark.parametrize("name", sorted(DETAILS))
def test_a_ticket_out_of_sight_is_not_there(name, world, by):
    door = DETAILS[name]

    for role in ROLES:
        for sort, (number, _) in _worth_trying(world, role, door):
            expected = 403 if role not in DOORS[door] else 200 if role in SIGHT[sort] else 404
            answer = getattr(by, role).get(reverse(name, kwargs={"number": number}))
            assert answer.status_code == expected, (role, sort)
            if expected != 200:
                assert number not in answer.content.decode()


@pytest.mark.parametrize("name", sorted(CASES))
def test_what_hangs_on_a_ticket_out_of_sight_is_not_there(name, world, by):
    door = CASES[name]

    for role in ROLES:
        for sort, (number, _) in _worth_trying(world, role, door):
            if role in DOORS[door] and role in SIGHT[sort]:
                continue
            caller, path = getattr(by, role), reverse(name, kwargs={"number": number})
            expected = 403 if role not in DOORS[door] else 404
            answers = [caller.post(path.removeprefix(V1), {"rows": []})] + ([caller.get(path)] if name in READ_CASES else [])
            assert {answer.status_code for answer in answers} == {expected}, (role, sort)


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_a_move_on_a_ticket_out_of_sight_is_404_whatever_the_move_and_the_body(name, world, by):
    door = ACTIONS[name]

    asked = cycle((("comment", {"version": 1, "body": "看看"}), ("accept", {}), ("dispatch", {"version": "x"}), ("nonsense", {})))
    for role in ROLES:
        for sort, (number, _) in _worth_trying(world, role, door):
            if role in DOORS[door] and role in SIGHT[sort]:
                continue
            expected = 403 if role not in DOORS[door] else 404
            action, body = next(asked)
            path = reverse(name, kwargs={"number": number, "action": action}).removeprefix("/api/v1/")
            assert getattr(by, role).post(path, body).status_code == expected, (role, sort, action)


def test_a_move_in_sight_by_somebody_who_may_not_make_it_is_403_even_with_a_wrong_body(world, by):
    ordinary = world["ordinary"][0]
    for role, door in (("grid_staff", "community"), ("leader", "community"), ("street", "street"), ("manager", "enterprise")):
        for body in ({"version": 3}, {}, {"version": "3"}, {"version": 3, "nonsense": 1}, {"version": 1}):
            assert getattr(by, role).post(f"{door}/grievances/{ordinary}/acknowledge/", body).status_code == 403, (role, body)
    for action in ("suspend", "extend", "supplement-timeout", "withdraw-late"):
        assert by.specialist_zl.post(f"community/grievances/{ordinary}/{action}/", {"version": 3}).status_code == 403, action


@pytest.mark.parametrize("name", sorted(DOWNLOADS))
def test_a_file_opens_with_its_ticket(name, world, by):
    door = DOWNLOADS[name]

    for role in ROLES:
        for sort, (_, key) in _worth_trying(world, role, door):
            # Handed in by the administrator: what he may see of it is what he may see of the ticket, nothing.
            expected = 403 if role not in DOORS[door] else 200 if role in SIGHT[sort] else 404
            assert getattr(by, role).get(reverse(name, kwargs={"key": key})).status_code == expected, (role, sort)


@pytest.mark.parametrize("name", sorted(UPLOADS))
def test_whoever_may_come_in_may_hand_in_and_nobody_else_reads_it_before_it_is_used(name, by, here):
    door = UPLOADS[name]
    for role in ROLES:
        answer = getattr(by, role).upload(reverse(name).removeprefix("/api/v1/"), photo())
        assert answer.status_code == (201 if role in DOORS[door] else 403), role
    key = getattr(by, DOORS[door][0]).upload(reverse(name).removeprefix("/api/v1/"), photo()).json()["id"]

    for role in DOORS[door]:
        assert getattr(by, role).get(f"{door}/attachments/{key}/").status_code == (200 if role == DOORS[door][0] else 404), role


@pytest.mark.parametrize("name", sorted(PLAIN))
def test_who_may_come_in(name, by, here):
    roles = PLAIN[name]
    if roles is None:
        return
    for role in ROLES if name != "api-schema" else ("manager", "auditor"):
        assert getattr(by, role).get(reverse(name)).status_code == (200 if role in roles else 403), role


def test_the_contact_in_full_is_for_those_who_work_on_the_ticket(world, by):
    for role in ROLES:
        number = world["ordinary"][0]
        expected = 403
        if role in COMMUNITY:
            expected = 404 if role not in SIGHT["ordinary"] else 200 if role in (*OFFICE, "partner") else 403
        answer = getattr(by, role).post(f"community/grievances/{number}/reveal/", {"reason": "电话核实"})
        assert answer.status_code == expected, role
        assert ("13812345678" in answer.content.decode()) == (expected == 200)


def test_a_token_is_revoked_by_its_owner_only(by):
    mine = by.manager.get("auth/tokens/").json()["results"][0]["id"]

    assert by.stranger.client.delete(f"/api/v1/auth/tokens/{mine}/").status_code == 404
    assert by.manager.client.delete(f"/api/v1/auth/tokens/{mine}/").status_code == 204
    assert by.manager.get("enterprise/me/").status_code == 401


def test_nobody_comes_in_without_signing_in(here):
    unknown = {
        "number": "MC261121-000000",
        "action": "accept",
        "deed": "let",
        "key": "00000000-0000-4000-8000-000000000000",
    }
    for pattern in urls.urlpatterns:
        if pattern.name == "api-token":
            continue
        kinds = pattern.pattern.converters.items()
        path = reverse(pattern.name, kwargs={name: 1 if isinstance(kind, IntConverter) else unknown.get(name, 1) for name, kind in kinds})
        for method in ("get", "post", "patch", "put", "delete", "head", "options"):
            answer = getattr(Client(), method)(path)
            assert answer.status_code == 401, (method, path)
        assert Client().get(path).json()["code"] == "not_signed_in"


def test_two_posts_do_not_add_up_at_one_door(by, here):
    """An official of the community who also speaks for an enterprise is one or the other, by the door."""
    now = timezone.now()
    make.representative(enterprise=here.enterprise, user=here.specialist_zl)
    community.attach(here.specialist_zl, now)
    number = make.grievance("submitted", scene=here, at=now).number
    caller = Caller(here.specialist_zl)

    as_enterprise = {action["code"] for action in caller.get(f"enterprise/grievances/{number}/").json()["actions"]}
    as_staff = {action["code"] for action in caller.get(f"community/grievances/{number}/").json()["actions"]}

    assert as_enterprise == {"urge", "withdraw", "comment"}
    assert "accept" in as_staff
    assert "withdraw" not in as_staff
    assert caller.post(f"enterprise/grievances/{number}/accept/", {"version": 1, "service_item": "ZL02"}).status_code == 403
    assert caller.post(f"community/grievances/{number}/withdraw/", {"version": 1}).status_code == 403
