"""The enterprise's pages, and the one ticket page for all roles."""

from django.urls import path

from portal import attachments, catalogue, disputes, filing, home, line_items, my_tickets, my_visits, tickets

urlpatterns = [
    path("", home.home, name="home"),
    path("items/", catalogue.catalogue, name="catalogue"),
    path("items/<str:code>/", catalogue.item, name="item"),
    path("attachments/", attachments.upload, name="attachment-upload"),
    path("attachments/<uuid:key>/", attachments.download, name="attachment"),
    path("grievances/", my_tickets.my_grievances, name="my-grievances"),
    path("grievances/new/", filing.file, name="file"),
    path("grievances/new/promise/", filing.promise, name="file-promise"),
    path("grievances/<str:number>/", tickets.grievance, name="grievance"),
    path("grievances/<str:number>/receipt/", tickets.receipt, name="receipt"),
    path("grievances/<str:number>/discard/", filing.discard, name="grievance-discard"),
    path("grievances/<str:number>/reveal/", tickets.reveal, name="grievance-reveal"),
    path("grievances/<str:number>/rate-again/", tickets.rate_again, name="grievance-rate-again"),
    path("grievances/<str:number>/lines/", line_items.lines, name="line-items"),
    path("grievances/<str:number>/case/<slug:deed>/", disputes.act, name="case-act"),
    path("my-visits/", my_visits.my_visits, name="my-visits"),
    path("my-visits/<uuid:key>/<slug:deed>/", my_visits.act, name="my-visit-act"),
    path("my-visits/needs/<int:pk>/answer/", my_visits.answer_need, name="my-visit-need"),
    path("mediations/", disputes.invitations, name="mediations"),
    path("mediations/<int:pk>/", disputes.invitation, name="mediation"),
    path("mediations/<int:pk>/answer/", disputes.answer, name="mediation-answer"),
    path("grievances/<str:number>/<str:action>/", tickets.act, name="grievance-act"),
]
