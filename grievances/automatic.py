"""Rules propose; a rule whose switch is on also accepts or dispatches (actor Y). Both switches are off unless a community turns them on."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from community.kinds import PostKind
from community.models import Post
from grievances import workflow
from grievances.models import DispatchRule, Grievance
from grievances.routing import Proposal, describe, propose
from grievances.states import State
from wording.errors import Refused

BATCH = 1000


def by_rule(at: datetime) -> int:
    """Accepts, then dispatches, what a switched-on rule is the first to fit. Safe to repeat: a ticket that has moved on is left alone."""
    today = timezone.localtime(at).date()
    done = 0
    for switch, state, deed in (("automatic_accept", State.SUBMITTED, _accept), ("automatic", State.ACCEPTED, _dispatch)):
        communities = DispatchRule.objects.in_force(today).filter(**{switch: True}).values("community")
        rows = Grievance.objects.filter(state=state, community__in=communities, service_item__isnull=False).order_by("pk")
        for grievance in rows.select_related("service_item", "park", "grid")[:BATCH]:
            proposal = propose(grievance, on=today)
            if proposal.chosen is not None and getattr(proposal.chosen.rule, switch):
                done += deed(grievance, proposal, at)
    return done


def explain(proposal: Proposal) -> str:
    """The record of an automatic move: the rule, the conditions met, what it beat."""
    assert proposal.chosen is not None
    beaten = "、".join(each.rule.code for each in proposal.beaten) or "无"
    return f"{describe(proposal.chosen)}；落选：{beaten}"


def _accept(grievance: Grievance, proposal: Proposal, at: datetime) -> int:
    """责任专员在岗: the ticket waits for a person while its specialist is away."""
    on_duty = Post.objects.on_duty(at).filter(
        user=grievance.assignee_id, community=grievance.community_id, kind__in=(PostKind.SPECIALIST, PostKind.LEADER)
    )
    if not on_duty.exists():
        return 0
    return _run(grievance, "accept", at, service_item=grievance.service_item, rule=explain(proposal))


def _dispatch(grievance: Grievance, proposal: Proposal, at: datetime) -> int:
    assert proposal.chosen is not None
    if proposal.chosen.unit is None:
        return 0
    return _run(grievance, "dispatch", at, unit=proposal.chosen.unit, rule=explain(proposal))


def _run(grievance: Grievance, event: str, at: datetime, **facts: object) -> int:
    try:
        workflow.apply(grievance, event, by=None, at=at, **facts)
    except Refused:
        return 0
    return 1
