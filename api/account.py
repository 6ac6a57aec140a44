"""One's own account: by which channel somebody is told of which kind of news."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

import audit
from accounts.address import client_address
from api import bodies, docs
from notices import choices, sms
from notices.kinds import CHOSEN, KINDS


class NoticeKindSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(label="类别代码")
    label = serializers.CharField(label="类别")
    fixed = serializers.BooleanField(label="不能改", help_text="关系到账号安全，不能关闭或改渠道")
    email = serializers.BooleanField(label="邮件")
    sms = serializers.BooleanField(label="短信")


class NoticeSettingsSerializer(serializers.Serializer[Any]):
    sms_on = serializers.BooleanField(label="平台是否开通短信")
    results = NoticeKindSerializer(many=True)


class NoticeChannels(bodies.Body):
    email = bodies.Flag(required=False, label="邮件", help_text="不写的不变")
    sms = bodies.Flag(required=False, label="短信", help_text="不写的不变")


#: One field per kind that may be chosen; what a person's posts never get is refused by the subject.
ChoicesBody: type[bodies.Body] = type(
    "NoticeChoices",
    (bodies.Body,),
    {kind.code: NoticeChannels(required=False, label=kind.label) for kind in KINDS.values() if not kind.fixed},
)


def _read(data: Any) -> dict[str, dict[str, bool]]:
    """Kind → channel → whether. Raises rest_framework's ValidationError for what is not of that form."""
    if not isinstance(data, dict) or not all(isinstance(channels, dict) for channels in data.values()):
        raise serializers.ValidationError({"non_field_errors": ['请求内容须形如 {"grievance": {"email": true, "sms": false}}。']})
    chosen = {code: bodies.read(NoticeChannels, channels) for code, channels in data.items()}
    return {code: {channel: want for channel, want in channels.items() if want is not None} for code, channels in chosen.items()}


class NoticeSettings(APIView):
    """通知设置. The bell is always on; kinds marked `fixed` cannot be changed."""

    @extend_schema(operation_id="account_notices", responses={200: NoticeSettingsSerializer, 401: docs.refusal("尚未登录")})
    def get(self, request: Request) -> Response:
        return self._answer(request)

    @extend_schema(
        operation_id="account_notices_choose",
        request=ChoicesBody,
        responses={200: NoticeSettingsSerializer, 400: docs.refusal("没有这类通知或渠道，或不能改"), 401: docs.refusal("尚未登录")},
    )
    def put(self, request: Request) -> Response:
        """What is not named stays as it is; the same again changes nothing."""
        chosen = _read(request.data)
        with transaction.atomic():
            changed = choices.choose(request.user, chosen)
            if changed:
                self._record(request, changed)
        return self._answer(request)

    def _answer(self, request: Request) -> Response:
        rows = [
            {"kind": line.kind.code, "label": line.kind.label, "fixed": line.kind.fixed}
            | {channel: line.channels[channel] for channel in CHOSEN}
            for line in choices.lines(request.user)
        ]
        return Response(NoticeSettingsSerializer({"sms_on": sms.is_on(), "results": rows}).data)

    def _record(self, request: Request, changed: list[str]) -> None:
        user, asked = request.user, request._request
        facts = {"request_id": getattr(asked, "id", ""), "address": client_address(asked)}
        audit.record(
            "notices_chosen", by=user, at=timezone.now(), target=user.username, detail={"changed": changed, "door": "api"}, **facts
        )
