"""Hostile values in every field of every page and door of the evaluation, where there is a round to hit: the sweep of all addresses has none."""

import json
import logging
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django.utils.http import urlencode

from evaluations import objections
from portal.evaluation_forms import typed_scheme
from tests import make
from tests.faults.test_hostile import IN_A_FIELD, WRONG_TYPES, Sweep, quoted, some

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    with transaction.atomic():
        yield make.scene(at=timezone.now())


@pytest.fixture
def sweep(here, settings, tmp_path):
    settings.MEDIA_ROOT, settings.NUDGE = tmp_path, False
    logging.disable(logging.CRITICAL)
    swept = Sweep({name: here.people[name] for name in ("leader", "operator", "street")})
    yield swept
    swept.finish()
    logging.disable(logging.NOTSET)


@pytest.fixture
def shown(here):
    now = timezone.now()
    made = make.round_(community=here.community, period=str(now.year - 1), by=here.leader, at=now - timedelta(hours=1), state="shown")
    result = make.result(made, here.enterprise.tenancies.get().building.park)
    return result, objections.file(result, {"indicator": "tenants", "reason": "少算了"}, by=here.operator, at=now)


def test_every_field_of_every_form_and_door(here, sweep, shown):
    result, asked = shown
    now = timezone.now()
    scheme = typed_scheme(None, here.community.code, now.date().isoformat()).dict() | {"period": "2025"}
    page = f"/evaluations/{result.round_id}/parks/{result.park.code}/"
    forms = (
        ("leader", "/evaluations/scheme/edit/", scheme | {"do": "preview"}), ("leader", "/evaluations/scheme/edit/", scheme | {"do": "save"}),
        ("leader", "/evaluations/measure/", {"community": here.community.code, "period": "2025Q1"}),
        ("operator", f"{page}object/", {"indicator": "vacancy", "reason": "算多了"}),
        ("leader", f"/evaluations/objections/{asked.pk}/answer/", {"upheld": "yes", "corrected": "5", "answer": "核实"}),
    )  # fmt: skip
    turn = 0
    for who, address, fields in forms:
        assert sweep.ask(who, "POST", address, urlencode(fields).encode()).status_code in (200, 302)
        for name in fields:
            for value in some(IN_A_FIELD, turn, 1):
                sweep.ask(who, "POST", address, urlencode(fields | {name: value}).encode())
            turn += 1
    bodies = (
        ("leader", "/api/v1/community/evaluations/", {"community": here.community.code, "period": "2025Q1"}),
        ("operator", f"/api/v1/park/evaluation/{result.pk}/object/", {"indicator": "vacancy", "reason": "算多了"}),
        ("leader", f"/api/v1/community/evaluation-objections/{asked.pk}/answer/", {"upheld": True, "corrected": "5", "answer": "核实"}),
    )
    for who, address, body in bodies:
        assert sweep.ask(who, "POST", address, json.dumps(body).encode(), "application/json").status_code in (200, 201)
        for name in body:
            for value in some(WRONG_TYPES, turn, 3):
                sweep.ask(who, "POST", address, json.dumps(body | {name: value}).encode(), "application/json")
            turn += 1
    queries = ("/evaluations/scheme/?community=", "/evaluations/scheme/edit/?community=", f"{page}?x=", "/api/v1/park/evaluation/?period=", "/api/v1/park/evaluation/?park=", "/api/v1/park/evaluation/?cursor=", "/api/v1/street/evaluations/?state=", "/api/v1/street/evaluations/?community=")  # fmt: skip
    for address in queries:
        for value in some(IN_A_FIELD, turn, 2):
            who = "operator" if "park" in address else "street" if "street" in address else "leader"
            sweep.ask(who, "GET", address.partition("?")[0], query=address.partition("?")[2] + quoted(value))
        turn += 1
