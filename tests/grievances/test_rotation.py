"""Rotation and continuity as laws that hold whatever comes in which order."""

from datetime import timedelta

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grievances import filing
from grievances.models import Dispatch
from tests import make
from tests.grievances.steps import do

NOW = make.WEDNESDAY + timedelta(hours=2)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=8))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_enterprise_stays_with_its_firm_and_new_ones_go_to_the_least_busy(here, order):
    with transaction.atomic():
        firms: dict[int, int] = {}
        enterprises = [make.enterprise(park=here.park) for _ in range(4)]
        for place in order:
            filed = {**make.FILED, "service_item": "ZL02", "channel": "phone", "basis": "来电"}
            ticket = filing.register(here.specialist_zl, filed, at=make.WEDNESDAY, uscc=enterprises[place].uscc)
            ticket = do(ticket, "accept", here.specialist_zl, NOW, service_item="ZL02")
            load = {
                firm.pk: Dispatch.objects.filter(unit=firm, state__in=("sent", "acknowledged")).count()
                for firm in (here.firm, here.other_firm)
            }
            unit = do(ticket, "dispatch", here.specialist_zl, NOW, unit="CW").unit
            if place in firms:
                assert unit.pk == firms[place]
            else:
                assert load[unit.pk] == min(load.values())
            firms[place] = unit.pk
        transaction.set_rollback(True)
