"""An enterprise's figures, its file on paper, proposals and the watch list."""

from django.urls import path

from portal import company_numbers, figures

urlpatterns = [
    path("enterprises/<str:uscc>/figures/", figures.figures, name="figures"),
    path("enterprises/<str:uscc>/figures/check/", figures.check, name="figures-check"),
    path("enterprises/<str:uscc>/print/", figures.print_file, name="enterprise-print"),
    path("figures/review/", figures.review, name="figure-review"),
    path("figures/review/<int:pk>/<slug:verdict>/", figures.decide, name="figure-decide"),
    path("figures/watch/", figures.watch, name="figure-watch"),
    path("figures/talents/", company_numbers.talent, name="talents"),
    path("happenings/", company_numbers.happenings, name="happenings"),
    path("enterprises/<str:uscc>/headcount/", company_numbers.headcount, name="headcount"),
]
