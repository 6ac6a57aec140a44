"""Setting a scheme: a version from its first day on, and before it is saved which parks would be graded otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date

import audit
from community import held
from community.kinds import PostKind
from community.models import Community
from enterprises.metrics import days_of
from evaluations.formulas import Records
from evaluations.indicators import INDICATOR_OF, offered
from evaluations.models import MOST_OBJECTION_WORKDAYS, Scheme, SchemeGrade, SchemeIndicator, Value
from evaluations.reckoning import Terms, measure, reckon, terms_of
from evaluations.states import Missing, Scoring, Ties
from parks.models import Park
from wording.errors import FactsMissing, NotYours, StateConflict

if TYPE_CHECKING:
    from accounts.models import User

MOST_GRADES, MOST_STEPS = 6, 10
_NUMBER = re.compile(r"^-?\d{1,9}(\.\d{1,4})?$")
_PAIRS = re.compile(r"[,，;；、\n]+")
_BETWEEN = re.compile(r"\s*[:：]\s*")


@dataclass
class Draft:
    """A version that was typed and checked, and not saved."""

    scheme: Scheme
    indicators: list[SchemeIndicator]
    grades: list[SchemeGrade]

    @property
    def terms(self) -> Terms:
        return terms_of([row.rule for row in self.indicators], [row.grade for row in self.grades], self.scheme.ties)


@dataclass(frozen=True)
class Change:
    """What a draft would make of one park's last result."""

    park: Park
    before: tuple[Decimal | None, str]
    after: tuple[Decimal | None, str]

    @property
    def regraded(self) -> bool:
        return self.before[1] != self.after[1]


@dataclass(frozen=True)
class Preview:
    """Over the records of `period`; `before` is empty where no scheme was in force."""

    period: str
    changes: list[Change]
    compared: bool

    @property
    def regraded(self) -> int:
        return sum(change.regraded for change in self.changes) if self.compared else 0


def led(by: User) -> dict[str, Community]:
    """By code, the communities whose parks this person has judged. Raises NotYours."""
    found = {post.community.code: post.community for post in held(by, PostKind.LEADER)}
    if not found:
        raise NotYours("园区评价由社区负责人设定和组织。")
    return found


def terms(scheme: Scheme) -> Terms:
    rows, grades = scheme.indicators.all(), scheme.grades.all()
    ordered = sorted(rows, key=lambda row: row.rank)
    return terms_of([row.rule for row in ordered], [row.grade for row in sorted(grades, key=lambda row: row.place)], scheme.ties)


def in_force(community: Community, on: date) -> Scheme | None:
    found: Scheme | None = Scheme.objects.filter(community=community, from_on__lte=on).order_by("-from_on").whole().first()
    return found


def for_period(community: Community, period: str, today: date) -> Scheme | None:
    """What held at the end of the period: rules come before what they judge. Before the first scheme, that one, once its first day has come."""
    last = days_of(period)[1]
    first = Scheme.objects.filter(community=community, from_on__lte=today).order_by("from_on").whole().first()
    return in_force(community, last) or first


def draft(raw: Mapping[str, Any], *, by: User, at: datetime) -> Draft:
    """`raw["indicators"]`: [{code, weight, scoring, steps, missing}], `raw["grades"]`: [{label, quota}]. Raises NotYours, FactsMissing."""
    communities = led(by)
    community = communities.get(str(raw.get("community", "")), next(iter(communities.values())))
    problems: dict[str, Any] = {}
    day, workdays = _day(raw.get("from_on")), _whole(raw.get("objection_workdays"))
    if day is None or day < timezone.localtime(at).date():
        problems["from_on"] = "请选今天或以后的日期"
    if workdays is None or not 1 <= workdays <= MOST_OBJECTION_WORKDAYS:
        problems["objection_workdays"] = f"请填 1–{MOST_OBJECTION_WORKDAYS} 的整数"
    if str(raw.get("ties")) not in Ties.values:
        problems["ties"] = "请选同分时就高还是就低"
    indicators = _indicators(raw.get("indicators", ()), problems)
    grades = _grades(raw.get("grades", ()), problems)
    if problems:
        raise FactsMissing("还有内容需要更正。", fields=problems)
    scheme = Scheme(
        community=community, from_on=day, name=raw.get("name", ""), note=raw.get("note", ""), ties=raw.get("ties"),
        objection_workdays=workdays, set_by=by, set_at=at,
    )  # fmt: skip
    _check(scheme)
    return Draft(scheme, indicators, grades)


def _check(scheme: Scheme) -> None:
    try:
        scheme.clean_fields(exclude=["set_by"])
        scheme.validate_constraints(exclude=["community"])
    except ValidationError as error:
        fields = error.message_dict if hasattr(error, "error_dict") else {}
        raise FactsMissing("；".join(error.messages), fields=fields) from None


def _indicators(raw: Any, problems: dict[str, Any]) -> list[SchemeIndicator]:
    known, found = {each.code: each for each in offered()}, []
    for place, given in enumerate(raw if isinstance(raw, list | tuple) else ()):
        code = str(given.get("code", "")) if isinstance(given, Mapping) else ""
        if code not in known or any(row.code == code for row in found):
            problems["indicators"] = f"没有「{code[:20]}」这个指标，或写了两次"
            continue
        weight, better = number(given.get("weight"), places=2), known[code].better
        if weight is None or not 0 < weight <= 100:
            problems[f"weight-{code}"] = "权重须大于 0，不超过 100，最多两位小数"
            weight = Decimal(0)
        scoring = given.get("scoring") if given.get("scoring") in Scoring.values else Scoring.MINMAX
        steps = read_steps(given.get("steps"), code, problems) if scoring == Scoring.STEPS else []
        missing = given.get("missing") if given.get("missing") in Missing.values else Missing.ZERO
        found.append(SchemeIndicator(code=code, rank=place, weight=weight, better=better, scoring=scoring, steps=steps, missing=missing))
    if not found:
        problems.setdefault("indicators", "至少选一项指标")
    elif (total := sum((row.weight for row in found), Decimal(0))) != 100 and not any(name.startswith("weight-") for name in problems):
        problems["indicators"] = f"权重合计须为 100，现在是 {total.normalize():f}"
    return found


def read_steps(typed: Any, code: str, problems: dict[str, Any]) -> list[list[str]]:
    """「10:60，5:80，0:100」 → pairs of limit and points, from the easiest to the hardest."""
    better = INDICATOR_OF[code].better
    pairs = [_BETWEEN.split(part.strip()) for part in _PAIRS.split(str(typed or "")) if part.strip()]
    if not pairs or len(pairs) > MOST_STEPS or any(len(pair) != 2 or not all(_NUMBER.match(each) for each in pair) for pair in pairs):
        problems[f"steps-{code}"] = f"请写成「界限:得分」，用逗号隔开，如 10:60，5:100，最多 {MOST_STEPS} 档"
        return []
    ordered = sorted(pairs, key=lambda pair: Decimal(pair[0]), reverse=better == "low")
    gained = [Decimal(pair[1]) for pair in ordered]
    limits = {Decimal(pair[0]) for pair in ordered}
    rising = all(one < two for one, two in zip(gained, gained[1:], strict=False))
    if (
        len(limits) < len(ordered)
        or not rising
        or not gained[0] > 0
        or gained[-1] > 100
        or any(each.as_tuple().exponent < -2 for each in gained)
    ):
        problems[f"steps-{code}"] = "越难的档得分须越高，得分大于 0、不超过 100，最多两位小数"
        return []
    return [list(pair) for pair in ordered]


def _grades(raw: Any, problems: dict[str, Any]) -> list[SchemeGrade]:
    found: list[SchemeGrade] = []
    for place, given in enumerate(raw if isinstance(raw, list | tuple) else ()):
        label = _label(given.get("label", "")) if isinstance(given, Mapping) else ""
        quota = number(given.get("quota"), places=2) if isinstance(given, Mapping) else None
        if not label or any(row.label == label for row in found) or quota is None or not 0 < quota <= 100:
            problems["grades"] = "每个等级须有名称（10 字以内、不重复）和大于 0 的名额"
            quota = quota or Decimal(0)
        found.append(SchemeGrade(place=place, label=label, quota=quota))
    if not 2 <= len(found) <= MOST_GRADES:
        problems["grades"] = f"请设 2 到 {MOST_GRADES} 个等级"
    elif "grades" not in problems and (total := sum((row.quota for row in found), Decimal(0))) != 100:
        problems["grades"] = f"名额合计须为 100%，现在是 {total.normalize():f}%"
    return found


def _label(typed: Any) -> str:
    """As it would be stored, empty where nothing is left of it or it is too long."""
    try:
        return str(SchemeGrade._meta.get_field("label").clean(str(typed), None))
    except ValidationError:
        return ""


def save(drafted: Draft, *, by: User, at: datetime) -> Scheme:
    """In force from its first day; an unused version of that day or later gives way. The same twice makes one. Raises NotYours, StateConflict."""
    scheme = drafted.scheme
    if scheme.community.code not in led(by):
        raise NotYours("评价方案由社区负责人设定。")
    with transaction.atomic():
        Community.objects.select_for_update(no_key=True).get(pk=scheme.community_id)
        later = Scheme.objects.filter(community=scheme.community, from_on__gte=scheme.from_on)
        if used := later.filter(rounds__isnull=False).order_by("from_on").first():
            raise StateConflict(f"「{used}」已用于评价，新的一版须在它之后起用。")
        later.delete()
        scheme.pk = None
        scheme.save()
        for row in (*drafted.indicators, *drafted.grades):
            row.pk, row.scheme = None, scheme
        SchemeIndicator.objects.bulk_create(drafted.indicators)
        SchemeGrade.objects.bulk_create(drafted.grades)
        detail = {"name": scheme.name, "from": str(scheme.from_on), "changed": "起用"}
        audit.record("configure", by=by, at=at, target=f"evaluation_scheme:{scheme.community.code}", detail=detail)
    return scheme


def preview(drafted: Draft, period: str, at: datetime) -> Preview:
    """The records of `period` by the draft, against the version that held before its first day."""
    records = Records(drafted.scheme.community, period, at)
    new = drafted.terms
    before = (
        Scheme.objects.filter(community=drafted.scheme.community, from_on__lt=drafted.scheme.from_on).order_by("-from_on").whole().first()
    )
    old = terms(before) if before is not None else None
    codes = dict.fromkeys([rule.code for rule in (*new.rules, *(old.rules if old else ()))])
    raw = {code: {park: each.value for park, each in found.items()} for code, found in measure(records, codes).items()}
    told = [_told(part, raw, list(records.parks)) if part else {} for part in (old, new)]
    blank: tuple[Decimal | None, str] = (None, "")
    changes = [Change(park, told[0].get(key, blank), told[1].get(key, blank)) for key, park in records.parks.items()]
    changes.sort(key=lambda change: (change.after[0] is None, -(change.after[0] or 0), change.park.pinyin))
    return Preview(period, changes, old is not None)


def _told(by: Terms, raw: Mapping[str, Mapping[int, Decimal | None]], parks: Sequence[int]) -> dict[int, tuple[Decimal | None, str]]:
    outcomes = reckon(by, {rule.code: raw[rule.code] for rule in by.rules})
    return {
        park: (outcome.score, by.grades[outcome.standing.grade].label if outcome.standing else "") for park, outcome in outcomes.items()
    }


def periods(today: date, *, years: int = 2) -> list[str]:
    """Whole years and quarters that are over, newest first."""
    found = []
    for year in range(today.year, today.year - years - 1, -1):
        found += [str(year), *(f"{year}Q{quarter}" for quarter in (4, 3, 2, 1))]
    return [period for period in sorted(found, key=lambda each: days_of(each)[1], reverse=True) if days_of(period)[1] < today]


def values_of(rows: Iterable[Value]) -> dict[str, dict[int, Decimal | None]]:
    """Indicator → park → raw value, from what a round has stored."""
    found: dict[str, dict[int, Decimal | None]] = {}
    for row in rows:
        found.setdefault(row.indicator.code, {})[row.result.park_id] = row.raw
    return found


def _day(text: Any) -> date | None:
    try:
        return text if isinstance(text, date) else parse_date(str(text or ""))
    except ValueError:
        return None


def _whole(value: Any) -> int | None:
    text = str(value).strip() if not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else None


def number(value: Any, *, places: int = 2) -> Decimal | None:
    text = str(value if value is not None else "").strip()
    if isinstance(value, bool) or not text.isascii() or not _NUMBER.match(text):
        return None
    number = Decimal(text)
    return number if -number.as_tuple().exponent <= places else None  # type: ignore[operator]
