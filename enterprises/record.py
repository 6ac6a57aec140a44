"""Writing figures: by the office, out of a sheet, or as the enterprise proposes and the office confirms. Nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import repeat
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

import audit
import notices
from community.kinds import COMMUNITY_WIDE_KINDS, ENTERPRISE_KINDS
from community.models import Community
from community.posts import held
from enterprises import bulk
from enterprises.metrics import check_value, period_label
from enterprises.models import Enterprise, Figure, FigureProposal, FileCheck, Representative, Tenancy
from parks.models import Park
from wording import clean
from wording.errors import FactsMissing, NotYours, StateConflict

if TYPE_CHECKING:
    from accounts.models import User

BY_ENTERPRISE, BY_PARK = "企业自报", "园区报送"
_TICK = timedelta(microseconds=1)
REPORTED_WITHIN = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Entry:
    """A value to be recorded, and the row that stands there: its key and moment, None where there is none."""

    enterprise_id: int
    metric: str
    period: str
    value: Decimal
    dated_on: date | None = None
    stands: int | None = None
    since: datetime | None = None


def may_record(enterprise: Enterprise, user: User) -> bool:
    return any(post.community_id == enterprise.community_id for post in held(user, *COMMUNITY_WIDE_KINDS))


def may_propose(enterprise: Enterprise, user: User) -> bool:
    return bool(Enterprise.objects.represented_by(user).filter(pk=enterprise.pk).exists())


def write(entries: Sequence[Entry], *, by: User | None, at: datetime, source: str, batch: UUID | None = None) -> None:
    """Record values that were checked and differ from what stands, the office vouching for them; in the caller's transaction, two statements
    whatever their number. A clock that has stepped back never makes a value end before it began."""
    if not entries:
        return
    closing = [
        {"id": each.stands, "superseded_at": max(at, each.since + _TICK)} for each in entries if each.stands and each.since is not None
    ]
    bulk.update(Figure, closing)
    vouched = {"confirmed_at": at if by else None, "confirmed_by_id": by.pk if by else None, "recorded_by_id": by.pk if by else None}
    columns: dict[str, Iterable[Any]] = {
        "enterprise_id": [each.enterprise_id for each in entries], "metric": [each.metric for each in entries],
        "period": [each.period for each in entries], "value": [each.value for each in entries], "dated_on": [each.dated_on for each in entries],
        "source": repeat(source, len(entries)), "batch": repeat(batch, len(entries)), "recorded_at": [at if each.since is None else max(at, each.since + _TICK) for each in entries],
        **{name: repeat(fact, len(entries)) for name, fact in vouched.items()},
    }  # fmt: skip
    bulk.insert_columns(Figure, columns, len(entries))


def take_back(batch: UUID, *, at: datetime) -> None:
    """End what a sheet has recorded and hold again what stood before it, as of now: on the days between, the sheet's values were what was
    known. In the caller's transaction. Raises StateConflict when one of them has been superseded since."""
    rows = list(Figure.objects.filter(batch=batch).select_related("enterprise").select_for_update(of=("self",), no_key=True))
    for community in {row.enterprise.community_id for row in rows}:
        _lock("pg_advisory_xact_lock", community)
    changed = sorted({str(row) for row in rows if row.superseded_at is not None})
    if changed:
        raise StateConflict(f"导入之后又有改动，不能整批撤销：{'、'.join(changed[:5])}。请先撤销后来的导入，或逐个更正。")
    ends = {row.pk: max(at, row.recorded_at + _TICK) for row in rows}
    before = {
        (row.enterprise_id, row.metric, row.period, row.superseded_at): row
        for row in Figure.objects.filter(
            enterprise__in={row.enterprise_id for row in rows}, superseded_at__in={row.recorded_at for row in rows}
        )
    }
    bulk.update(Figure, [{"id": row.pk, "superseded_at": ends[row.pk]} for row in rows])
    again = [(before[key], ends[row.pk]) for row in rows if (key := (row.enterprise_id, row.metric, row.period, row.recorded_at)) in before]
    kept = ("enterprise_id", "metric", "period", "value", "source", "dated_on", "recorded_by_id", "confirmed_by_id", "confirmed_at")
    bulk.insert(Figure, [{name: getattr(row, name) for name in kept} | {"recorded_at": moment} for row, moment in again])


def alone(community: Community) -> None:
    """Until the end of the transaction nobody else writes figures of this community: a sheet is decided against what stands."""
    _lock("pg_advisory_xact_lock", community.pk)


def _lock(how: str, community: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {how}(hashtext('enterprises.figures'), %s)", [community])


@transaction.atomic
def record(
    enterprise: Enterprise, metric: str, period: str, value: Decimal, *, by: User, at: datetime, source: str, dated_on: date | None = None,
    seen: int | None = None,
) -> Figure:  # fmt: skip
    """One value by the office; the same value with the same source changes nothing. `seen` is the key of the row the page showed, 0 for none.

    Raises NotYours, ValidationError, StateConflict when somebody was quicker.
    """
    if not may_record(enterprise, by):
        raise NotYours("只有本社区的专员和负责人可以登记企业指标；企业请用「提出更正」。")
    source = clean(source, max_length=60)
    if not source:
        raise FactsMissing("请写明来源。", fields={"source": ["请填写，如：统计月报、审计报告、企业自报。"]})
    value = check_value(metric, period, value, today=timezone.localtime(at).date())
    standing = _standing(enterprise, metric, period)
    _refuse_late(standing, seen)
    if standing is not None and (standing.value, standing.source, standing.dated_on) == (value, source, dated_on):
        return standing
    write([_entry(enterprise, metric, period, value, dated_on, standing)], by=by, at=at, source=source)
    audit.record(
        "figure_recorded",
        by=by,
        at=at,
        target=f"enterprise:{enterprise.uscc}",
        detail={"metric": metric, "period": period, "source": source},
    )
    return Figure.objects.standing().get(enterprise=enterprise, metric=metric, period=period)  # type: ignore[no-any-return]


@transaction.atomic
def propose(
    enterprise: Enterprise,
    metric: str,
    period: str,
    value: Decimal,
    *,
    by: User,
    at: datetime,
    note: str = "",
    dated_on: date | None = None,
) -> FigureProposal:
    """What the enterprise says; said again before it is decided, the new value takes the place of the old. Raises NotYours, ValidationError,
    StateConflict when it stands already."""
    if not may_propose(enterprise, by):
        raise NotYours("只有本企业的管理员和经办人可以提出更正。")
    value = check_value(metric, period, value, today=timezone.localtime(at).date())
    standing = _standing(enterprise, metric, period)
    if standing is not None and standing.value == value:
        raise StateConflict("档案里已是这个数，不用更正；确认无误请点「核对无误」。")
    facts: dict[str, Any] = {
        "value": value, "seen": standing.value if standing else None, "note": note, "dated_on": dated_on, "proposed_by": by, "proposed_at": at,
    }  # fmt: skip
    row = _say(enterprise, metric, period, facts)
    audit.record("figure_proposed", by=by, at=at, target=f"enterprise:{enterprise.uscc}", detail={"metric": metric, "period": period})
    return row  # type: ignore[no-any-return]


def may_report(enterprise: Enterprise, user: User) -> bool:
    """Steward and operator of a park it sits in."""
    parks = Tenancy.objects.open().filter(enterprise=enterprise).values("building__park")
    rows = Park.objects.filter(pk__in=parks)
    return bool(rows.kept_by(user).exists() or rows.run_by(user).exists())


@transaction.atomic
def report_headcount(enterprise: Enterprise, heads: int, *, counted_on: date, by: User, at: datetime, note: str = "") -> FigureProposal:
    """人数 as the park sees them on a day: for the quarter of that day, and counted once the office has confirmed it. Raises NotYours,
    ValidationError, StateConflict where the enterprise itself has said something that still waits."""
    if not may_report(enterprise, by):
        raise NotYours("人数由企业所在园区的园区长或运营方报送。")
    today = timezone.localtime(at).date()
    if not today - REPORTED_WITHIN <= counted_on <= today:
        raise ValidationError({"counted_on": "日期须在过去一年之内，不能晚于今天。"})
    period = f"{counted_on.year}Q{(counted_on.month + 2) // 3}"
    value = check_value("staff", period, Decimal(heads), today=today)
    standing = _standing(enterprise, "staff", period)
    waiting = FigureProposal.objects.waiting().filter(enterprise=enterprise, metric="staff", period=period).first()
    if waiting is not None and may_propose_as(waiting.proposed_by_id, enterprise):
        raise StateConflict("企业自己报的人数还在等社区核实，先不用报。")
    facts = {
        "value": value, "seen": standing.value if standing else None, "note": note, "dated_on": counted_on, "proposed_by": by, "proposed_at": at,
    }  # fmt: skip
    row = _say(enterprise, "staff", period, facts)
    audit.record(
        "headcount_reported", by=by, at=at, target=f"enterprise:{enterprise.uscc}", detail={"period": period, "on": str(counted_on)}
    )
    return row


def may_propose_as(user: int, enterprise: Enterprise) -> bool:
    """Whether this person speaks for the enterprise now."""
    return bool(Representative.objects.in_force().filter(enterprise=enterprise, post__user=user, role__in=ENTERPRISE_KINDS).exists())


def _say(enterprise: Enterprise, metric: str, period: str, facts: dict[str, Any]) -> FigureProposal:
    """One waiting row for one thing: said again, the new takes the place of the old."""
    row = (
        FigureProposal.objects.waiting().filter(enterprise=enterprise, metric=metric, period=period).select_for_update(no_key=True).first()
    )
    row = row or FigureProposal(enterprise=enterprise, metric=metric, period=period)
    for name, fact in facts.items():
        setattr(row, name, fact)
    row.full_clean()
    row.save()
    return row  # type: ignore[no-any-return]


@transaction.atomic
def decide(
    proposal: FigureProposal, *, accepted: bool, by: User, at: datetime, reason: str = "", seen: Decimal | None = None
) -> FigureProposal:
    """Take the value over, or say why not; the enterprise is told. `seen` is the proposed value the page showed. Raises NotYours,
    FactsMissing, StateConflict (decided already, or changed meanwhile)."""
    proposal = (
        FigureProposal.objects.select_for_update(of=("self",), no_key=True).select_related("enterprise", "proposed_by").get(pk=proposal.pk)
    )
    if not may_record(proposal.enterprise, by):
        raise NotYours("数据更正由本社区的专员或负责人审核。")
    if proposal.decided_at is not None:
        raise StateConflict(f"这条更正已{'采纳' if proposal.accepted else '答复'}，不用再审。")
    if seen is not None and seen != proposal.value:
        raise StateConflict("企业刚刚改了这条更正，请看过新的数再审核。")
    if not accepted and not reason.strip():
        raise FactsMissing("不采纳须写明理由。", fields={"reason": ["请写明为什么不采纳、企业可以怎么办。"]})
    own = may_propose_as(proposal.proposed_by_id, proposal.enterprise) or proposal.metric != "staff"
    if accepted:
        standing = _standing(proposal.enterprise, proposal.metric, proposal.period)
        if standing is None or standing.value != proposal.value:
            entry = _entry(proposal.enterprise, proposal.metric, proposal.period, proposal.value, proposal.dated_on, standing)
            write([entry], by=by, at=at, source=BY_ENTERPRISE if own else BY_PARK)
    proposal.accepted, proposal.decided_by, proposal.decided_at, proposal.reason = accepted, by, at, reason
    proposal.save()
    audit.record(
        "figure_decided", by=by, at=at, target=f"enterprise:{proposal.enterprise.uscc}",
        detail={"metric": proposal.metric, "period": proposal.period, "accepted": accepted},
    )  # fmt: skip
    words = f"{proposal.meaning.label}（{period_label(proposal.period)}）"
    told = "已按您填的数更新。" if accepted else f"没有采纳：{reason}"
    link = f"/enterprises/{proposal.enterprise.uscc}/" + ("figures/" if own else "")
    notices.tell(
        f"proposal:{proposal.pk}:{proposal.proposed_at.timestamp()}", [proposal.proposed_by], title="数据更正有了答复", body=f"{words}{told}", link=link, kind="file", at=at,
    )  # fmt: skip
    return proposal  # type: ignore[no-any-return]


@transaction.atomic
def check_file(enterprise: Enterprise, *, by: User, at: datetime) -> FileCheck:
    """核对无误, once a day. Raises NotYours."""
    if not (may_propose(enterprise, by) or may_record(enterprise, by)):
        raise NotYours("档案由本企业的人或社区的专员核对。")
    Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise.pk)
    today = timezone.localtime(at).date()
    done = FileCheck.objects.filter(enterprise=enterprise, by=by, at__date=today).first()
    if done is None:
        done = FileCheck.objects.create(enterprise=enterprise, by=by, at=at)
        audit.record("file_checked", by=by, at=at, target=f"enterprise:{enterprise.uscc}")
    return done


def _standing(enterprise: Enterprise, metric: str, period: str) -> Figure | None:
    """Under the lock of the enterprise, which every single value takes first, and beside no sheet."""
    _lock("pg_advisory_xact_lock_shared", enterprise.community_id)
    Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise.pk)
    return Figure.objects.standing().filter(enterprise=enterprise, metric=metric, period=period).first()  # type: ignore[no-any-return]


def _refuse_late(standing: Figure | None, seen: int | None) -> None:
    if seen is not None and seen != (standing.pk if standing else 0):
        now = f"现在是 {standing.value:,} {standing.meaning.unit}（{standing.source}）" if standing else "现在没有数值"
        raise StateConflict(f"您填写期间这个数已有变化：{now}。请核对后再保存。")


def _entry(enterprise: Enterprise, metric: str, period: str, value: Decimal, dated_on: date | None, standing: Figure | None) -> Entry:
    stands, since = (standing.pk, standing.recorded_at) if standing else (None, None)
    return Entry(enterprise.pk, metric, period, value, dated_on, stands, since)
