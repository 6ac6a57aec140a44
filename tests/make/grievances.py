"""Tickets in any state, led there by `apply()` through the shortest lawful path, and the community that works on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count as _count
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.models import User
from accounts.notice import VERSION
from community.kinds import PostKind, UnitKind
from community.models import Community, Grid, Post, Unit
from enterprises.models import Enterprise, Representative
from grievances import catalogue as _catalogue
from grievances import filing as _filing
from grievances import workflow as _workflow
from grievances.models import Grievance, ServiceItem
from grievances.states import State
from parks.models import Park, ParkPost
from tests.make.accounts import PASSWORD
from tests.make.community import WEDNESDAY
from tests.make.community import community as _community
from tests.make.community import grid as _grid
from tests.make.community import unit as _unit
from tests.make.enterprises import enterprise as _enterprise
from tests.make.parks import park as _park

_serial = _count(1)
_WINDOWS = {"DJ": "党群建设专员窗口", "JF": "经济发展专员窗口", "GS": "公共事务专员窗口", "ZL": "综合治理专员窗口"}


@dataclass
class Scene:
    """A community with its windows, catalogue and one person of each kind; posts attached."""

    community: Community
    windows: dict[str, Unit]
    firm: Unit
    other_firm: Unit
    department: Unit
    mute_department: Unit
    operator_unit: Unit
    grid: Grid
    grid_unit: Unit
    park: Park
    enterprise: Enterprise
    people: dict[str, User]

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def item(self, code: str = "ZL02") -> ServiceItem:
        return ServiceItem.objects.get(community=self.community, code=code)

    def attach(self, at: datetime) -> None:
        """Reads everybody's posts again, as a request at that moment would."""
        held = Post.objects.effective(at).filter(user__in=self.people.values()).order_by("from_at", "pk")
        rows = list(held.select_related("community__street", "street", "unit", "grid__unit"))
        for person in self.people.values():
            person.posts = tuple(post for post in rows if post.user_id == person.pk)


def scene(*, at: datetime = WEDNESDAY) -> Scene:
    community = _community()
    windows = {code: _unit(community=community, code=code, name=name) for code, name in _WINDOWS.items()}
    law = _unit(community=community, code="CW", name="财务法务之窗", is_partner=True)
    _unit(community=community, code="RC", name="人才人力之窗", is_partner=True)
    firm = _unit(community=community, kind=UnitKind.PARTNER, code="LAW1", name="清衡律师事务所", parent=law)
    other_firm = _unit(community=community, kind=UnitKind.PARTNER, code="LAW2", name="允执律师事务所", parent=law)
    department = _unit(community=community, kind=UnitKind.DEPARTMENT, code="BM-YJ", name="应急管理站")
    mute = _unit(community=community, kind=UnitKind.DEPARTMENT, code="BM-SZ", name="市政养护中心", has_account=False)
    operator_unit = _unit(community=community, kind=UnitKind.OPERATOR, code="OP-1", name="启航园区运营公司")
    grid = _grid(community=community)
    grid_unit = _unit(community=community, kind=UnitKind.GRID, code="WG-1", name="第一网格", grid=grid)
    park = _park(community=community, grid=grid, operator=operator_unit)
    enterprise = _enterprise(park=park)
    _catalogue.load(community, in_force_on=date(2024, 1, 1))
    stranger_of = _enterprise(park=park)
    made = _people(
        {
            **{f"specialist_{code.lower()}": (PostKind.SPECIALIST, {"unit": unit}) for code, unit in windows.items()},
            "colleague": (PostKind.SPECIALIST, {"unit": windows["ZL"]}),
            "leader": (PostKind.LEADER, {}),
            "street": (PostKind.STREET, {"street": community.street, "community": None}),
            "partner": (PostKind.PARTNER, {"unit": firm}),
            "other_partner": (PostKind.PARTNER, {"unit": other_firm}),
            "official": (PostKind.DEPARTMENT, {"unit": department}),
            "grid_leader": (PostKind.GRID_LEADER, {"grid": grid, "unit": grid_unit}),
            "grid_staff": (PostKind.GRID_STAFF, {"grid": grid, "unit": grid_unit}),
            "auditor": (PostKind.AUDITOR, {}),
            "admin": (PostKind.ADMIN, {}),
            "steward": (PostKind.STEWARD, {"grid": grid}),
            "operator": (PostKind.OPERATOR, {"unit": operator_unit}),
            "manager": (PostKind.ENTERPRISE_MANAGER, {}),
            "member": (PostKind.ENTERPRISE_MEMBER, {}),
            "employee": (PostKind.EMPLOYEE, {}),
            "stranger": (PostKind.ENTERPRISE_MANAGER, {}),
        },
        community,
    )
    ParkPost.objects.create(post=made["steward"].all_posts.get(), park=park)
    for name, whose in (("manager", enterprise), ("member", enterprise), ("employee", enterprise), ("stranger", stranger_of)):
        post = made[name].all_posts.get()
        Representative.objects.create(post=post, role=post.kind, enterprise=whose)
    built = Scene(community, windows, firm, other_firm, department, mute, operator_unit, grid, grid_unit, park, enterprise, made)
    built.attach(at)
    return built


def _people(kinds: dict[str, tuple[str, dict[str, Any]]], community: Community) -> dict[str, User]:
    """One person a name, in two statements; the database's own constraints check them as they would any other."""
    password = make_password(PASSWORD)
    users = User.objects.bulk_create(
        User(username=f"{name}-{next(_serial)}", name="李小军", password=password, privacy_version=VERSION) for name in kinds
    )
    since = WEDNESDAY - timedelta(days=365)
    Post.objects.bulk_create(
        Post(user=user, kind=kind, from_at=since, **{"community": community, **facts})
        for user, (kind, facts) in zip(users, kinds.values(), strict=True)
    )
    return dict(zip(kinds, users, strict=True))


FILED = {
    "service_item": "ZL02",
    "title": "项目尾款拖欠半年，请求法律协助",
    "body": "我司为客户完成三个展厅项目，尾款 38.6 万元逾期半年未付。",
    "contact_name": "周敏",
    "contact_phone": "13812345678",
}

# What leads from one state to the next on the main path: event, who, facts.
_TALK = {"talk": {"channel": "电话", "person": "周敏", "note": "已电话核实，对方同意分期付款"}}
_PATH: dict[str, tuple[tuple[str, str, dict[str, Any]], ...]] = {
    State.SUBMITTED: (),
    State.ACCEPTED: (("accept", "specialist_zl", {"service_item": "ZL02"}),),
    State.DISPATCHED: (("dispatch", "specialist_zl", {"unit": "LAW1"}),),
    State.IN_PROGRESS: (("acknowledge", "partner", {}),),
    State.AWAITING_FEEDBACK: (("finish", "partner", {"outcome": "solved", "note": "对方已付款", "evidence": [_TALK]}),),
    State.CLOSED: (("feed_back", "specialist_zl", {"reply": "欠款已全部追回。", "told_by": "phone", "told_to": "周敏"}),),
    State.RATED: (("rate", "manager", {"solved": "yes", "result": 5, "speed": 4}),),
}
_ORDER = list(_PATH)


def grievance(
    state: str = State.SUBMITTED, *, scene: Scene | None = None, at: datetime = WEDNESDAY, by: str = "manager", **facts: Any
) -> Grievance:
    """A ticket of the scene's enterprise in that state, every move a minute after the one before, starting at `at`."""
    here = scene or _new_scene(at=at)
    raw = {**FILED, **facts}
    person = here.people[by]
    ticket = _filing.file(person, raw, at=at, draft=True, enterprise=here.enterprise)
    if state == State.DRAFT:
        return ticket
    ticket = _filing.submit_draft(ticket, person, at=at)
    steps = [step for reached in _ORDER[: _ORDER.index(state) + 1] for step in _PATH[reached]] if state in _ORDER else []
    for event, who, told in steps:
        at += timedelta(minutes=1)
        ticket = _workflow.apply(ticket, event, by=here.people[who], at=at, **told)
    return _aside(ticket, state, here, at + timedelta(minutes=1)) if state not in _ORDER else ticket


_new_scene = scene


def _aside(ticket: Grievance, state: str, here: Scene, at: datetime) -> Grievance:
    """The states beside the main path."""
    specialist, manager = here.specialist_zl, here.manager
    match state:
        case State.RETURNED:
            return _workflow.apply(ticket, "return_for_info", by=specialist, at=at, missing=["合同复印件"])
        case State.REJECTED:
            return _workflow.apply(ticket, "reject", by=specialist, at=at, reason="in_court_or_petition", basis="已立案", go_to="承办法院")
        case State.WITHDRAWN:
            return _workflow.apply(ticket, "withdraw", by=manager, at=at)
        case State.MERGED:
            main = grievance(State.ACCEPTED, scene=here, at=at)
            return _workflow.apply(ticket, "merge", by=specialist, at=at + timedelta(minutes=5), into=main.number, reason="同一件事")
        case State.SUSPENDED:
            for event, who, told in [step for reached in (State.ACCEPTED, State.DISPATCHED, State.IN_PROGRESS) for step in _PATH[reached]]:
                ticket = _workflow.apply(ticket, event, by=here.people[who], at=at, **told)
            ticket = _workflow.apply(
                ticket,
                "request_suspend",
                by=here.partner,
                at=at,
                reason="等对方回函",
                resume_on=(at + timedelta(days=9)).date().isoformat(),
            )
            return _workflow.apply(ticket, "approve", by=here.leader, at=at)
        case _:
            raise ValueError(state)
