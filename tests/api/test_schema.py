"""The schema is valid, complete and says what is answered; the page that shows it needs no internet."""

import re

import pytest
from django.conf import settings
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from api import urls
from grievances.moves import MOVES
from tests.api.test_tickets import PROMISED


@pytest.fixture(scope="module")
def schema():
    GENERATOR_STATS.reset()
    with GENERATOR_STATS.silence():
        made = SchemaGenerator().get_schema(request=None, public=True)
    assert not GENERATOR_STATS, "warnings while the schema was made: run manage.py spectacular --fail-on-warn"
    return made


def test_the_schema_is_valid_openapi_3(schema):
    validate_schema(schema)

    assert schema["openapi"].startswith("3.")


def test_every_address_is_in_the_schema(schema):
    def shape(path):
        return re.sub(r"<\w+:(\w+)>", r"{\1}", f"/api/{path}")

    ours = {shape(str(pattern.pattern)) for pattern in urls.urlpatterns} - {"/api/schema/", "/api/docs/"}
    assert set(schema["paths"]) == ours


def test_a_ticket_in_the_schema_has_every_field_of_the_promise(schema):
    assert set(schema["components"]["schemas"]["Ticket"]["properties"]) >= PROMISED


def test_every_move_is_described_at_the_door_of_whoever_makes_it(schema):
    listed = set()
    for door in ("enterprise", "community", "street"):
        operation = schema["paths"][f"/api/v1/{door}/grievances/{{number}}/{{action}}/"]["post"]
        action = next(each for each in operation["parameters"] if each["name"] == "action")
        listed |= set(action["schema"]["enum"])

    assert listed == {move.path for move in MOVES if {str(actor) for actor in move.actors} != {"Y"}}


def test_every_answer_but_a_file_is_json_and_every_refusal_has_the_one_shape(schema):
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                if int(status) >= 400 and "/auth/" not in path:
                    assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}, (path, method, status)


def test_rows_answered_have_the_fields_the_schema_says(by, here, schema):
    from django.utils import timezone

    from tests import make

    make.grievance("rated", scene=here, at=timezone.now())
    make.space(building=here.park.buildings.first())
    lists = {
        "TicketRow": (by.manager, "enterprise/grievances/"),
        "Unit": (by.specialist_zl, "community/units/"),
        "ServiceItem": (by.manager, "enterprise/service-items/"),
        "Finished": (by.partner, "community/history/"),
        "OwnPark": (by.operator, "park/parks/"),
        "Space": (by.operator, "park/spaces/"),
        "Tenant": (by.operator, "park/enterprises/"),
        "StreetPark": (by.street, "street/parks/"),
        "StreetEnterprise": (by.street, "street/enterprises/"),
    }
    for name, (caller, path) in lists.items():
        row = caller.get(path).json()["results"][0]
        assert set(row) == set(schema["components"]["schemas"][name]["properties"]), name
    whole = by.manager.get("enterprise/grievances/").json()["results"][0]["number"]
    assert set(by.manager.get(f"enterprise/grievances/{whole}/").json()) == set(schema["components"]["schemas"]["Ticket"]["properties"])
    assert set(by.manager.get("enterprise/me/").json()) == set(schema["components"]["schemas"]["Dossier"]["properties"])
    assert set(by.street.get("street/overview/").json()) == set(schema["components"]["schemas"]["Overview"]["properties"])


def test_the_docs_load_nothing_from_elsewhere_and_run_nothing_inline(here):
    browser = Client()
    browser.force_login(here.manager, backend="django.contrib.auth.backends.ModelBackend")

    page = browser.get("/api/docs/")

    html = page.content.decode()
    assert page.status_code == 200
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", html)
    assert all(re.search(r"\bsrc=", tag) for tag in re.findall(r"<script[^>]*>", html))
    script = re.findall(r'<script src="([^"]+)"', html)[-1].replace("&amp;", "&")
    js = browser.get(script)
    assert js["Content-Type"] == "application/javascript"
    assert "https://" not in js.content.decode()
    policy = page["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "'unsafe-inline'" in policy.split("style-src")[1].split(";")[0]
    assert "unsafe-inline" not in browser.get("/api/v1/enterprise/me/")["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/api/schema/", "/api/docs/"])
def test_schema_and_docs_are_for_people_signed_in_except_in_the_demo(path, here, settings):
    settings.DEMO = False
    refused = Client().get(path)
    settings.DEMO = True

    assert (refused.status_code, refused.json()["code"]) == (401, "not_signed_in")
    assert Client().get(path).status_code == 200


def test_the_schema_comes_as_json_too(by):
    answer = by.manager.get("/api/schema/", format="json")

    assert answer.json()["info"]["title"] == settings.SPECTACULAR_SETTINGS["TITLE"]
