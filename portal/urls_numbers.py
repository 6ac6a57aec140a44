"""First numbers and the list behind each."""

from django.urls import path

from portal import numbers

urlpatterns = [
    path("numbers/", numbers.numbers, name="numbers"),
    path("numbers/<slug:code>/", numbers.number_list, name="number-list"),
]
