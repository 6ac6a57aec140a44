"""园区评价: the office and the street, and operators for their own parks."""

from django.urls import path

from portal import evaluation_result, evaluation_scheme, evaluations

urlpatterns = [
    path("evaluations/", evaluations.overview, name="evaluations"),
    path("evaluations/measure/", evaluations.measure, name="evaluation-measure"),
    path("evaluations/scheme/", evaluation_scheme.scheme, name="evaluation-scheme"),
    path("evaluations/scheme/edit/", evaluation_scheme.edit, name="evaluation-scheme-edit"),
    path("evaluations/objections/<int:pk>/answer/", evaluation_result.answer, name="evaluation-answer"),
    path("evaluations/<int:pk>/", evaluations.evaluation, name="evaluation"),
    path("evaluations/<int:pk>/<slug:deed>/", evaluations.act, name="evaluation-act"),
    path("evaluations/<int:pk>/parks/<str:code>/", evaluation_result.result, name="evaluation-result"),
    path("evaluations/<int:pk>/parks/<str:code>/print/", evaluation_result.print_, name="evaluation-print"),
    path("evaluations/<int:pk>/parks/<str:code>/object/", evaluation_result.object_, name="evaluation-object"),
]
