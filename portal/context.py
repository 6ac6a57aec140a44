"""What the frame of every page needs: navigation for the posts the user holds, bell, text size, who runs the site."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from notices import unread_count
from portal.look import text_size_of

ENTERPRISE = frozenset({"enterprise_manager", "enterprise_member"})
FILERS = ENTERPRISE | {"employee"}
GRID = frozenset({"grid_leader", "grid_staff", "grid_part_time"})
UNITS = frozenset({"partner", "department", "operator"})
OFFICE = frozenset({"specialist", "leader"})
STAFF = OFFICE | {"street"} | GRID | UNITS | {"steward"}
EVERYONE = FILERS | STAFF | {"auditor", "admin"}

KIND_WORDS = {
    "enterprise_manager": "企业管理员",
    "enterprise_member": "企业经办人",
    "employee": "企业员工",
    "steward": "园区长",
    "operator": "园区运营方",
    "partner": "一门多窗伙伴",
    "department": "协同部门",
    "grid_leader": "网格长",
    "grid_staff": "专职网格员",
    "grid_part_time": "兼职网格员",
    "specialist": "社区专员",
    "leader": "社区负责人",
    "street": "街道",
    "auditor": "审计",
    "admin": "系统管理员",
}


@dataclass(frozen=True)
class Entry:
    """One line of the side bar: where it goes and which posts see it. `also`: pages on which it is lit as well."""

    name: str
    words: str
    picture: str
    kinds: frozenset[str]
    group: str = ""
    also: tuple[str, ...] = ()
    hot: bool = False


NAVIGATION = (
    Entry("home", "首页", "home", FILERS),
    Entry("home", "工作台", "home", EVERYONE - FILERS - {"leader"}, also=("today",)),
    Entry("home", "工作台", "home", frozenset({"leader"})),
    Entry("today", "今天", "sun", frozenset({"leader"})),
    Entry("file", "提诉求", "message-plus", FILERS),
    Entry("my-grievances", "我的诉求", "list-check", FILERS | {"steward"}, also=("grievance",)),
    Entry("my-visits", "走访安排", "walk", ENTERPRISE),
    Entry("colleagues", "企业人员", "users", ENTERPRISE, also=("colleagues-of", "colleague-invite", "colleague-act")),
    Entry("visits-along", "同行走访", "walk", frozenset({"partner", "department", "steward"})),
    Entry("queue", "办件队列", "inbox", OFFICE | GRID | UNITS | {"street"}, also=("grievance", "queue-drawer"), hot=True),
    Entry("visits", "走访", "walk", OFFICE | GRID | {"street"}, also=("visit-door", "visit-unasked", "visit-paid", "visit-checks")),
    Entry("settle", "当场办结", "circle-check", frozenset({"specialist"})),
    Entry("register", "代企业登记", "file-plus", frozenset({"specialist", "steward"}) | GRID),
    Entry("requests", "审批事项", "rubber-stamp", OFFICE | {"street"}),
    Entry("follow-ups", "差评回访", "headset", OFFICE | {"street"}),
    Entry("catalogue", "办事指南", "book", FILERS | STAFF, also=("item",)),
    Entry("enterprises", "企业档案", "building", OFFICE | GRID | {"street", "steward"}, "服务对象", also=("enterprise",)),
    Entry("figure-watch", "规上观察", "trending-up", OFFICE | {"street"}, "服务对象"),
    Entry("talents", "高层次人才", "award", OFFICE | {"street"}, "服务对象"),
    Entry("happenings", "企业动态", "activity-heartbeat", OFFICE | {"street"}, "服务对象"),
    Entry("profile-tags", "画像标签", "flag", OFFICE | {"street"}, "服务对象", also=("profile-tag",)),
    Entry("figure-review", "数据更正", "clipboard-check", OFFICE, "服务对象"),
    Entry("codes", "开通码", "qrcode", OFFICE | GRID | {"steward"}, "服务对象"),
    Entry("employees", "员工核实", "user-check", frozenset({"specialist"}), "服务对象"),
    Entry("openings", "开通申请", "user-plus", frozenset({"specialist"}), "服务对象", also=("opening",)),
    Entry(
        "parks",
        "园区与楼宇",
        "map-2",
        OFFICE | GRID | {"street", "steward", "operator"},
        "服务对象",
        also=("park", "park-spaces", "park-stewards", "spaces-merge"),
    ),
    Entry(
        "vacancies",
        "空置看板",
        "building-skyscraper",
        OFFICE | GRID | {"street", "steward", "operator"},
        "服务对象",
        also=("space", "space-act"),
    ),
    Entry("vacancies", "招租空间", "building-skyscraper", ENTERPRISE, also=("space",)),
    Entry("demands", "找空间", "zoom-check", ENTERPRISE, also=("demand",)),
    Entry("moves", "企业进出", "transfer", OFFICE | GRID | {"street", "steward", "operator"}, "服务对象"),
    Entry("demands", "找空间", "zoom-check", OFFICE | {"street", "operator"}, "服务对象", also=("demand",)),
    Entry(
        "risks",
        "风险企业",
        "shield-exclamation",
        OFFICE | GRID | {"street"},
        "服务对象",
        also=("risk", "risk-lowerings", "risk-raise", "risk-rules", "risk-rule", "risk-parks"),
    ),
    Entry("organisation", "社区组织", "sitemap", FILERS | STAFF, "服务对象"),
    Entry(
        "sheets",
        "表格导入导出",
        "table-import",
        OFFICE | GRID | UNITS | {"street", "steward", "admin", "auditor"},
        "服务对象",
        also=("import", "export", "sheet-import"),
    ),
    Entry("supervision", "督办", "eye", OFFICE | GRID | {"street"}, "协同", also=("order", "order-new")),
    Entry("letters", "转办函件", "mail-forward", OFFICE, "协同"),
    Entry("workload", "人员与交接", "users-group", OFFICE, "协同"),
    Entry("reply-templates", "答复模板", "message-dots", OFFICE, "协同"),
    Entry("dispatch-rules", "派单规则", "route", OFFICE | {"admin"}, "协同", also=("dispatch-rule",)),
    Entry("visit-plan", "本周走访", "calendar-event", OFFICE | GRID | {"street"}, "协同"),
    Entry("visit-classes", "必访类别", "route", OFFICE | GRID | {"street"}, "协同", also=("visit-class",)),
    Entry("cockpit", "驾驶舱", "report-analytics", OFFICE | {"street"}, "分析", also=("cockpit-list",)),
    Entry("numbers", "数据看板", "chart-bar", OFFICE | {"street"}, "分析", also=("number-list", "bulletin")),
    Entry("visit-coverage", "走访覆盖", "walk", OFFICE | {"street", "grid_leader"}, "分析", also=("visit-matters", "visit-task")),
    Entry(
        "evaluations",
        "园区评价",
        "award",
        OFFICE | {"street", "operator"},
        "分析",
        also=("evaluation", "evaluation-result", "evaluation-scheme", "evaluation-scheme-edit"),
    ),
    Entry("opened", "开通率", "chart-pie", OFFICE | GRID | {"street", "steward"}, "分析"),
    Entry("quality", "数据质量", "clipboard-check", OFFICE | GRID | {"street"}, "分析", also=("quality-list", "quality-mend")),
    Entry("ownerless", "无主件核查", "user-question", OFFICE | {"street"}, "分析"),
    Entry("audit", "操作日志", "history", frozenset({"auditor"}), "分析"),
    Entry("accounts", "重置密码", "key", frozenset({"specialist", "admin"}), "管理", also=("account-reset",)),
    Entry("units", "单位与协议", "contract", frozenset({"admin", "leader"}), "管理", also=("unit",)),
    Entry("working-hours", "工作时间", "clock", frozenset({"admin", "leader"}), "管理"),
    Entry("calendar", "工作日历", "calendar", frozenset({"admin", "leader"}), "管理"),
    Entry("notices-dead", "消息送达", "mail", frozenset({"admin", "leader"}), "管理"),
    Entry("robots", "群机器人", "message-circle", frozenset({"admin", "leader"}), "管理"),
)

# The bar at the bottom of a phone, for those who file. The middle one is the round button.
TABBAR = (
    Entry("home", "首页", "home", FILERS),
    Entry("my-grievances", "我的诉求", "list-check", FILERS, also=("grievance",)),
    Entry("file", "提诉求", "plus", FILERS),
    Entry("notices", "提醒", "bell", FILERS),
    Entry("account", "我的", "user-circle", FILERS),
)

# Lines of the footer a community fills in when it goes live (settings.SITE); empty ones are not shown.
SITE = {"sponsor": "", "operator": "", "address": "", "phone": "", "icp": "", "police": "", "code": ""}


def address_of(name: str) -> str | None:
    """The URL of a page without arguments, None while no such page is wired."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def lines(entries: Iterable[Entry], kinds: frozenset[str], here: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    """The entries these posts see, in order, as the templates want them."""
    seen: list[dict[str, Any]] = []
    for entry in entries:
        url = address_of(entry.name) if entry.kinds & kinds else None
        if url is None or any(row["url"] == url for row in seen):
            continue
        on = here == entry.name or (here in entry.also and not any(row["on"] for row in seen))
        seen.append({"entry": entry, "url": url, "on": on, "count": counts.get(entry.name)})
    return seen


def groups_for(kinds: frozenset[str], here: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    """The side bar as groups of lines, in the order of the table."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in lines(NAVIGATION, kinds, here, counts):
        groups.setdefault(row["entry"].group, []).append(row)
    return [{"name": name, "rows": rows} for name, rows in groups.items()]


def tabs_for(kinds: frozenset[str], here: str) -> list[dict[str, Any]]:
    """The phone's bottom bar; empty for staff."""
    return lines(TABBAR, kinds, here, {}) if kinds & FILERS else []


class Shell:
    """Everything below is worked out when a template asks for it; a fragment asks for nothing and pays nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.text_size = text_size_of(request)
        self.demo = bool(settings.DEMO)
        self.site = SITE | getattr(settings, "SITE", {})

    @cached_property
    def posts(self) -> tuple[Any, ...]:
        return tuple(getattr(getattr(self.request, "user", None), "posts", ()) or ())

    @cached_property
    def kinds(self) -> frozenset[str]:
        return frozenset(str(post.kind) for post in self.posts)

    @property
    def here(self) -> str:
        match = getattr(self.request, "resolver_match", None)
        return match.view_name if match else ""

    @property
    def files(self) -> bool:
        """Whether the user is one of those who file: they get the bar at the bottom of the phone."""
        return bool(self.kinds & FILERS)

    @property
    def serves(self) -> bool:
        """Whether enterprises deal with the user, who therefore has a contact card."""
        return bool(self.kinds & STAFF)

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """Numbers beside the lines of the side bar, as the view set them in `request.nav_counts`."""
        return tuple(sorted(getattr(self.request, "nav_counts", {}).items()))

    @cached_property
    def bell(self) -> int:
        """Unread notices, counted up to 100: one query, run only where the bell is drawn."""
        return unread_count(self.request.user, timezone.now())

    @property
    def role(self) -> str:
        """What the user is here, in words: the unit or window where there is one, the kind of post otherwise."""
        for post in self.posts:
            kind = KIND_WORDS.get(str(post.kind), "")
            unit = getattr(post, "unit", None)
            return getattr(post, "title", "") or (f"{unit.name} · {kind}" if unit else kind)
        return ""

    @property
    def side_words(self) -> str:
        """Beside the brand: which of the doors this is."""
        if self.kinds & FILERS:
            return "企业服务平台"
        return "企业服务治理平台 · 工作台" if self.kinds else "企业服务平台"

    @property
    def place(self) -> Any:
        """The community of the first post that has one."""
        return next((post.community for post in self.posts if getattr(post, "community", None)), None)

    @property
    def phone(self) -> str:
        """Whom to call: the community's office, the site's number otherwise."""
        return getattr(self.place, "phone", "") or self.site["phone"]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: one name, `shell`."""
    return {"shell": Shell(request)}
