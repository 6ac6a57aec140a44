"""Templates on their page and in the form of a move."""

from datetime import timedelta

import pytest
from django.urls import reverse

from grievances import reply_templates
from grievances.models import ReplyTemplate
from grievances.states import State
from tests import make

pytestmark = pytest.mark.django_db
WORDS = {"event": "feed_back", "service_item": "ZL02", "title": "已追回", "body": "{企业}：<b>{编号}</b> 已追回。"}


def test_a_template_is_written_changed_and_retired_on_its_page(here, enter):
    client, address = enter(here.specialist_zl), reverse("reply-templates")

    assert client.post(address, WORDS).status_code == 302
    row = ReplyTemplate.objects.get()
    assert client.post(address, WORDS | {"pk": row.pk, "version": "1", "body": "换一种说法"}).status_code == 302
    page = client.get(address, {"edit": row.pk}).content.decode()
    assert "换一种说法" in page
    assert "{编号}" in page  # the first wording, in the history
    assert client.post(reverse("reply-template-act", args=[row.pk, "retire"])).status_code == 302
    assert "已追回" in client.get(address, {"tab": "retired"}).content.decode()


def test_nothing_typed_is_lost_when_it_is_refused(here, enter):
    answer = enter(here.leader).post(reverse("reply-templates"), WORDS | {"body": "{谁}写了很久的话"})

    assert answer.status_code == 400
    assert "写了很久的话" in answer.content.decode()
    assert "不认识“{谁}”" in answer.content.decode()


def test_a_template_of_another_community_is_not_there(here, enter):
    reply_templates.save(None, WORDS, by=here.leader, at=make.WEDNESDAY)
    stranger = enter(make.scene().leader)

    assert stranger.get(reverse("reply-templates"), {"edit": ReplyTemplate.objects.get().pk}).status_code == 404
    assert stranger.post(reverse("reply-template-act", args=[ReplyTemplate.objects.get().pk, "retire"])).status_code == 404


def test_the_form_of_a_move_offers_them_and_one_link_fills_it_without_a_script(here, enter, now):
    ticket = make.grievance(State.AWAITING_FEEDBACK, scene=here, at=now - timedelta(hours=20))
    row = reply_templates.save(None, WORDS, by=here.leader, at=now)
    client, address = enter(here.colleague), reverse("grievance", args=[ticket.number])
    words = f"{here.enterprise.name}：&lt;b&gt;{ticket.number}&lt;/b&gt; 已追回。"

    page = client.get(address, {"do": "feed-back"}).content.decode()
    assert f'data-words="{words}"' in page
    assert f"template={row.pk}" in page

    filled = client.get(address, {"do": "feed-back", "template": row.pk}).content.decode()
    assert f">\n{words}</textarea>" in filled
    assert f">\n{words}</textarea>" not in client.get(address, {"do": "feed-back", "template": "0 OR 1"}).content.decode()
