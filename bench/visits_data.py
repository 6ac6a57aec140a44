"""A community of so many enterprises with what owes them visits: about half as many matters as enterprises, over the six classes."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from bench.search_data import bare
from community.kinds import UnitKind
from community.models import Community, Grid, Street, Unit
from parks.models import Building, Park
from visits import defaults

BUILDINGS = 95
_TABLES = (
    "enterprises_enterprise", "enterprises_tenancy", "enterprises_event", "enterprises_lease", "cultivation_keylisting",
    "cultivation_tierholding", "risks_flag", "risks_flaglevel",
)  # fmt: skip

# Per hundred enterprises: newly arrived 12, key list 10, tiers 14, leases ending 5, events 4, flags 2; the rest owe nothing.
_FILL = (
    """
    INSERT INTO enterprises_enterprise (uscc, uscc_warning, name, pinyin, initials, community_id, address, industry_code, industry_edition,
        size_class, established_on, legal_person, staff_count, tags, status, listed, stock_code, source, capital_currency)
    SELECT 'B' || lpad(n::text, 17, '0'), true, '测速企业' || n, 'cesuqiye', 'csqy', %(community)s, '测速路' || n || '号', '6513', '2017',
        (ARRAY['', 'small', 'micro', 'medium'])[1 + n %% 4], date '2012-01-01' + (n * 7919 %% 4800)::int, '', 1 + n %% 300, '{}', 'active', false,
        '', '测速', '人民币'
    FROM generate_series(1, %(size)s::bigint) n
    """,
    """
    INSERT INTO enterprises_tenancy (enterprise_id, building_id, room, from_on, is_main, recorded_at)
    SELECT e.id, b.ids[1 + e.id %% %(buildings)s], '101', at::date, true, at
    FROM enterprises_enterprise e, (SELECT array_agg(id ORDER BY id) AS ids FROM parks_building) b,
        LATERAL (SELECT CASE WHEN e.id %% 25 < 3 THEN now() - (e.id %% 55) * interval '1 day' ELSE timestamptz '2022-05-01 10:00+08' END AS at) t
    """,
    """
    INSERT INTO cultivation_keylisting (enterprise_id, reason, from_on, source)
    SELECT id, 'above_scale', date '2024-01-01', '测速' FROM enterprises_enterprise WHERE id %% 10 = 1
    """,
    """
    INSERT INTO cultivation_tierholding (enterprise_id, tier, gained_on, valid_until_on, evidence, source)
    SELECT id, 'high_tech', (now() - (id %% 1000) * interval '1 day')::date, (now() + (100 + id %% 900) * interval '1 day')::date, '', '测速'
    FROM enterprises_enterprise WHERE id %% 7 = 2
    """,
    """
    INSERT INTO enterprises_lease (enterprise_id, building_id, room, from_on, until_on, source)
    SELECT s.enterprise_id, s.building_id, '101', date '2024-01-01', (now() + (s.enterprise_id %% 1500) * interval '1 day')::date, '测速'
    FROM enterprises_tenancy s WHERE s.enterprise_id %% 2 = 0
    """,
    """
    INSERT INTO enterprises_event (enterprise_id, kind, happened_on, recorded_at, from_place, to_place, source, note)
    SELECT id, 'legal_person_changed', (now() - (id %% 70) * interval '1 day')::date, now() - (id %% 70) * interval '1 day', '', '', '测速', ''
    FROM enterprises_enterprise WHERE id %% 50 < 2
    """,
    """
    INSERT INTO risks_flag (enterprise_id, kind, level, evidence, source, owner_id, raised_by_id, raised_at, level_since_at, verdict)
    SELECT id, 'hazard', 1 + id %% 3, '测速', 'manual', %(user)s, %(user)s, at, at, ''
    FROM enterprises_enterprise, LATERAL (SELECT now() - (id %% 20) * interval '1 day' AS at) t WHERE id %% 50 = 7
    """,
    """
    INSERT INTO risks_flaglevel (flag_id, from_level, level, from_at, evidence, by_id)
    SELECT id, 0, level, raised_at, '测速', raised_by_id FROM risks_flag
    """,
)


def fill(size: int) -> None:
    with transaction.atomic():
        street = Street.objects.create(code="BENCH", name="测速街道")
        community = Community.objects.create(street=street, code="BENCH", name="测速社区")
        Unit.objects.create(community=community, code="ZL", name="综合治理专员窗口", kind=UnitKind.WINDOW)
        grid = Grid.objects.create(community=community, code="G1", name="第一网格")
        park = Park.objects.create(community=community, grid=grid, code="P1", name="测速园区")
        Building.objects.bulk_create(Building(park=park, code=str(n), name=f"{n} 号楼") for n in range(BUILDINGS))
        user = User.objects.create(username="specialist")
        now = timezone.now()
        defaults.load(community, from_on=(timezone.localtime(now) - timedelta(days=60)).date(), at=now)
        facts = {"community": community.pk, "size": size, "buildings": BUILDINGS, "user": user.pk}
        with bare(*_TABLES), connection.cursor() as cursor:
            for statement in _FILL:
                cursor.execute(statement, facts)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
