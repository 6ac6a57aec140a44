"""Where an enterprise waits whose roster does not say, or not clearly, where it sits: 待核园区 and 待核楼宇.

An enterprise without a place would belong to no community and to no grid, so nobody would own its first ticket; a waiting place is a list that
somebody can work off.
"""

from __future__ import annotations

from django.db.models import Q

from community.models import Community
from parks.models import Building, Park
from parks.registry import save

CODE = "DH"
PARK_NAME = "待核园区"
BUILDING_NAME = "待核楼宇"
#: Which rows of parks are waiting parks.
WAITING_PARK = Q(name=PARK_NAME)


def unplaced_park(community: Community) -> Park:
    """The community's waiting park; made when first needed."""
    park = Park.objects.filter(community=community, name=PARK_NAME).first()
    return park or save(Park(community=community, code=f"{CODE}-{community.code}"[:20], name=PARK_NAME))


def unplaced_building(park: Park) -> Building:
    """The waiting building of a park with several; made when first needed."""
    return Building.objects.get_or_create(park=park, code=CODE, defaults={"name": BUILDING_NAME})[0]
