"""Short words for what tests do to one ticket, and what they ask about it."""

from datetime import datetime

from grievances import workflow
from grievances.models import Clock, Grievance
from tests import make

TALK = {"talk": {"channel": "电话", "person": "周敏", "note": "已核实"}}
FINISHED = {"outcome": "solved", "note": "对方已付款", "evidence": [TALK]}
TOLD = {"reply": "欠款已全部追回。", "told_by": "phone", "told_to": "周敏"}


def at(text):
    """`at("2026-11-18 10:00")` in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=make.SHANGHAI)


def do(ticket, event, by, when, **facts):
    return workflow.apply(ticket, event, by=by, at=at(when) if isinstance(when, str) else when, **facts)


def latest(ticket, code):
    """The last run of a clock, ended or not; None if it never ran."""
    return Clock.objects.filter(grievance=ticket, code=code).order_by("-pk").first()


def running(ticket):
    return set(Clock.objects.filter(grievance=ticket, ended_at__isnull=True).values_list("code", flat=True))


def fresh(ticket):
    return Grievance.objects.get(pk=ticket.pk)


def local(moment):
    """As people read it: `2026-11-18 10:00`."""
    return f"{moment.astimezone(make.SHANGHAI):%Y-%m-%d %H:%M}"
