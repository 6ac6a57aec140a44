"""One ticket as somebody may read it: everything that hangs on it in one query, its history in another."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime

import workdays
from accounts.models import User
from community import held
from community.kinds import REPRESENTATIVE_KINDS, PostKind
from enterprises.models import Enterprise
from grievances import contact, my_people
from grievances.capacity import Standing, standing
from grievances.clocks import calendar_of
from grievances.models import (
    Attachment,
    Clock,
    Dispatch,
    FollowUp,
    Grievance,
    Letter,
    PrivateNote,
    ProgressLink,
    Rating,
    Request,
    Transition,
)
from grievances.states import DONE, GRADES, LIVE_DISPATCH, Actor, ClockCode, DispatchState, RequestState, State
from grievances.story import readable_circles
from portal.case import CLAIMS, SITE_VISITS, Case
from portal.clockface import Clockface, clockface
from portal.riders import RIDERS, bring, unpack
from portal.rights import DESK
from portal.templatetags.mc import cn_datetime, cn_short
from portal.ticket_story import asked, entries

PAUSED = (State.RETURNED, State.SUSPENDED)
WHERE: dict[str, str] = {
    State.SUBMITTED: "已提交，等专员受理",
    State.RETURNED: "请您补充材料，补好就接着办",
    State.ACCEPTED: "已受理，正在安排谁来办",
    State.DISPATCHED: "已派给承办单位，等待签收",
    State.IN_PROGRESS: "正在办理",
    State.SUSPENDED: "暂停办理，到时间自动接着办",
    State.AWAITING_FEEDBACK: "已办完，专员马上答复您",
    State.REJECTED: "没有受理，理由见下",
    State.WITHDRAWN: "已撤回",
    State.MERGED: "已和另一件一起办理",
}
ON_BOARD = tuple(RIDERS)


def _rows(rows: QuerySet[Any], **columns: str) -> ArraySubquery:
    return ArraySubquery(rows.filter(grievance=OuterRef("pk")).order_by("pk").values(row=JSONObject(**columns)))


def tickets(user: User, at: datetime) -> QuerySet[Grievance]:
    """Tickets in sight with what they refer to and what hangs on them: files, dispatches, clocks, ratings, requests, letters; for whoever
    may be on the enterprise's side also whom to call."""
    own_side: dict[str, Any] = {}
    if held(user, *REPRESENTATIVE_KINDS):
        links = ProgressLink.objects.standing(at).filter(grievance=OuterRef("pk")).order_by("-expires_at")
        own_side = my_people.on_board(at) | {"its_link_until": Subquery(links.values("expires_at")[:1])}
    return bring(Grievance.objects.visible_to(user), *ON_BOARD).annotate(
        its_files=_rows(
            Attachment.objects.all(),
            id="file_id", name="file__name", size="file__size", mime="file__mime", circle="circle", seq="transition__seq", at="added_at",
        ),
        its_dispatches=_rows(
            Dispatch.objects.all(),
            unit="unit__name", phone="unit__phone", code="unit__code", kind="unit__kind", is_main="is_main", state="state", cycle="cycle",
            sent_at="sent_at", acknowledged_at="acknowledged_at", expected_on="expected_on", final="final",
        ),
        its_clocks=_rows(
            Clock.objects.filter(ended_at__isnull=True),
            code="code", due_at="due_at", first_due_at="first_due_at", budget="budget_seconds", provisional="provisional",
        ),
        its_ratings=_rows(Rating.objects.all(), cycle="cycle", solved="solved", result="result", speed="speed", comment="comment", at="at"),
        its_requests=_rows(
            Request.objects.filter(state=RequestState.PENDING),
            kind="kind", reason="reason", facts="facts", asked_by="asked_by__name", asked_at="asked_at",
        ),
        its_follow_ups=_rows(
            FollowUp.objects.all(), cycle="cycle", kind="kind", state="state", again="again_result", end_note="end_note",
        ),
        **own_side,
        its_claims=CLAIMS,
        its_site_visits=SITE_VISITS,
        its_note=Subquery(PrivateNote.objects.visible_to(user).filter(grievance=OuterRef("pk")).values("body")[:1]),
        rejected_by=ArraySubquery(Transition.objects.filter(grievance=OuterRef("pk"), event="reject").values("by_id")),
        its_letters=ArraySubquery(
            Letter.objects.filter(dispatch__grievance=OuterRef("pk")).order_by("pk").values(
                row=JSONObject(number="number", due_on="due_on", unit="dispatch__unit__name", answered_at="answered_at", sent_at="sent_at")
            )
        ),
    )  # fmt: skip


def _moment(value: str | None) -> datetime | None:
    return parse_datetime(value) if value else None


class Ticket:
    """A ticket before somebody's eyes at a moment."""

    def __init__(self, row: Grievance, user: User, at: datetime) -> None:
        self.row, self.user, self.at = row, user, at

    @cached_property
    def stands(self) -> Standing:
        return standing(self.row, self.user)

    def is_one_of(self, *actors: Actor) -> bool:
        return any(actor in self.stands.posts for actor in actors)

    @cached_property
    def case(self) -> Case:
        """What a dispute has beside: claims, the visit at the door, the legal days, the other side."""
        return Case(self.row, self.user, self.at, self.stands, claims=self.row.its_claims, visits=self.row.its_site_visits)

    @property
    def private_note(self) -> str:
        """What the reader noted for himself."""
        return self.row.its_note or ""

    @property
    def own(self) -> bool:
        """Read from the enterprise's side."""
        return self.is_one_of(Actor.ENTERPRISE) or not self.is_one_of(*Actor) and any(
            post.kind in (PostKind.ENTERPRISE_MANAGER, PostKind.ENTERPRISE_MEMBER, PostKind.EMPLOYEE) for post in self.user.posts
        )  # fmt: skip

    @property
    def staff(self) -> bool:
        return not self.own

    @property
    def from_queue(self) -> bool:
        """Whether the reader works through a queue; a steward has a list of his own."""
        return bool(held(self.user, *DESK))

    @cached_property
    def circles(self) -> tuple[str, ...]:
        return readable_circles(self.stands)

    @cached_property
    def people(self) -> tuple[my_people.Helper, ...]:
        """Whom the enterprise calls about it; asked of pages on its side only."""
        return my_people.of_ticket(self.row)

    @property
    def may_share(self) -> bool:
        """Whether this reader may forward its progress (`progress_links.may_make`)."""
        return self.row.submitted_at is not None and self.is_one_of(Actor.ENTERPRISE)

    @property
    def link_until(self) -> datetime | None:
        """When the link that is out runs out; None where none is."""
        return self.row.its_link_until

    @property
    def specialist(self) -> my_people.Helper | None:
        """The assignee, while he still holds a post here."""
        return next((person for person in self.people if person.role == my_people.SPECIALIST), None)

    @cached_property
    def lines(self) -> list[Transition]:
        return list(Transition.objects.filter(grievance=self.row).select_related("by", "unit").in_order())

    @cached_property
    def files(self) -> list[dict[str, Any]]:
        seen = [file for file in self.row.its_files if file["circle"] in self.circles]
        for file in seen:
            file["picture"] = str(file["mime"]).startswith("image/")
        return seen

    @property
    def filed_files(self) -> list[dict[str, Any]]:
        """What came with the filing itself; the rest stands beside its line of the history."""
        return [file for file in self.files if file["seq"] is None]

    @cached_property
    def dispatches(self) -> list[dict[str, Any]]:
        rows = [dict(row) for row in self.row.its_dispatches if row["cycle"] == self.row.cycle and row["state"] in LIVE_DISPATCH]
        for row in rows:
            row["label"] = DispatchState(row["state"]).label
            row["sent_at"], row["acknowledged_at"] = _moment(row["sent_at"]), _moment(row["acknowledged_at"])
        return rows

    @property
    def main(self) -> dict[str, Any] | None:
        return next((row for row in self.dispatches if row["is_main"]), None)

    @property
    def co_units(self) -> list[dict[str, Any]]:
        return [row for row in self.dispatches if not row["is_main"]]

    @property
    def letters(self) -> list[dict[str, Any]]:
        return list(self.row.its_letters) if self.office else []

    @cached_property
    def clock(self) -> Clockface | None:
        """The promise; none before submitting, and none for an end that is no answer."""
        row = self.row
        if row.promise_due_at is None or row.state in (State.DRAFT, State.WITHDRAWN, State.MERGED):
            return None
        running = self._running(ClockCode.PROMISE)
        return clockface(
            row.promise_due_at, at=self.at, calendar=calendar_of(row.community), budget=running and running["budget"],
            provisional=row.provisional, paused=row.state in PAUSED, answered_at=row.answered_at,
        )  # fmt: skip

    @property
    def clock_line(self) -> str:
        """Below the countdown: what it counts to, or why it stands still."""
        row = self.row
        if row.answered_at is not None:
            return f"{cn_datetime(row.answered_at, self.at)} 已答复"
        if row.state == State.RETURNED:
            return "等企业补正，期间停止计时"
        if row.state == State.SUSPENDED:
            return f"挂起中，{cn_datetime(row.resume_at, self.at)} 恢复" if row.resume_at else "挂起中，停止计时"
        return (
            f"{cn_datetime(row.promise_due_at, self.at)} 前须答复企业"
            if self.staff
            else f"承诺 {cn_datetime(row.promise_due_at, self.at)} 前答复您"
        )

    @property
    def promise_words(self) -> str:
        days = self.row.policy.get("shortened_to") or self.row.policy.get("workdays")
        return f"承诺 {days} 个工作日办结" if days else ""

    @property
    def clock_note(self) -> str:
        first = self.first_promise_at
        parts = [f"原承诺 {cn_datetime(first, self.at)}" if first else "", f"已催办 {self.row.urges} 次" if self.row.urges else ""]
        return " · ".join(part for part in parts if part)

    @cached_property
    def next_clock(self) -> tuple[str, Clockface] | None:
        """The earliest running clock of the inner ten, for staff, where it is another one than the promise."""
        row = self.row
        running = self._running(row.next_clock) if row.next_clock else None
        if running is None or row.next_clock in (ClockCode.PROMISE, ClockCode.RATING_WINDOW):
            return None
        face = clockface(
            _moment(running["due_at"]), at=self.at, calendar=calendar_of(row.community), budget=running["budget"],
            provisional=running["provisional"], paused=row.state in PAUSED and row.next_clock == ClockCode.HANDLE,
        )  # fmt: skip
        return ClockCode(row.next_clock).label, face

    def _running(self, code: str) -> dict[str, Any] | None:
        return next((clock for clock in self.row.its_clocks if clock["code"] == code), None)

    @property
    def first_promise_at(self) -> datetime | None:
        """What was promised at first, where it has moved since (extension, pause)."""
        running = self._running(ClockCode.PROMISE)
        if running is None or running["first_due_at"] == running["due_at"]:
            return None
        return _moment(running["first_due_at"])

    @property
    def rating_until(self) -> datetime | None:
        running = self._running(ClockCode.RATING_WINDOW)
        due = _moment(running["due_at"]) if running else None
        return due if due is not None and due >= self.at else None

    @property
    def pending(self) -> dict[str, Any] | None:
        rows = self.row.its_requests if self.row.pending and (self.staff or self.row.pending == "withdraw") else []
        if not rows:
            return None
        row = rows[0]
        return asked(row["kind"], row["facts"], reason=row["reason"], by=row["asked_by"], at=_moment(row["asked_at"]))

    @property
    def ratings(self) -> list[dict[str, Any]]:
        return [
            row | {"result_label": GRADES[row["result"]], "speed_label": GRADES[row["speed"]], "at": _moment(row["at"])}
            for row in self.row.its_ratings
        ]

    @property
    def may_rate_again(self) -> bool:
        """A poor rating has been followed up, and the enterprise has not said yet what it thinks of that."""
        return self.is_one_of(Actor.ENTERPRISE) and any(
            row["kind"] == FollowUp.Kind.POOR_RATING and row["state"] == FollowUp.State.DONE
            and row["cycle"] == self.row.cycle and row["again"] is None
            for row in self.row.its_follow_ups
        )  # fmt: skip

    @property
    def missing(self) -> list[str]:
        """What the enterprise is asked for, while it is."""
        if self.row.state != State.RETURNED:
            return []
        return next((line.note.splitlines() for line in reversed(self.lines) if line.event == "return_for_info"), [])

    @property
    def supplement_until(self) -> datetime | None:
        running = self._running(ClockCode.SUPPLEMENT)
        return _moment(running["due_at"]) if running else None

    @property
    def rejection(self) -> str:
        if self.row.state != State.REJECTED:
            return ""
        return next((line.note for line in reversed(self.lines) if line.event == "reject"), "")

    @property
    def summary(self) -> str:
        """Where it stands, in the enterprise's words."""
        row = self.row
        if row.answered_at is not None and row.state in DONE:
            day = calendar_of(row.community)
            used = _spent(
                workdays.elapsed(row.submitted_at, row.answered_at, calendar=day), day.day_seconds(workdays.date_of(row.answered_at))
            )
            promised = row.policy.get("shortened_to") or row.policy.get("workdays")
            return f"已答复，用时 {used}" + (f"（承诺 {promised} 个工作日）" if promised else "")
        return WHERE.get(row.state, str(State(row.state).label))

    @property
    def contact(self) -> dict[str, Any]:
        """As this reader sees it, and whether he may ask for more."""
        seen = contact.shown(self.row, self.user)
        may = bool(self.row.contact_phone) and self.stands.may(contact.WORKING, "reveal") is not None
        return {"name": seen.name, "phone": seen.phone, "may_reveal": may}

    @cached_property
    def timeline(self) -> list[dict[str, Any]]:
        """Newest first, with the files that came with each line."""
        return entries(self)

    @property
    def step_notes(self) -> list[str]:
        """Below each of the five steps: when it was reached."""
        row = self.row
        sent = next((line.at for line in self.lines if line.cycle == row.cycle and line.to_state in ("dispatched", "in_progress")), None)
        rated = next((line.at for line in self.lines if line.event == "rate" and line.cycle == row.cycle), None)
        moments = (row.submitted_at, row.accepted_at, sent, row.answered_at, rated)
        return [cn_short(moment, self.at) if moment else "" for moment in moments]

    @property
    def over_words(self) -> str:
        """The end where it was another one than an answer."""
        return str(State(self.row.state).label) if self.row.state in (State.WITHDRAWN, State.REJECTED, State.MERGED) else ""

    @property
    def steps_reached(self) -> int:
        """The steps to show as done; for an end of another kind, how far it had come."""
        row = self.row
        return row.step or (2 if row.accepted_at else 1)

    @property
    def office(self) -> bool:
        """Whether the community or the street reads, which may open every enterprise's file."""
        return self.is_one_of(Actor.SPECIALIST, Actor.LEADER, Actor.STREET)

    @cached_property
    def dossier(self) -> bool:
        """Whether this reader may open the enterprise's file."""
        return self.staff and Enterprise.objects.visible_to(self.user).filter(pk=self.row.enterprise_id).exists()


def _spent(seconds: int, day: int) -> str:
    """Working time in one unit: 1.2 个工作日, 3 小时, 25 分钟."""
    if seconds * 10 >= day * 9:
        return f"{seconds / day:.1f} 个工作日"
    return f"{seconds // 3600} 小时" if seconds >= 3600 else f"{max(1, seconds // 60)} 分钟"


def find(user: User, number: str, at: datetime) -> Ticket | None:
    """The ticket, or None where it is not in sight."""
    rows = unpack(tickets(user, at).filter(number=number)[:1], *ON_BOARD)
    return Ticket(rows[0], user, at) if rows else None
