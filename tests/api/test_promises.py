"""What each counterpart is promised beside tickets: one's file, the catalogue, units, parks, figures with their lists, the contact in full."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from grievances import contact, intake
from tests import make
from tests.api.calling import V1, Callers


@pytest.fixture(scope="module")
def stage(stage, django_db_blocker):
    with django_db_blocker.unblock():
        now = timezone.now()
        for state in ("submitted", "accepted", "in_progress", "closed", "rated", "rated", "rejected", "withdrawn"):
            make.grievance(state, scene=stage, at=now - timedelta(minutes=30))
        make.space(building=stage.park.buildings.first(), room="301", area_m2="88.50", state="vacant")
        make.space(building=stage.park.buildings.first(), room="302", state="let")
        make.space(building=make.building(park=make.park(community=stage.community)), room="901")
        stage.by = Callers(stage)
        yield stage


@pytest.fixture
def by(here):
    return Callers(here)


def test_an_enterprise_reads_its_file_and_an_employee_the_employers_card(by, here):
    manager = by.manager.get("enterprise/me/").json()
    employee = by.employee.get("enterprise/me/").json()

    assert (manager["uscc"], manager["name"]) == (here.enterprise.uscc, here.enterprise.name)
    assert manager["place"]["park"] == {"code": here.park.code, "name": here.park.name}
    assert [place["is_main"] for place in manager["tenancies"]] == [True]
    assert {row["role"] for row in manager["representatives"]} == {"enterprise_manager", "enterprise_member"}
    assert "staff_count" in manager
    assert set(employee) == {"uscc", "name", "status", "status_label", "community", "place", "industry"}


def test_a_need_may_name_another_of_the_enterprises_places_and_no_foreign_one(by, here):
    second = make.tenancy(enterprise=here.enterprise, building=make.building(park=make.park(community=here.community)), room="1208")
    foreign = make.enterprise(community=here.community).tenancies.get()

    filed = by.manager.post("enterprise/grievances/", {**make.FILED, "place": second.pk})
    refused = by.manager.post("enterprise/grievances/", {**make.FILED, "place": foreign.pk})

    assert (filed.status_code, filed.json()["place"]["id"], filed.json()["place"]["room"]) == (201, second.pk, "1208")
    assert (refused.status_code, refused.json()["fields"]) == (400, {"place": ["请从企业的入驻地里选"]})


@pytest.mark.parametrize(("who", "path"), [("manager", "enterprise/service-items/"), ("specialist_zl", "community/service-items/")])
def test_the_catalogue_says_what_would_be_promised_now(who, path, by, here):
    items = getattr(by, who).get(path, page_size=200).json()["results"]

    assert len(items) == 57
    assert items[0].keys() >= {"code", "name", "plain_category", "window", "workdays", "accept_hours", "promise"}
    for item in items[::14]:
        promised = intake.promise_for(here.community, here.item(item["code"]), timezone.now())
        assert abs((datetime.fromisoformat(item["promise"]["due_at"]) - promised.at).total_seconds()) < 120
    name = here.item("ZL02").name
    assert [item["code"] for item in getattr(by, who).get(path, q=name).json()["results"]] == ["ZL02"]
    assert {item["window"]["code"] for item in getattr(by, who).get(path, window="ZL").json()["results"]} == {"ZL"}


def test_units_say_their_kind_and_whether_they_can_be_given_work(by, here):
    here.other_firm.agreement_until_on = timezone.localdate() - timedelta(days=1)
    here.other_firm.save()

    units = {unit["code"]: unit for unit in by.specialist_zl.get("community/units/").json()["results"]}
    partners = by.specialist_zl.get("community/units/", kind="partner").json()["results"]
    for_enterprise = {unit["code"]: unit for unit in by.manager.get("community/units/").json()["results"]}

    assert {unit["kind"] for unit in units.values()} == {"window", "department", "partner", "grid", "operator"}
    assert units["LAW1"].items() >= {"code": "LAW1", "name": "清衡律师事务所", "kind": "partner", "parent": "CW", "usable": True}.items()
    assert units["LAW2"]["usable"] is False
    assert {unit["code"] for unit in partners} == {"LAW1", "LAW2"}
    assert units["BM-SZ"]["has_account"] is False
    assert "has_account" not in for_enterprise["BM-SZ"]
    assert by.specialist_zl.get("community/units/", kind="castle").status_code == 400
    foreign = make.community(code="FAR-SQ")
    texts = [by.specialist_zl.get("community/units/", community=code).json()["fields"] for code in (foreign.code, "NONE")]
    assert texts[0] == texts[1] != {}


def test_an_operator_reads_its_own_parks_and_spaces(by, here):
    parks = by.operator.get("park/parks/").json()["results"]
    spaces = by.operator.get("park/spaces/").json()["results"]
    vacant = by.operator.get("park/spaces/", status="vacant").json()["results"]
    tenants = by.operator.get("park/enterprises/")

    assert [park["code"] for park in parks] == [here.park.code]
    assert {space["room"] for space in spaces} == {"301", "302"}
    assert [(space["room"], space["area_m2"], space["status"]) for space in vacant] == [("301", "88.50", "vacant")]
    for name in ("enterprises", "spaces", "vacant_spaces"):
        assert len(by.operator.get(parks[0][name]["list"]).json()["results"]) == parks[0][name]["value"] > 0
        assert parks[0][name]["as_of"]
    assert not {"legal_person", "staff_count", "registered_capital_wan", "risk"} & set(tenants.json()["results"][0])


def test_every_number_of_the_street_is_the_length_of_its_list(by):
    overview = by.street.get("street/overview/").json()

    figures = {figure["code"]: figure for figure in overview["figures"]}
    assert (figures["collected"]["value"], figures["open"]["value"], figures["done"]["value"]) == (8, 3, 3)
    assert figures["rated"]["value"] == pytest.approx(66.7)
    for figure in figures.values():
        assert figure["as_of"] == overview["as_of"]
        assert len(by.street.get(figure["list"]).json()["results"]) == figure["counted"]
        if figure["base"] is not None:
            assert len(by.street.get(figure["base_list"]).json()["results"]) == figure["base"]
    for breakdown in overview["breakdowns"]:
        assert sum(piece["count"] for piece in breakdown["slices"]) == 8
        for piece in breakdown["slices"]:
            assert len(by.street.get(piece["list"]).json()["results"]) == piece["count"]
    assert len(by.street.get(overview["average_scores"]["list"]).json()["results"]) == 2


def test_the_overview_of_another_period_is_empty_and_of_none_is_400(by):
    empty = by.street.get("street/overview/", from_on="2020-01-01", until_on="2020-12-31").json()

    assert {figure["counted"] for figure in empty["figures"]} == {0}
    assert {figure["value"] for figure in empty["figures"] if figure["unit"] == "%"} == {None}
    for query in ({"from_on": "x"}, {"from_on": "2026-02-30"}, {"from_on": "2026-12-01", "until_on": "2026-01-01"}, {"period": "2026"}):
        assert by.street.get("street/overview/", **query).status_code == 400, query
    for query in ({"measure": "luck"}, {"measure": "rated", "part": "x"}, {"by": "colour"}):
        assert by.street.get("street/grievances/", **query).status_code == 400, query


def test_the_street_reads_parks_and_enterprises_with_numbers_that_open(by, here):
    parks = {park["code"]: park for park in by.street.get("street/parks/").json()["results"]}
    enterprises = by.street.get("street/enterprises/", park=here.park.code).json()["results"]

    own = parks[here.park.code]
    for name in ("enterprises", "open_grievances", "overdue_grievances"):
        assert len(by.street.get(own[name]["list"]).json()["results"]) == own[name]["value"]
    assert own["open_grievances"]["value"] == 3
    assert len(enterprises) == 2
    assert enterprises[0].keys() >= {"uscc", "name", "community", "place", "staff_count"}
    assert by.street.get("street/enterprises/", q=here.enterprise.uscc[:10]).json()["results"]


def test_the_contact_is_shown_for_a_reason_that_is_kept(by, here):
    number = make.grievance("in_progress", scene=here, at=timezone.now()).number

    without = by.partner.post(f"community/grievances/{number}/reveal/", {})
    shown = by.partner.post(f"community/grievances/{number}/reveal/", {"reason": "约上门时间"})

    assert (without.status_code, list(without.json()["fields"])) == (400, ["reason"])
    assert shown.json() == {"name": "周敏", "phone": "13812345678"}
    entry = Entry.objects.get(action="unmask")
    assert (entry.by, entry.target, entry.detail) == (here.partner, f"grievance:{number}", {"reason": "约上门时间"})
    assert entry.request_id == shown["X-Request-ID"]


def test_so_many_contacts_a_day_and_no_more(by, here, monkeypatch):
    number = make.grievance("in_progress", scene=here, at=timezone.now()).number
    monkeypatch.setattr(contact, "MOST_A_DAY", 2)

    answers = [by.partner.post(f"community/grievances/{number}/reveal/", {"reason": "核实"}) for _ in range(3)]
    colleague = by.specialist_zl.post(f"community/grievances/{number}/reveal/", {"reason": "核实"})

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == "too_many_reveals"
    assert colleague.status_code == 200


@pytest.mark.parametrize("reason", ["", "  ", "长" * 101, 7, None, ["核实"]])
def test_a_reason_that_is_none_shows_nothing(reason, by, here):
    number = make.grievance("in_progress", scene=here, at=timezone.now()).number

    answer = by.partner.post(f"community/grievances/{number}/reveal/", {"reason": reason})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["reason"])
    assert not Entry.objects.filter(action="unmask").exists()


def test_a_units_history_holds_four_facts_and_only_of_what_it_finished(by, here):
    waiting = make.grievance("awaiting_feedback", scene=here, at=timezone.now()).number

    rows = by.partner.get("community/history/").json()["results"]

    assert len(rows) == 3
    assert {frozenset(row) for row in rows} == {
        frozenset({"number", "service_item", "service_item_name", "outcome", "outcome_label", "rating", "closed_at"})
    }
    assert waiting not in {row["number"] for row in rows}
    assert sorted(bool(row["rating"]) for row in rows) == [False, True, True]
    by.specialist_zl.act("community", waiting, "feed-back", reply="已追回", told_by="phone", told_to="周敏")
    by.manager.act("enterprise", waiting, "reopen", reason="又拖欠了")
    again = {row["number"]: row for row in by.partner.get("community/history/").json()["results"]}
    assert again[waiting]["outcome"] == "solved"
    assert by.partner.get(f"community/grievances/{waiting}/").status_code == 404


def test_a_partner_whose_agreement_has_run_out_has_no_door(by, here):
    here.firm.agreement_until_on = timezone.localdate() - timedelta(days=1)
    here.firm.save()

    for path in ("community/grievances/", "community/history/"):
        assert by.partner.client.get(V1 + path).status_code == 403
