"""What somebody brings back from the door, read and checked before anything is written. All that is wrong is said at once.

The names of `fields` are those of the form: `people-0-phone`, `needs-1-body`, `facts-room`, `signs-0-kind`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from enterprises.models import Enterprise, Tenancy
from grievances.filing import title_of
from parks.models import Building
from risks.kinds import KINDS
from visits import known, people
from visits.facts import FACTS, Wrong
from visits.models import Task
from visits.people import Comer
from visits.states import Result
from wording import clean
from wording.errors import FactsMissing

if TYPE_CHECKING:
    from accounts.models import User

MOST_PEOPLE, MOST_NEEDS, MOST_SIGNS, MOST_PHOTOS, MOST_TICKETS = 10, 10, 6, 9, 20
#: How late a visit may be written down, and how far ahead of ours the clock of a phone may run.
LATEST, AHEAD = timedelta(days=90), timedelta(minutes=15)
LONGEST_WAIT = timedelta(days=730)
_YES = (True, "true", "on", "1", "yes", 1)
_NEED = ("service_item", "title", "body", "urgent", "confidential", "attachments", "contact_name", "contact_phone", "place")


@dataclass(frozen=True)
class Submission:
    """`people`: {name, title, phone}; `needs`: what `grievances.filing` asks for; `facts`: code → what was said, None for confirmed."""

    result: str
    visited_at: datetime
    building: Building | None
    place: str
    people: list[dict[str, str]]
    colleagues: list[Comer]
    no_needs: bool
    needs: list[dict[str, Any]]
    facts: dict[str, str | None]
    signs: list[tuple[str, str]]
    photos: list[UUID]
    tickets: list[str]
    note: str
    told: str
    next_step: str
    next_on: date | None

    @property
    def met(self) -> bool:
        return self.result == Result.MET

    @property
    def visited_on(self) -> date:
        return timezone.localtime(self.visited_at).date()


def key_of(raw: Mapping[str, Any]) -> UUID:
    """The number made where the form was filled in. Raises FactsMissing."""
    try:
        return UUID(str(raw.get("key") or ""))
    except ValueError:
        raise FactsMissing("缺少提交编号，请刷新页面再填一次。", fields={"key": "须是 UUID"}) from None


def read(raw: Mapping[str, Any], *, enterprise: Enterprise, task: Task | None, by: User, at: datetime) -> Submission:
    """Raises FactsMissing with everything that is wrong."""
    reader = _Reader(raw, enterprise, task, by, at)
    told = reader.all()
    if reader.problems:
        words = "；".join(dict.fromkeys(reader.problems.values()))
        raise FactsMissing(f"还有内容需要补充或更正：{words}。填好的都在。", fields=reader.problems)
    return told


class _Reader:
    def __init__(self, raw: Mapping[str, Any], enterprise: Enterprise, task: Task | None, by: User, at: datetime) -> None:
        self.raw, self.enterprise, self.task, self.by, self.at = raw, enterprise, task, by, at
        self.problems: dict[str, str] = {}

    def all(self) -> Submission:
        result = str(self.raw.get("result") or "")
        if result not in Result.values:
            self.problems["result"] = "请选择走访结果"
        visited_at = self._visited_at()
        met = result == Result.MET
        building, place = self._place(met)
        persons = self._people(met)
        needs = self._needs(met, persons)
        no_needs = met and self.raw.get("no_needs") in _YES
        if met and not needs and not no_needs:
            self.problems["needs"] = "请写下需求，或勾选“问过，无需求”"
        if needs and no_needs:
            self.problems["needs"] = "写了需求，就请取消“问过，无需求”"
        return Submission(
            result=result, visited_at=visited_at, building=building, place=place, people=persons, colleagues=self._colleagues(),
            no_needs=no_needs, needs=needs, facts=self._facts(), signs=self._signs(), photos=self._photos(), tickets=self._tickets(),
            note=self._text("note", "情况", 4000, multiline=True), told=self._text("told", "写给企业的话", 1000, multiline=True),
            next_step=self._text("next_step", "下一步", 200), next_on=self._next_on(visited_at),
        )  # fmt: skip

    def _text(
        self, name: str, label: str, most: int, *, multiline: bool = False, at: Mapping[str, Any] | None = None, field: str = ""
    ) -> str:
        value = (self.raw if at is None else at).get(name)
        if value is None or value == "":
            return ""
        field = field or name
        if not isinstance(value, str):
            self.problems[field] = f"{label}须是文字"
            return ""
        try:
            return clean(value, max_length=most, multiline=multiline)
        except ValidationError as error:
            self.problems[field] = f"{label}：{'；'.join(error.messages)}"
            return ""

    def _rows(self, name: str, label: str, most: int) -> list[tuple[str, Mapping[str, Any]]]:
        """Each row with the beginning of its fields' names; rows in which nothing was written are passed over."""
        given = self.raw.get(name) or []
        if not isinstance(given, (list, tuple)) or not all(isinstance(row, Mapping) for row in given):
            self.problems[name] = f"{label}须是一张清单"
            return []
        if len(given) > most:
            self.problems[name] = f"{label}最多 {most} 条"
        return [
            (f"{name}-{place}", row)
            for place, row in enumerate(given[:most])
            if any(value not in ("", None, False, []) for value in row.values())
        ]

    def _visited_at(self) -> datetime:
        value = self.raw.get("visited_at")
        if value in (None, ""):
            return self.at
        try:
            moment = value if isinstance(value, datetime) else parse_datetime(value) if isinstance(value, str) else None
            if moment is not None and timezone.is_naive(moment):
                moment = timezone.make_aware(moment)
            wrong = moment is None or not 2000 <= moment.year < 2100
        except (ValueError, OverflowError):
            moment, wrong = None, True
        if wrong or moment is None:
            self.problems["visited_at"] = "请按“2026-12-01 10:20”的格式填写走访时间"
            return self.at
        if moment > self.at + AHEAD:
            self.problems["visited_at"] = "走访时间不能晚于现在，请核对手机时间"
        elif moment < self.at - LATEST:
            self.problems["visited_at"] = f"只能补登最近 {LATEST.days} 天内的走访"
        return min(moment, self.at)

    def _place(self, met: bool) -> tuple[Building | None, str]:
        """What was written, else where the enterprise sits."""
        seats = list(Tenancy.objects.open().filter(enterprise=self.enterprise).select_related("building").order_by("-is_main", "pk"))
        chosen = str(self.raw.get("building") or "")
        seat = next((row for row in seats if str(row.building_id) == chosen), None) if chosen else (seats[0] if seats else None)
        if chosen and seat is None:
            self.problems["building"] = "请从企业的入驻地里选楼宇"
        place = self._text("place", "地点", 120)
        if not place and seat is not None:
            place = f"{seat.building.name} {seat.room}".strip()
        if met and not place:
            self.problems["place"] = "请填写在哪里见的面"
        return (seat.building if seat is not None else None), place

    def _people(self, met: bool) -> list[dict[str, str]]:
        rows = self._rows("people", "见到的人", MOST_PEOPLE)
        found = []
        for field, row in rows:
            person = known.find(self.enterprise, str(row["from"])[:60]) if row.get("from") else None
            name = self._text("name", "姓名", 60, at=row, field=f"{field}-name") or (person.name if person else "")
            title = self._text("title", "职务", 60, at=row, field=f"{field}-title") or (person.title if person else "")
            phone = self._phone(row, f"{field}-phone") or (person.phone if person else "")
            if not name:
                self.problems.setdefault(f"{field}-name", "请写下见到的人怎么称呼")
            found.append({"name": name, "title": title, "phone": phone})
        if met and not found:
            self.problems.setdefault("people", "请写下见到了谁")
        return found

    def _phone(self, row: Mapping[str, Any], field: str) -> str:
        text = self._text("phone", "电话", 20, at=row, field=field)
        digits = sum(each.isdigit() for each in text)
        if text and (not 7 <= digits <= 16 or any(not (each.isdigit() or each in "+-() 转（）") for each in text)):
            self.problems[field] = "请填写手机号或带区号的座机号"
        return text

    def _needs(self, met: bool, persons: list[dict[str, str]]) -> list[dict[str, Any]]:
        found = []
        for field, row in self._rows("needs", "需求", MOST_NEEDS):
            facts = {name: row[name] for name in _NEED if name in row}
            body = self._text("body", "需求", 5000, multiline=True, at=row, field=f"{field}-body")
            if not body:
                self.problems.setdefault(f"{field}-body", "请写下需求是什么")
            facts["title"] = self._text("title", "标题", 200, at=row, field=f"{field}-title") or title_of(body)
            facts["body"] = body
            who = next((person for person in persons if person["phone"]), None)
            if not facts.get("contact_phone"):
                if who is None:
                    self.problems["people-0-phone"] = "提了需求，请留一个能回复的电话"
                else:
                    facts["contact_name"], facts["contact_phone"] = who["name"][:50], who["phone"]
            elif not facts.get("contact_name") and persons:
                facts["contact_name"] = persons[0]["name"][:50]
            found.append(facts)
        if found and not met:
            self.problems["needs"] = "没有见到人，不能登记需求；请把听到的写在“情况”里"
        return found

    def _facts(self) -> dict[str, str | None]:
        given = self.raw.get("facts") or {}
        if not isinstance(given, Mapping):
            self.problems["facts"] = "核对的内容须按项目填写"
            return {}
        found: dict[str, str | None] = {}
        for code, row in given.items():
            field = f"facts-{code}"
            if code not in FACTS:
                self.problems[field] = "没有这个核对项目"
                continue
            said = row.get("said") if isinstance(row, Mapping) else None
            confirmed = row in _YES or (isinstance(row, Mapping) and row.get("confirmed") in _YES)
            if isinstance(said, int) and not isinstance(said, bool):
                said = str(said)
            if not said:
                if confirmed:
                    found[code] = None
                continue
            if not isinstance(said, str):
                self.problems[field] = f"{FACTS[code].label}须是文字"
                continue
            try:
                found[code] = FACTS[code].read(said) or None
            except Wrong as wrong:
                self.problems[field] = f"{FACTS[code].label}：{wrong}"
        return found

    def _signs(self) -> list[tuple[str, str]]:
        found: dict[str, str] = {}
        for field, row in self._rows("signs", "风险线索", MOST_SIGNS):
            kind = str(row.get("kind") or "")
            if kind not in KINDS or KINDS[kind].retired:
                self.problems[f"{field}-kind"] = "请从清单里选风险种类"
            found[kind] = self._text("note", "风险线索", 1000, multiline=True, at=row, field=f"{field}-note")
        return list(found.items())

    def _photos(self) -> list[UUID]:
        given = self.raw.get("photos") or []
        given = given if isinstance(given, (list, tuple)) else [given]
        try:
            keys = list(dict.fromkeys(UUID(str(each)) for each in given))
        except ValueError:
            self.problems["photos"] = "照片编号不对，请重新拍照"
            return []
        if len(keys) > MOST_PHOTOS:
            self.problems["photos"] = f"最多 {MOST_PHOTOS} 张照片"
        return keys

    def _tickets(self) -> list[str]:
        given = self.raw.get("tickets") or []
        given = given if isinstance(given, (list, tuple)) else [given]
        if len(given) > MOST_TICKETS:
            self.problems["tickets"] = f"最多 {MOST_TICKETS} 件诉求"
        return [str(each).strip().upper()[:20] for each in given[:MOST_TICKETS]]

    def _colleagues(self) -> list[Comer]:
        given = self.raw.get("colleagues") or []
        given = given if isinstance(given, (list, tuple)) else [given]
        if not given:
            return []
        may = {
            key: comer
            for comer in people.may_come(self.enterprise, self.task, self.at)
            for key in (str(comer.user.pk), comer.user.username)
        }
        found: dict[int, Comer] = {}
        for each in given[:20]:
            comer = may.get(str(each))
            if comer is None:
                self.problems["colleagues"] = "同去的人请从列出的人里选"
            elif comer.user.pk != self.by.pk:
                found[comer.user.pk] = comer
        return list(found.values())

    def _next_on(self, visited_at: datetime) -> date | None:
        value = self.raw.get("next_on")
        if value in (None, ""):
            return None
        try:
            day = (
                value
                if isinstance(value, date) and not isinstance(value, datetime)
                else parse_date(value)
                if isinstance(value, str)
                else None
            )
        except ValueError:
            day = None
        visited_on = timezone.localtime(visited_at).date()
        if day is None:
            self.problems["next_on"] = "请按“2026-12-15”的格式填写下次走访的日期"
        elif not visited_on < day <= visited_on + LONGEST_WAIT:
            self.problems["next_on"] = "下次走访须晚于这次，两年之内"
        return day
