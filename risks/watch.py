"""The pass: what every rule finds in a community, in one statement; flags raised, findings kept, parks warned of, each once.

Two passes at once do no harm: the second waits for the first and then finds nothing new. A pass that is killed leaves nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

import notices
from community.models import Community
from enterprises.models import Enterprise, Representative
from grievances.owners import NobodyThere
from risks import people
from risks.kinds import CLEARED, Level, LoweringState, Source, kind_of, level_label
from risks.models import Finding, Flag, FlagLevel, Lowering, ParkAlert, RuleVersion
from risks.rules import ENTERPRISE, PARK, RULES, Rule

if TYPE_CHECKING:
    from accounts.models import User

#: So many are told one by one; of more, the rest in one line.
MOST_TOLD = 10


@dataclass(frozen=True)
class Setting:
    """A rule as a community has it on a day. `version` is None where it never set it."""

    rule: Rule
    params: Mapping[str, Any]
    level: int
    active: bool = True
    version: RuleVersion | None = None


@dataclass(frozen=True)
class Found:
    setting: Setting
    subject: int
    key: str
    weight: int
    figures: dict[str, Any] = field(hash=False)

    @property
    def reason(self) -> str:
        return self.setting.rule.words(self.figures, self.setting.params)


@dataclass(frozen=True)
class Outcome:
    """What a pass has written."""

    findings: int = 0
    flags: int = 0
    parks: int = 0


def settings_of(community: int, today: date) -> list[Setting]:
    """Every rule, switched off or not, in the order of the table."""
    rows = RuleVersion.objects.filter(community=community).in_force(today).select_related("set_by")
    versions = {version.rule: version for version in rows}
    return [setting_of(rule, versions.get(rule.code)) for rule in RULES.values()]


def setting_of(rule: Rule, version: RuleVersion | None) -> Setting:
    if version is None:
        return Setting(rule, rule.defaults, rule.level)
    return Setting(rule, rule.complete(version.params), version.level, version.active, version)


_NEW = {
    ENTERPRISE: """
        JOIN enterprises_enterprise e ON e.id = f.subject_id AND e.status = 'active'
        JOIN unnest(%s::text[], %s::text[]) AS k(rule, kind) ON k.rule = f.rule
        WHERE NOT EXISTS (SELECT FROM risks_finding d WHERE d.enterprise_id = f.subject_id AND d.rule = f.rule AND d.key = f.key AND d.weight >= f.weight)
        AND NOT EXISTS (SELECT FROM risks_flag g WHERE g.enterprise_id = f.subject_id AND g.kind = k.kind AND g.ended_at >= f.known_at)""",
    PARK: """
        WHERE NOT EXISTS (SELECT FROM risks_parkalert d WHERE d.park_id = f.subject_id AND d.rule = f.rule AND d.gone_at IS NULL
            AND (d.ended_at IS NULL OR d.key = f.key AND d.worst >= f.weight))""",
}


def union_of(settings: Iterable[Setting], community: int, today: date) -> tuple[str, list[Any]]:
    """(rule, subject_id, key, weight, known_at, figures) of every rule, in one SELECT."""
    parts, params = [], []
    for setting in settings:
        sql, given = setting.rule.select(setting.params, community, today).query.sql_with_params()
        parts.append(f"SELECT %s::text AS rule, one.* FROM ({sql}) AS one(subject_id, key, weight, known_at, figures)")
        params += [setting.rule.code, *given]
    return " UNION ALL ".join(parts), params


def found(community: int, today: date, settings: Iterable[Setting], subject: str, *, new: bool = True) -> Iterator[Found]:
    """What holds today, or only what nobody has been warned of yet; in a steady order."""
    asked = {each.rule.code: each for each in settings if each.active and each.rule.subject == subject}
    if not asked:
        return
    union, params = union_of(asked.values(), community, today)
    sql = f"SELECT f.rule, f.subject_id, f.key, f.weight, f.figures FROM ({union}) AS f"
    if new:
        sql += _NEW[subject]
        params += [list(asked), [each.rule.kind for each in asked.values()]] if subject == ENTERPRISE else []
    elif subject == ENTERPRISE:
        sql += " JOIN enterprises_enterprise e ON e.id = f.subject_id AND e.status = 'active'"
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ORDER BY f.subject_id, f.rule, f.key", params)
        rows = cursor.fetchall()
    for rule, key_of, key, weight, figures in rows:
        yield Found(asked[rule], key_of, key, weight, json.loads(figures) if isinstance(figures, str) else figures)


def watch(community: Community, at: datetime, *, rules: Collection[str] = RULES) -> Outcome:
    """One pass at `at`, of these rules; everything in one transaction, the caller's where there is one."""
    today = timezone.localtime(at).date()
    with transaction.atomic():
        _alone(community.pk)
        settings = [each for each in settings_of(community.pk, today) if each.rule.code in rules]
        firms = list(found(community.pk, today, settings, ENTERPRISE))
        sites = list(found(community.pk, today, settings, PARK))
        _parks_grown(community.pk, today, settings, at)
        if not firms and not sites:
            return Outcome()
        try:
            owner = people.on_duty(community.pk, at)
        except NobodyThere:
            # Nobody to mind them: found again when somebody is in post.
            return Outcome()
        raised = _raise(community, firms, owner, at)
        warned = _warn_of_parks(sites, owner, at)
        _tell(community, raised, warned, at)
    return Outcome(len(firms), len(raised), len(warned))


def _alone(community: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('risks.watch'), %s)", [community])


def _raise(community: Community, rows: list[Found], owner: User, at: datetime) -> list[Flag]:
    """The flags that are new or graver than before; every finding is kept with its flag."""
    together: dict[tuple[int, str], list[Found]] = defaultdict(list)
    for each in rows:
        together[each.subject, each.setting.rule.kind].append(each)
    firms = {key for key, _ in together}
    # as whoever raises a flag by hand does: one after the other for one enterprise
    list(Enterprise.objects.select_for_update(no_key=True).filter(pk__in=firms).order_by("pk").values_list("pk", flat=True))
    there = (
        Flag.objects.select_for_update(of=("self",), no_key=True)
        .open()
        .filter(enterprise__in=firms, kind__in={kind for _, kind in together})
    )
    flags = {(flag.enterprise_id, flag.kind): flag for flag in there.order_by("pk")}
    owners = _owners(community, firms, owner, at)
    fresh: list[Flag] = []
    graver: list[tuple[Flag, int]] = []
    for (firm, kind), found_of in together.items():
        level, evidence = max(each.setting.level for each in found_of), "；".join(each.reason for each in found_of)[:2000]
        flag = flags.get((firm, kind))
        if flag is None:
            fresh.append(Flag(
                enterprise_id=firm, kind=kind, level=level, evidence=evidence, source=Source.RULE, owner=owners.get(firm, owner), raised_at=at,
                level_since_at=at,
            ))  # fmt: skip
        elif level > flag.level and flag.level_since_at <= at:
            graver.append((flag, flag.level))
            flag.level, flag.evidence, flag.level_since_at = level, evidence, at
    flags |= {(flag.enterprise_id, flag.kind): flag for flag in Flag.objects.bulk_create(fresh)}
    Flag.objects.bulk_update([flag for flag, _ in graver], ["level", "evidence", "level_since_at"], batch_size=500)
    Lowering.objects.pending().filter(flag__in=[flag for flag, _ in graver]).update(state=LoweringState.LAPSED, decided_at=at)
    FlagLevel.objects.bulk_create(
        FlagLevel(flag=flag, from_level=before, level=flag.level, from_at=at, evidence=flag.evidence)
        for flag, before in [*((flag, CLEARED) for flag in fresh), *graver]
    )
    Finding.objects.bulk_create(
        (
            Finding(
                flag=flags[each.subject, each.setting.rule.kind],
                enterprise_id=each.subject,
                rule=each.setting.rule.code,
                key=each.key,
                weight=each.weight,
                level=min(each.setting.level, flags[each.subject, each.setting.rule.kind].level),
                reason=each.reason[:600],
                figures=each.figures,
                params=dict(each.setting.params),
                found_at=at,
            )
            for each in rows
        ),
        batch_size=1000,
    )
    return [*fresh, *(flag for flag, _ in graver)]


def _owners(community: Community, firms: set[int], owner: User, at: datetime) -> dict[int, User]:
    """Somebody else for the enterprises that the one on duty speaks for himself."""
    own = Representative.objects.in_force().filter(post__user=owner, enterprise__in=firms).values_list("enterprise_id", flat=True)
    keys = list(own)
    return dict.fromkeys(keys, people.on_duty(community.pk, at, but=owner.pk)) if keys else {}


def _warn_of_parks(rows: list[Found], owner: User, at: datetime) -> list[ParkAlert]:
    return ParkAlert.objects.bulk_create(
        ParkAlert(
            park_id=each.subject,
            rule=each.setting.rule.code,
            key=each.key,
            weight=each.weight,
            worst=each.weight,
            level=each.setting.level,
            reason=each.reason[:600],
            figures=each.figures,
            params=dict(each.setting.params),
            owner=owner,
            opened_at=at,
        )
        for each in rows
    )


def _parks_grown(community: int, today: date, settings: list[Setting], at: datetime) -> None:
    """Open warnings remember how bad it grew; closed ones, that their cause is gone."""
    holds = {(each.subject, each.setting.rule.code): each.weight for each in found(community, today, settings, PARK, new=False)}
    for alert in (
        ParkAlert.objects.select_for_update(of=("self",), no_key=True)
        .filter(park__community=community, gone_at__isnull=True)
        .order_by("pk")
    ):
        weight = holds.get((alert.park_id, alert.rule))
        if alert.ended_at is None and weight is not None and weight > alert.worst:
            ParkAlert.objects.filter(pk=alert.pk).update(worst=weight)
        elif alert.ended_at is not None and weight is None:
            ParkAlert.objects.filter(pk=alert.pk).update(gone_at=at)


def _tell(community: Community, raised: list[Flag], warned: list[ParkAlert], at: datetime) -> None:
    """The gravest one by one, the others in one line: a first pass must not bury the bell. Titles leave the house, so they name nobody."""
    deciders = people.deciders(community.pk, at)
    firms = {row.pk: row.name for row in Enterprise.objects.filter(pk__in={flag.enterprise_id for flag in raised})}
    first = sorted(raised, key=lambda flag: (-flag.level, flag.pk))[:MOST_TOLD]
    for flag in first:
        words = f"{firms[flag.enterprise_id]} · {kind_of(flag.kind).label} · {level_label(flag.level)}色：规则预警，{flag.evidence}"
        notices.tell(
            f"risks:watch:{flag.pk}:{flag.level}:{at.isoformat()}", [flag.owner, *deciders], title=f"新的{level_label(flag.level)}色风险预警",
            body=words[:1000], link=f"/risks/{flag.pk}/", kind="risk", urgent=flag.level == Level.RED, at=at,
        )  # fmt: skip
    rest = len(raised) - len(first)
    if rest > 0:
        owners = {flag.owner_id: flag.owner for flag in raised}
        notices.tell(
            f"risks:watch:{community.pk}:{at.isoformat()}", [*owners.values(), *deciders], title=f"另有 {rest} 条新的风险预警",
            body=f"规则又发现 {rest} 家次，请在风险企业里逐条核实。", link="/risks/?source=rule", kind="risk", at=at,
        )  # fmt: skip
    if warned:
        notices.tell(
            f"risks:parks:{community.pk}:{at.isoformat()}", [warned[0].owner, *deciders], title=f"{len(warned)} 个园区空置预警",
            body="；".join(alert.reason for alert in warned)[:1000], link="/risks/parks/", kind="risk", at=at,
        )  # fmt: skip
