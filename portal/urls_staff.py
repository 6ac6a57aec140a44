"""The desk: queue, register, requests, lists and files, organisation."""

urlpatterns: list = []
