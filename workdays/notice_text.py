"""The words of a State Council notice, read: 「元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。」

One day a line is read as well: 2027-01-01 放假 元旦. What does not fit together — the day of the week, the number of days — is said,
for a calendar with one wrong day makes every deadline wrong.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from workdays.table import Announced

LONGEST_DAYS: Final = 20
LONGEST_TEXT: Final = 8000
_OFF, _ON = ("放假", "休息", "公休"), ("上班", "补班", "工作日")
_DAY_OF_WEEK = r"(?:周|星期)([一二三四五六日天])"
_IN_BRACKETS = rf"(?:\((?:[^()]*?{_DAY_OF_WEEK})?[^()]*\))?"
_DATE = re.compile(
    r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日?" + _IN_BRACKETS
    + r"(?:\s*(?:至|到|-|~)\s*(?:(?P<to_year>\d{4})年)?(?:(?P<to_month>\d{1,2})月)?(?P<to_day>\d{1,2})日?" + _IN_BRACKETS + ")?"
)  # fmt: skip
_BY_NUMBERS = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_VERB = re.compile("|".join((*_OFF, *_ON)))
_HEADING = re.compile(r"^\s*(?:[一二三四五六七八九十]+、|\d+\.)?\s*([\u4e00-\u9fff、]{1,20}):")
_TOTAL = re.compile(r"共(\d{1,2})天")
_NUMBER = re.compile(r"国[\u4e00-\u9fff]{1,8}[〔\[(]\d{4}[〕\])]\s*\d{1,4}\s*号")
_YEAR = re.compile(r"(\d{4})年(?:部分)?节假日")
_WEEK = {word: place % 7 for place, word in enumerate("一二三四五六日")} | {"天": 6}


@dataclass
class Understood:
    """`rows` by day; `problems` in words, and then nothing should be put on file. `year` and `notice_no` where the text says them."""

    rows: list[Announced] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    year: int | None = None
    notice_no: str = ""


class _Wrong(ValueError):
    pass


def understand(text: str, year: int) -> Understood:
    """Days without a year are of `year`. Never raises."""
    flat = _flat(text[:LONGEST_TEXT])
    number, of_year = _NUMBER.search(flat), _YEAR.search(flat)
    found = Understood(year=int(of_year[1]) if of_year else None, notice_no=number[0].replace(" ", "") if number else "")
    days: dict[date, Announced] = {}
    for line in flat.splitlines():
        heading = _HEADING.match(line)
        for sentence in re.split(r"[。;]", line[heading.end() :] if heading else line):
            try:
                for day in _days(sentence, year, heading[1] if heading else ""):
                    if day.date in days and days[day.date].is_workday != day.is_workday:
                        raise _Wrong(f"{day.date:%Y-%m-%d} 又放假又上班，请核对")
                    days.setdefault(day.date, day)
            except _Wrong as wrong:
                found.problems.append(str(wrong))
    if len(text) > LONGEST_TEXT:
        found.problems.append(f"文字太长：只粘贴放假安排的那几条，不超过 {LONGEST_TEXT} 字")
    found.rows = [days[day] for day in sorted(days)]
    return found


def written(rows: list[Announced]) -> str:
    """One day a line, as `understand` reads it."""
    return "\n".join(f"{day.date:%Y-%m-%d} {'上班' if day.is_workday else '放假'} {day.name}".rstrip() for day in rows)


def _flat(text: str) -> str:
    """Brackets, digits and dashes of one kind; dates by numbers as dates in words."""
    text = unicodedata.normalize("NFKC", text.replace("〔", "\0").replace("〕", "\1")).replace("\0", "〔").replace("\1", "〕")
    text = re.sub(r"[–—―－]", "-", text)
    return _BY_NUMBERS.sub(lambda met: f"{met[1]}年{met[2]}月{met[3]}日", text)


def _days(sentence: str, year: int, heading: str) -> Iterator[Announced]:
    met = list(_DATE.finditer(sentence))
    total = _TOTAL.search(sentence)
    for place, each in enumerate(met):
        verb = _VERB.search(sentence, each.end())
        if verb is None:
            if heading or _VERB.search(sentence):
                raise _Wrong(f"“{each[0]}”是放假还是上班？请写明")
            continue  # a date of the letter, not of the arrangement
        first, last = _ends(each, year)
        length = (last - first).days + 1
        if not 1 <= length <= LONGEST_DAYS:
            raise _Wrong(f"“{each[0]}”的起止不对，请核对")
        if total and len(met) == 1 and int(total[1]) != length:
            raise _Wrong(f"“{each[0]}”是 {length} 天，通知写的是共 {total[1]} 天，请核对")
        worked = verb[0] in _ON
        name = (heading + ("调休上班" if worked else "")) if heading else _after(sentence, verb.end()) if place == len(met) - 1 else ""
        for offset in range(length):
            yield Announced(first + timedelta(days=offset), worked, name[:40])


def _after(sentence: str, end: int) -> str:
    """The name behind the word, where one day stands on a line."""
    rest = sentence[end:].strip(" \t,、:调休")
    return rest if re.fullmatch(r"[\u4e00-\u9fff、·]{0,20}", rest) else ""


def _ends(met: re.Match[str], year: int) -> tuple[date, date]:
    of_year = int(met["year"] or year)
    first = _date(of_year, int(met["month"]), int(met["day"]), met)
    if met["to_day"] is None:
        last = first
    else:
        month = int(met["to_month"] or met["month"])
        last = _date(int(met["to_year"] or of_year + (not met["to_year"] and month < first.month)), month, int(met["to_day"]), met)
    for day, word in ((first, met[4]), (last, met[8])):
        if word and day.weekday() != _WEEK[word]:
            raise _Wrong(f"{day:%Y-%m-%d} 是周{'一二三四五六日'[day.weekday()]}，通知写的是周{word}，请核对年份和日期")
    return first, last


def _date(year: int, month: int, day: int, met: re.Match[str]) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise _Wrong(f"“{met[0]}”不是一个日子，请核对") from None
