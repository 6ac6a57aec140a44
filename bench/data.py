"""Databases with 10,000 and 100,000 tickets: one community of 62 parks and 1,000 enterprises, tickets multiplied in SQL from real ones."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection, transaction
from django.utils import timezone

import community as posts
from accounts.models import User
from bench.load import PASSWORD
from community.kinds import PostKind, UnitKind
from community.models import Community, Grid, Street, Unit
from enterprises import people, registry
from grievances import catalogue, filing, workflow
from grievances.models import Grievance
from parks.models import Building, Park

OPEN_SHARE = 6  # every sixth ticket is open
ENTERPRISES, PARKS, GRIDS = 1000, 62, 12
WINDOWS = {"DJ": "党群建设专员窗口", "JF": "经济发展专员窗口", "GS": "公共事务专员窗口", "ZL": "综合治理专员窗口"}
FACTS = {
    "service_item": "ZL02", "title": "项目尾款拖欠半年，请求法律协助", "body": "尾款 38.6 万元逾期半年未付。", "contact_name": "周敏",
    "contact_phone": "13812345678",
}  # fmt: skip


def fill(tickets: int) -> None:
    with transaction.atomic():
        people_by_role = _community()
        patterns = _patterns(people_by_role)
        _multiply(patterns, tickets)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _community() -> dict[str, User]:
    now = timezone.now()
    then = now - timedelta(days=400)
    place = Community.objects.create(street=Street.objects.create(code="BENCH", name="测速街道"), code="BENCH", name="测速社区")
    windows = {code: Unit.objects.create(community=place, code=code, name=name, kind=UnitKind.WINDOW) for code, name in WINDOWS.items()}
    Unit.objects.create(community=place, code="CW", name="财务法务之窗", kind=UnitKind.WINDOW, is_partner=True)
    grids = [Grid.objects.create(community=place, code=f"G{n:02}", name=f"第{n}网格") for n in range(1, GRIDS + 1)]
    parks = [Park.objects.create(community=place, grid=grids[n % GRIDS], code=f"P{n:02}", name=f"测速园区{n}") for n in range(1, PARKS + 1)]
    buildings = [Building.objects.create(park=park, code="1", name="1 号楼") for park in parks]
    catalogue.load(place, in_force_on=date(2024, 1, 1))
    first = None
    for n in range(ENTERPRISES):
        made = registry.register(
            uscc=_uscc(n), name=f"杭州测速样本{n:04}科技有限公司", building=buildings[n % PARKS], at=then, by=None, from_on=then.date()
        )
        first = first or made
    found = {name: User.objects.create_user(name, password=PASSWORD, name="测速") for name in ("specialist", "colleague", "manager")}
    for name in ("specialist", "colleague"):
        posts.appoint(found[name], PostKind.SPECIALIST, community=place, unit=windows["ZL"], at=then, by=None)
    people.join(first, found["manager"], PostKind.ENTERPRISE_MANAGER, at=then, by=None)
    for user in found.values():
        posts.attach(user, now)
    return found


def _uscc(n: int) -> str:
    from stdnum.cn.uscc import calc_check_digit

    body = f"91330110YB{n:07d}"
    return body + calc_check_digit(body)


def _patterns(found: dict[str, User]) -> dict[str, Grievance]:
    """One open ticket and one that was handled and closed, both through `apply`."""
    now = timezone.now()
    waiting = filing.file(found["manager"], FACTS, at=now - timedelta(hours=3))
    closed = filing.file(found["manager"], FACTS, at=now - timedelta(days=20))
    talk = {"talk": {"channel": "电话", "person": "周敏", "note": "已核实"}}
    steps = (
        ("accept", {"service_item": "ZL02"}),
        ("self_handle", {}),
        ("finish", {"outcome": "solved", "note": "已付款", "evidence": [talk]}),
        ("feed_back", {"reply": "已追回。", "told_by": "phone", "told_to": "周敏"}),
    )
    for hours, (event, facts) in enumerate(steps, start=1):
        closed = workflow.apply(closed, event, by=found["specialist"], at=now - timedelta(days=20) + timedelta(hours=hours), **facts)
    return {"open": waiting, "closed": closed}


def _multiply(patterns: dict[str, Grievance], tickets: int) -> None:
    """Copies of the patterns over enterprises, places and dates; each with its lines of history and its running clocks."""
    spread = {
        "number": "'MC' || to_char(now() - (g || ' minutes')::interval, 'YYMMDD') || '-' || lpad(g::text, 6, '0')",
        "title": "t.title || '（第 ' || g || ' 件）'",
        "enterprise_id": "e.id", "park_id": "e.park_id", "grid_id": "e.grid_id", "building_id": "e.building_id", "place_id": "e.place_id",
        "submitted_at": "t.submitted_at - (g || ' minutes')::interval",
        "created_at": "t.created_at - (g || ' minutes')::interval",
    }  # fmt: skip
    for name, row in patterns.items():
        moved = dict(spread)
        if name == "open":
            moved["next_due_at"] = "t.next_due_at + (mod(g, 4000) || ' minutes')::interval"
            moved["promise_due_at"] = "t.promise_due_at + (mod(g, 4000) || ' minutes')::interval"
        which = f"mod(g, {OPEN_SHARE}) = 0" if name == "open" else f"mod(g, {OPEN_SHARE}) <> 0"
        _copy(row, moved, which, tickets)


def _copy(row: Grievance, moved: dict[str, str], which: str, tickets: int) -> None:
    columns = [field.column for field in Grievance._meta.concrete_fields if not field.primary_key]
    values = [moved.get(column, f't."{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE TEMP TABLE seat ON COMMIT DROP AS
                SELECT row_number() OVER (ORDER BY n.id) - 1 AS i, n.enterprise_id AS id, n.id AS place_id, n.building_id,
                       b.park_id, p.grid_id
                FROM enterprises_tenancy n JOIN parks_building b ON b.id = n.building_id JOIN parks_park p ON p.id = b.park_id;
            INSERT INTO grievances_grievance ({names})
                SELECT {", ".join(values)} FROM generate_series(1, %s) g
                JOIN seat e ON e.i = mod(g, {ENTERPRISES}), grievances_grievance t WHERE t.id = %s AND {which};
            DROP TABLE seat
            """,
            [tickets, row.pk],
        )
        for table, extra in (("grievances_transition", ""), ("grievances_clock", "")):
            cursor.execute(
                "SELECT string_agg(quote_ident(column_name), ', '), string_agg('s.' || quote_ident(column_name), ', ') "
                "FROM information_schema.columns WHERE table_name = %s AND column_name NOT IN ('id', 'grievance_id')",
                [table],
            )
            into, read = cursor.fetchone()
            cursor.execute(
                f"INSERT INTO {table} (grievance_id, {into}) SELECT g.id, {read} FROM {table} s, grievances_grievance g "
                f"WHERE s.grievance_id = %s AND g.id <> %s AND g.state = %s AND g.filed_by_id = %s {extra}",
                [row.pk, row.pk, row.state, row.filed_by_id],
            )
