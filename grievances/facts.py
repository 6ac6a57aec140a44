"""What a move is told, cleaned: texts without control characters, codes turned into rows within the teller's sight (R2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from community.models import Unit
from grievances.catalogue import offered
from grievances.models import Attachment, Grievance, ServiceItem, Transition
from grievances.moves import Fact
from grievances.states import GRADES
from wording import clean as clean_text
from wording.errors import FactsMissing

if TYPE_CHECKING:
    from accounts.models import User

MAX_FILES = 10
_EMPTY = (None, "", [], ())
_NUMBER = re.compile(r"MC\d{6}-\d{6}", re.ASCII)


@dataclass(frozen=True)
class Telling:
    """Who tells what about which ticket, when; `by` is None for the system, which is trusted to hand in rows."""

    grievance: Grievance
    by: User | None
    at: datetime


class _Wrong(Exception):
    """The problem with one fact, in Chinese."""


def clean(specs: tuple[Fact, ...], raw: Mapping[str, Any], telling: Telling) -> dict[str, Any]:
    """Facts by name, every name of `specs` present. Raises FactsMissing with one line for each fact at fault; unknown names are refused too."""
    problems: dict[str, str] = {}
    facts: dict[str, Any] = {}
    for name in raw.keys() - {spec.name for spec in specs}:
        problems[name] = "这一步没有这个字段"
    for spec in specs:
        value = raw.get(spec.name)
        try:
            facts[spec.name] = _clean_one(spec, value, telling)
        except _Wrong as wrong:
            problems[spec.name] = str(wrong)
    if problems:
        raise FactsMissing("还有内容需要补充或更正：" + "；".join(_named(specs, problems)), fields=problems)
    return facts


def _named(specs: tuple[Fact, ...], problems: Mapping[str, str]) -> list[str]:
    labels = {spec.name: spec.label for spec in specs}
    return [f"{labels.get(name, name)}（{text}）" for name, text in problems.items()]


_ASKED = {
    "text": "请填写", "lines": "请填写", "phone": "请填写", "files": "请附上文件", "evidence": "请附上文件，或者记一次谈话",
}  # fmt: skip


def _clean_one(spec: Fact, value: Any, telling: Telling) -> Any:
    if isinstance(value, str):
        value = value.strip()
    if value in _EMPTY:
        if spec.needed:
            raise _Wrong(_ASKED.get(spec.kind, "请选择"))
        return _BLANK.get(spec.kind)
    return _READERS[spec.kind](spec, value, telling)


def _text(spec: Fact, value: Any, telling: Telling) -> str:
    if not isinstance(value, str):
        raise _Wrong("须是文字")
    try:
        return clean_text(value, max_length=spec.most, multiline=spec.most > 200)
    except ValidationError as error:
        raise _Wrong("；".join(error.messages)) from None


def _phone(spec: Fact, value: Any, telling: Telling) -> str:
    text = _text(spec, value, telling)
    digits = [c for c in text if c.isdigit()]
    if not 7 <= len(digits) <= 16 or any(not (c.isdigit() or c in "+-() 转*（）") for c in text):
        raise _Wrong("请填写手机号或带区号的座机号")
    return text


def _choice(spec: Fact, value: Any, telling: Telling) -> str:
    assert spec.choices is not None
    if value not in spec.choices.values:
        raise _Wrong("请从“" + "、".join(str(label) for label in spec.choices.labels) + "”里选")
    return str(value)


def _score(spec: Fact, value: Any, telling: Telling) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value not in GRADES:
        raise _Wrong("请在一到五星里选")
    return value


def _flag(spec: Fact, value: Any, telling: Telling) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "on", "1", "yes", 1):
        return True
    if value in ("false", "off", "0", "no", 0):
        return False
    raise _Wrong("只能选是或否")


def _date(spec: Fact, value: Any, telling: Telling) -> date:
    if isinstance(value, datetime):
        return timezone.localtime(value).date()
    if isinstance(value, date):
        return value
    try:
        day = parse_date(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year <= 2100:
        raise _Wrong("请按“2026-11-30”的格式填写日期")
    return day


def _moment(spec: Fact, value: Any, telling: Telling) -> datetime:
    """A bare date means the end of that day's work; the caller's calendar decides, here 17:30 stands in as local time of day."""
    if isinstance(value, str) and len(value) == 10:
        value = _date(spec, value, telling)
    if isinstance(value, date) and not isinstance(value, datetime):
        return timezone.make_aware(datetime.combine(value, telling.grievance.community.hours().on(value).spans[-1][1]))
    try:
        moment = parse_datetime(value) if isinstance(value, str) else value
    except ValueError:
        moment = None
    if not isinstance(moment, datetime) or not 2000 <= moment.year <= 2100:
        raise _Wrong("请按“2026-11-30 17:30”的格式填写时间")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _item(spec: Fact, value: Any, telling: Telling) -> ServiceItem:
    if isinstance(value, ServiceItem):
        return value
    present = telling.grievance.service_item
    if present is not None and present.code == value and not present.retired:
        return present
    item = offered(telling.grievance.community_id, str(value)[:8])
    if item is None:
        raise _Wrong("没有这个事项，请从目录里选")
    return item


def _unit(spec: Fact, value: Any, telling: Telling) -> Unit:
    if isinstance(value, Unit):
        return value
    unit = Unit.objects.filter(community=telling.grievance.community_id, code=str(value)[:20]).first()
    if unit is None:
        raise _Wrong("没有这个单位，请从名录里选")
    return unit


def _units(spec: Fact, value: Any, telling: Telling) -> list[Unit]:
    if not isinstance(value, (list, tuple)) or len(value) > 10:
        raise _Wrong("请给出单位代码的列表，最多 10 个")
    return [_unit(spec, each, telling) for each in value]


def _person(spec: Fact, value: Any, telling: Telling) -> User:
    from grievances.owners import specialists

    if telling.by is None:
        return value  # somebody away is better than nobody: duty_specialist has looked for all others
    people = specialists(telling.grievance.community_id, telling.at)
    for person in people:
        if person == value or person.username == value or str(person.pk) == str(value):
            return person
    raise _Wrong("请选一位在岗的专员")


def _ticket(spec: Fact, value: Any, telling: Telling) -> Grievance:
    if isinstance(value, Grievance):
        return value
    number = str(value).strip().upper()
    rows = Grievance.objects.all() if telling.by is None else Grievance.objects.visible_to(telling.by)
    ticket = rows.filter(number=number).first() if _NUMBER.fullmatch(number) else None
    if ticket is None:
        raise _Wrong("没有这个办件编号")
    return ticket


def _order(spec: Fact, value: Any, telling: Telling) -> int:
    """The seq of a 督办 on this ticket."""
    text = str(value)
    if text.isascii() and text.isdigit() and len(text) < 9:
        seq = int(text)
        if Transition.objects.filter(grievance=telling.grievance, event="supervise", seq=seq).exists():
            return seq
    raise _Wrong("没有这条督办")


def _lines(spec: Fact, value: Any, telling: Telling) -> list[str]:
    items = value.splitlines() if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)):
        raise _Wrong("请一行写一条")
    short = Fact(spec.name, spec.label, most=200)
    lines = [_text(short, each.strip() if isinstance(each, str) else each, telling) for each in items if each not in _EMPTY]
    if not lines:
        raise _Wrong("请至少写一条")
    if len(lines) > 20:
        raise _Wrong("最多 20 条")
    return lines


def _files(spec: Fact, value: Any, telling: Telling) -> list[Any]:
    """Files the teller uploaded and nobody has used yet, used from now on; the system brings back what it was handed before.

    A foreign or unknown id gives the same answer.
    """
    from files.models import File

    ids = value if isinstance(value, (list, tuple)) else [value]
    if len(ids) > MAX_FILES:
        raise _Wrong(f"一次最多 {MAX_FILES} 个附件")
    try:
        keys = [each.pk if isinstance(each, File) else UUID(str(each)) for each in ids]
    except ValueError:
        raise _Wrong("附件号不对，请重新上传") from None
    free = File.objects.all() if telling.by is None else File.objects.visible_to(telling.by)
    found = {f.pk: f for f in free.select_for_update(no_key=True).filter(pk__in=keys)}
    mine = [found.get(key) for key in keys]
    if len(set(keys)) != len(keys) or None in mine:
        raise _Wrong("附件号不对或已被使用，请重新上传")
    if telling.grievance.pk and Attachment.objects.filter(grievance=telling.grievance).count() + len(keys) > 10 * MAX_FILES:
        raise _Wrong("这件诉求的附件已经太多")
    if telling.by is not None:
        # Undone with everything else when another fact is refused: `clean` runs inside the deed's transaction.
        File.objects.filter(pk__in=keys).update(used_at=telling.at)
    return mine


def _evidence(spec: Fact, value: Any, telling: Telling) -> list[dict[str, Any]]:
    """A list of attachment ids, `visit:<key>` and {"talk": {channel, person, at, note}}; cleaned to {kind, file|key|talk}, which is taken too."""
    entries = value if isinstance(value, (list, tuple)) else [value]
    if len(entries) > MAX_FILES:
        raise _Wrong(f"一次最多 {MAX_FILES} 项佐证")
    cleaned = []
    for entry in entries:
        if isinstance(entry, Mapping) and entry.get("kind") in ("file", "visit"):
            entry = entry.get("file") or entry.get("key")
        if isinstance(entry, Mapping):
            cleaned.append({"kind": "talk", "talk": _talk(entry.get("talk", entry), telling)})
        elif isinstance(entry, str) and entry.startswith("visit:"):
            cleaned.append({"kind": "visit", "key": _text(Fact("key", "走访单", most=80), entry, telling)})
        else:
            cleaned.append({"kind": "file", "file": _files(spec, [entry], telling)[0]})
    return cleaned


def _talk(entry: Any, telling: Telling) -> dict[str, str]:
    if not isinstance(entry, Mapping):
        raise _Wrong("谈话记录须写明方式、对象、时间和内容")
    talk = {}
    for name, label, most in (("channel", "方式", 20), ("person", "对象", 50), ("note", "内容", 2000)):
        if not entry.get(name):
            raise _Wrong(f"谈话记录缺{label}")
        talk[name] = _text(Fact(name, label, most=most), entry[name], telling)
    at = _moment(Fact("at", "时间"), entry.get("at") or telling.at, telling)
    if at > telling.at:
        raise _Wrong("谈话时间不能晚于现在")
    talk["at"] = at.isoformat()
    return talk


def _place(spec: Fact, value: Any, telling: Telling) -> Any:
    from enterprises.models import Tenancy

    if isinstance(value, Tenancy):
        return value
    text = str(value)
    row = None
    if text.isascii() and text.isdigit() and len(text) < 18:
        row = Tenancy.objects.filter(enterprise=telling.grievance.enterprise_id, pk=int(text)).first()
    if row is None:
        raise _Wrong("请从企业的入驻地里选")
    return row


_BLANK: dict[str, Any] = {"text": "", "phone": "", "lines": [], "units": [], "files": [], "evidence": [], "flag": False, "choice": ""}
_READERS = {
    "text": _text,
    "phone": _phone,
    "choice": _choice,
    "score": _score,
    "flag": _flag,
    "date": _date,
    "moment": _moment,
    "item": _item,
    "unit": _unit,
    "units": _units,
    "person": _person,
    "ticket": _ticket,
    "order": _order,
    "lines": _lines,
    "files": _files,
    "evidence": _evidence,
    "place": _place,
}


def plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The same facts as JSON keeps them: rows as their public code, moments in ISO 8601, blanks left out."""
    return {name: _plain(value) for name, value in facts.items() if value not in _EMPTY and value is not False}


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    for name in ("number", "code", "username"):
        if hasattr(value, name):
            return getattr(value, name)
    if hasattr(value, "pk"):
        return str(value.pk)
    return value
