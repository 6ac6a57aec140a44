"""Enterprises by whatever somebody remembers of them, the likeliest first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from community.finding import Found
from community.posts import held
from enterprises.columns import list_columns_for
from enterprises.models import Enterprise, FormerName
from enterprises.querysets import INITIALS, NAMES, EnterpriseQuerySet, code_of, telling_initials
from enterprises.uscc import LENGTH
from wording.pinyin import abbreviations
from wording.search import FREQUENT, Fold, fold, name_search, nearby, share, terms_of

if TYPE_CHECKING:
    from accounts.models import User

#: So many candidates of a way are put in order; for frequent words so many rows in sight are looked through before the index is asked
#: (docs/decisions/0013), and so many where no index helps.
CANDIDATES, FARTHEST, ALL_OF_A_COMMUNITY = 20, 2_500, 20_000


class Row(NamedTuple):
    pk: int
    uscc: str
    name: str
    pinyin: str
    initials: str
    address: str


@dataclass(frozen=True)
class Way:
    """One way to remember an enterprise. `column`: what one must be allowed to read to ask this way."""

    ask: Callable[[EnterpriseQuerySet, str], list[tuple[Row, str]]]
    column: str = "name"


def search(q: str, user: User, limit: int = 10) -> list[Found]:
    """At most `limit`, in the order of WAYS; a way is asked only while the ones before it have not filled the answer."""
    if not fold(q) or not held(user):
        return []
    rows = Enterprise.objects.visible_to(user)
    readable = list_columns_for(user)
    found: dict[int, Found] = {}
    for way in WAYS:
        if len(found) >= limit:
            break
        if way.column in readable:
            for row, why in way.ask(rows, q):
                found.setdefault(row.pk, Found("enterprise", row.uscc, row.name, row.uscc, why, row.initials))
    return list(found.values())[:limit]


def _whole_code(rows: EnterpriseQuerySet, q: str) -> list[tuple[Row, str]]:
    code = code_of(q)
    return _listed(rows.filter(uscc=code), q) if len(code) == LENGTH else []


def _named(rows: EnterpriseQuerySet, q: str) -> list[tuple[Row, str]]:
    """Bounded, and still the names that begin with `q`: where there are more candidates than are looked at, those are asked for apart."""
    found = _near(rows, q, ("name",), share(q, NAMES))
    if len(found) < CANDIDATES:
        found += _rows(rows.named(q))
    if len(found) >= CANDIDATES:
        found += _rows(rows.alias(folded=Fold("name")).filter(folded__startswith=fold(q)))
    return _in_order(found, q)


def _formerly_named(rows: EnterpriseQuerySet, q: str) -> list[tuple[Row, str]]:
    names = name_search(FormerName.objects.all(), "name", q).values_list("enterprise_id", "name")
    former = dict(names[:CANDIDATES])
    if len(former) >= CANDIDATES:
        # there may be more, in sight too: only then is it worth asking for sight in the same breath
        former = dict(names.filter(enterprise__in=rows)[:CANDIDATES])
    return [(row, f"曾用名 {former[row.pk]}") for row, _ in _listed(rows.filter(pk__in=former), q)] if former else []


def _spelt(rows: EnterpriseQuerySet, q: str) -> list[tuple[Row, str]]:
    letters = fold(q)
    if not (letters.isascii() and letters.isalnum()):
        return []
    readings = (letters, *abbreviations(letters))
    if not all(map(telling_initials, readings)):
        return _in_order(_look(rows, letters, ("initials", "pinyin"), ALL_OF_A_COMMUNITY), q)
    found = _near(rows, letters, ("initials", "pinyin"), max(share(initials, INITIALS) for initials in readings))
    if len(found) < CANDIDATES:
        # pairs of initials are in up to every tenth name and say little of the syllables: so many are read, found or not
        found += _look(rows.initialled(*readings), letters, ("initials", "pinyin"), 2 * FARTHEST)
    return _in_order(found, q)


def _coded(rows: EnterpriseQuerySet, q: str) -> list[tuple[Row, str]]:
    return _listed(rows.coded(q), q) if code_of(q) else []


def _addressed(rows: EnterpriseQuerySet, q: str) -> list[tuple[Row, str]]:
    return [(row, row.address) for row, _ in _listed(rows.addressed(q), q)]


def _near(rows: EnterpriseQuerySet, q: str, read: tuple[str, ...], frequent: float) -> list[Row]:
    if frequent < FREQUENT or len(terms_of(q)) > 1:
        return []
    return _look(rows, q, read, min(FARTHEST, round(3 * CANDIDATES / frequent) + CANDIDATES))


def _look(rows: EnterpriseQuerySet, q: str, read: tuple[str, ...], among: int) -> list[Row]:
    return [Row(*row) for row in nearby(rows, Row._fields, read, terms_of(q)[0], among=among, most=CANDIDATES)]


def _rows(rows: EnterpriseQuerySet) -> list[Row]:
    return [Row(*row) for row in rows.values_list(*Row._fields)[:CANDIDATES]]


def _listed(rows: EnterpriseQuerySet, q: str) -> list[tuple[Row, str]]:
    return _in_order(_rows(rows), q)


def _in_order(rows: list[Row], q: str) -> list[tuple[Row, str]]:
    """Where the word stands early, then the shorter name, then by name."""
    first = fold(terms_of(q)[0])

    def rank(row: Row) -> tuple[Any, ...]:
        place = fold(row.name).find(first)
        return (place < 0, place, len(row.name), row.pinyin, row.pk)

    return [(row, "") for row in sorted(set(rows), key=rank)]


WAYS = (
    Way(_whole_code),
    Way(_named),
    Way(_formerly_named, "former_names"),
    Way(_spelt),
    Way(_coded),
    Way(_addressed, "address"),
)
