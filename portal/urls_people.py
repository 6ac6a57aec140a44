"""Whom an enterprise calls: contact cards, my people, posters, and a ticket's progress for whoever got the link."""

from django.urls import path

from portal import contact_card, my_people

urlpatterns = [
    path("account/card/", contact_card.contact_card, name="contact-card"),
    path("cards/<int:pk>/photo/", contact_card.card_picture, {"which": "photo"}, name="card-photo"),
    path("cards/<int:pk>/wechat/", contact_card.card_picture, {"which": "wechat"}, name="card-wechat"),
    path("people/", my_people.my_people, name="my-people"),
]
