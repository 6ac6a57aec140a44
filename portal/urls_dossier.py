"""The enterprise's file as the office writes it: entries by hand, moves and names."""

from django.urls import path

from portal import changes, entries

urlpatterns = [
    path("enterprises/<str:uscc>/entries/<slug:kind>/", entries.entry, name="entry"),
    path("enterprises/<str:uscc>/entries/<slug:kind>/drop/", entries.drop, name="entry-drop"),
    path("enterprises/<str:uscc>/change/", changes.change, name="change"),
]
