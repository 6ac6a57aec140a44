"""One ticket from filing to where its plan ends, every step through `filing` and `workflow.apply` with its own moment handed in."""

from datetime import datetime, timedelta
from typing import Any

import workdays
from accounts.models import User
from grievances import filing, site_visits, sweeps, workflow
from grievances.models import Grievance, ServiceItem
from grievances.rating import is_drawn
from grievances.sides import serves_other_side
from mengchuang.demo.cases import cases, say, words
from mengchuang.demo.plans import Plan
from mengchuang.demo.town import Town
from mengchuang.demo.worktime import WorkTime

MINUTE, HOUR = 60, 3600
DAY = 7 * HOUR
POSTS = {"JF": "经济发展专员", "GS": "公共事务专员", "ZL": "综合治理专员", "DJ": "党群建设专员"}


class Play:
    """The ticket of one plan. `at` is the moment reached so far and never passes now."""

    def __init__(self, town: Town, work: WorkTime, items: dict[str, ServiceItem], limits: dict[str, int], plan: Plan) -> None:
        self.town, self.work, self.items, self.limits, self.plan = town, work, items, limits, plan
        self.dice = plan.dice
        self.case = plan.case
        self.at = plan.at
        self.grievance: Grievance
        self.specialist: User
        self.handler: User | None = None
        self.answer_at: datetime | None = None

    # Moving on.

    def do(self, event: str, by: User | None, **facts: Any) -> Grievance:
        self.grievance = workflow.apply(self.grievance, event, by=by, at=self.at, **facts)
        return self.grievance

    def wait(self, low: float, high: float) -> None:
        """Let some working seconds pass, never beyond now."""
        self.at = max(self.at, min(self.work.after(self.at, self.dice.uniform(low, high)), self.work.now))

    def wait_until(self, moment: datetime) -> None:
        self.at = max(self.at, min(moment, self.work.now))

    def twist(self, name: str) -> bool:
        return name in self.plan.twists

    def say(self, key: str, sub: str = "", **fills: str) -> str:
        return say(self.dice, key, sub, **fills)

    # 收集.

    def file(self) -> None:
        plan = self.plan
        manager = self.town.managers.get(plan.serial, plan.filer)
        contact = plan.filer if plan.channel == "web" else manager
        raw: dict[str, Any] = {
            "service_item": self.items[self.case.item],
            "title": self.case.title,
            "body": self.case.body,
            "place": self.town.tenancies[plan.serial],
            "contact_name": contact.name,
            "contact_phone": contact.phone,
            "urgent": plan.urgent,
            "confidential": plan.confidential,
            "personal": plan.personal,
        }
        by = self.town.acting(plan.filer.username)
        if plan.channel == "web":
            self.grievance = filing.file(by, raw, at=self.at, enterprise=self.town.enterprises[plan.serial])
        else:
            raw |= {"channel": plan.channel, "basis": plan.basis}
            self.grievance = filing.register(by, raw, at=self.at, uscc=self.town.enterprises[plan.serial].uscc)
        self._choose_specialist()
        self.set_answer(plan.pace)

    @property
    def limit(self) -> int:
        """The item's working days."""
        return int(self.limits[self.case.item])

    @property
    def enterprise(self) -> User:
        """Who speaks for the enterprise on this ticket: the employee himself, else its manager."""
        filer = self.plan.filer if self.plan.personal else self.town.managers[self.plan.serial]
        return self.town.acting(filer.username)

    def _choose_specialist(self) -> None:
        assignee = self.grievance.assignee
        assert assignee is not None
        chosen = self.plan.owner or assignee.username
        if not self.plan.owner and self.dice.random() < 0.2:
            chosen = self.dice.choice(self.colleagues()).username
        self.specialist = self.town.acting(chosen)

    def colleagues(self) -> list[User]:
        return self.town.holders("specialist", unit=self.case.window)

    def set_answer(self, pace: float) -> None:
        """When the enterprise is to be told: that share of the time between now and the promise; 0 is the same day."""
        promised = self.grievance.promise_due_at
        assert promised is not None
        left = max(self.work.span(self.at, promised), 20 * MINUTE)
        seconds = pace * left if pace else min(left * 0.9, self.dice.uniform(HOUR, 6 * HOUR))
        planned = self.work.after(self.at, seconds)
        self.answer_at = planned if self.plan.due_day is not None else min(planned, self.work.ago(self.dice.uniform(10 * MINUTE, 5 * HOUR)))

    def accept(self) -> None:
        if self.twist("return_for_info"):
            self._ask_for_more()
        hours = self.room_before_answer(0.12)
        self.wait(3 * MINUTE, max(6 * MINUTE, min(3.4 * HOUR, hours)))
        self.do("accept", self.specialist, service_item=self.items[self.case.item], priority=self.dice.choice(("", "", "normal")))

    def room_before_answer(self, share: float) -> float:
        """That share of the working seconds left before the answer."""
        assert self.answer_at is not None
        return self.work.span(self.at, self.answer_at) * share

    def _ask_for_more(self) -> None:
        self.wait(20 * MINUTE, 2 * HOUR)
        missing = self.dice.sample(words()["missing"][self.case.item[:2]], 1)
        self.do("return_for_info", self.specialist, missing=missing)
        self.wait(1 * HOUR, 2 * DAY)
        self.do("resubmit", self.enterprise, note=self.say("resubmit_notes"))
        self.set_answer(self.plan.pace)

    # 处置.

    def send(self) -> None:
        """To whoever the case says; ends with somebody working on it."""
        if self.case.by == "self":
            self.wait(2 * MINUTE, 40 * MINUTE)
            self.do("self_handle", self.specialist, reason=self.say("self_handle_reasons"))
            self.handler = self.specialist
            return
        self.dispatch()
        if self.handler is None:
            self.acknowledge()
            self._go_there()

    def _go_there(self) -> None:
        """次日上门, where it is owed: nine in ten within the working day, some later, those of today not yet."""
        if not self.grievance.unit or not site_visits.may_record(self.grievance, self.handler or self.specialist):
            return
        low, high = (0.05, 0.9) if self.dice.random() < 0.9 else (1.1, 1.8)
        made_at = self.work.after(self.at, DAY * self.dice.uniform(low, high))
        assert self.answer_at is not None
        if made_at >= min(self.answer_at, self.work.now):
            return
        self.at = made_at
        note = self.say("talks")
        site_visits.record(
            self.grievance, by=self.handler or self.specialist, at=self.at, made_at=made_at, person=self.grievance.contact_name, note=note
        )

    def dispatch(self) -> None:
        self.wait(4 * MINUTE, max(8 * MINUTE, min(2 * HOUR, self.room_before_answer(0.1))))
        unit = self.town.units[self._unit()]
        if serves_other_side(unit, self.grievance):
            self.do("self_handle", self.specialist, reason="合作机构服务对方，不能服务双方，由窗口自办。")
            self.handler = self.specialist
            return
        facts: dict[str, Any] = {"unit": unit, "note": self.say("dispatch_notes")}
        if self.twist("co_unit") and not self.case.by.startswith("WG") and self.case.by != "grid":
            facts["co_units"] = [self.town.units[self._grid_unit()]]
        self.do("dispatch", self.specialist, **facts)

    def _unit(self) -> str:
        match self.case.by:
            case "grid":
                return self._grid_unit()
            case "operator":
                return self.town.rooms[self.plan.serial].building.park.operator
            case code:
                return code

    def _grid_unit(self) -> str:
        return f"WG-{self.town.rooms[self.plan.serial].building.park.grid:02d}"

    def acknowledge(self) -> None:
        unit = self.grievance.unit
        assert unit is not None
        self.wait(5 * MINUTE, max(10 * MINUTE, min(3.2 * HOUR, self.room_before_answer(0.15))))
        if not unit.has_account:
            self.do("acknowledge", self.specialist, incoming=f"{unit.name}来电，已收函并安排经办人。")
            return
        self.handler = self.person_of(unit.code)
        expected = self.answer_at.astimezone(workdays.SHANGHAI).date() if self.answer_at else self.work.today
        self.do("acknowledge", self.handler, expected_on=max(expected, self.at.astimezone(workdays.SHANGHAI).date()))

    def person_of(self, code: str) -> User:
        grid = int(code[3:]) if code.startswith("WG-") else None
        for kind in ("partner", "operator", "department"):
            people = self.town.holders(kind, unit=code)
            if people:
                return people[0] if self.dice.random() < 0.6 else self.dice.choice(people)
        # A grid leader may be the specialist of the ticket as well, and nobody tells the enterprise of his own work (INV15).
        people = [person for person in self.town.holders("grid_staff", grid=grid) if person != self.specialist]
        leaders = [person for person in self.town.holders("grid_leader", grid=grid) if person != self.specialist]
        return people[0] if self.dice.random() < 0.5 else self.dice.choice([*people, *leaders])

    def contact(self) -> None:
        """First word to the enterprise, unless the answer itself comes at once."""
        if self.room_before_answer(1) > 5 * HOUR and self.dice.random() < 0.93:
            self.wait(3 * MINUTE, min(2 * HOUR, self.room_before_answer(0.2)))
            by, post = self.specialist, POSTS[self.case.window]
            if self.handler is not None and self.dice.random() < 0.4:
                by, post = self.handler, "承办人"
            self.do("comment", by, body=self.say("contact_notes", post=post), circle="enterprise")
        if self.twist("internal_note"):
            self.wait(10 * MINUTE, max(15 * MINUTE, self.room_before_answer(0.3)))
            self.do("comment", self.specialist, body=self.say("internal_notes"), circle="internal")
        if self.twist("enterprise_note"):
            self.wait(10 * MINUTE, max(15 * MINUTE, self.room_before_answer(0.3)))
            self.do("comment", self.enterprise, body=self.say("enterprise_notes"))

    def finish(self) -> None:
        """Done shortly before the answer; whatever helpers there were have answered by then."""
        assert self.answer_at is not None
        left = self.work.span(self.at, self.answer_at)
        self.wait_until(self.work.after(self.at, max(left - self.dice.uniform(10 * MINUTE, 3 * HOUR), left * 0.8)))
        if self.twist("co_unit") and self.grievance.unit is not None and self._co_rows():
            helper = self.person_of(self._grid_unit())
            self.do("co_done", helper, result="done", note=self.say("co_notes"))
            self.wait(5 * MINUTE, 20 * MINUTE)
        self.finish_once()
        if self.twist("send_back"):
            self.wait(10 * MINUTE, HOUR)
            self.do("send_back", self.specialist, reason=self.say("send_back_reasons"))
            self.wait(HOUR, 4 * HOUR)
            self.finish_once()

    def _co_rows(self) -> bool:
        return self.grievance.dispatches.filter(is_main=False, state="sent", cycle=self.grievance.cycle).exists()

    def finish_once(self) -> None:
        unit = self.grievance.unit
        assert unit is not None
        outcome = self.dice.choices(("solved", "partly_solved", "explained"), weights=(86, 6, 8))[0]
        talk = {
            "channel": self.dice.choice(("电话", "当面", "微信", "上门")),
            "person": self.grievance.contact_name,
            "at": self.at - timedelta(minutes=self.dice.randint(3, 40)),
            "note": self.say("talks"),
        }
        facts: dict[str, Any] = {"outcome": outcome, "note": self.case.done, "evidence": [{"talk": talk}]}
        if not unit.has_account:
            facts["incoming"] = f"{unit.name}复函，{self.at.astimezone(workdays.SHANGHAI):%m月%d日}收。"
        self.do("finish", self.handler if unit.has_account else self.specialist, **facts)

    # 反馈与评价.

    def tell(self) -> None:
        assert self.answer_at is not None
        self.wait_until(self.answer_at)
        name = self.grievance.contact_name
        reply = self.say("greetings", who=f"{name[0]}经理") + self.case.reply + self.say("closings")
        told_by = self.dice.choices(("phone", "portal", "message", "visit"), weights=(46, 26, 18, 10))[0]
        self.do("feed_back", self.specialist, reply=reply, told_by=told_by, told_to=name)
        if self.grievance.spot_check and is_drawn(self.grievance.number):
            sweeps.draw(self.grievance, self.at)

    def rate(self) -> None:
        """Within the window; later than now means not rated yet."""
        rated_at = self.at + timedelta(hours=self.dice.choice((0.3, 1, 2, 5, 20, 26, 48, 70, 120)) * self.dice.uniform(0.6, 1.3))
        if rated_at >= self.work.now:
            return
        self.at = rated_at
        score = self.plan.score
        solved = "yes" if score >= 4 else "partly" if score == 3 else self.dice.choice(("partly", "no", "no"))
        late = self.grievance.answered_at > self.grievance.promise_due_at
        speed = max(1, score - 1) if late else min(5, max(1, score + self.dice.choice((0, 0, 0, 0, 1, -1))))
        self.do("rate", self.enterprise, solved=solved, result=score, speed=speed, comment=self.say("comments", str(score)))

    @property
    def other_case(self) -> str:
        """Another item of the same window, for a change of class."""
        return self.dice.choice([code for code, found in cases().items() if found[0].window == self.case.window and code != self.case.item])
