"""The tabs of the working list. Which rows a queue has is `grievances.queues`; here is who sees which of them, and in what order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from community import held
from community.kinds import GRID_KINDS, PostKind
from grievances import queues
from grievances.models.querysets import GrievanceQuerySet
from portal.queue.pages import DUE, NEWEST, Order

if TYPE_CHECKING:
    from accounts.models import User

ALL = "all"
WINDOW = "window"


@dataclass(frozen=True)
class Tab:
    """`by_window`: narrowed to the specialist's own windows until he asks for others; what is his own is his wherever it lies.

    `empty` and `hint`: what an empty list says, and what to do next; `then` is the tab to go on to.
    """

    code: str
    empty: str
    hint: str
    then: str = ""
    by_window: bool = True
    order: Order = DUE

    @property
    def label(self) -> str:
        return "全部记录" if self.code == ALL else queues.QUEUES[self.code].label

    @property
    def urgent(self) -> bool:
        return self.code != ALL and queues.QUEUES[self.code].urgent


TABS = {
    tab.code: tab
    for tab in (
        Tab("mine", "没有等您办理的诉求", "手头清了。看看有没有待受理的新诉求。", "unassigned", by_window=False),
        Tab("due_today", "今天没有到期的诉求", "今天可以从容一些，看看明天以后的。", WINDOW),
        Tab("overdue", "没有超期办件，辛苦了", "看看今天到期的，别让它们也超期。", "due_today"),
        Tab("unassigned", "没有待受理的诉求", "新诉求提交后会立即出现在这里。", "mine"),
        Tab("to_accept", "没有待签收的派单", "派给您单位的诉求会出现在这里，也会提醒您。", "mine", by_window=False),
        Tab("waiting_enterprise", "没有等企业补充的诉求", "退回补正的诉求在这里等企业回复，期间停止计时。", "mine"),
        Tab("co_handling", "没有需要协办的诉求", "请您单位协办的诉求会出现在这里。", "mine", by_window=False),
        Tab("to_rate", "没有待评价的诉求", "办结后 15 个工作日内企业可以评价。", "mine", order=NEWEST),
        Tab(WINDOW, "没有在办的诉求", "企业提交后会出现在这里；也可以代企业登记。"),
        Tab(ALL, "没有符合条件的诉求", "换个条件试试，或按编号查找。", order=NEWEST),
    )
}

_OF_SPECIALIST = ("mine", "due_today", "overdue", "unassigned", "to_accept", "waiting_enterprise", "co_handling", "to_rate", WINDOW, ALL)
_OF_OVERSEER = (WINDOW, "mine", "due_today", "overdue", "unassigned", "waiting_enterprise", "to_rate", ALL)
_OF_GRID = ("mine", "to_accept", "due_today", "overdue", "co_handling", WINDOW, ALL)
_OF_UNIT = ("mine", "to_accept", "co_handling", "due_today", "overdue")
#: Shown only while there is something in them, or while they are looked at.
WHEN_FILLED = {PostKind.SPECIALIST: ("to_accept",), PostKind.LEADER: ("mine",), PostKind.STREET: ("mine",)}

#: The first post that matches says which tabs; the first tab is where the day begins.
BY_POST: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    ((PostKind.SPECIALIST,), _OF_SPECIALIST),
    ((PostKind.LEADER, PostKind.STREET), _OF_OVERSEER),
    (GRID_KINDS, _OF_GRID),
    ((PostKind.PARTNER, PostKind.DEPARTMENT, PostKind.OPERATOR), _OF_UNIT),
)


def tabs_for(user: User) -> tuple[Tab, ...]:
    for kinds, codes in BY_POST:
        if held(user, *kinds):
            return tuple(TABS[code] for code in codes)
    return ()


def label_for(tab: Tab, user: User, *, every_window: bool) -> str:
    """`本窗口全部` is true of somebody's own windows only."""
    if tab.code != WINDOW:
        return str(tab.label)
    if held(user, *GRID_KINDS) and not held(user, PostKind.SPECIALIST, PostKind.LEADER, PostKind.STREET):
        return "网格在办"
    return "全部在办" if every_window or not queues.my_windows(user) else str(tab.label)


def rows_of(tab: Tab, rows: GrievanceQuerySet, user: User, now: datetime, *, windows: frozenset[int] | None) -> GrievanceQuerySet:
    """The rows of one tab. `windows` None: of every window."""
    if tab.by_window and windows is not None:
        rows = rows.filter(window__in=windows)
    if tab.code == ALL:
        return rows
    if tab.code == WINDOW:
        return rows.open()
    return queues.select(rows, tab.code, user, now)


#: The counting queries of the present minute: to write them costs as much as the rest of the page, to ask them a few milliseconds.
_counting: dict[tuple[Any, ...], queues.Counting] = {}
_MOST = 1000


def counts(
    tabs: tuple[Tab, ...],
    rows: GrievanceQuerySet,
    user: User,
    minute: datetime,
    *,
    windows: frozenset[int] | None,
    filters: dict[str, str],
) -> dict[str, int]:
    """Up to 1,000 of each; one query. What is counted is what the tab lists at that minute; `filters` are those `rows` went through."""
    posts = tuple((post.pk, post.kind, post.unit_id, post.grid_id, post.community_id, post.street_id) for post in held(user))
    key = (minute, user.pk, posts, windows, tuple(sorted(filters.items())))
    found = _counting.get(key)
    if found is None:
        counted = [tab for tab in tabs if tab.code != ALL]
        found = queues.counting(
            {tab.code: rows_of(tab, rows, user, minute, windows=windows).order_by().values("pk")[: queues.CAP] for tab in counted}
        )
        if len(_counting) >= _MOST or any(known[0] != minute for known in list(_counting)[:1]):
            _counting.clear()
        _counting[key] = found
    return found.ask()
