"""One visit for staff and for whoever comes along; the page of those who come along."""

from django.urls import path

from portal import visit_tasks

urlpatterns = [
    path("visits/along/", visit_tasks.along, name="visits-along"),
    path("visits/along/<uuid:key>/note/", visit_tasks.note, name="visit-along-note"),
    path("visits/tasks/<uuid:key>/", visit_tasks.task, name="visit-task"),
    path("visits/tasks/<uuid:key>/<slug:deed>/", visit_tasks.act, name="visit-task-act"),
]
