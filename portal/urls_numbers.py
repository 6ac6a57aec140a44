"""First numbers and the list behind each; the quality of the data."""

from django.urls import path

from portal import bulletin, numbers
from portal.cockpit import pages as cockpit
from portal.quality import pages as quality

urlpatterns = [
    path("cockpit/", cockpit.cockpit, name="cockpit"),
    path("cockpit/<slug:code>/", cockpit.behind, name="cockpit-list"),
    path("numbers/", numbers.numbers, name="numbers"),
    path("numbers/bulletin/", bulletin.month, name="bulletin"),
    path("numbers/<slug:code>/", numbers.number_list, name="number-list"),
    path("quality/", quality.overview, name="quality"),
    path("quality/<slug:code>/", quality.check_list, name="quality-list"),
    path("quality/<slug:code>/<int:pk>/", quality.mend_row, name="quality-mend"),
]
