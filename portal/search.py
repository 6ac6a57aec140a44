"""The box in the top bar, as a panel while one types and as a page: each subject answers for itself. And the typed look-up of enterprises."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

import community
import enterprises
import parks
from community import held
from community.finding import Found
from enterprises.models import Enterprise, Tenancy
from grievances import finding as grievances
from grievances.models import Grievance
from grievances.models.querysets import number_part
from grievances.states import STEPS, State, step_of
from portal.context import EVERYONE
from portal.enterprises import READERS as ENTERPRISE_READERS
from portal.parks import READERS as PARK_READERS
from portal.rights import only
from wording import TextRefused, clean_query
from wording.search import fold

if TYPE_CHECKING:
    from accounts.models import User

NUMBER = re.compile(r"^MC\d{6}-\d{6}$")
#: The longest question; what is longer is cut, since it is pasted rather than typed.
LONGEST = 60
ON_THE_PAGE, IN_THE_PANEL, LOOKUP = 20, 4, 8

Answer = Callable[[str, "User", datetime, int], Iterable[Found]]


@dataclass(frozen=True)
class Group:
    """One kind of things. `readers`: the posts that may open what is found; for the others it is no use finding it."""

    title: str
    picture: str
    search: Answer
    readers: frozenset[str] = EVERYONE


GROUPS = (
    Group("企业", "building", lambda q, user, at, most: enterprises.search(q, user, most), frozenset(ENTERPRISE_READERS)),
    Group("诉求", "inbox", lambda q, user, at, most: grievances.search(q, user, most)),
    Group("园区与楼宇", "map-2", lambda q, user, at, most: parks.search(q, user, most), frozenset(PARK_READERS)),
    Group("单位与网格", "sitemap", lambda q, user, at, most: community.search(q, user, most)),
    Group("人员", "users", lambda q, user, at, most: community.search_people(q, user, at, most)),
)


@only(*sorted(EVERYONE))
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """`?q=`: a whole number leads straight to its ticket, everything else to what is in sight."""
    q = asked(request)
    number = number_part(q)
    if NUMBER.match(number) and Grievance.objects.visible_to(request.user).filter(number=number).exists():
        return HttpResponseRedirect(reverse("grievance", args=[number]))
    return render(request, "search/results.html", _facts(request, q, ON_THE_PAGE))


@only(*sorted(EVERYONE))
@require_GET
def suggestions(request: HttpRequest) -> HttpResponse:
    """What the panel under the box shows while one types."""
    return render(request, "search/_panel.html", _facts(request, asked(request), IN_THE_PANEL))


def asked(request: HttpRequest) -> str:
    """What was typed; what is no text (NUL, controls) asks for nothing."""
    try:
        return clean_query(request.GET.get("q", "")[:LONGEST])
    except TextRefused:
        return ""


def _facts(request: HttpRequest, q: str, most: int) -> dict[str, Any]:
    at = timezone.now()
    groups = [{"group": group, "rows": list(_rows(group, q, request.user, at, most))} for group in GROUPS] if fold(q) else []
    return {"q": q, "groups": [group for group in groups if group["rows"]], "most": most}


def _rows(group: Group, q: str, user: Any, at: datetime, most: int) -> Iterable[dict[str, Any]]:
    if held(user, *group.readers):
        for found in group.search(q, user, at, most):
            yield {"url": _url(found), "found": found, "step": _step(getattr(found, "state", ""))}


def _step(state: str) -> str:
    """A ticket's state as an enterprise reads it."""
    step = step_of(state)
    return STEPS[step - 1] if step else State(state).label if state else ""


def _url(found: Found) -> str:
    match found.kind:
        case "ticket":
            return reverse("grievance", args=[found.key])
        case "enterprise":
            return reverse("enterprise", args=[found.key])
        case "park" | "building":
            return reverse("park", args=[found.key])
        case "unit" | "grid":
            return f"{reverse('organisation')}?{urlencode({'community': found.place})}#{found.kind}-{found.key}"
        case _:
            return f"{reverse('organisation')}?{urlencode({'community': found.place})}#{found.key}"


@only(*sorted(EVERYONE))
@require_GET
def enterprises_lookup(request: HttpRequest) -> HttpResponse:
    """`{results: [{value, text, note}]}` for a field that asks after a name, pinyin or code; closed and departed enterprises left out."""
    likely = enterprises.search(asked(request), request.user, 3 * LOOKUP)
    rows = Enterprise.objects.visible_to(request.user).active().filter(uscc__in=[found.key for found in likely])
    active = set(rows.values_list("uscc", flat=True))
    main = Tenancy.objects.visible_to(request.user).open().filter(enterprise__uscc__in=active, is_main=True)
    places = dict(main.values_list("enterprise__uscc", "building__park__name"))
    results = [
        {"value": found.key, "text": found.title, "note": " · ".join(filter(None, (places.get(found.key, ""), found.key, found.why)))}
        for found in likely
        if found.key in active
    ][:LOOKUP]
    return JsonResponse({"results": results}, json_dumps_params={"ensure_ascii": False})
