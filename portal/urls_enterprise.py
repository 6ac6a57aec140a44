"""The enterprise's pages, and the one ticket page for all roles."""

from django.urls import path

from portal import attachments, catalogue, home, tickets

urlpatterns = [
    path("", home.home, name="home"),
    path("items/", catalogue.catalogue, name="catalogue"),
    path("items/<str:code>/", catalogue.item, name="item"),
    path("attachments/", attachments.upload, name="attachment-upload"),
    path("attachments/<uuid:key>/", attachments.download, name="attachment"),
    path("grievances/<str:number>/", tickets.grievance, name="grievance"),
    path("grievances/<str:number>/receipt/", tickets.receipt, name="receipt"),
    path("grievances/<str:number>/reveal/", tickets.reveal, name="grievance-reveal"),
    path("grievances/<str:number>/<str:action>/", tickets.act, name="grievance-act"),
]
