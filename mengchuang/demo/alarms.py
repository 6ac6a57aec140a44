"""Two rumours of unpaid wages, side by side: one was true, visited the next day and closed by a second person; the other was a false alarm.

Told before other flags are set; at the end the rules go over everything once, as they do every minute from then on.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from enterprises.models import Enterprise, Tenancy
from mengchuang.demo.chance import stream
from mengchuang.demo.history import Stage
from risks import flags, people, signs
from risks.kinds import CLEARED, Source, Verdict
from risks.models import Flag
from risks.watch import watch
from visits import record
from visits.states import Result
from workdays import SHANGHAI


@dataclass(frozen=True)
class Rumour:
    heard: str
    seen: str
    settled: str
    verdict: Verdict
    hour: int


RUMOURS = (
    Rumour(
        "保洁阿姨说这家有人在楼道里吵，说两个月没发工资。", "负责人承认回款晚了，12 名员工欠两个月工资共 19.6 万元，承诺三天内发清，已请劳动监察指导。",
        "工资已全部补发，12 名员工逐一电话确认，附银行流水。", Verdict.RESOLVED, 10,
    ),
    Rumour(
        "群里有人说这家发不出工资，要跑路。", "看了近三个月工资表和银行回单，每月 10 日足额发放；吵架的是前房东来要押金。",
        "上门核对工资表和回单，按时足额发放，传言不实。", Verdict.FALSE_ALARM, 14,
    ),
)  # fmt: skip


def tell(stage: Stage) -> None:
    """On the first two enterprises that nothing is said of."""
    taken = Enterprise.objects.filter(community=stage.town.community, status="active", risk_signs=None, representatives=None)
    for rumour, firm in zip(RUMOURS, taken.select_related("community").order_by("uscc")[: len(RUMOURS)], strict=False):
        _one(stage, rumour, firm)


def _one(stage: Stage, rumour: Rumour, firm: Enterprise) -> None:
    town = stage.town
    specialist = next(iter(town.holders("specialist", unit=people.WINDOW)), None)
    leader = next(iter(town.holders("leader")), None)
    seat = Tenancy.objects.open().filter(enterprise=firm, is_main=True).select_related("building").first()
    if specialist is None or leader is None or seat is None:
        return
    heard_at = _at(stage, -6, rumour.hour)
    signs.record_sign(
        firm,
        "wages",
        source=Source.MANUAL,
        key=f"demo:rumour:{firm.uscc}",
        at=heard_at,
        recorded_at=heard_at,
        note=rumour.heard,
        by=specialist,
    )
    watch(town.community, heard_at + timedelta(minutes=1), rules=("wages_sign",))
    visited_at = _at(stage, -5, rumour.hour)
    key = uuid.UUID(int=stream(f"rumour:{firm.uscc}").getrandbits(128), version=4)
    raw = {
        "key": str(key), "uscc": firm.uscc, "visited_at": visited_at.isoformat(), "result": Result.MET, "no_needs": True, "note": rumour.seen,
        "people": [{"name": firm.legal_person or "负责人", "title": "负责人", "phone": ""}], "building": seat.building_id,
        "place": f"{seat.building.name} {seat.room}",
    }  # fmt: skip
    record.record(raw, by=specialist, at=visited_at + timedelta(minutes=40))
    flag = Flag.objects.get(enterprise=firm, kind="wages")
    asked = flags.ask_to_lower(flag, CLEARED, rumour.settled, by=specialist, at=_at(stage, -3, rumour.hour), verdict=rumour.verdict)
    flags.decide_lowering(asked, True, by=leader, at=_at(stage, -3, rumour.hour) + timedelta(hours=1), note="已看过依据，同意。")


def _at(stage: Stage, back: int, hour: int) -> datetime:
    day = stage.work.day(back)
    return datetime(day.year, day.month, day.day, hour, 10, tzinfo=SHANGHAI)


def go_over(stage: Stage) -> None:
    watch(stage.town.community, stage.town.now)
