"""The hours of a working day, and the zone they are in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Self
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

SECOND = 1_000_000  # everything is counted in whole microseconds, so that no instant is ever rounded
_HOUR = 3600 * SECOND
_MINUTE = 60 * SECOND


class HoursRefused(ValueError):
    """Working hours that make no day; the message is Chinese."""


@dataclass(frozen=True, slots=True)
class Hours:
    """The spans of a working day, closed-open, in order and apart; raises `HoursRefused`.

    A community's own; by default 09:00–12:00 and 13:30–17:30, seven hours.
    """

    spans: tuple[tuple[time, time], ...] = ((time(9), time(12)), (time(13, 30), time(17, 30)))

    def __post_init__(self) -> None:
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
    def from_json(cls, spans: Sequence[Sequence[str]]) -> Self:
        """`[["09:00", "12:00"], ["13:30", "17:30"]]`; raises `HoursRefused`."""
        try:
            return cls(tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in spans))
        except HoursRefused:
            raise
        except (TypeError, ValueError) as problem:
            raise HoursRefused('工作时间的写法应为 [["09:00", "12:00"], ["13:30", "17:30"]]。') from problem

    def to_json(self) -> list[list[str]]:
        """What `from_json` reads."""
        return [[edge.isoformat("seconds" if edge.second else "minutes") for edge in span] for span in self.spans]


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
