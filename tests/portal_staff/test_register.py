"""Typed in for an enterprise: found by a few letters, with source and basis, and nothing typed is lost."""

from datetime import timedelta

import pytest
from django.urls import reverse

from enterprises.models import Representative
from grievances.models import Grievance
from tests import make

pytestmark = pytest.mark.django_db

TYPED = {
    "channel": "phone", "basis": "周经理 9:40 来电", "service_item": "ZL02", "body": "项目尾款拖欠半年。请求法律协助。", "contact_name": "周敏",
    "contact_phone": "13812345678",
}  # fmt: skip


def test_a_specialist_registers_and_lands_on_the_ticket(here, enter):
    answer = enter(here.specialist_zl).post(reverse("register"), TYPED | {"uscc": here.enterprise.uscc})
    ticket = Grievance.objects.get()

    assert answer.url == reverse("queue-drawer", args=[ticket.number])
    assert (ticket.enterprise, ticket.channel, ticket.basis) == (here.enterprise, "phone", "周经理 9:40 来电")
    assert ticket.title == "项目尾款拖欠半年"
    assert ticket.filed_by == here.specialist_zl
    assert ticket.on_behalf


@pytest.mark.parametrize("role", ["grid_staff", "grid_leader", "steward"])
def test_so_do_the_others_who_may(here, enter, role):
    answer = enter(here.people[role]).post(reverse("register"), TYPED | {"uscc": here.enterprise.uscc})

    assert answer.status_code == 302
    assert Grievance.objects.get().filed_by == here.people[role]


def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(here, enter):
    sent = TYPED | {"uscc": here.enterprise.uscc, "basis": "", "contact_phone": "abc"}
    answer = enter(here.specialist_zl).post(reverse("register"), sent)
    text = answer.content.decode()

    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {"basis", "contact_phone"}
    assert "请填写手机号或带区号的座机号" in text
    for kept in ("项目尾款拖欠半年。请求法律协助。", "周敏", here.enterprise.name):
        assert kept in text
    assert not Grievance.objects.exists()


def test_without_a_script_one_picks_from_what_was_found(here, enter):
    other = make.enterprise(name=f"{here.enterprise.name[:-4]}二号有限公司", park=here.park)
    client = enter(here.specialist_zl)
    several = client.post(reverse("register"), TYPED | {"who": "杭州测试"})
    alone = client.post(reverse("register"), TYPED | {"who": other.name})

    assert several.status_code == 400
    assert f'value="{other.uscc}"' in several.content.decode()
    assert alone.status_code == 302
    assert Grievance.objects.get().enterprise == other


def test_a_chosen_contact_is_filled_in_without_being_shown(here, enter):
    person = Representative.objects.get(post__user=here.manager)
    here.manager.phone, here.manager.name = "13900001111", "沈知夏"
    here.manager.save()
    client = enter(here.specialist_zl)
    part = client.get(reverse("register-of"), {"uscc": here.enterprise.uscc}).content.decode()
    sent = TYPED | {"uscc": here.enterprise.uscc, "contact_name": "", "contact_phone": "", "contact_from": person.pk}
    client.post(reverse("register"), sent)

    assert "139****1111" in part
    assert "13900001111" not in part
    assert (Grievance.objects.get().contact_name, Grievance.objects.get().contact_phone) == ("沈知夏", "13900001111")


def test_a_steward_is_not_told_who_works_there(here, enter):
    part = enter(here.steward).get(reverse("register-of"), {"uscc": here.enterprise.uscc})

    assert part.context["sheet"].people == []


def test_the_part_of_the_enterprise_names_what_is_open_already(here, enter, now):
    ticket = make.grievance(scene=here, at=now - timedelta(hours=1))
    part = enter(here.specialist_zl).get(reverse("register-of"), {"uscc": here.enterprise.uscc}).content.decode()

    assert ticket.title in part
    assert "若现在提交，承诺在" in part


def test_an_enterprise_out_of_sight_is_not_found(here, enter):
    stranger = make.enterprise()
    client = enter(here.specialist_zl)
    answer = client.post(reverse("register"), TYPED | {"uscc": stranger.uscc})

    assert answer.status_code == 400
    assert stranger.name not in answer.content.decode()
    assert stranger.name not in client.get(reverse("register-of"), {"uscc": stranger.uscc}).content.decode()


def test_the_look_up_answers_for_name_initials_and_code(here, enter):
    from wording import pinyin_initials

    client = enter(here.specialist_zl)
    for q in (here.enterprise.name[2:6], here.enterprise.name[2], pinyin_initials(here.enterprise.name)[:6], here.enterprise.uscc[:15]):
        found = client.get(reverse("search-enterprises"), {"q": q}).json()["results"]

        assert here.enterprise.uscc in {row["value"] for row in found}
    assert client.get(reverse("search-enterprises"), {"q": "（"}).json() == {"results": []}
    assert enter(here.partner).get(reverse("search-enterprises"), {"q": "杭州"}).json() == {"results": []}


def test_a_personal_matter_is_registered_by_staff_only(here, enter):
    sent = TYPED | {"uscc": here.enterprise.uscc, "personal": "on"}

    assert enter(here.grid_staff).post(reverse("register"), sent).status_code == 400
    assert enter(here.specialist_zl).post(reverse("register"), sent).status_code == 302


def test_what_was_answered_in_the_same_talk_is_settled_with_one_form(enter, here):
    client = enter(here.specialist_gs)
    typed = {
        "uscc": here.enterprise.uscc, "channel": "phone", "basis": "周敏 9:40 来电", "service_item": "GS01", "body": "公积金怎么开户。",
        "contact_name": "周敏", "contact_phone": "13812345678", "do": "settle", "outcome": "explained",
    }  # fmt: skip

    refused = client.post("/register/", typed)
    assert (refused.status_code, "公积金怎么开户。" in refused.content.decode()) == (400, True)
    assert not Grievance.objects.exists()

    client.post("/register/", typed | {"reply": "网上就能开，指南已发您微信。"})
    ticket = Grievance.objects.get()
    assert (ticket.state, ticket.outcome, ticket.reply) == ("closed", "explained", "网上就能开，指南已发您微信。")
    page = enter(here.manager).get(f"/grievances/{ticket.number}/").content.decode()
    assert "网上就能开" in page
    assert "没解决" in page
