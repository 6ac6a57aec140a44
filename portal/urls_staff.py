"""The desk: queue, register, requests, lists and files, organisation."""

from django.urls import path

from portal import about, enterprises, follow_ups, letters, organisation, ownerless, parks, register, requests, rules, search, terms
from portal.queue import bulk, history, tree
from portal.queue import views as queue
from portal.sheets import exporting, hub, importing

urlpatterns = [
    path("queue/", queue.queue, name="queue"),
    path("queue/bulk/", bulk.bulk, name="queue-bulk"),
    path("queue/filters/", queue.filters, name="queue-filters"),
    path("queue/history/", history.history, name="queue-history"),
    path("queue/tree/", tree.tree, name="queue-tree"),
    path("queue/<str:number>/", queue.drawer, name="queue-drawer"),
    path("register/", register.register, name="register"),
    path("register/of/", register.of_enterprise, name="register-of"),
    path("requests/", requests.requests, name="requests"),
    path("requests/<str:number>/decide/", requests.decide, name="request-decide"),
    path("follow-ups/", follow_ups.follow_ups, name="follow-ups"),
    path("follow-ups/<int:pk>/<str:deed>/", follow_ups.act, name="follow-up-act"),
    path("letters/", letters.letters, name="letters"),
    path("letters/<str:number>/", letters.letter, name="letter"),
    path("enterprises/", enterprises.enterprise_list, name="enterprises"),
    path("enterprises/<str:uscc>/", enterprises.enterprise, name="enterprise"),
    path("parks/", parks.park_list, name="parks"),
    path("parks/<str:code>/", parks.park, name="park"),
    path("organisation/", organisation.organisation, name="organisation"),
    path("dispatch-rules/", rules.dispatch_rules, name="dispatch-rules"),
    path("items/terms/", terms.terms, name="item-terms"),
    path("ownerless/", ownerless.ownerless, name="ownerless"),
    path("sheets/", hub.sheets, name="sheets"),
    path("sheets/imports/<uuid:pk>/", importing.show, name="import"),
    path("sheets/imports/<uuid:pk>/progress/", importing.how_far, name="import-progress"),
    path("sheets/imports/<uuid:pk>/refused/", importing.refused, name="import-refused"),
    path("sheets/imports/<uuid:pk>/commit/", importing.commit, name="import-commit"),
    path("sheets/imports/<uuid:pk>/again/", importing.again, name="import-again"),
    path("sheets/imports/<uuid:pk>/undo/", importing.undo, name="import-undo"),
    path("sheets/imports/<uuid:pk>/drop/", importing.drop, name="import-drop"),
    path("sheets/exports/<uuid:pk>/", exporting.show, name="export"),
    path("sheets/exports/<uuid:pk>/file/", exporting.collect, name="export-file"),
    path("sheets/<slug:code>/template/", hub.template, name="sheet-template"),
    path("sheets/<slug:code>/import/", importing.send, name="sheet-import"),
    path("sheets/<slug:code>/export/", exporting.ask, name="sheet-export"),
    path("search/", search.search, name="search"),
    path("search/panel/", search.suggestions, name="search-panel"),
    path("search/enterprises/", search.enterprises_lookup, name="search-enterprises"),
    path("about/", about.about, name="about"),
]
