"""The hours of a working day, and the zone they are in."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Self
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

SECOND = 1_000_000  # everything is counted in whole microseconds, so that no instant is ever rounded
_HOUR = 3600 * SECOND
_MINUTE = 60 * SECOND


class HoursRefused(ValueError):
    """Working hours that make no day; the message is Chinese."""


Spans = tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """The spans of a working day, closed-open, in order and apart; raises `HoursRefused`.

    A community's own; by default 09:00–12:00 and 13:30–17:30, seven hours. `changes`: from which day on other spans are kept, oldest
    first; what was worked before that day was worked by the spans of then.
    """

    spans: Spans = ((time(9), time(12)), (time(13, 30), time(17, 30)))
    changes: tuple[tuple[date, Spans], ...] = ()

    def __post_init__(self) -> None:
        days = [day for day, _ in self.changes]
        if any(earlier >= later for earlier, later in zip(days, days[1:], strict=False)):
            raise HoursRefused("同一天只能有一种工作时间，各次调整须按起用日先后排列。")
        for _, spans in self.changes:
            Hours(spans)
        if not self.spans:
            raise HoursRefused("工作时间不能为空，请至少填一段，如 09:00—12:00。")
        if any(edge.tzinfo is not None or edge.microsecond for span in self.spans for edge in span):
            raise HoursRefused("工作时间请写到分，如 09:00。")
        edges = [edge for span in self.spans for edge in span]
        if any(earlier >= later for earlier, later in zip(edges[::2], edges[1::2], strict=True)):
            raise HoursRefused("每段工作时间的结束须晚于开始。")
        if any(earlier > later for earlier, later in zip(edges[1::2], edges[2::2], strict=False)):
            raise HoursRefused("各段工作时间须按先后排列，且不能重叠。")

    @classmethod
    def from_json(cls, spans: Sequence[Sequence[str]], changes: Sequence[Mapping[str, Any]] = ()) -> Self:
        """`[["09:00", "12:00"], ["13:30", "17:30"]]` and `[{"from_on": "2026-12-07", "spans": …}]`; raises `HoursRefused`."""
        try:
            later = tuple((date.fromisoformat(change["from_on"]), _read(change["spans"])) for change in changes)
            return cls(_read(spans), later)
        except HoursRefused:
            raise
        except (TypeError, ValueError, KeyError) as problem:
            raise HoursRefused('工作时间的写法应为 [["09:00", "12:00"], ["13:30", "17:30"]]。') from problem

    def on(self, day: date) -> "Hours":
        """Those kept on `day`, without what comes after."""
        kept = [spans for from_on, spans in self.changes if from_on <= day]
        return Hours(kept[-1] if kept else self.spans)

    def words(self) -> str:
        """09:00–12:00、13:30–17:30."""
        return "、".join(f"{start:%H:%M}–{end:%H:%M}" for start, end in self.spans)

    @property
    def mark(self) -> str:
        """Empty while nothing was ever changed; otherwise different for every other set of changes."""
        if not self.changes:
            return ""
        return "/" + hashlib.sha256(repr(self.changes).encode()).hexdigest()[:12]

    def to_json(self) -> list[list[str]]:
        """What `from_json` reads."""
        return [[edge.isoformat("seconds" if edge.second else "minutes") for edge in span] for span in self.spans]


def _read(spans: Sequence[Sequence[str]]) -> Spans:
    return tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in spans)


DEFAULT_HOURS = Hours()


def of_day(clock: time) -> int:
    """Microseconds since midnight."""
    return clock.hour * _HOUR + clock.minute * _MINUTE + clock.second * SECOND + clock.microsecond


def local(at: datetime) -> datetime:
    """`at` on the wall in Shanghai; raises `ValueError` for a datetime without a zone."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise ValueError(f"a datetime without a time zone: {at!r}")
    return at.astimezone(SHANGHAI)


def on_the_wall(day: date, clock: time) -> datetime:
    """The instant at which clocks in Shanghai show `clock` on `day`."""
    return datetime.combine(day, clock, SHANGHAI)


def midnight(day: date) -> datetime:
    """The moment at which a day begins in China."""
    return on_the_wall(day, time())
