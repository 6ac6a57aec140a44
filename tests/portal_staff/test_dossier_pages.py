"""Pages by which the office writes an enterprise's file: who opens them, that nothing typed is lost, that nothing is overwritten unseen."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from enterprises import entries
from enterprises.models import Enterprise, Event, Lease, ProfileTag, Qualification
from portal import urls_dossier
from tests import make
from tests.portal.pages import words
from tests.portal_staff.test_doors import OFFICE, ROLES

pytestmark = pytest.mark.django_db
PAGES = {"entry": ["event"], "change": []}
#: Their verdicts stand in tests/portal/test_colleagues.py.
COLLEAGUES = {"colleagues", "colleagues-of", "colleague-invite", "colleague-act", "invitation"}
TAGS = {"profile-tags", "profile-tag"}
EVENT = {"kind": "address_changed", "source": "市场监管登记", "note": "搬到三楼"}


def today():
    return timezone.localdate()


def address(name, enterprise, *rest):
    return reverse(name, args=[enterprise.uscc, *rest])


def test_every_address_has_a_verdict():
    assert {pattern.name for pattern in urls_dossier.urlpatterns} == {*PAGES, "entry-drop", *COLLEAGUES, *TAGS}


def test_the_file_is_written_by_the_office_alone(here, enter):
    for role in ROLES:
        client = enter(here.people[role])
        for name, rest in PAGES.items():
            expected = 200 if role in OFFICE else 403
            assert (role, name, client.get(address(name, here.enterprise, *rest)).status_code) == (role, name, expected)
        assert (role, client.post(address("entry-drop", here.enterprise, "event")).status_code) == (role, 404 if role in OFFICE else 403)
    for name, rest in PAGES.items():
        assert enter(make.scene().leader).get(address(name, here.enterprise, *rest)).status_code == 404
    assert enter(here.leader).get(address("entry", here.enterprise, "nonsense")).status_code == 404


SENT = [
    ("event", EVENT, Event),
    ("event", {"kind": "returned", "from_place": "外省", "to_place": "东园", "source": "走访"}, Event),
    ("qualification", {"kind": "high_tech", "number": "GR1", "source": "公布名单"}, Qualification),
    ("lease", {"room": "801", "area_m2": "120.5", "annual_rent_wan": "9.6", "source": "租赁合同"}, Lease),
]


@pytest.mark.parametrize(("kind", "sent", "model"), SENT, ids=["event", "returned", "qualification", "lease"])
def test_an_entry_is_made_put_right_and_taken_out_and_every_image_stays(here, enter, kind, sent, model):
    client, page = enter(here.leader), address("entry", here.enterprise, kind)
    day = {"event": "happened_on", "qualification": "issued_on", "lease": "from_on"}[kind]
    more = {"building": here.enterprise.tenancies.get().building_id, "case_owner": here.leader.pk if sent.get("kind") == "returned" else ""}
    sent = {**sent, **more, day: str(today() - timedelta(days=2))}

    assert client.post(page, sent).status_code == 302
    row = model.objects.get(enterprise=here.enterprise, source=sent["source"])
    seen = entries.version(row)
    again = {**sent, "source": "更正后的来源", "row": row.pk, "seen": seen}
    assert client.post(page, again).status_code == 302
    row.refresh_from_db()
    assert row.source == "更正后的来源"
    assert client.post(page, again | {"source": "迟到的"}).status_code == 409
    shown = words(client.get(page, {"row": row.pk}))
    assert "更正后的来源" in shown
    assert f"{sent['source']} → 更正后的来源" in shown.replace("&gt;", ">")
    drop = {"row": row.pk, "seen": entries.version(row)}
    assert client.post(address("entry-drop", here.enterprise, kind), drop).status_code == 400
    assert client.post(address("entry-drop", here.enterprise, kind), drop | {"reason": "登错了企业"}).status_code == 302
    assert not model.objects.filter(pk=row.pk).exists()
    labels = model.pgh_event_model.objects.filter(pgh_obj_id=row.pk).order_by("pgh_id").values_list("pgh_label", flat=True)
    assert list(labels) == ["insert", "update", "delete"]


def test_a_room_that_is_let_is_let_to_nobody_else(here, enter):
    space = make.space(building=here.enterprise.tenancies.get().building, room="808")
    client, day = enter(here.leader), str(today())
    other = make.enterprise(park=here.park)
    sent = {"building": space.building_id, "room": "808", "from_on": day, "source": "租赁合同"}

    assert client.post(address("entry", here.enterprise, "lease"), sent).status_code == 302
    assert Lease.objects.get(space=space).area_m2 == space.area_m2
    refused = client.post(address("entry", other, "lease"), sent)
    assert refused.status_code in (400, 409)
    assert 'value="808"' in words(refused)


WRONG = [
    ("event", {"kind": "", "source": ""}, "source"),
    ("event", EVENT | {"happened_on": "昨天"}, "happened_on"),
    ("event", EVENT | {"happened_on": "2999-01-01"}, "__all__"),
    ("event", {"kind": "returned", "source": "走访"}, "from_place"),
    ("event", EVENT | {"note": "长" * 301}, "note"),
    ("event", EVENT | {"case_owner": "99999999999999999999"}, "case_owner"),
    ("qualification", {"kind": "high_tech", "level": "村级", "issued_on": "2025-01-01", "source": "x"}, "level"),
    ("lease", {"building": "1x", "from_on": "2025-01-01", "source": "x"}, "building"),
    ("lease", {"area_m2": "NaN", "from_on": "2025-01-01", "source": "x"}, "area_m2"),
]


@pytest.mark.parametrize(("kind", "sent", "field"), WRONG)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(here, enter, kind, sent, field):
    sent = {"happened_on": str(today()), "note": "已写的话", **sent}

    answer = enter(here.specialist_zl).post(address("entry", here.enterprise, kind), sent)

    assert answer.status_code == 400
    assert field in answer.context["form"].errors
    assert kind != "event" or sent["note"] in words(answer)


def test_moves_names_and_leaving_are_one_deed_each_on_a_page(here, enter):
    client, page, enterprise = enter(here.leader), address("change", here.enterprise), here.enterprise
    target = make.building(park=make.park(name="西园", community=here.community))
    day = str(today())

    assert client.post(page, {"deed": "rename", "name": enterprise.name}).status_code == 400
    assert client.post(page, {"deed": "rename", "name": "杭州新名网络有限公司"}).status_code == 302
    assert client.post(page, {"deed": "move", "building": target.pk, "room": "801", "on": "2999-01-01"}).status_code == 400
    assert client.post(page, {"deed": "move", "building": target.pk, "room": "801", "on": day}).status_code == 302
    assert client.post(page, {"deed": "leave", "closed": "no", "on": day, "to_place": "滨江区"}).status_code == 302
    assert client.post(page, {"deed": "leave", "closed": "no", "on": day}).status_code == 409
    back = {"deed": "return", "building": target.pk, "on": day, "from_place": "滨江区"}
    assert client.post(page, back).status_code == 400
    assert client.post(page, back | {"case_owner": here.leader.pk}).status_code == 302

    kinds = Event.objects.filter(enterprise=enterprise, recorded_by=here.leader).order_by("pk").values_list("kind", "from_place")
    assert list(kinds) == [("renamed", ""), ("relocated", here.park.name), ("moved_out", "西园"), ("returned", "滨江区")]
    assert Enterprise.objects.get(pk=enterprise.pk).name == "杭州新名网络有限公司"
    shown = words(client.get(reverse("enterprise", args=[enterprise.uscc])))
    assert "滨江区 → 西园" in shown
    assert f"专班：{here.leader.display_name}" in shown


def test_the_leader_sets_a_tag_and_the_list_of_its_number_has_so_many(here, enter):
    client, page = enter(here.leader), reverse("profile-tag")
    make.qualification(enterprise=here.enterprise, issued_on=today() - timedelta(days=9), valid_until_on=today() + timedelta(days=9))
    sent = {"community": here.community.code, "rule": "qualified", "name": "高企", "kind": "high_tech"}

    assert client.get(page, {"community": here.community.code}).status_code == 200
    wrong = client.post(page, sent | {"do": "save", "kind": ""})
    assert wrong.status_code == 400
    assert 'value="高企"' in words(wrong)
    tried = client.post(page, sent | {"do": "try"})
    assert here.enterprise.name in words(tried)
    assert not ProfileTag.objects.exists()
    assert client.post(page, sent | {"do": "save"}).status_code == 302
    tag = ProfileTag.objects.get()
    shown = words(client.get(reverse("profile-tags")))
    assert f"?profile={tag.pk}" in shown
    assert "1 家" in shown
    listed = words(client.get(reverse("enterprises"), {"profile": tag.pk}))
    assert here.enterprise.name in listed
    assert "国家高新技术企业，" in words(client.get(reverse("enterprise", args=[here.enterprise.uscc])))
    assert client.post(page, {"tag": tag.pk, "rule": "listed", "name": "上市", "do": "save", "seen": "2020"}).status_code == 409
    assert client.post(page, {"tag": tag.pk, "rule": "qualified", "do": "retire"}).status_code == 302
    assert here.enterprise.name not in words(client.get(reverse("enterprises"), {"profile": tag.pk}))


def test_tags_are_read_by_the_office_and_set_by_the_leader(here, enter):
    tag = make.profile_tag("at_least", {"metric": "revenue", "amount": 1}, community=here.community)
    for role in ROLES:
        client = enter(here.people[role])
        expected = 200 if role in {*OFFICE, "street"} else 403
        assert (role, client.get(reverse("profile-tags")).status_code) == (role, expected)
        assert (role, client.get(reverse("profile-tag")).status_code) == (role, 200 if role == "leader" else 403)
        if role in {"steward", "operator", "grid_staff"}:
            assert client.get(reverse("enterprises"), {"profile": tag.pk}).status_code == 400
    assert enter(make.scene().leader).get(reverse("profile-tag"), {"tag": tag.pk}).status_code == 404
