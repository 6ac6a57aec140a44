"""我的服务团队 for an enterprise and for one of its tickets, and one's own contact card."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from api import docs
from api.bodies import Body, Flag, Text, read
from api.doors import COMMUNITY, ENTERPRISE, Behind
from api.shapes import S
from api.ticket import moment
from api.tickets import TicketsBehind
from community import cards
from grievances import filing, my_people
from grievances.models import Grievance


class StandInSerializer(S):
    name = serializers.CharField()
    title = serializers.CharField(help_text="园区长、专职网格员、服务专员 …")
    place = serializers.CharField(help_text="所在园区、网格或窗口")
    phone = serializers.CharField(help_text="对外电话，不是个人登录号码")
    hours = serializers.CharField()
    photo = serializers.CharField(allow_null=True, help_text="照片地址，登录后可看")
    wechat = serializers.CharField(allow_null=True, help_text="微信二维码地址，登录后可看")


class HelperSerializer(StandInSerializer):
    role = serializers.ChoiceField([(my_people.STEWARD, "园区长"), (my_people.GRID, "网格"), (my_people.SPECIALIST, "专员")])
    away_until = serializers.DateTimeField(allow_null=True, help_text="今天不在，到何时")
    stand_in = StandInSerializer(allow_null=True, help_text="今天由谁代")


class HelpersSerializer(S):
    results = HelperSerializer(many=True)


class CardSerializer(S):
    phone = serializers.CharField()
    hours = serializers.CharField()
    photo = serializers.CharField(allow_null=True)
    wechat = serializers.CharField(allow_null=True)
    updated_at = serializers.DateTimeField(allow_null=True)


class CardBody(Body):
    phone = Text(required=False, help_text="对外电话；空着用窗口或社区的电话")
    hours = Text(required=False, help_text="什么时候打得通")
    photo = Text(required=False, help_text="照片的附件 id")
    wechat = Text(required=False, help_text="微信二维码的附件 id")
    drop_photo = Flag(required=False)
    drop_wechat = Flag(required=False)


def _person(helper: my_people.Helper) -> dict[str, Any]:
    picture = {which: reverse(f"card-{which}", args=[helper.user_id]) if getattr(helper, which) else None for which in ("photo", "wechat")}
    return {"name": helper.name, "title": helper.word, "place": helper.place, "phone": helper.phone, "hours": helper.hours} | picture


def _helper(helper: my_people.Helper) -> dict[str, Any]:
    return _person(helper) | {
        "role": helper.role, "away_until": moment(helper.away_until), "stand_in": _person(helper.stand_in) if helper.stand_in is not None else None,
    }  # fmt: skip


class MyPeople(Behind):
    """Whom the caller's enterprise calls: its steward, its grid staff, its specialist on duty."""

    door = ENTERPRISE

    @extend_schema(operation_id="enterprise_people", responses=docs.answers(HelpersSerializer))
    def get(self, request: Request) -> Response:
        people = my_people.of_enterprise(filing.own_enterprise(request.user), self.at)
        return Response({"results": [_helper(each) for each in people]})


class PeopleOfTicket(TicketsBehind):
    """Whom to call about one ticket; of a personal or confidential one the specialist alone."""

    door = ENTERPRISE

    @extend_schema(operation_id="enterprise_grievances_people", responses=docs.found(HelpersSerializer))
    def get(self, request: Request, number: str) -> Response:
        found = self.found(number)
        rows = Grievance.objects.visible_to(request.user, self.door.kinds).filter(pk=found.pk)
        row = rows.select_related("community", "park", "window").annotate(**my_people.on_board(self.at)).get()
        return Response({"results": [_helper(each) for each in my_people.of_ticket(row)]})


class Card(Behind):
    """One's own card, as the enterprises see it."""

    door = COMMUNITY

    @extend_schema(operation_id="community_card", responses=docs.answers(CardSerializer))
    def get(self, request: Request) -> Response:
        return Response(self._answer(request))

    @extend_schema(operation_id="community_card_write", request=CardBody, responses=docs.changed(CardSerializer))
    def patch(self, request: Request) -> Response:
        """What is not named stays as it is."""
        raw, card = read(CardBody, request.data), cards.card_of(request.user)
        before = {"phone": card.phone if card else "", "hours": card.hours if card else ""}
        told = {name: raw[name] if raw.get(name) is not None else before[name] for name in before}
        pictures = {which: _key(which, raw[which]) for which in ("photo", "wechat") if raw.get(which)}
        drop = [which for which in ("photo", "wechat") if raw.get(f"drop_{which}")]
        cards.save(request.user, **told, **pictures, drop=drop, at=self.at)
        return Response(self._answer(request))

    def _answer(self, request: Request) -> dict[str, Any]:
        card, key = cards.card_of(request.user), request.user.pk
        picture = {
            which: reverse(f"card-{which}", args=[key]) if card and getattr(card, f"{which}_id") else None for which in ("photo", "wechat")
        }
        facts = {
            "phone": card.phone if card else "",
            "hours": card.hours if card else "",
            "updated_at": moment(card.updated_at) if card else None,
        }
        return facts | picture


def _key(name: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValidationError({name: ["须是您上传的附件的 id"]}) from None
