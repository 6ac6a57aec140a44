"""Pages. One address per thing for all roles; each area lists its own."""

from django.urls import include, path

urlpatterns = [
    path("", include("portal.urls_accounts")),
    path("", include("portal.urls_entering")),
    path("", include("portal.urls_people")),
    path("", include("portal.urls_doorstep")),
    path("", include("portal.urls_visits")),
    # Before the enterprise's, whose items/<code>/ would take items/terms/ for an item.
    path("", include("portal.urls_staff")),
    path("", include("portal.urls_spaces")),
    path("", include("portal.urls_risks")),
    path("", include("portal.urls_evaluations")),
    path("", include("portal.urls_supervision")),
    path("", include("portal.urls_enterprise")),
    path("", include("portal.urls_numbers")),
    path("", include("portal.urls_figures")),
    path("", include("portal.urls_dossier")),
]
