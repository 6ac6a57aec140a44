"""What the address of the working list asks for: tab, window, filters, order. Everything is in the address, so it can be sent to a colleague."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import BadRequest, ValidationError
from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from grievances import queues
from grievances.filters import GrievanceFilter
from grievances.models import Grievance
from grievances.models.querysets import GrievanceQuerySet
from portal.queue.pages import DUE, NEWEST, Order
from portal.queue.places import Places
from portal.queue.tabs import ALL, TABS, WINDOW, Tab, tabs_for
from portal.rights import DESK

if TYPE_CHECKING:
    from accounts.models import User

ORDERS = {"due": DUE, "newest": NEWEST}
EVERY = "all"
OWN = frozenset({"queue", "window", "sort", "cursor", "tree", "since", "do"})
FILTERS = frozenset(GrievanceFilter.base_filters) - OWN


@dataclass
class Asked:
    """`windows` None: of every window. `problems`: what is wrong with the filters, in words; the list is then empty."""

    user: User
    now: datetime
    tabs: tuple[Tab, ...]
    tab: Tab
    order: Order
    windows: frozenset[int] | None
    window: str
    cursor: str = ""
    tree: bool = False
    since: datetime | None = None
    filters: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, query: QueryDict, user: User, now: datetime, places: Places) -> Asked:
        """Raises BadRequest for a name nobody offers (R8); a wrong value is a problem the page shows."""
        unknown = sorted(set(query) - OWN - FILTERS)
        if unknown:
            raise BadRequest(f"没有“{unknown[0][:40]}”这个筛选条件。")
        tabs = tabs_for(user)
        tab = TABS.get(query.get("queue") or tabs[0].code)
        if tab is None or tab not in tabs:
            raise BadRequest("没有这个分组，请从上方的分组里选。")
        windows, window = _windows(query.get("window", ""), user, places)
        order = ORDERS.get(query.get("sort", "")) if tab.order is DUE else None
        try:
            since = parse_datetime(query.get("since", "").replace(" ", "+"))
        except ValueError:
            since = None
        filters = {name: query[name].strip() for name in sorted(FILTERS & set(query)) if query[name].strip()}
        return cls(
            user, now, tabs, tab, order or tab.order, windows, window, query.get("cursor", ""), bool(query.get("tree")),
            since if since is not None and since.tzinfo is not None else None, filters,
        )  # fmt: skip

    def narrowed(self) -> GrievanceQuerySet:
        """What is in sight and fits the filters, whatever the tab; nothing where a filter is wrong."""
        # Through his post at a desk only: a partner's lawyer whose firm is an enterprise here has its own tickets elsewhere.
        rows = Grievance.objects.visible_to(self.user, DESK).filed()
        if not self.filters:
            return rows
        asked = GrievanceFilter(self.filters, rows, user=self.user, now=self.now)
        try:
            if asked.is_valid():
                found: GrievanceQuerySet = asked.qs
                return found
            self.problems = [f"{asked.filters[name].label}：{text}" for name, texts in asked.form.errors.items() for text in texts]
        except ValidationError as error:
            self.problems = list(error.messages)
        return rows.none()

    def query(self, **changes: Any) -> str:
        """The address of this list with something changed; always its first page."""
        params = QueryDict(mutable=True)
        first = self.tabs[0].code if self.tabs else ""
        kept = {"queue": self.tab.code if self.tab.code != first else "", "window": self.window, "tree": "1" if self.tree else ""}
        kept |= {"sort": self.order.code if self.order is not self.tab.order else ""} | self.filters | changes
        for name, value in kept.items():
            if value:
                params[name] = value
        return params.urlencode()

    def exported(self, places: Places) -> str:
        """The conditions under which this list goes out as a table: the same rows, without what is only of the page."""
        params = QueryDict(mutable=True)
        params.update(self.filters)
        if self.tab.code == WINDOW:
            params.setdefault("state", "open")
        elif self.tab.code != ALL:
            params["queue"] = self.tab.code
        if self.tab.by_window and self.windows is not None:
            params.setlist("window", sorted(places.units[pk][0] for pk in self.windows))
        return params.urlencode()


def _windows(wanted: str, user: User, places: Places) -> tuple[frozenset[int] | None, str]:
    """A specialist begins with his own windows; `all` or a code asks for others. Everybody else begins with all."""
    mine = frozenset(queues.my_windows(user))
    if wanted == EVERY:
        return None, EVERY if mine else ""
    if not wanted:
        return mine or None, ""
    chosen = frozenset(pk for pk, (code, _, kind) in places.units.items() if code == wanted and kind == "own_window")
    if not chosen:
        raise BadRequest("没有这个窗口，请从列表里选。")
    return chosen, wanted
