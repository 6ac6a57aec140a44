"""A community of six parks, each with one more enterprise than the one before, and an operator for each."""

import pytest

from tests import make


class Ground:
    def __init__(self):
        self.community = make.community()
        self.leader = make.somebody("leader", community=self.community)
        self.parks = []
        for number in range(6):
            park = make.park(
                community=self.community, operator=make.unit(community=self.community, kind="operator", name=f"{number}号运营公司")
            )
            building = make.building(park=park)
            for _ in range(number + 1):
                make.enterprise(building=building)
            make.space(building=building, area_m2=100 * (number + 1))
            make.space(building=building, area_m2=900, state="let")
            self.parks.append(park)

    def operator(self, place, **facts):
        return make.operator(unit=self.parks[place].operator, **facts)


@pytest.fixture
def ground(db):
    return Ground()
