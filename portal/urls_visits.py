"""One visit for staff and for whoever comes along; the page of those who come along; how much of what is owed is paid in time."""

from django.urls import path

from portal import visit_coverage, visit_tasks

urlpatterns = [
    path("visits/along/", visit_tasks.along, name="visits-along"),
    path("visits/along/<uuid:key>/note/", visit_tasks.note, name="visit-along-note"),
    path("visits/coverage/", visit_coverage.overview, name="visit-coverage"),
    path("visits/coverage/<slug:code>/", visit_coverage.matters, name="visit-matters"),
    path("visits/tasks/<uuid:key>/", visit_tasks.task, name="visit-task"),
    path("visits/tasks/<uuid:key>/<slug:deed>/", visit_tasks.act, name="visit-task-act"),
]
