"""The working list as pages: the list, its rows when they are refreshed, the drawer beside it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from community import held
from grievances import queues, saved_filters
from grievances.models import PlainCategory
from grievances.states import Channel, State
from portal import moves
from portal.queue import chips, tabs
from portal.queue.asked import EVERY, Asked
from portal.queue.pages import DUE, Page, page_of
from portal.queue.places import Places, places_for
from portal.queue.rows import COLUMNS, shown
from portal.rights import DESK, OFFICE, REGISTERS, UNITS, only
from portal.tickets import found
from wording.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User

ROWS, DRAWER = "queue-rows", "drawer"
#: Tickets that may be accepted or dispatched several at once; who may do neither needs no boxes.
BULK_KINDS = OFFICE


@only(*DESK)
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The list; with `HX-Target: queue-rows` its rows, tabs and pager only."""
    facts = listed(request, timezone.now())
    if request.headers.get("HX-Target") == ROWS:
        return render(request, "queue/_fresh.html", facts)
    return _page(request, facts)


@only(*DESK)
@require_GET
def drawer(request: HttpRequest, number: str) -> HttpResponse:
    """One ticket beside the list: the drawer's inside for htmx, the whole page with it otherwise."""
    at = timezone.now()
    ticket = found(request, number, at)
    facts = _ticket(request, ticket)
    if request.headers.get("HX-Target") == DRAWER:
        return render(request, "queue/_drawer.html", facts | {"fragment": True})
    return _page(request, listed(request, at) | facts | {"shown": number})


def _page(request: HttpRequest, facts: dict[str, Any]) -> HttpResponse:
    asked: Asked = facts["asked"]
    request.nav_counts = {"queue": facts["counts"].get("mine", 0)}  # type: ignore[attr-defined]
    selects, saved = choices(asked, facts["places"]), chips.saved(request)
    facts |= {
        "chips": chips.chips_for(asked, saved), "may_save": chips.may_save(asked, saved), "choices": selects, "may_share": saved_filters.may_share(request.user),
        "may_register": bool(held(request.user, *REGISTERS)),
        "here": asked.query(tree=""), "tree_query": asked.query(tree="" if asked.tree else "1"),
        "kept_filters": kept_filters(asked, {"q", *(row["name"] for row in selects)}), "hours_note": hours_note(facts["places"]), "export_query": asked.exported(facts["places"]),
    }  # fmt: skip
    return render(request, "queue/queue.html", facts, status=400 if asked.problems else 200)


def _ticket(request: HttpRequest, ticket: Any) -> dict[str, Any]:
    row = ticket.row
    if row.state == State.DRAFT:
        return {"ticket": ticket, "moves": [], "grievance": row}
    # No form opens by itself: the drawer is read first, a key or a click opens what is to be done.
    return moves.panel(row, request.user, ticket.at, opened=request.GET.get("do", ""), into=DRAWER, stands=ticket.stands) | {
        "ticket": ticket
    }


def listed(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """Two queries: the counts of all tabs, and the page; once a minute the names of places.

    Which rows are overdue or due today is asked as of the full minute, by the counts and by the list alike.
    """
    user = request.user
    places = places_for(user)
    minute = now.replace(second=0, microsecond=0)
    asked = Asked.read(request.GET, user, minute, places)
    rows = asked.narrowed()
    counted = tabs.counts(asked.tabs, rows, user, minute, windows=asked.windows, filters=asked.filters)
    page = page_of(tabs.rows_of(asked.tab, rows, user, minute, windows=asked.windows), asked.order, asked.cursor, COLUMNS)
    if any(row["community_id"] not in places.communities for row in page.rows):
        places = places_for(user, afresh=True)
    return {
        "asked": asked, "places": places, "now": now, "counts": counted, "page": page, "base": reverse("queue"),
        "has_history": bool(held(user, *UNITS)), "may_bulk": bool(held(user, *BULK_KINDS)),
        "rows": shown(page.rows, places, now, since=asked.since), "tabs": tab_rows(asked, counted),
        **links(asked, page, now),
    }  # fmt: skip


def links(asked: Asked, page: Page, now: datetime) -> dict[str, Any]:
    """Addresses on the page: where it is refreshed from, the pages beside it, where to go on from an empty list."""
    base = reverse("queue")
    then = next((tab for tab in asked.tabs if tab.code == asked.tab.then), None)
    return {
        "fresh_url": f"{base}?{asked.query(cursor=asked.cursor, since=now.isoformat())}",
        "next_url": f"{base}?{asked.query(cursor=page.next)}" if page.next else "",
        "previous_url": f"{base}?{asked.query(cursor=page.previous)}" if page.previous else "",
        "then": then,
        "then_url": f"{base}?queue={then.code}" if then is not None else "",
    }


def tab_rows(asked: Asked, counted: dict[str, int]) -> list[dict[str, Any]]:
    kinds = {post.kind for post in held(asked.user)}
    spare = {code for kind, codes in tabs.WHEN_FILLED.items() if kind in kinds for code in codes}
    found = []
    for tab in asked.tabs:
        count = counted.get(tab.code)
        if tab.code in spare and not count and tab is not asked.tab:
            continue
        label = tabs.label_for(tab, asked.user, every_window=asked.windows is None)
        url = asked.query(queue=tab.code if tab is not asked.tabs[0] else "", sort="")
        found.append({"label": label, "count": count, "on": tab is asked.tab, "query": url, "red": tab.urgent and bool(count), "tab": tab})
    return found


def choices(asked: Asked, places: Places) -> list[dict[str, Any]]:
    """The selects above the list: name, what they are called, options, what is chosen."""
    fields: list[tuple[str, str, list[tuple[str, str]]]] = [
        ("category", "全部类别", list(PlainCategory.choices)),
        ("park", "全部园区", [(code, name) for code, name in places.parks.values()]),
        ("grid", "全部网格", [(code, name) for code, name in places.grids.values()]),
        ("channel", "全部来源", list(Channel.choices)),
    ]
    if asked.tab.code == tabs.ALL:
        fields.insert(0, ("state", "全部状态", [(value, label) for value, label in State.choices if value != State.DRAFT]))
    if held(asked.user, *UNITS) and not held(asked.user, *OFFICE):
        del fields[-2:]
    found = [{"name": name, "all": label, "options": options, "chosen": asked.filters.get(name, "")} for name, label, options in fields]
    if places.windows and held(asked.user, *OFFICE, "street"):
        mine = bool(queues.my_windows(asked.user))
        options = ([(EVERY, "全部窗口")] if mine else []) + places.windows
        found.insert(0, {"name": "window", "all": "我的窗口" if mine else "全部窗口", "options": options, "chosen": asked.window})
    if asked.tab.order is DUE:
        found.append({"name": "sort", "all": "按剩余时限", "options": [("newest", "按提交时间")], "chosen": _sorted_by(asked)})
    return found


def kept_filters(asked: Asked, fields: set[str]) -> list[tuple[str, str]]:
    """Filters that came with the address and have no field of their own above the list."""
    return [(name, value) for name, value in asked.filters.items() if name not in fields]


def hours_note(places: Places) -> str:
    """How the time limits are counted, where all communities in sight keep the same hours."""
    today = timezone.localdate()
    found = {hours.on(today).words() for _, _, hours in places.communities.values()}
    if len(found) != 1:
        return "时限按各社区工作时间计算，待补正期间停计时"
    return f"时限按工作日 {found.pop()} 计算，待补正期间停计时"


def _sorted_by(asked: Asked) -> str:
    return asked.order.code if asked.order is not asked.tab.order else ""


@only(*DESK)
@require_POST
def filters(request: HttpRequest) -> HttpResponse:
    """Names the filters of the list (`name`, `query`, `shared`), or of a saved one: `forget`, `share`, `unshare`, `copy` with its key."""
    back = f"{reverse('queue')}?{request.POST.get('query', '')}".replace("\n", "").replace("\r", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = reverse("queue")
    try:
        messages.success(request, _saved(request.user, request.POST, timezone.now()))
        chips.changed(request)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return HttpResponseRedirect(quote(back, safe="/?&=%+.-_~:,"))


def _saved(user: User, typed: QueryDict, at: datetime) -> str:
    """What was done, in words. Raises Refused."""
    deed = next((name for name in ("forget", "share", "unshare", "copy") if name in typed), "")
    text = typed.get(deed, "")
    key = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
    match deed:
        case "forget":
            saved_filters.drop(user, key)
            return "已删去。"
        case "share" | "unshare":
            row = saved_filters.share(user, key, deed == "share")
            return f"「{row.name}」已分享给社区的同事。" if deed == "share" else f"「{row.name}」不再分享。"
        case "copy":
            return f"已另存为我的「{saved_filters.copy(user, key, at=at).name}」。"
    query = chips.conditions(typed.get("query", ""))
    row = saved_filters.keep(user, typed.get("name", ""), query, at=at, shared="shared" in typed)
    return "已保存到常用筛选" + ("，并分享给社区的同事。" if row.shared_with_id else "。")
