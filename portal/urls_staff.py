"""The desk: queue, register, requests, lists and files, organisation."""

from django.urls import path

from portal import about, enterprises, follow_ups, letters, organisation, ownerless, parks, register, requests, rules, search, terms
from portal.queue import bulk, history, tree
from portal.queue import views as queue

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
    path("search/", search.search, name="search"),
    path("search/enterprises/", search.enterprises_lookup, name="search-enterprises"),
    path("about/", about.about, name="about"),
]
