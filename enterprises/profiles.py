"""画像: which enterprises have a tag, why, and how the leader sets one, with who comes in and goes out before it is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

import audit
from community.kinds import PostKind
from community.models import Community
from community.posts import held
from enterprises.models import Enterprise, ProfileTag
from enterprises.traits import TRAITS, Trait
from wording.errors import NotYours, StateConflict

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

SHOWN = 12


def today_there() -> date:
    """The day in Shanghai as of the query: page, API and export of a filter have no other clock in common."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def having(rows: QuerySet[Enterprise], tag: ProfileTag, today: date) -> QuerySet[Enterprise]:
    """Those of the tag's community that have it; for filters, audiences and matches alike."""
    return rows.filter(community=tag.community_id, pk__in=TRAITS[tag.rule].keys(tag.params, today))


@dataclass(frozen=True)
class Worn:
    """A tag an enterprise has, the rule in words, and why."""

    tag: ProfileTag
    rule: str
    reason: str


def worn(enterprises: Sequence[Enterprise], user: User, today: date) -> dict[int, list[Worn]]:
    """By key of the enterprise, what this reader may see, by name; one query a tag."""
    found: dict[int, list[Worn]] = {each.pk: [] for each in enterprises}
    places = {each.community_id for each in enterprises}
    for tag in ProfileTag.objects.visible_to(user).in_use().filter(community__in=places, rule__in=TRAITS).order_by("name", "pk"):
        trait = TRAITS[tag.rule]
        mine = [each.pk for each in enterprises if each.community_id == tag.community_id]
        for key, reason in trait.reasons(tag.params, today, mine).items():
            found[key].append(Worn(tag, trait.said(tag.params), reason))
    return found


@dataclass(frozen=True)
class Tried:
    """What a rule would change: how many have it now and would then, who comes in, who goes out."""

    before: int
    after: int
    entering: int
    leaving: int
    newcomers: list[Enterprise]
    leavers: list[Enterprise]


def may_set(community: Community, user: User) -> bool:
    return any(post.community_id == community.pk for post in held(user, PostKind.LEADER))


def read(rule: str, typed: Mapping[str, Any]) -> tuple[Trait, dict[str, Any]]:
    """Raises ValidationError by field: rule, and the code of a parameter."""
    if rule not in TRAITS:
        raise ValidationError({"rule": "请选择规则。"})
    trait = TRAITS[rule]
    params = {each.code: each.read(typed.get(each.code, "")) for each in trait.parameters}
    wrong = {each.code: each.wanted for each in trait.parameters if params[each.code] is None}
    if wrong:
        raise ValidationError(wrong)
    return trait, params


def try_out(community: Community, tag: ProfileTag | None, rule: str, typed: Mapping[str, Any], *, by: User, today: date) -> Tried:
    """Nothing is written. Raises NotYours, ValidationError."""
    _refuse_others(community, by)
    trait, params = read(rule, typed)
    rows = Enterprise.objects.filter(community=community)
    then = rows.filter(pk__in=trait.keys(params, today))
    now = having(rows, tag, today) if tag is not None and not tag.retired else rows.none()
    entering, leaving = then.exclude(pk__in=now.values("pk")), now.exclude(pk__in=then.values("pk"))
    return Tried(
        now.count(), then.count(), entering.count(), leaving.count(),
        list(entering.order_by("pinyin", "pk")[:SHOWN]), list(leaving.order_by("pinyin", "pk")[:SHOWN]),
    )  # fmt: skip


@transaction.atomic
def set_tag(
    community: Community, tag: ProfileTag | None, *, name: str, rule: str, typed: Mapping[str, Any], by: User, at: datetime, seen: str = ""
) -> ProfileTag:
    """A new one, or another rule for one that is there; `seen` is the moment it was last set as the page showed it. Raises NotYours,
    ValidationError by field, StateConflict when somebody was quicker."""
    _refuse_others(community, by)
    trait, params = read(rule, typed)
    row = _standing(tag, seen) if tag is not None else ProfileTag(community=community)
    row.name, row.rule, row.params, row.retired, row.set_by, row.set_at = name, trait.code, params, False, by, at
    row.full_clean()
    row.save()
    detail = {"tag": row.pk, "name": row.name, "rule": trait.said(params)}
    audit.record("profile_tag_set", by=by, at=at, target=f"community:{community.code}", detail=detail)
    return row


@transaction.atomic
def retire(tag: ProfileTag, *, by: User, at: datetime, seen: str = "") -> ProfileTag:
    """Nobody has it from now on. Raises NotYours, StateConflict."""
    _refuse_others(tag.community, by)
    row = _standing(tag, seen)
    if not row.retired:
        row.retired, row.set_by, row.set_at = True, by, at
        row.save()
        detail = {"tag": row.pk, "name": row.name}
        audit.record("profile_tag_retired", by=by, at=at, target=f"community:{tag.community.code}", detail=detail)
    return row


def _standing(tag: ProfileTag, seen: str) -> ProfileTag:
    row: ProfileTag = ProfileTag.objects.select_for_update(no_key=True).get(pk=tag.pk)
    if seen and seen != version(row):
        raise StateConflict("您设定期间这个标签已被别人改过，请刷新核对后再改。")
    return row


def version(tag: ProfileTag) -> str:
    return timezone.localtime(tag.set_at).isoformat()


def _refuse_others(community: Community, by: User) -> None:
    if not may_set(community, by):
        raise NotYours("画像标签由本社区负责人设定。")
