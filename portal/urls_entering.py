"""Getting in: codes, opening requests, the privacy notice, the guided path, consent."""

from django.urls import path

from portal import codes, consents, employees, entering, guides, opened, openings, privacy

urlpatterns = [
    path("activate/", entering.activate, name="activate"),
    path("activate/ask/", entering.ask, name="opening-ask"),
    path("activate/asked/<str:token>/", entering.asked, name="opening-asked"),
    path("employees/join/", employees.join, name="employee-join"),
    path("employees/", employees.waiting, name="employees"),
    path("employees/<int:pk>/<slug:deed>/", employees.decide, name="employee-decide"),
    path("codes/", codes.codes, name="codes"),
    path("codes/print/", codes.print_letters, name="codes-print"),
    path("codes/<uuid:key>/hand-over/", codes.hand_over, name="code-hand-over"),
    path("codes/<uuid:key>/revoke/", codes.revoke, name="code-revoke"),
    path("openings/", openings.openings, name="openings"),
    path("openings/<uuid:key>/", openings.opening, name="opening"),
    path("openings/<uuid:key>/decide/", openings.decide, name="opening-decide"),
    path("openings/<uuid:key>/licence/", openings.licence, name="opening-licence"),
    path("openings/<uuid:key>/reveal/", openings.reveal, name="opening-reveal"),
    path("opened/", opened.opened, name="opened"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("privacy/accept/", privacy.accept, name="privacy-accept"),
    path("guide/", guides.guide, name="guide"),
    path("guide/dismiss/", guides.dismiss, name="guide-dismiss"),
    path("guide/reopen/", guides.reopen, name="guide-reopen"),
    path("guide/<slug:code>/", guides.step, name="guide-step"),
    path("consent/", consents.consent, name="consent"),
]
