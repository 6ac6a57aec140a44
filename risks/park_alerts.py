"""Closing a warning on a park: asked by one person with evidence and verdict, agreed to by another. Everything may be told twice."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

import audit
import notices
from community.kinds import COMMUNITY_WIDE_KINDS, PostKind
from community.models import Post
from community.posts import held
from grievances.owners import NobodyThere, holders
from parks.models import Park
from risks import people
from risks.flags import LONGEST
from risks.kinds import Verdict
from risks.models import ParkAlert
from risks.rules import rule_label
from risks.signs import words_of
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict

if TYPE_CHECKING:
    from accounts.models import User

LINK = "/risks/parks/"


def may_ask(user: User, alert: ParkAlert) -> bool:
    """The office of its community, and the grid staff it lies with."""
    community = alert.park.community_id
    return any(post.community_id == community for post in held(user, *COMMUNITY_WIDE_KINDS)) or (
        Park.objects.in_grids_of(user).filter(pk=alert.park_id).exists()
    )


def may_decide(user: User, alert: ParkAlert) -> bool:
    """A second person who decides there; the street for what nobody else there may."""
    if user.pk == alert.asked_by_id:
        return False
    street = alert.park.community.street_id
    return people.decides_in(user, alert.park.community_id) or any(post.street_id == street for post in held(user, PostKind.STREET))


@transaction.atomic
def ask_to_close(alert: ParkAlert, verdict: str, evidence: str, *, by: User, at: datetime) -> ParkAlert:
    """Raises NotFound, NotYours, FactsMissing, StateConflict."""
    alert = _locked(alert, by)
    if not may_ask(by, alert):
        raise NotYours("园区预警由本社区的专员、负责人和所在网格的网格人员核实。")
    evidence = words_of(evidence, "evidence", "依据", LONGEST)
    if verdict not in Verdict.values:
        raise FactsMissing("请选择结论：属实已消除，或误报。", fields={"verdict": "请选择结论"})
    if alert.ended_at is not None:
        raise StateConflict("这条预警已经解除。")
    if alert.asked_at is not None:
        if (alert.asked_by_id, alert.verdict, alert.evidence) == (by.pk, verdict, evidence):
            return alert
        raise StateConflict("已有人申请解除这条预警，正在等待复核。")
    alert.asked_by, alert.asked_at, alert.verdict, alert.evidence = by, at, verdict, evidence
    alert.save(update_fields=["asked_by", "asked_at", "verdict", "evidence"])
    audit.record("park_alert_asked", by=by, at=at, target=f"park-alert:{alert.pk}")
    community = alert.park.community
    told = [each for each in people.deciders(community.pk, at) if each.pk != by.pk] or people.street_of(community.street_id, at)
    _tell(alert, "asked", told, by, at, f"{by.display_name}申请解除（{alert.get_verdict_display()}），请复核")
    return alert


@transaction.atomic
def decide(alert: ParkAlert, approved: bool, *, by: User, at: datetime) -> ParkAlert:
    """The second person closes it, or sends the request back, and it stands open as before. Raises NotFound, NotYours, StateConflict."""
    alert = _locked(alert, by)
    if alert.ended_at is not None:
        if approved and alert.ended_by_id == by.pk:
            return alert
        raise StateConflict("这条预警已经解除。")
    if alert.asked_at is None or alert.asked_by is None:
        raise StateConflict("这条预警没有待复核的解除申请。")
    if alert.asked_by_id == by.pk:
        raise NotYours("解除须由申请人以外的第二人复核。", code="second_person")
    if not may_decide(by, alert):
        raise NotYours("解除由社区负责人、综合治理专员或街道复核。")
    asker = alert.asked_by
    if approved:
        alert.ended_by, alert.ended_at = by, at
    else:
        alert.asked_by, alert.asked_at, alert.verdict, alert.evidence = None, None, "", ""
    alert.save(update_fields=["ended_by", "ended_at", "asked_by", "asked_at", "verdict", "evidence"])
    audit.record("park_alert_closed" if approved else "park_alert_declined", by=by, at=at, target=f"park-alert:{alert.pk}")
    _tell(alert, f"decided:{at.isoformat()}", [asker, alert.owner], by, at, f"{by.display_name}{'同意' if approved else '不同意'}解除")
    return alert


def hand_over_on_leaving(post: Post, at: datetime, by: User | None) -> None:
    """What he minded passes to the specialist on duty; nothing is left with who has gone."""
    if post.kind not in COMMUNITY_WIDE_KINDS or post.community_id is None:
        return
    mine = ParkAlert.objects.open().filter(owner=post.user_id, park__community=post.community_id)
    still = [each.pk for each in holders(Post.objects.in_force(at).filter(community=post.community_id, kind__in=COMMUNITY_WIDE_KINDS))]
    if post.user_id in still or not mine.exists():
        return
    try:
        mine.update(owner=people.on_duty(post.community_id, at, but=post.user_id))
    except NobodyThere:
        return


def _locked(alert: ParkAlert, by: User) -> ParkAlert:
    rows = ParkAlert.objects.visible_to(by).filter(pk=alert.pk).select_for_update(of=("self",), no_key=True)
    found: ParkAlert | None = rows.select_related("park__community", "owner", "asked_by").first()
    if found is None:
        raise NotFound("没有这条预警，或您无权查看。")
    return found


def _tell(alert: ParkAlert, what: str, told: list[User], by: User, at: datetime, words: str) -> None:
    body = f"{alert.park.name} · {rule_label(alert.rule)}：{words}。"
    event = f"risks:park:{alert.pk}:{what}"
    notices.tell(event, told, title="园区预警有新的进展", body=body, link=LINK, kind="risk", but=by, at=at)
