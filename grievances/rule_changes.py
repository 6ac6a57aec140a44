"""Setting dispatch rules: a new version from its first day on, ending one, and what would have gone elsewhere last month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date

import audit
from community import held
from community.kinds import PostKind
from community.models import Community, Grid, Unit
from grievances.models import Dispatch, DispatchRule, Grievance, PlainCategory, ServiceItem
from grievances.reach import ReachOfMany
from grievances.routing import CONDITIONS, Proposal, propose
from grievances.states import Channel, Priority
from parks.models import Park
from wording import clean
from wording.errors import FactsMissing, NotFound, NotYours

if TYPE_CHECKING:
    from accounts.models import User

#: Calendar days looked back upon, and the most tickets of them, newest first.
PREVIEW_DAYS, PREVIEW_MOST = 30, 2000
MOST_WORDS = 30


def led(by: User) -> dict[str, Community]:
    """By code, the communities whose rules this person sets. Raises NotYours."""
    found = {post.community.code: post.community for post in held(by, PostKind.LEADER)}
    if not found:
        raise NotYours("派单规则由社区负责人设定。")
    return found


def draft(raw: Any, *, by: User, at: datetime) -> DispatchRule:
    """The version that was typed, checked and not saved. `values`: condition kind → list of codes or words. Raises NotYours, FactsMissing."""
    communities = led(by)
    community = communities.get(str(raw.get("community", ""))) or next(iter(communities.values()))
    problems: dict[str, str] = {}
    day, rank = _day(raw.get("from_on", "")), str(raw.get("rank", "")).strip()
    if day is None or day < timezone.localtime(at).date():
        problems["from_on"] = "请选今天或以后的日期"
    if not (rank.isascii() and rank.isdigit() and 1 <= int(rank[:6]) <= 999):
        problems["rank"] = "请填 1–999 的整数，小的先试"
    target = str(raw.get("target", ""))
    if target not in DispatchRule.Target.values:
        problems["target"] = "请选派往哪里"
    unit = Unit.objects.visible_to(by).filter(community=community, retired=False, code=str(raw.get("unit", ""))[:20]).first()
    if target == DispatchRule.Target.UNIT and unit is None:
        problems["unit"] = "派往“指定单位”时请选单位"
    conditions, wrong = _conditions(raw.get("values", {}), choices(community))
    problems |= wrong
    row = DispatchRule(
        community=community, code=str(raw.get("code", "")).strip().upper(), name=raw.get("name", ""), rank=int(rank[:6]) if not problems else 1,
        conditions=conditions, target=target, unit=unit if target == DispatchRule.Target.UNIT else None, from_on=day or date.min,
    )  # fmt: skip
    if not row.code:
        problems["code"] = "请填规则号，如 R05"
    if problems:
        raise FactsMissing("还有内容需要更正。", fields=problems)
    try:
        row.clean_fields(exclude=["community", "unit"])
    except ValidationError as error:
        raise FactsMissing("；".join(error.messages), fields=error.message_dict) from None
    return row


def save(row: DispatchRule, *, by: User, at: datetime) -> DispatchRule:
    """Puts a draft in force from its first day: the version before it ends that day, one of the same day or later gives way to it.

    What a version switched on (自动派单, 自动受理) the next one keeps. Saving the same twice makes one. Raises NotYours.
    """
    if row.community.code not in led(by):
        raise NotYours("派单规则由社区负责人设定。")
    with transaction.atomic():
        Community.objects.select_for_update(no_key=True).get(pk=row.community_id)
        versions = list(DispatchRule.objects.filter(community=row.community_id, code=row.code).order_by("from_on"))
        before = [version for version in versions if version.from_on < row.from_on]
        for standing in [version for version in versions if version.from_on <= row.from_on]:
            row.automatic, row.automatic_accept = standing.automatic, standing.automatic_accept
        for version in versions[len(before) :]:
            version.delete()
        if before:
            last = before[-1]
            if last.until_on is None or last.until_on > row.from_on:
                last.until_on = row.from_on
                last.save(update_fields=["until_on"])
        row.save()
        _trail(row, by, at, "起用")
    return row


def stop(community: str, code: str, *, by: User, at: datetime, on: date | None) -> None:
    """No version is in force from `on`. Twice does nothing more. Raises NotYours, NotFound, FactsMissing."""
    here = led(by).get(community)
    if on is None or on < timezone.localtime(at).date():
        raise FactsMissing("停用日期：请选今天或以后的日期", fields={"until_on": "请选今天或以后的日期"})
    with transaction.atomic():
        rows = (
            DispatchRule.objects.select_for_update(no_key=True).filter(community=here, code=code)
            if here is not None
            else DispatchRule.objects.none()
        )
        versions = list(rows.order_by("from_on"))
        if not versions:
            raise NotFound("没有这条规则。")
        for version in versions:
            if version.from_on >= on:
                version.delete()
            elif version.until_on is None or version.until_on > on:
                version.until_on = on
                version.save(update_fields=["until_on"])
                _trail(version, by, at, "停用")


def history(community: Community, code: str) -> list[Any]:
    """Everything that ever happened to the rows of a rule, newest first."""
    events = DispatchRule.pgh_event_model.objects.filter(community=community, code=code)
    return list(events.select_related("unit").order_by("-pgh_id")[:50])


@dataclass(frozen=True)
class Moved:
    """A ticket the change would have sent elsewhere: where the rules of now propose it, where those of then, where it really went."""

    ticket: Grievance
    now: str
    then: str
    actual: str


@dataclass(frozen=True)
class Preview:
    """`looked_at` tickets; `agreed` and `would_agree`: of the `dispatched` ones, how many went where the rules of now, of then propose."""

    looked_at: int
    moved: tuple[Moved, ...]
    dispatched: int
    agreed: int
    would_agree: int
    capped: bool


def preview(row: DispatchRule, *, by: User, at: datetime, without: bool = False) -> Preview:
    """The tickets of the last PREVIEW_DAYS held against the rules of today, and against the same with `row` in its place, or `without` it.

    As many queries for a thousand tickets as for one, but for those that are part of a dispute.
    """
    today = timezone.localtime(at).date()
    now = list(DispatchRule.objects.in_force(today).filter(community=row.community_id).select_related("unit").ranked())
    then = sorted([rule for rule in now if rule.code != row.code] + ([] if without else [row]), key=lambda rule: (rule.rank, rule.code))
    tickets = list(_last_month(row, by, at))
    reach = ReachOfMany(today, tickets, row.community_id)
    actual = _actual(tickets)
    moved, agreed, would_agree = [], 0, 0
    for ticket in tickets:
        one, other = (propose(ticket, on=today, rules=rules, reach=reach) for rules in (now, then))
        went = actual.get(ticket.pk)
        agreed += went is not None and _went_there(one, ticket, went)
        would_agree += went is not None and _went_there(other, ticket, went)
        if _place(one) != _place(other):
            moved.append(
                Moved(ticket, _words(one), _words(other), went.name if went else "专员自办" if ticket.self_handled else "没有派单")
            )
    return Preview(len(tickets), tuple(moved), len(actual), agreed, would_agree, len(tickets) == PREVIEW_MOST)


def _last_month(row: DispatchRule, by: User, at: datetime) -> Any:
    rows = Grievance.objects.visible_to(by, (PostKind.LEADER,)).filter(community=row.community_id)
    rows = rows.filter(submitted_at__gte=at - timedelta(days=PREVIEW_DAYS), submitted_at__lte=at)
    related = ("service_item__partner_window", "park__operator", "grid__unit", "enterprise")
    return rows.select_related(*related).newest()[:PREVIEW_MOST]


def _actual(tickets: list[Grievance]) -> dict[int, Unit]:
    """Where each was first sent."""
    sent = (
        Dispatch.objects.filter(grievance__in=[ticket.pk for ticket in tickets], is_main=True)
        .select_related("unit")
        .order_by("-sent_at", "-pk")
    )
    return {dispatch.grievance_id: dispatch.unit for dispatch in sent}


def _place(proposal: Proposal) -> tuple[bool, int | None]:
    chosen = proposal.chosen
    return chosen is not None, chosen.unit.pk if chosen is not None and chosen.unit is not None else None


def _went_there(proposal: Proposal, ticket: Grievance, went: Unit) -> bool:
    """The unit itself, a firm of the window that was proposed, or the specialist's own window where he was to do it himself."""
    found, unit = _place(proposal)
    return found and (unit in (went.pk, went.parent_id) if unit is not None else went.pk == ticket.window_id)


def _words(proposal: Proposal) -> str:
    chosen = proposal.chosen
    if chosen is None:
        return "没有规则适合"
    return f"{chosen.unit.name if chosen.unit is not None else '专员自办'}（{chosen.rule.code}）"


def choices(community: Community) -> dict[str, dict[str, str]]:
    """What a condition of each kind may name: code → what it is called. Keywords are free."""
    items = ServiceItem.objects.filter(community=community, retired=False).ordered()
    return {
        "item": {code: f"{code} {name}" for code, name in items.values_list("code", "name")},
        "category": dict(PlainCategory.choices),
        "park": dict(Park.objects.filter(community=community).order_by("pinyin", "pk").values_list("code", "name")),
        "grid": dict(Grid.objects.filter(community=community).order_by("code").values_list("code", "name")),
        "channel": dict(Channel.choices),
        "priority": dict(Priority.choices),
        "personal": {"true": "是", "false": "否"},
        "site_visit": {"true": "是", "false": "否"},
    }


def _conditions(values: dict[str, list[str]], known: dict[str, dict[str, str]]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """As the rule keeps them, in the order of the table of kinds; what is wrong by field."""
    found, problems = [], {}
    for kind, condition in CONDITIONS.items():
        try:
            wanted = list(dict.fromkeys(text for value in values.get(kind, ()) if (text := clean(str(value), max_length=30))))
        except ValidationError as error:
            problems[kind] = f"{condition.label}：{'；'.join(error.messages)}"
            continue
        strange = [code for code in wanted if kind in known and code not in known[kind]]
        if strange:
            problems[kind] = f"{condition.label}：没有“{strange[0]}”，请从列表里选"
        elif kind == "keyword" and len(wanted) > MOST_WORDS:
            problems[kind] = f"关键词最多 {MOST_WORDS} 个"
        elif wanted:
            found.append({"kind": kind, "values": wanted})
    return found, problems


def _day(text: Any) -> date | None:
    try:
        return parse_date(str(text))
    except ValueError:
        return None


def _trail(row: DispatchRule, by: User, at: datetime, word: str) -> None:
    detail = {"name": f"{row.code} {row.name}", "on": str(row.until_on if word == "停用" else row.from_on), "to": word}
    audit.record("configure", by=by, at=at, target=f"dispatch_rule:{row.code}", detail=detail)
