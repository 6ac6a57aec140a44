"""Filling the board's database, and its SQL beside the raw aggregates; run in the database of the benchmark."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from typing import Any

from django.db import connection
from django.utils import timezone

import community as posts
from accounts.models import User
from bench import data
from dashboards import folding, indicators, measures, recount, sums
from dashboards.indicators import Ask
from dashboards.models import Moment, TicketTally
from dashboards.periods import of_today
from dashboards.sums import Scope
from grievances.models import Grievance

_FIGURES = """
INSERT INTO enterprises_figure (enterprise_id, metric, period, value, source, recorded_at)
SELECT e.id, m.metric, to_char(date '1949-01-01' + make_interval(months => n::int), 'YYYY-MM'), 100 + n %% 977, '测速', now()
FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM enterprises_enterprise) e
CROSS JOIN generate_series(0, least(1823, %(months)s / 2 / greatest(1, (SELECT count(*) FROM enterprises_enterprise)) - 1)) n
CROSS JOIN (VALUES ('revenue'), ('tax')) AS m(metric)
"""


def fill(tickets: int, months: int) -> None:
    data.fill(tickets)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(_FIGURES, {"months": months})
        print(f"企业月度数 {cursor.rowcount:,} 条")
        began = time.monotonic()
        while True:
            moment = folding.fold(timezone.now(), at_most=20_000)
            if moment is not None and not moment.waiting:
                break
        print(f"首次汇总 {time.monotonic() - began:.1f} 秒")
        cursor.execute("VACUUM ANALYZE")


def sql() -> None:
    """Ours beside the raw aggregates, five times each; one event; a whole recount."""
    now = timezone.now()
    user = posts.attach(User.objects.get(username="specialist"), now)
    named = of_today("year", timezone.localdate(now))
    scope = Scope(sums.communities_of(user))
    ask = Ask(user, scope, named.period, Moment.objects.get().at)
    chosen = [row for row in indicators.INDICATORS.values() if isinstance(row, indicators.OfTickets | indicators.OfEnterprises)]

    def ours() -> None:
        indicators.read_all(ask, named, chosen)
        sums.figures(scope, "tax", "2000-01")

    def raw() -> None:
        for period in (named.period, named.before, named.year_before):
            measures.overview(user, period, now)
        with connection.cursor() as cursor:
            cursor.execute("SELECT metric, period, sum(value), count(*) FROM enterprises_figure WHERE superseded_at IS NULL GROUP BY 1, 2")

    mine, theirs = _median(ours), _median(raw)
    print(f"总览 {mine * 1000:.1f} ms，逐行汇总 {theirs * 1000:.1f} ms：{theirs / mine:.0f} 倍（要求 ≥ 100 倍，按 100 万件）")
    ticket = Grievance.objects.filed().order_by("pk").first()
    costs = []
    for n in range(5):
        Grievance.objects.filter(pk=ticket.pk).update(urges=n % 2)
        began = time.monotonic()
        folding.fold(timezone.now() + timedelta(seconds=n))
        costs.append(time.monotonic() - began)
    print(f"一件变动的汇总 {median(costs) * 1000:.1f} ms（{TicketTally.objects.standing().count():,} 件）")
    began = time.monotonic()
    found = sum(recount.check_month(community, month.isoformat(), timezone.now()) for community, month in recount.months())
    print(f"逐月核对 {time.monotonic() - began:.1f} 秒，差异 {found} 处（要求 0）")


def _median(work: Callable[[], Any]) -> float:
    found = []
    for _ in range(5):
        began = time.monotonic()
        work()
        found.append(time.monotonic() - began)
    return median(found)
