"""Tickets of every kind of secrecy in two streets, and who sees each: the table that test_sight.py and test_circles.py go by."""

from datetime import timedelta

from community.kinds import PostKind
from grievances import filing, workflow
from grievances.models import Grievance, ServiceItem
from tests import make
from tests.grievances.telling import TALK

LATER = make.WEDNESDAY + timedelta(hours=2)
INSIDE = {"specialist_dj", "specialist_jf", "specialist_gs", "specialist_zl", "colleague", "leader", "street"}
FIRM = {"manager", "member"}
GRID = {"grid_leader", "grid_staff"}

SEEN_BY = {
    "filed": FIRM | INSIDE | GRID,
    "draft": {"manager"},
    "thrown away": {"manager"},
    "at the law firm": FIRM | INSIDE | GRID | {"partner"},
    "with a helper": FIRM | INSIDE | GRID | {"partner", "official"},
    "helper handed back": FIRM | INSIDE | GRID | {"partner"},
    "at the operator": FIRM | INSIDE | GRID | {"operator"},
    "at the department": FIRM | INSIDE | GRID | {"official"},
    "recalled": FIRM | INSIDE | GRID,
    "handed back": FIRM | INSIDE | GRID,
    "closed": FIRM | INSIDE | GRID,
    "rated": FIRM | INSIDE | GRID,
    "withdrawn": FIRM | INSIDE | GRID,
    "personal": {"employee"} | INSIDE,
    "personal of the manager": {"manager"} | INSIDE,
    "personal at the law firm": {"employee", "partner"} | INSIDE,
    "personal at the grid": {"employee"} | INSIDE | GRID,
    "confidential": FIRM | INSIDE,
    "confidential at the law firm": FIRM | INSIDE | {"partner"},
    "confidential about the operator": FIRM | INSIDE,
    "by the steward": FIRM | INSIDE | GRID | {"steward"},
    "by telephone": FIRM | INSIDE | GRID,
    "by the grid": FIRM | INSIDE | GRID,
    "personal by telephone": INSIDE,
    "of the neighbour": {"stranger"} | INSIDE | GRID,
    "in the next grid": {"manager_next"} | INSIDE | {"grid_next"},
    "in the next community": {"manager_there", "specialist_there", "street"},
}


def build(here):
    """Tickets by the names of SEEN_BY. Adds the neighbours to `here.people`."""
    _settle_neighbours(here)
    here.attach(make.WEDNESDAY)
    tickets = {name: _file(here, name) for name in SEEN_BY}
    here.attach(LATER)
    return tickets


def _settle_neighbours(here):
    grid = make.grid(community=here.community, name="第二网格")
    park = make.park(community=here.community, grid=grid)
    there = make.community(street=here.community.street, name="邻里社区")
    far = make.community(name="远方社区")
    here.people |= {
        "other_employee": make.employee(enterprise=here.enterprise),
        "grid_next": make.somebody(PostKind.GRID_LEADER, community=here.community, grid=grid),
        "manager_next": make.manager(enterprise=make.enterprise(park=park)),
        "operator_next": make.operator(park=park),
        "steward_next": make.steward(park=park),
        "specialist_there": make.somebody(PostKind.SPECIALIST, community=there, unit=make.unit(community=there, code="GS")),
        "manager_there": make.manager(enterprise=make.enterprise(park=make.park(community=there))),
        "specialist_far": make.somebody(PostKind.SPECIALIST, community=far),
        "street_far": make.somebody(PostKind.STREET, street=far.street),
    }
    window = there.units.get(code="GS")
    ServiceItem.objects.create(
        community=there, code="QT00", name="其他诉求", window=window, group="公共事务", case_type="求助", applicant="企业"
    )


def _file(here, name):
    """One ticket a name; what is said in the name is what is done."""
    people, at = here.people, make.WEDNESDAY
    if name == "thrown away":
        draft = filing.file(people["manager"], {"title": "写了一半"}, at=at, draft=True)
        return workflow.apply(draft, "withdraw", by=people["manager"], at=at)
    if name in ("by the steward", "by telephone", "by the grid", "personal by telephone"):
        who = {"by the steward": "steward", "by the grid": "grid_staff"}.get(name, "specialist_gs")
        facts = {**make.FILED, "channel": "visit", "basis": "走访时口头提出", "personal": name.startswith("personal")}
        return filing.register(people[who], facts, at=at, uscc=here.enterprise.uscc)
    by = {"of the neighbour": "stranger", "in the next grid": "manager_next", "in the next community": "manager_there"}.get(name, "manager")
    if name.startswith("personal") and not name.endswith("manager"):
        by = "employee"
    item = None if name == "in the next community" else "ZL02"
    facts = {
        **make.FILED,
        "title": f"诉求：{name}",
        "service_item": item,
        "confidential": name.startswith("confidential") and "operator" not in name,
    }
    facts["personal"] = name.startswith("personal")
    ticket = filing.file(people[by], facts, at=at, draft=name == "draft")
    for event, who, told in _then(here, name):
        at += timedelta(minutes=1)
        ticket = workflow.apply(ticket, event, by=people[who], at=at, **told)
    if name == "confidential about the operator":
        # Refused at dispatching; here it was sent before anybody knew whom it is about.
        Grievance.objects.filter(pk=ticket.pk).update(confidential=True)
    return ticket


def _then(here, name):
    unit = {
        "at the operator": "OP-1",
        "confidential about the operator": "OP-1",
        "at the department": "BM-YJ",
        "personal at the grid": "WG-1",
    }
    accept = ("accept", "specialist_zl", {"service_item": "ZL02"})
    helpers = ["BM-YJ"] if "helper" in name else []
    dispatch = ("dispatch", "specialist_zl", {"unit": unit.get(name, "LAW1"), "co_units": helpers})
    moves = {
        "recalled": [accept, dispatch, ("recall", "specialist_zl", {"reason": "改派"})],
        "handed back": [accept, dispatch, ("return_dispatch", "partner", {"reason": "无此专长"})],
        "helper handed back": [accept, dispatch, ("co_done", "official", {"result": "returned", "note": "与本单位无关"})],
        "withdrawn": [("withdraw", "manager", {})],
    }
    if name in moves:
        return moves[name]
    if name in ("closed", "rated"):
        finish = {"outcome": "solved", "note": "对方已付款", "evidence": [TALK]}
        told = {"reply": "欠款已全部追回。", "told_by": "phone", "told_to": "周敏"}
        closed = [accept, dispatch, ("acknowledge", "partner", {}), ("finish", "partner", finish), ("feed_back", "specialist_zl", told)]
        return closed + [("rate", "manager", {"solved": "yes", "result": 5, "speed": 4})] * (name == "rated")
    return [accept, dispatch] if "at the" in name or "helper" in name or "the operator" in name else []
