"""我的服务团队: whom an enterprise calls – the steward of its park, its grid staff, its specialist – and who stands in today.

What is read comes as JSON from one statement for each of the three, because a ticket's page has no query to spare: it brings them along
inside the query that reads the ticket (`on_board`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime

from community.kinds import PostKind
from community.models import DEFAULT_HOURS, Absence, Post
from enterprises.models import Enterprise, Tenancy
from grievances import owners
from parks.models import Building

STEWARD, GRID, SPECIALIST = "steward", "grid", "specialist"
#: What somebody is called before an enterprise; a specialist of whatever window is its 服务专员.
WORDS: dict[str, str] = {
    PostKind.STEWARD: "园区长",
    PostKind.GRID_STAFF: "专职网格员",
    PostKind.GRID_PART_TIME: "兼职网格员",
    PostKind.GRID_LEADER: "网格长",
    PostKind.SPECIALIST: "服务专员",
    PostKind.LEADER: "社区负责人",
}
#: Whom an enterprise is shown of a grid, best first; part-time members have no desk to be called at.
_GRID_KINDS = (PostKind.GRID_STAFF, PostKind.GRID_LEADER)


@dataclass(frozen=True)
class Helper:
    """One person to call. `photo` and `wechat` say whether there is a picture; the bytes come by an address of their own.

    `away_until`: absent until then; `stand_in`: who answers meanwhile, None where nobody does.
    """

    role: str
    user_id: int
    name: str
    kind: str
    place: str
    phone: str
    hours: str
    photo: bool
    wechat: bool
    away_until: datetime | None = None
    stand_in: Helper | None = None

    @property
    def word(self) -> str:
        return WORDS.get(self.kind) or str(PostKind(self.kind).label)

    @property
    def is_away(self) -> bool:
        return self.away_until is not None

    @property
    def answers(self) -> Helper:
        """Who picks up the telephone today."""
        return self.stand_in or self

    @property
    def dial(self) -> str:
        """The number for a `tel:` link; the extension is dialled after a pause."""
        number, _, extension = self.phone.partition("转")
        digits = re.sub(r"[^0-9+]", "", number)
        return f"{digits},{extension}" if digits and extension else digits


def stewards(park: Any, at: datetime) -> QuerySet[Post]:
    return _rows(Post.objects.in_force(at).filter(kind=PostKind.STEWARD, park_post__park=park), at)


def grid_people(grid: Any, at: datetime, building: Any = None) -> QuerySet[Post]:
    """`building`: a key, or what names it in the query around; `keeps` says whose building it is."""
    inner = OuterRef(building) if isinstance(building, OuterRef) else building
    keeps = Exists(Building.objects.filter(pk=inner, keeper=OuterRef("pk"))) if building is not None else Value(False)
    return _rows(Post.objects.in_force(at).filter(kind__in=_GRID_KINDS, grid=grid), at, keeps=keeps)


def desk(window: Any, assignee: Any, at: datetime) -> QuerySet[Post]:
    """The specialists of a window, and the assignee wherever he sits (a leader, another window's)."""
    his = Q(user=assignee, kind__in=(PostKind.SPECIALIST, PostKind.LEADER), community__isnull=False)
    return _rows(Post.objects.in_force(at).filter(Q(unit=window, kind=PostKind.SPECIALIST) | his), at)


def _rows(posts: QuerySet[Post], at: datetime, **more: Any) -> QuerySet[Post]:
    """`row` of each post: the person, the card, the unit's telephone, and the absence running with its deputy."""
    there = Exists(Post.objects.on_duty(at).filter(pk=OuterRef("deputy")))
    absence = Absence.objects.running(at).filter(post=OuterRef("pk")).annotate(there=there).order_by("-until_at")
    away = absence.values(row=JSONObject(until="until_at", there="there", deputy=_facts("deputy__")))[:1]
    return posts.filter(user__is_active=True).order_by("pk").values(row=JSONObject(away=Subquery(away), **_facts_of(""), **more))


def _facts_of(where: str) -> dict[str, str]:
    card = f"{where}user__contact_card__"
    return {
        "post": f"{where}pk", "kind": f"{where}kind", "user": f"{where}user_id", "name": f"{where}user__name",
        "username": f"{where}user__username", "unit": f"{where}unit__name", "unit_phone": f"{where}unit__phone",
        "phone": f"{card}phone", "hours": f"{card}hours", "photo": f"{card}photo_id", "wechat": f"{card}wechat_id",
    }  # fmt: skip


def _facts(where: str) -> JSONObject:
    return JSONObject(**_facts_of(where))


def on_board(at: datetime) -> dict[str, ArraySubquery]:
    """Annotations of a ticket from which `of_ticket` reads its people without asking again."""
    return {
        "its_stewards": ArraySubquery(stewards(OuterRef("park"), at)),
        "its_grid_people": ArraySubquery(grid_people(OuterRef("grid"), at, OuterRef("building"))),
        "its_desk": ArraySubquery(desk(OuterRef("window"), OuterRef("assignee"), at)),
    }


def of_ticket(ticket: Any) -> tuple[Helper, ...]:
    """`ticket` comes with `on_board`, community, park and window. Of a personal or confidential ticket the specialist alone: the others do
    not see it and are not to be asked about it."""
    phone = ticket.community.phone
    specialist = _specialist(ticket.its_desk, ticket.assignee_id, phone) if ticket.assignee_id else None
    if ticket.personal or ticket.confidential:
        return _there(specialist)
    steward = _steward(ticket.its_stewards, ticket.park.name, phone) if ticket.park is not None else None
    return _there(specialist, steward, _of_grid(ticket.its_grid_people, phone))


def of_enterprise(enterprise: Enterprise, at: datetime) -> tuple[Helper, ...]:
    """By the main tenancy, and the specialist on duty who would take up whatever came now. Six queries, whoever is away."""
    phone = enterprise.community.phone
    seat = Tenancy.objects.open().filter(enterprise=enterprise, is_main=True).select_related("building__park").first()
    park = seat.building.park if seat is not None else None
    steward = _steward(_read(stewards(park.pk, at)), park.name, phone) if park is not None else None
    grid = (
        _of_grid(_read(grid_people(park.grid_id, at, seat.building_id)), phone) if park is not None and park.grid_id is not None else None
    )
    return _there(steward, grid, on_duty_for(enterprise, at))


def on_duty_for(enterprise: Enterprise, at: datetime) -> Helper | None:
    window = owners.window_of(enterprise.community, None)
    try:
        person = owners.duty_specialist(window, at)
    except owners.NobodyThere:
        return None
    return _specialist(_read(desk(window.pk, person.pk, at)), person.pk, enterprise.community.phone)


def of_park(park: Any, at: datetime) -> list[Helper]:
    """Everybody to be named on the park's poster: its stewards and the people of its grid, the full-time ones first. Two queries."""
    phone = park.community.phone
    rows = [(STEWARD, row, park.name) for row in _read(stewards(park.pk, at))]
    if park.grid_id is not None:
        found = sorted(_read(grid_people(park.grid_id, at)), key=lambda row: (_GRID_KINDS.index(row["kind"]), row["post"]))
        rows += [(GRID, row, "") for row in found]
    seen: dict[int, Helper] = {}
    for role, row, place in rows:
        seen.setdefault(row["user"], _helper(role, row, phone, place=place))
    return list(seen.values())


def _read(rows: QuerySet[Post]) -> list[dict[str, Any]]:
    return list(rows.values_list("row", flat=True))


def _there(*people: Helper | None) -> tuple[Helper, ...]:
    return tuple(person for person in people if person is not None)


def _steward(rows: list[dict[str, Any]], park: str, phone: str) -> Helper | None:
    row = next(_present_first(rows), None)
    return _helper(STEWARD, row, phone, place=park) if row is not None else None


def _of_grid(rows: list[dict[str, Any]], phone: str) -> Helper | None:
    """Whose building it is, else the first full-time member, whether there today or not: a known face; else the head of the grid."""
    ranked = sorted(rows, key=lambda row: (not row["keeps"], _GRID_KINDS.index(row["kind"]), row["post"]))
    return _helper(GRID, ranked[0], phone, others=ranked[1:]) if ranked else None


def _specialist(rows: list[dict[str, Any]], assignee: int, phone: str) -> Helper | None:
    his = next((row for row in rows if row["user"] == assignee), None)
    return _helper(SPECIALIST, his, phone, others=rows) if his is not None else None


def _present_first(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return iter(sorted(rows, key=lambda row: (row["away"] is not None, row["post"])))


def _helper(role: str, row: dict[str, Any], phone: str, *, place: str = "", others: Iterable[dict[str, Any]] = ()) -> Helper:
    """`others`: colleagues of whom one stands in where no deputy was named or he is away himself."""
    away = row["away"]
    stand_in = None
    if away is not None:
        free = next((each for each in others if each["away"] is None and each["user"] != row["user"]), None)
        covering = away["deputy"] if away["there"] else free
        stand_in = _helper(role, {**covering, "away": None}, phone) if covering is not None else None
    return Helper(
        role=role, user_id=row["user"], name=row["name"] or row["username"], kind=row["kind"], place=place or row["unit"] or "",
        phone=row["phone"] or row["unit_phone"] or phone, hours=row["hours"] or DEFAULT_HOURS,
        photo=row["photo"] is not None, wechat=row["wechat"] is not None,
        away_until=parse_datetime(away["until"]) if away is not None else None, stand_in=stand_in,
    )  # fmt: skip
