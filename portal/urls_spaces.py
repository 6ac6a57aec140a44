"""园区端: spaces, vacancies, tenants coming and going, demands, the file of a park and its stewards."""

from django.urls import path

from portal.spaces import board, book, demands, moves, park_file, stewards

urlpatterns = [
    path("vacancies/", board.vacancies, name="vacancies"),
    path("spaces/<int:pk>/", book.space, name="space"),
    path("spaces/<int:pk>/<slug:deed>/", book.act, name="space-act"),
    path("parks/<str:code>/spaces/", book.park_spaces, name="park-spaces"),
    path("parks/<str:code>/spaces/merge/", book.merge, name="spaces-merge"),
    path("parks/<str:code>/print/", park_file.park_print, name="park-print"),
    path("parks/<str:code>/stewards/", stewards.park_stewards, name="park-stewards"),
    path("parks/<str:code>/stewards/<int:pk>/<slug:deed>/", stewards.act, name="park-steward-act"),
    path("moves/", moves.move_list, name="moves"),
    path("moves/<int:pk>/<slug:verdict>/", moves.decide, name="move-decide"),
    path("demands/", demands.demand_list, name="demands"),
    path("demands/<int:pk>/", demands.demand, name="demand"),
    path("demands/<int:pk>/close/", demands.close, name="demand-close"),
]
