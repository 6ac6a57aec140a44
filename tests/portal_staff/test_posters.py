"""海报: what stands on the paper, and where its code leads."""

from urllib.parse import unquote

import pytest
from django.urls import reverse

from community import cards
from grievances.models import Grievance
from tests import make

pytestmark = pytest.mark.django_db
FILED = {"service_item": "GS05", "body": "园区停车位不够。", "contact_name": "周敏", "contact_phone": "13812345678"}


def test_the_sheet_names_people_windows_and_numbers_and_no_private_one(here, enter):
    here.steward.name, here.steward.phone = "范一", "13912345678"
    here.steward.save(update_fields=["name", "phone"])
    cards.save(here.steward, phone="0571-82222222", hours="工作日 8:30–17:00", at=make.WEDNESDAY)
    here.community.phone = "0571-80000000"
    here.community.save(update_fields=["phone"])

    for address in (reverse("park-poster", args=[here.park.code]), reverse("enterprise-poster", args=[here.enterprise.uscc])):
        page = enter(here.grid_staff).get(address).content.decode()

        for words in ("范一", "0571-82222222", "工作日 8:30–17:00", here.windows["ZL"].name, "财务法务之窗", "0571-80000000", "<svg"):
            assert words in page, (address, words)
        assert "13912345678" not in page


def test_an_enterprise_without_a_place_has_a_poster_of_windows(here, enter):
    firm = make.enterprise(community=here.community)
    firm.tenancies.all().delete()

    page = enter(here.leader).get(reverse("enterprise-poster", args=[firm.uscc])).content.decode()

    assert firm.name in page
    assert here.windows["ZL"].name in page
    assert "您身边的人" not in page


@pytest.mark.parametrize(("sort", "kind"), [("park-poster", "park"), ("enterprise-poster", "enterprise")])
def test_its_code_leads_to_filing_and_the_ticket_says_where_it_came_from(here, enter, sort, kind):
    key = here.park.code if kind == "park" else here.enterprise.uscc
    link = enter(here.leader).get(reverse(sort, args=[key])).context["link"]
    path = "/" + link.split("/", 3)[3]
    client = enter(here.manager)

    assert f'name="from" value="{kind}:{key}"' in client.get(unquote(path)).content.decode()
    client.post(reverse("file"), FILED | {"from": f"{kind}:{key}"})

    ticket = Grievance.objects.get()
    assert (ticket.origin_kind, ticket.origin_key) == (kind, key)


@pytest.mark.parametrize("told", ["park:ELSEWHERE", "park:", "street:1", "enterprise:' OR 1=1", "x" * 300])
def test_an_origin_out_of_sight_or_made_up_is_none(here, enter, told):
    client = enter(here.manager)

    assert 'name="from"' not in client.get(reverse("file"), {"from": told}).content.decode()
    client.post(reverse("file"), FILED | {"from": told})

    assert Grievance.objects.get().origin_kind == ""


def test_the_code_of_a_park_chooses_the_place_there(here, enter):
    second = make.park(community=here.community, grid=here.grid)
    seat = make.tenancy(enterprise=here.enterprise, building=make.building(park=second), is_main=False)

    page = enter(here.manager).get(reverse("file"), {"from": f"park:{second.code}"}).content.decode()

    assert f'<option value="{seat.pk}" selected>' in page
