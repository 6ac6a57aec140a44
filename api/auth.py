"""Tokens of the API: issued for name and password, listed and revoked by their owner."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

import audit
from accounts.address import client_address
from accounts.entrance import Attempt, attempt
from accounts.models import Token, User
from api.errors import shape
from notices.account import tell_locked


class CredentialsSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150, label="用户名")
    password = serializers.CharField(max_length=200, trim_whitespace=False, label="密码", style={"input_type": "password"})
    label = serializers.CharField(max_length=60, required=False, default="", allow_blank=True, label="用途")


class IssuedSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(label="令牌", help_text="只出现这一次；放在请求头 Authorization: Token … 里。")
    expires_at = serializers.DateTimeField(label="失效时间")


class TokenSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(label="编号")
    label = serializers.CharField(label="用途")
    issued_at = serializers.DateTimeField(label="签发时间")
    expires_at = serializers.DateTimeField(label="失效时间")
    last_used_at = serializers.DateTimeField(label="最近使用时间", allow_null=True)
    current = serializers.BooleanField(label="正在使用的就是它")


class TokenPageSerializer(serializers.Serializer[Any]):
    results = TokenSerializer(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


def _record(request: Request, action: str, *, by: User | None, target: str, at: Any, **detail: Any) -> None:
    asked = request._request
    audit.record(action, by=by, at=at, target=target, detail=detail, request_id=getattr(asked, "id", ""), address=client_address(asked))


def _refused(request: Request, status: int, *, code: str, message: str, **headers: str) -> Response:
    return Response(
        shape(status, code=code, message=message, request_id=getattr(request._request, "id", "")), status=status, headers=headers
    )


class IssueToken(APIView):
    """POST name and password, get a token for 12 hours. Wrong passwords are counted, tokens that were issued are not."""

    # No session is looked at: the browser's cookie must neither help nor demand a CSRF token here.
    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="auth_token_issue",
        request=CredentialsSerializer,
        responses={
            200: IssuedSerializer,
            400: OpenApiResponse(description="用户名或密码不对"),
            403: OpenApiResponse(description="首次登录须先在网页端修改初始密码"),
            429: OpenApiResponse(description="连续输错，账号或地址暂停登录；Retry-After 是须等的秒数"),
        },
        auth=[],
    )
    def post(self, request: Request) -> Response:
        given = CredentialsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        username, at = given.validated_data["username"], timezone.now()
        found = attempt(request._request, username, given.validated_data["password"], at)
        if found.locked_until:
            return self._locked(request, username, found, at)
        if found.user is None:
            _record(request, "sign_in_refused", by=None, target=username, at=at, door="api")
            return _refused(request, 400, code="wrong_credentials", message="用户名或密码不对。连续输错 5 次，账号会暂停登录 15 分钟。")
        if found.user.has_to_change_password:
            message = "首次登录须先修改初始密码，请在网页端修改后再获取令牌。"
            return _refused(request, 403, code="must_change_password", message=message)
        with transaction.atomic():
            token, plaintext = Token.issue(found.user, at=at, label=given.validated_data["label"])
            _record(request, "token_issued", by=found.user, target=str(token.pk), at=at, door="api")
        return Response(IssuedSerializer({"token": plaintext, "expires_at": token.expires_at}).data)

    def _locked(self, request: Request, username: str, found: Attempt, at: datetime) -> Response:
        until = found.locked_until or at
        with transaction.atomic():
            if found.counted:
                _record(request, "sign_in_locked", by=None, target=username, at=at, door="api")
            owner = User.objects.named(username).first() if found.just_locked else None
            clock = f"{timezone.localtime(until):%H:%M}"
            if owner:
                tell_locked(owner, until=until, at=at, clock=clock)
        seconds = max(1, int((until - at).total_seconds()) + 1)
        message = f"密码连续输错多次，已暂停登录，{clock} 后自动恢复。忘记密码可在网页端找回，或联系社区专员。"
        return _refused(request, 429, code="locked_out", message=message, **{"Retry-After": str(seconds)})


class Tokens(APIView):
    """One's own tokens in force."""

    @extend_schema(operation_id="auth_tokens_list", responses=TokenPageSerializer)
    def get(self, request: Request) -> Response:
        mine = Token.objects.in_force(timezone.now()).filter(user=request.user).order_by("-issued_at", "-pk")[:200]
        current = request.auth.pk if request.auth else None
        rows = [
            {
                "id": token.pk,
                "label": token.label,
                "issued_at": token.issued_at,
                "expires_at": token.expires_at,
                "last_used_at": token.last_used_at,
                "current": token.pk == current,
            }
            for token in mine
        ]
        return Response(TokenPageSerializer({"results": rows, "next": None, "previous": None}).data)


class OneToken(APIView):
    @extend_schema(operation_id="auth_tokens_revoke", responses={204: None})
    def delete(self, request: Request, key: UUID) -> Response:
        token = get_object_or_404(Token, pk=key, user=request.user)
        with transaction.atomic():
            _record(request, "token_revoked", by=request.user, target=str(token.pk), at=timezone.now(), door="api")
            token.delete()
        return Response(status=204)
