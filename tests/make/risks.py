"""Signs and flags, led to where a test wants them by the deeds themselves."""

from __future__ import annotations

from datetime import date, datetime
from itertools import count as _count
from typing import Any

from accounts.models import User
from community.kinds import PostKind
from community.models import Community, Unit
from enterprises.models import Enterprise
from parks.models import Park
from risks import flags as _flags
from risks import signs as _signs
from risks.kinds import CLEARED, Level, Source, Verdict
from risks.models import Finding, Flag, FlagLevel, Lowering, ParkAlert, RuleVersion, Sign
from tests.make.community import WEDNESDAY
from tests.make.community import somebody as _somebody
from tests.make.enterprises import enterprise as _enterprise

_serial = _count(1)


def sign(
    *, enterprise: Enterprise | None = None, kind: str = "wages", at: datetime = WEDNESDAY, source: str = Source.VISIT, key: str = "", note: str = "",
    by: User | None = None,
) -> Sign:  # fmt: skip
    """Seen on a visit, unless said otherwise."""
    enterprise = enterprise or _enterprise()
    return _signs.record_sign(
        enterprise, kind, source=source, key=key or f"made:{next(_serial)}", at=at, recorded_at=at, note=note or "听到的情况", by=by
    )


def watcher(*, enterprise: Enterprise, at: datetime = WEDNESDAY) -> User:
    """A specialist of 综合治理 in the community of the enterprise: sets flags and decides on lowerings."""
    window = Unit.objects.filter(community=enterprise.community, code="ZL").first()
    facts: dict[str, Any] = {"unit": window} if window else {}
    if window is None:
        facts["unit"] = Unit.objects.create(community=enterprise.community, kind="window", code="ZL", name="综合治理专员窗口")
    return _somebody(PostKind.SPECIALIST, community=enterprise.community, at=at, **facts)


def flag(
    *, enterprise: Enterprise | None = None, kind: str = "wages", level: int = Level.RED, evidence: str = "员工反映两个月未发工资",
    at: datetime = WEDNESDAY, by: User | None = None, source: str = Source.MANUAL,
) -> Flag:  # fmt: skip
    """Raised by `by`, or by a specialist made for it."""
    enterprise = enterprise or _enterprise()
    return _flags.raise_flag(enterprise, kind, level, evidence, by=by or watcher(enterprise=enterprise, at=at), at=at, source=source)


def lowering(
    flag: Flag, *, to_level: int = CLEARED, evidence: str = "工资已补发，有流水", verdict: str = Verdict.RESOLVED, at: datetime = WEDNESDAY,
    by: User | None = None,
) -> Lowering:  # fmt: skip
    """Pending."""
    by = by or watcher(enterprise=flag.enterprise, at=at)
    return _flags.ask_to_lower(flag, to_level, evidence, by=by, at=at, verdict=verdict if to_level == CLEARED else "")


def lowered(flag: Flag, *, to_level: int = CLEARED, verdict: str = Verdict.RESOLVED, at: datetime = WEDNESDAY) -> Flag:
    """Asked by one, agreed to by another."""
    asked = lowering(flag, to_level=to_level, verdict=verdict, at=at)
    _flags.decide_lowering(asked, True, by=watcher(enterprise=flag.enterprise, at=at), at=at)
    flag.refresh_from_db()
    return flag


def finding(
    flag: Flag, *, rule: str = "wages_sign", key: str = "", level: int = Level.YELLOW, at: datetime = WEDNESDAY, **facts: Any
) -> Finding:
    """Behind an open flag."""
    facts = {"reason": "30 天内有 1 条欠薪或劳资线索", "figures": {"count": 1}, "params": {"within_days": 30, "times": 1}} | facts
    return Finding.objects.create(
        flag=flag, enterprise=flag.enterprise, rule=rule, key=key or f"sign:{next(_serial)}", level=level, found_at=at, **facts
    )


def private_flag(*, enterprise: Enterprise, at: datetime = WEDNESDAY) -> Flag:
    """As a rule raises it on what was told in confidence, with its finding."""
    owner = watcher(enterprise=enterprise, at=at)
    flag = Flag.objects.create(
        enterprise=enterprise, kind="labour_private", level=Level.RED, evidence="90 天内有 1 件", source=Source.RULE, owner=owner, raised_at=at,
        level_since_at=at,
    )  # fmt: skip
    FlagLevel.objects.create(flag=flag, from_level=CLEARED, level=Level.RED, from_at=at, evidence=flag.evidence)
    finding(flag, rule="labour_private")
    return flag


def rule_version(
    *, community: Community, rule: str = "rent_overdue", from_on: date = date(2026, 11, 1), params: dict[str, Any] | None = None, **facts: Any
) -> RuleVersion:  # fmt: skip
    facts = {"level": Level.YELLOW, "set_at": WEDNESDAY} | facts
    return RuleVersion.objects.create(community=community, rule=rule, from_on=from_on, params=params or {}, **facts)


def park_alert(*, park: Park, at: datetime = WEDNESDAY, owner: User | None = None, **facts: Any) -> ParkAlert:
    """Open."""
    facts = {
        "rule": "park_vacancy", "key": "vacancy", "weight": 7, "worst": 7, "level": Level.YELLOW, "reason": "空置率 36%",
        "figures": {"rate": "36.00"}, "params": {"percent": 30, "least": 1000},
    } | facts  # fmt: skip
    owner = owner or _somebody(PostKind.LEADER, community=park.community, at=at)
    return ParkAlert.objects.create(park=park, owner=owner, opened_at=at, **facts)
