"""次日上门: the partner stands at the enterprise's door on the working day after it was sent a case of law (DOMAIN B11).

The visit is told as a message the enterprise reads, so that it is on the record and ends the clock of the first contact.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

import notices
import workdays
from community.models import Community
from grievances import hand, owners, workflow
from grievances.capacity import standing
from grievances.clocks import calendar_of
from grievances.models import Grievance, SiteVisit
from grievances.states import LIVE_DISPATCH, OPEN, Actor, Circle, DispatchState
from wording import clean
from wording.errors import FactsMissing, NotYours, StateConflict

if TYPE_CHECKING:
    from accounts.models import User

BATCH = 1000


def of_ticket(grievance: Grievance) -> SiteVisit | None:
    """The visit owed or made by whoever has the ticket now."""
    rows = SiteVisit.objects.filter(dispatch__grievance=grievance, dispatch__cycle=grievance.cycle, dispatch__is_main=True)
    return rows.exclude(dispatch__state__in=GONE).select_related("dispatch__unit").order_by("-pk").first()


def may_record(grievance: Grievance, user: User) -> bool:
    visit = of_ticket(grievance)
    return visit is not None and visit.made_at is None and _works(grievance, user)


@transaction.atomic
def record(
    grievance: Grievance,
    *,
    by: User,
    at: datetime,
    made_at: datetime | None,
    person: str,
    note: str,
) -> SiteVisit:
    """Whoever handles the ticket says that he was there. Raises NotInSight, NotYours, StateConflict, FactsMissing."""
    hand.write_all()
    locked = Grievance.objects.visible_to(by).select_for_update(of=("self",), no_key=True).filter(pk=grievance.pk).first()
    if locked is None:
        raise workflow.NotInSight("没有这件诉求，或您无权查看。")
    if not _works(locked, by):
        raise NotYours("上门由承办的机构登记；专员可以代登。")
    visit = of_ticket(locked)
    if visit is None or locked.state not in OPEN:
        raise StateConflict("这件诉求现在没有要登记的上门。")
    if visit.made_at is not None:
        raise StateConflict(f"已登记过上门：{timezone.localtime(visit.made_at):%m-%d %H:%M}。")
    said = {name: clean(text or "", max_length=most, multiline=name == "note") for name, text, most in
            (("person", person, 50), ("note", note, 2000))}  # fmt: skip
    problems = {name: "请填写" for name, text in said.items() if not text}
    if made_at is None:
        problems["made_at"] = "请填写上门的日期和时间"
    elif not visit.dispatch.sent_at <= made_at <= at:
        problems["made_at"] = "须在派单之后、现在之前"
    if problems:
        raise FactsMissing(
            "还不能登记上门，请补上：" + "；".join(f"{_LABELS[name]}（{text}）" for name, text in problems.items()), fields=problems
        )
    assert made_at is not None
    visit.made_at, visit.person, visit.recorded_at, visit.recorded_by = made_at, said["person"], at, by
    visit.save()
    words = f"{timezone.localtime(made_at):%m月%d日 %H:%M} 上门，见到{said['person']}。{said['note']}"
    workflow.apply(locked, "comment", by=by, at=at, body=words, circle=Circle.ENTERPRISE)
    return visit


_LABELS = {"made_at": "上门时间", "person": "见到谁", "note": "情况"}
GONE = (DispatchState.RETURNED, DispatchState.RECALLED)


def _works(grievance: Grievance, user: User) -> bool:
    return bool(standing(grievance, user).posts.keys() & {Actor.HANDLER, Actor.SPECIALIST})


def warn_overdue(at: datetime) -> int:
    """Once, to the firm and the specialist: nobody has been at the door yet."""
    done = 0
    rows = SiteVisit.objects.filter(made_at__isnull=True, warned_at__isnull=True, due_at__lt=at, dispatch__state__in=LIVE_DISPATCH)
    rows = rows.filter(dispatch__grievance__state__in=OPEN).select_related("dispatch__grievance__assignee", "dispatch__grievance__unit")
    for visit in rows.order_by("due_at", "pk")[:BATCH]:
        grievance = visit.dispatch.grievance
        with transaction.atomic():
            if not SiteVisit.objects.filter(pk=visit.pk, made_at__isnull=True, warned_at__isnull=True).update(warned_at=at):
                continue
            people = {
                person.pk: person for person in (*owners.workers(grievance, at), *([grievance.assignee] if grievance.assignee else []))
            }
            notices.tell(
                f"site-visit:{visit.pk}", list(people.values()), title=f"次日上门已逾期：{grievance.number}", body=grievance.title,
                link=f"/grievances/{grievance.number}/", at=at,
            )  # fmt: skip
            done += 1
    return done


def recalculate(at: datetime) -> int:
    """What rested on a presumed calendar, once the year is published; and where the community has changed its hours."""
    done = 0
    changed = Community.objects.exclude(hours_changes=[]).values("pk")
    rows = SiteVisit.objects.filter(made_at__isnull=True, due_at__gte=at)
    rows = rows.filter(Q(provisional=True) | Q(dispatch__grievance__community__in=changed))
    for visit in rows.select_related("dispatch__grievance__community"):
        due = workdays.days_limit(visit.dispatch.sent_at, 1, calendar=calendar_of(visit.dispatch.grievance.community))
        if (due.at, due.provisional) != (visit.due_at, visit.provisional):
            done += SiteVisit.objects.filter(pk=visit.pk, made_at__isnull=True).update(due_at=due.at, provisional=due.provisional)
    return done
