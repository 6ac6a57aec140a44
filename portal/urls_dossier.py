"""The enterprise's file as the office writes it: entries by hand, moves and names; and who speaks for the enterprise."""

from django.urls import path

from portal import changes, colleagues, entries, profile_tags

urlpatterns = [
    path("enterprises/<str:uscc>/entries/<slug:kind>/", entries.entry, name="entry"),
    path("enterprises/<str:uscc>/entries/<slug:kind>/drop/", entries.drop, name="entry-drop"),
    path("enterprises/<str:uscc>/change/", changes.change, name="change"),
    path("profile-tags/", profile_tags.tags, name="profile-tags"),
    path("profile-tags/edit/", profile_tags.edit, name="profile-tag"),
    path("colleagues/", colleagues.colleagues, name="colleagues"),
    path("enterprises/<str:uscc>/colleagues/", colleagues.colleagues, name="colleagues-of"),
    path("enterprises/<str:uscc>/colleagues/invite/", colleagues.invite, name="colleague-invite"),
    path("enterprises/<str:uscc>/colleagues/<slug:deed>/", colleagues.act, name="colleague-act"),
    path("invitations/<str:secret>/", colleagues.invitation, name="invitation"),
]
