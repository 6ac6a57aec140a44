"""Which columns of an enterprise somebody reads (DESIGN §4, R5). Faces list fields; what is not named here is not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from community.kinds import COMMUNITY_WIDE_KINDS, ENTERPRISE_KINDS, GRID_KINDS, PostKind
from community.posts import held
from enterprises.models import Enterprise, Representative, Tenancy
from parks.models import Park

if TYPE_CHECKING:
    from accounts.models import User

#: What an employee reads of the employer, and an upper app may show a partner of an enterprise whose ticket it holds.
CARD = frozenset({"uscc", "name", "status", "community", "place", "industry"})
#: Enough to know who is in the park: no person, no figure, no risk.
TENANT = CARD | {
    "qualifications",
    "events",
    "leases",
    "former_names",
    "address",
    "room",
    "tenancies",
    "size_class",
    "tags",
    "listed",
    "stock_code",
    "established_on",
}
DOSSIER = TENANT | {"legal_person", "registered_capital_wan", "source", "uscc_warning", "history"}
PEOPLE = frozenset({"representatives", "contact_phone"})
#: staff_count counts as an economic figure: it decides the size class.
FIGURES = frozenset({"figures", "staff_count"})
RISK = frozenset({"risk"})
STAFF_ONLY = frozenset({"conflicts"})
#: What a lease costs and whether it is paid: not the steward's to know, who is a neighbour.
RENT = frozenset({"rent"})

_BY_ROLE: dict[str, frozenset[str]] = {
    **dict.fromkeys((*COMMUNITY_WIDE_KINDS, PostKind.STREET), DOSSIER | PEOPLE | FIGURES | RISK | RENT | STAFF_ONLY | {"invitations"}),
    **dict.fromkeys(GRID_KINDS, DOSSIER | PEOPLE | RISK | RENT),
    PostKind.STEWARD: TENANT,
    PostKind.OPERATOR: TENANT | RENT,
    PostKind.ENTERPRISE_MANAGER: DOSSIER | PEOPLE | FIGURES | RENT | {"invitations"},
    PostKind.ENTERPRISE_MEMBER: DOSSIER | PEOPLE | FIGURES | RENT,
    PostKind.EMPLOYEE: CARD,
}


def columns_for(user: User, enterprise: Enterprise) -> frozenset[str]:
    """The union over the posts through which the user sees this enterprise; empty when it is not in sight. At most five queries."""
    columns: frozenset[str] = frozenset()
    for kind in kinds_in_sight(user, enterprise):
        columns |= _BY_ROLE[kind]
    return columns


def list_columns_for(user: User) -> frozenset[str]:
    """For a list of many enterprises: what every row of it may show, whichever post shows the row. No query."""
    kinds = {post.kind for post in held(user)} & set(_BY_ROLE)
    if not kinds:
        return frozenset()
    return frozenset.intersection(*(_BY_ROLE[kind] for kind in kinds))


def kinds_in_sight(user: User, enterprise: Enterprise) -> set[str]:
    """The kinds of the posts through which the user sees this enterprise."""
    kinds: set[str] = set()
    for post in held(user, *COMMUNITY_WIDE_KINDS, PostKind.STREET):
        if post.community_id == enterprise.community_id or (post.street_id and post.street_id == enterprise.community.street_id):
            kinds.add(post.kind)
    kinds |= _kinds_by_place(user, enterprise)
    own = held(user, *ENTERPRISE_KINDS, PostKind.EMPLOYEE)
    if own:
        mine = Representative.objects.filter(enterprise=enterprise, post__in=[post.pk for post in own])
        kinds |= set(mine.values_list("role", flat=True))
    return kinds


def _kinds_by_place(user: User, enterprise: Enterprise) -> set[str]:
    local = held(user, PostKind.STEWARD, PostKind.OPERATOR, *GRID_KINDS)
    if not local:
        return set()
    parks = Park.objects.filter(pk__in=Tenancy.objects.open().filter(enterprise=enterprise).values("building__park_id"))
    kinds: set[str] = set()
    grids = set(parks.values_list("grid_id", flat=True))
    kinds |= {post.kind for post in local if post.kind in GRID_KINDS and post.grid_id in grids}
    if held(user, PostKind.STEWARD) and Park.objects.kept_by(user).filter(pk__in=parks).exists():
        kinds.add(PostKind.STEWARD)
    if held(user, PostKind.OPERATOR) and Park.objects.run_by(user).filter(pk__in=parks).exists():
        kinds.add(PostKind.OPERATOR)
    return kinds
