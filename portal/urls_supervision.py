"""督办: for the street and the leader who order, and for those who answer."""

from django.urls import path

from portal import supervision

urlpatterns = [
    path("supervision/", supervision.orders, name="supervision"),
    path("supervision/new/", supervision.new, name="order-new"),
    path("supervision/<int:pk>/", supervision.order, name="order"),
    path("supervision/<int:pk>/<slug:deed>/", supervision.act, name="order-act"),
]
