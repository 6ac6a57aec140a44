"""Sums of the enterprises' figures by place. A change costs the enterprises of its own metric and period, never the years before."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

_MAKE = """
INSERT INTO dashboards_figuresum (community_id, dimension, key, metric, period, total, enterprises)
SELECT place.community_id, sorts.dimension, coalesce(CASE sorts.dimension WHEN 'grid' THEN place.grid_id WHEN 'park' THEN place.park_id END, 0) AS key,
       figure.metric, figure.period, sum(figure.value), count(*)
FROM enterprises_figure figure
JOIN dashboards_enterprisetally place ON place.enterprise_id = figure.enterprise_id AND place.until_at IS NULL
CROSS JOIN (VALUES ('all'), ('grid'), ('park')) AS sorts(dimension)
WHERE figure.superseded_at IS NULL AND figure.metric = %s AND figure.period = %s
GROUP BY 1, 2, 3, 4, 5
"""


def resum(figures: Iterable[str]) -> None:
    """Each of `figures` is a metric and a period, such as “tax 2025”: those of the enterprises with a standing tally, summed by place."""
    with connection.cursor() as cursor:
        for each in sorted(figures):
            words = each.split(" ")
            cursor.execute("DELETE FROM dashboards_figuresum WHERE metric = %s AND period = %s", words)
            cursor.execute(_MAKE, words)
