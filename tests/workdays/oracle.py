"""The clock done the slow way: look at every minute, or second, and count. Shares nothing with the code it judges.

Its holidays were typed from the text of the notices for 2025 (国办发明电〔2024〕12号) and 2026 (国办发明电〔2025〕7号);
2027 is Monday to Friday.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _span(first: str, last: str) -> set[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return {start + timedelta(days=place) for place in range((end - start).days + 1)}


OFF = (
    _span("2025-01-01", "2025-01-01")
    | _span("2025-01-28", "2025-02-04")
    | _span("2025-04-04", "2025-04-06")
    | _span("2025-05-01", "2025-05-05")
    | _span("2025-05-31", "2025-06-02")
    | _span("2025-10-01", "2025-10-08")
    | _span("2026-01-01", "2026-01-03")
    | _span("2026-02-15", "2026-02-23")
    | _span("2026-04-04", "2026-04-06")
    | _span("2026-05-01", "2026-05-05")
    | _span("2026-06-19", "2026-06-21")
    | _span("2026-09-25", "2026-09-27")
    | _span("2026-10-01", "2026-10-07")
)
MADE_UP = {
    *(date(2025, 1, 26), date(2025, 2, 8), date(2025, 4, 27), date(2025, 9, 28), date(2025, 10, 11)),
    *(date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10)),
}
SEVEN_HOURS = ((time(9), time(12)), (time(13, 30), time(17, 30)))

Spans = Iterable[tuple[time, time]]
Later = Iterable[tuple[date, Spans]]
Pauses = Iterable[tuple[datetime, datetime]]


def worked_day(day: date) -> bool:
    return day in MADE_UP or (day.weekday() < 5 and day not in OFF)


def running(at: datetime, pauses: Pauses = (), spans: Spans = SEVEN_HOURS, later: Later = ()) -> bool:
    """Whether the clock runs in the moment that begins at `at`, a time on the wall in Shanghai; `later`: other spans from a day on."""
    clock = at.time()
    for day, others in later:
        if at.date() >= day:
            spans = others
    return (
        worked_day(at.date()) and any(start <= clock < end for start, end in spans) and not any(start <= at < end for start, end in pauses)
    )


def elapsed(start: datetime, end: datetime, pauses: Pauses = (), *, step: timedelta, spans: Spans = SEVEN_HOURS, later: Later = ()) -> int:
    """Seconds, all of them whole steps."""
    pauses = [(_wall(begin), _wall(finish)) for begin, finish in pauses]
    spans = tuple(spans)
    return sum(running(at, pauses, spans, later) for at in _steps(_wall(start), _wall(end), step)) * int(step.total_seconds())


def deadline(
    start: datetime, seconds: int, pauses: Pauses = (), *, step: timedelta, spans: Spans = SEVEN_HOURS, later: Later = ()
) -> datetime:
    """The first instant by which so many seconds have run."""
    pauses = [(_wall(begin), _wall(finish)) for begin, finish in pauses]
    spans = tuple(spans)
    at, left = _wall(start), seconds
    while left > 0:
        if running(at, pauses, spans, later):
            left -= int(step.total_seconds())
        at += step
    return at.replace(tzinfo=SHANGHAI)


def _wall(at: datetime) -> datetime:
    return at.astimezone(SHANGHAI).replace(tzinfo=None)


def _steps(at: datetime, end: datetime, step: timedelta) -> Iterator[datetime]:
    while at < end:
        yield at
        at += step
