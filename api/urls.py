"""Every path of the API. They are a promise: add to them, do not rename them."""

from django.urls import path

from api import auth

urlpatterns = [
    path("v1/auth/token/", auth.IssueToken.as_view(), name="api-token"),
    path("v1/auth/tokens/", auth.Tokens.as_view(), name="api-tokens"),
    path("v1/auth/tokens/<uuid:key>/", auth.OneToken.as_view(), name="api-token-revoke"),
]
