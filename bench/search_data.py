"""Enterprises and tickets to be searched: a street whose first community is small (8,000) and whose second holds half of all.

Rows come by COPY and INSERT … SELECT, with triggers resting and the search's indexes built afterwards, so that a million of each take minutes.
"""

from __future__ import annotations

import io
import random
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from bench import search_texts as texts
from community.kinds import PostKind, UnitKind
from community.models import Community, Grid, Post, Street, Unit
from enterprises import bulk
from enterprises.models import Enterprise
from grievances.models import Grievance
from grievances.states import State
from mengchuang.demo import codes, firms
from parks.models import Building, Park
from wording import pinyin_full, pinyin_initials

SMALL = 8_000
FORMER_SHARE = 40  # every fortieth has a former name
TEXTS = 100_000
CHUNK = 50_000
FORMS = tuple(place.split("{}") for place, weight in firms.PLACES.items() for _ in range(round(weight)))
SIZE = "SELECT pg_size_pretty(pg_relation_size(%s::regclass))"


def fill(names: int, tickets: int) -> None:
    with transaction.atomic():
        communities = _organisation(names)
        with bare("enterprises_enterprise", "enterprises_formername", "enterprises_tenancy"):
            _enterprises(names, communities)
        with bare("grievances_grievance"):
            _tickets(tickets, communities)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _organisation(names: int) -> list[Community]:
    """Communities with somebody in each of the first two, and an official of the street who sees them all."""
    street = Street.objects.create(code="BENCH", name="测速街道")
    count = max(3, 1 + (names // 2 - SMALL) // SMALL)
    communities = [Community.objects.create(street=street, code=f"BENCH{n}", name=f"测速社区{n}") for n in range(count)]
    then = timezone.now() - timezone.timedelta(days=400)
    for name, place in (("specialist", communities[0]), ("hub", communities[1])):
        window = Unit.objects.create(community=place, code="ZL", name="综合治理专员窗口", kind=UnitKind.WINDOW)
        Post.objects.create(user=User.objects.create(username=name), kind=PostKind.SPECIALIST, community=place, unit=window, from_at=then)
    Post.objects.create(user=User.objects.create(username="official"), kind=PostKind.STREET, street=street, from_at=then)
    grid = Grid.objects.create(community=communities[0], code="G1", name="第一网格")
    Post.objects.create(
        user=User.objects.create(username="grid"), kind=PostKind.GRID_STAFF, community=communities[0], grid=grid, from_at=then
    )
    for n in range(8):
        park = Park.objects.create(community=communities[0], grid=grid if n < 2 else None, code=f"P{n}", name=f"测速园区{n}")
        Building.objects.create(park=park, code="1", name="1 号楼")
    return communities


def _enterprises(names: int, communities: list[Community]) -> None:
    dice = random.Random(7)
    for start in range(0, names, CHUNK):
        bulk.insert(Enterprise, range(start, min(start + CHUNK, names)), lambda n: _enterprise(n, _where(n, names, communities), dice))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO enterprises_formername (enterprise_id, name) SELECT id, replace(name, '有限', '实业有限') "
            "FROM enterprises_enterprise WHERE id %% %s = 0",
            [FORMER_SHARE],
        )
        cursor.execute(
            "INSERT INTO enterprises_tenancy (enterprise_id, building_id, room, from_on, is_main) "
            "SELECT e.id, b.ids[1 + e.id %% 8], '101', now(), true "
            "FROM enterprises_enterprise e, (SELECT array_agg(id) AS ids FROM parks_building) b WHERE community_id = %s",
            [communities[0].pk],
        )


def _enterprise(n: int, community: int, dice: random.Random) -> dict[str, object]:
    name, pinyin, initials = _name(dice)
    spelt = {"name": name, "pinyin": pinyin, "initials": initials}
    return {"uscc": codes.uscc.__wrapped__(n), **spelt, "community_id": community, "address": _address(dice)}


def _where(n: int, names: int, communities: list[Community]) -> int:
    """The first community is small, the second takes half, the others share the rest."""
    if n < min(SMALL, names // 3):
        return communities[0].pk
    if n % 2:
        return communities[1].pk
    return communities[2 + n % (len(communities) - 2)].pk


def _name(dice: random.Random) -> tuple[str, str, str]:
    """Name, pinyin, initials."""
    before, after = dice.choice(FORMS)
    brand = dice.choices(texts.LETTERS, k=3 if dice.random() < 0.3 else 2)
    read = [_read(part) for part in (before, *brand, dice.choice(texts.TERMS), after) if part]
    return ("".join(part for part, _, _ in read), "".join(full for _, full, _ in read), "".join(first for _, _, first in read))


@cache
def _read(part: str) -> tuple[str, str, str]:
    return part, pinyin_full(part), pinyin_initials(part)


def _address(dice: random.Random) -> str:
    return f"浙江省杭州市余杭区仓前街道{dice.choice(texts.ROADS)}{dice.randrange(1, 2000)}号{dice.randrange(1, 30)}幢{dice.randrange(101, 2400)}室"


def _tickets(tickets: int, communities: list[Community]) -> None:
    """Every text serves as often as another, spread over enterprises and two years."""
    dice = random.Random(11)
    _copy(
        "texts",
        ("n", "title", "body"),
        ((n, *texts.text(dice)) for n in range(TEXTS)),
        "CREATE TEMP TABLE texts (n int PRIMARY KEY, title text, body text)",
    )
    now = timezone.now()
    like = Grievance(
        state=State.RATED, filed_by=User.objects.get(username="hub"), created_at=now, updated_at=now, submitted_at=now, ended_at=now,
        answered_at=now, accepted_at=now,
    )  # fmt: skip
    seconds = "now() - ((%(tickets)s - g) * interval '63 seconds')"
    moved = {
        "number": f"'MC' || to_char({seconds}, 'YYMMDD') || '-' || lpad(((g::bigint * 7919) %% 1000000)::text, 6, '0')",
        "title": "t.title", "body": "t.body", "enterprise_id": "e.id", "community_id": "e.community_id", "policy": "'{}'::jsonb",
        "submitted_at": seconds, "created_at": seconds,
    }  # fmt: skip
    columns = [field for field in Grievance._meta.concrete_fields if not field.primary_key and not field.generated]
    given = {f"c{n}": field.get_db_prep_save(getattr(like, field.attname), connection) for n, field in enumerate(columns)}
    values = [moved.get(field.column, f"%(c{n})s") for n, field in enumerate(columns)]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE texts")
        cursor.execute(
            f"INSERT INTO grievances_grievance ({', '.join(field.column for field in columns)}) SELECT {', '.join(values)} "
            f"FROM generate_series(1, %(tickets)s) g JOIN texts t ON t.n = (g::bigint * 104729) %% {TEXTS} "
            "JOIN (SELECT id, community_id, row_number() OVER (ORDER BY id) - 1 AS i FROM enterprises_enterprise) e "
            "ON e.i = (g::bigint * 15485863) %% %(names)s ORDER BY g",
            given | {"tickets": tickets, "names": Enterprise.objects.count()},
        )


def _copy(table: str, columns: tuple[str, ...], rows: Iterable[tuple], create: str = "") -> None:
    """COPY … FROM STDIN; our invented texts contain no tab, backslash or line break."""
    with connection.cursor() as cursor:
        if create:
            cursor.execute(create)
        for chunk in _chunks(rows, CHUNK):
            cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", chunk)


def _chunks(rows: Iterable[tuple], size: int) -> Iterator[io.StringIO]:
    lines: list[str] = []
    for row in rows:
        lines.append("\t".join(map(str, row)) + "\n")
        if len(lines) == size:
            yield io.StringIO("".join(lines))
            lines.clear()
    yield io.StringIO("".join(lines))


@contextmanager
def bare(*tables: str) -> Iterator[None]:
    """Without triggers and GIN indexes while rows pour in; building the indexes at the end is timed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexdef LIKE '%%USING gin%%'", [list(tables)]
        )
        indexes = cursor.fetchall()
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name, definition in indexes:
            began = time.perf_counter()
            cursor.execute(definition)
            took = time.perf_counter() - began
            cursor.execute(SIZE, [name])
            print(f"  索引 {name:32} {took:6.1f} 秒 {cursor.fetchone()[0]:>9}", flush=True)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
