"""Every path of the API. They are a promise: add to them, do not rename them."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from api import account, auth, cases, catalogue, community, enterprise, park, progress_links, schema, sheets, street

urlpatterns = [
    # Who may read them is their own permission's business: everybody in the demo.
    path("schema/", login_not_required(schema.Schema.as_view()), name="api-schema"),
    path("docs/", login_not_required(schema.Docs.as_view()), name="api-docs"),
    path("v1/auth/token/", auth.IssueToken.as_view(), name="api-token"),
    path("v1/auth/tokens/", auth.Tokens.as_view(), name="api-tokens"),
    path("v1/auth/tokens/<uuid:key>/", auth.OneToken.as_view(), name="api-token-revoke"),
    path("v1/account/notices/", account.NoticeSettings.as_view(), name="api-account-notices"),
    path("v1/enterprise/me/", enterprise.Me.as_view(), name="api-enterprise-me"),
    path("v1/enterprise/service-items/", enterprise.Catalogue.as_view(), name="api-enterprise-service-items"),
    path("v1/enterprise/attachments/", enterprise.Attachments.as_view(), name="api-enterprise-attachments"),
    path("v1/enterprise/attachments/<uuid:key>/", enterprise.OneAttachment.as_view(), name="api-enterprise-attachment"),
    path("v1/enterprise/grievances/", enterprise.Grievances.as_view(), name="api-enterprise-grievances"),
    path("v1/enterprise/grievances/<str:number>/", enterprise.Grievance.as_view(), name="api-enterprise-grievance"),
    path("v1/enterprise/grievances/<str:number>/lines/", cases.EnterpriseLines.as_view(), name="api-enterprise-lines"),
    path("v1/enterprise/grievances/<str:number>/lines/<int:line>/", cases.EnterpriseLine.as_view(), name="api-enterprise-line"),
    path(
        "v1/enterprise/grievances/<str:number>/progress-link/", progress_links.ProgressLink.as_view(), name="api-enterprise-progress-link"
    ),
    path("v1/enterprise/mediations/", cases.Invitations.as_view(), name="api-enterprise-mediations"),
    path("v1/enterprise/mediations/<int:invitation>/answer/", cases.Answer.as_view(), name="api-enterprise-mediation-answer"),
    path("v1/enterprise/grievances/<str:number>/<slug:action>/", enterprise.Move.as_view(), name="api-enterprise-move"),
    path("v1/park/parks/", park.Parks.as_view(), name="api-park-parks"),
    path("v1/park/spaces/", park.Spaces.as_view(), name="api-park-spaces"),
    path("v1/park/enterprises/", park.Enterprises.as_view(), name="api-park-enterprises"),
    path("v1/community/units/", catalogue.Units.as_view(), name="api-community-units"),
    path("v1/community/sheets/", sheets.Sheets.as_view(), name="api-community-sheets"),
    path("v1/community/service-items/", catalogue.ServiceItems.as_view(), name="api-community-service-items"),
    path("v1/community/history/", community.History.as_view(), name="api-community-history"),
    path("v1/community/attachments/", community.Attachments.as_view(), name="api-community-attachments"),
    path("v1/community/attachments/<uuid:key>/", community.OneAttachment.as_view(), name="api-community-attachment"),
    path("v1/community/grievances/", community.Grievances.as_view(), name="api-community-grievances"),
    path("v1/community/grievances/settle/", community.Settle.as_view(), name="api-community-settle"),
    path("v1/community/grievances/<str:number>/", community.Grievance.as_view(), name="api-community-grievance"),
    path("v1/community/grievances/<str:number>/reveal/", community.Reveal.as_view(), name="api-community-reveal"),
    path("v1/community/grievances/<str:number>/lines/", cases.CommunityLines.as_view(), name="api-community-lines"),
    path("v1/community/grievances/<str:number>/lines/<int:line>/", cases.CommunityLine.as_view(), name="api-community-line"),
    path("v1/community/grievances/<str:number>/site-visit/", cases.SiteVisits.as_view(), name="api-community-site-visit"),
    path("v1/community/grievances/<str:number>/other-side/", cases.OtherSide.as_view(), name="api-community-other-side"),
    path("v1/community/grievances/<str:number>/mediations/", cases.Mediations.as_view(), name="api-community-mediations"),
    path(
        "v1/community/grievances/<str:number>/mediations/<int:invitation>/result/",
        cases.MediationResult.as_view(),
        name="api-community-mediation-result",
    ),
    path("v1/community/grievances/<str:number>/<slug:action>/", community.Move.as_view(), name="api-community-move"),
    path("v1/street/overview/", street.Overview.as_view(), name="api-street-overview"),
    path("v1/street/parks/", street.Parks.as_view(), name="api-street-parks"),
    path("v1/street/enterprises/", street.Enterprises.as_view(), name="api-street-enterprises"),
    path("v1/street/grievances/", street.Grievances.as_view(), name="api-street-grievances"),
    path("v1/street/grievances/<str:number>/", street.Grievance.as_view(), name="api-street-grievance"),
    path("v1/street/grievances/<str:number>/<slug:action>/", street.Move.as_view(), name="api-street-move"),
]
