"""走访 at the door: the list, the card with its form, what was recorded, what waits to be decided, and what a phone keeps."""

from django.urls import path

from portal.doorstep import card, listing, offline, paid

urlpatterns = [
    path("sw.js", offline.worker, name="visits-worker"),
    path("visits/", listing.visit_list, name="visits"),
    path("visits/offline/", offline.offline, name="visits-offline"),
    path("visits/whoami/", offline.whoami, name="visits-whoami"),
    path("visits/record/", card.write_down, name="visit-record"),
    path("visits/checks/", paid.waiting, name="visit-checks"),
    path("visits/checks/<int:pk>/<str:verdict>/", paid.decide, name="visit-check-decide"),
    path("visits/of/<str:uscc>/", card.unasked, name="visit-unasked"),
    path("visits/paid/<uuid:pk>/", paid.paid, name="visit-paid"),
    path("visits/paid/<uuid:pk>/photos/<int:place>/", paid.photo, name="visit-photo"),
    path("visits/<uuid:pk>/", card.task_card, name="visit-door"),
]
