"""Whom an enterprise calls: contact cards, my people, posters, and a ticket's progress for whoever got the link."""

from django.urls import path

from portal import contact_card, my_people, progress_links

urlpatterns = [
    path("account/card/", contact_card.contact_card, name="contact-card"),
    path("cards/<int:pk>/photo/", contact_card.card_picture, {"which": "photo"}, name="card-photo"),
    path("cards/<int:pk>/wechat/", contact_card.card_picture, {"which": "wechat"}, name="card-wechat"),
    path("grievances/<str:number>/progress-link/", progress_links.make, name="progress-link"),
    path("grievances/<str:number>/progress-link/revoke/", progress_links.revoke, name="progress-link-revoke"),
    path("p/<str:token>/", progress_links.progress, name="progress"),
    path("people/", my_people.my_people, name="my-people"),
]
