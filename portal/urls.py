"""Pages. One address per thing for all roles."""

from django.urls import path

from portal.look import text_size

urlpatterns = [
    path("text-size/", text_size, name="text-size"),
]
