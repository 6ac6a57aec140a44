"""风险企业: for specialists, leader, street and grid staff."""

from django.urls import path

from portal import risk_deeds, risk_parks, risk_rules, risks

urlpatterns = [
    path("risks/", risks.risks, name="risks"),
    path("risks/rules/", risk_rules.rules, name="risk-rules"),
    path("risks/rules/<slug:code>/", risk_rules.edit, name="risk-rule"),
    path("risks/parks/", risk_parks.park_alerts_list, name="risk-parks"),
    path("risks/parks/<int:pk>/<slug:deed>/", risk_parks.act, name="risk-park-act"),
    path("risks/lowerings/", risks.lowerings, name="risk-lowerings"),
    path("risks/lowerings/<int:pk>/file/", risks.evidence, name="risk-evidence"),
    path("risks/lowerings/<int:pk>/<slug:deed>/", risk_deeds.decide, name="risk-decide"),
    path("risks/of/<str:uscc>/", risk_deeds.raise_, name="risk-raise"),
    path("risks/of/<str:uscc>/sign/", risk_deeds.note, name="risk-note"),
    path("risks/<int:pk>/", risks.risk, name="risk"),
    path("risks/<int:pk>/<slug:deed>/", risk_deeds.act, name="risk-act"),
]
