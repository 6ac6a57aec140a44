"""Pages. One address per thing for all roles; each area lists its own."""

from django.urls import include, path

urlpatterns = [
    path("", include("portal.urls_accounts")),
    path("", include("portal.urls_enterprise")),
    path("", include("portal.urls_staff")),
    path("", include("portal.urls_numbers")),
]
