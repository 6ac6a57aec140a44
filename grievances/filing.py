"""Filing a need: by the enterprise itself, by an employee for himself, or on somebody's behalf with a basis."""

from __future__ import annotations

import dataclasses
import functools
import re
import secrets
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ParamSpec

from django.db import IntegrityError, transaction
from django.utils import timezone

from community import held
from community.kinds import ENTERPRISE_KINDS, GRID_KINDS, PostKind
from enterprises.models import Enterprise, Representative, Tenancy
from files.models import File
from grievances import facts as telling
from grievances import workflow
from grievances.capacity import speaks_for
from grievances.models.grievance import Grievance
from grievances.models.record import Attachment
from grievances.moves import BASIS_FACT, CHANNEL_FACT, FILING_FACTS, Fact
from grievances.states import Channel, Circle, State
from wording.errors import FactsMissing, NotYours, StateConflict
from wording.prepared import Prepared

if TYPE_CHECKING:
    from accounts.models import User

P = ParamSpec("P")
_DRAFT_FACTS = tuple(dataclasses.replace(fact, needed=False) for fact in FILING_FACTS)
_BEHALF_FACTS = (*FILING_FACTS, CHANNEL_FACT, BASIS_FACT)
_TRIES = 5
LONGEST_TITLE = 30
_SENTENCE_ENDS = re.compile(r"[。！？；\n]")


def title_of(body: str) -> str:
    """The first sentence of the text, at most 30 characters: nobody has to think of a title."""
    first = _SENTENCE_ENDS.split(body.strip(), maxsplit=1)[0].strip()
    return first if len(first) <= LONGEST_TITLE else first[: LONGEST_TITLE - 1] + "…"


def _numbered_anew(function: Callable[P, Grievance]) -> Callable[P, Grievance]:
    """Files again where the number drawn was taken already: around the whole filing, which has a savepoint anyway, so that the one in a
    thousand that meets another costs the others nothing."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Grievance:
        for _ in range(_TRIES):
            try:
                return function(*args, **kwargs)
            except IntegrityError as error:
                if "number" not in str(error):
                    raise
        raise StateConflict("办件编号暂时用完，请稍后再试。")

    return wrapper


def own_enterprise(user: User) -> Enterprise:
    """The enterprise a person files for; the first post's where there are several. Raises NotYours for anybody else."""
    posts = held(user, *ENTERPRISE_KINDS, PostKind.EMPLOYEE)
    enterprises = {row.post_id: row.enterprise for row in _represented_by(user.pk)} if posts else {}
    for post in posts:
        enterprise = enterprises.get(post.pk)
        if enterprise is not None:
            # The post came with its community, which is nearly always the enterprise's.
            if enterprise.community_id == post.community_id:
                enterprise.community = post.community
            speaks_for(post, enterprise.pk)
            return enterprise
    raise NotYours("只有企业的经办人或员工可以在这里提交诉求；社区人员请用“代企业登记”。")


# Former posts too: which of them count is said by `held`.
_represented_by = Prepared(lambda user: Representative.objects.filter(post__user=user).select_related("enterprise"))


@_numbered_anew
def file(
    by: User,
    raw: Mapping[str, Any],
    *,
    at: datetime,
    draft: bool = False,
    enterprise: Enterprise | None = None,
    origin: tuple[str, str] = ("", ""),
) -> Grievance:
    """A need of one's own. `raw` holds the facts of FILING_FACTS; a draft may be incomplete. An employee files personal ones only.
    `origin`: kind and key of where it began, such as ("park", "P01") for the code on a poster.

    Raises NotYours, FactsMissing. All or nothing: with `draft=False` the ticket is submitted in the same transaction.
    """
    enterprise = enterprise or own_enterprise(by)
    with transaction.atomic():
        grievance = _new(by, enterprise, at)
        grievance.origin_kind, grievance.origin_key = origin
        uploads = _fill(grievance, _with_personal(by, raw), at, by, _DRAFT_FACTS if draft else FILING_FACTS)
        if draft:
            grievance.save(force_insert=True)
        else:
            workflow.submit_new(grievance, by=by, at=at)
        _attach(grievance, uploads, at)
        return grievance


def revise(grievance: Grievance, by: User, raw: Mapping[str, Any], *, at: datetime) -> Grievance:
    """Writes over a draft of one's own; only the facts named in `raw` change. Raises StateConflict once it has been submitted (INV28)."""
    with transaction.atomic():
        locked = Grievance.objects.visible_to(by).select_for_update(of=("self",), no_key=True).filter(pk=grievance.pk).first()
        if locked is None:
            raise workflow.NotInSight("没有这件诉求，或您无权查看。")
        if locked.state != State.DRAFT:
            raise StateConflict("已提交的诉求不能改写；请用“补充”追加说明。")
        specs = tuple(fact for fact in _DRAFT_FACTS if fact.name in raw)
        uploads = _fill(locked, _with_personal(by, raw) if "personal" in raw else raw, at, by, specs)
        locked.save()
        _attach(locked, uploads, at)
        return locked


def take_off(grievance: Grievance, by: User, *, keep: Collection[str]) -> None:
    """Drops the files of a draft of one's own that are not in `keep` (ids as text); their bytes go with the next sweep of unused files."""
    draft = Grievance.objects.visible_to(by).filter(pk=grievance.pk, state=State.DRAFT)
    with transaction.atomic():
        rows = Attachment.objects.select_for_update(of=("self",), no_key=True).filter(grievance__in=draft).exclude(file__in=keep)
        files = list(rows.values_list("file_id", flat=True))
        rows.delete()
        File.objects.filter(pk__in=files).update(used_at=None)


def discard(grievance: Grievance, by: User) -> None:
    """Throws a draft of one's own away for good: nobody else has ever seen it. Raises NotInSight, StateConflict once it has been submitted."""
    with transaction.atomic():
        locked = Grievance.objects.visible_to(by).select_for_update(of=("self",), no_key=True).filter(pk=grievance.pk, filed_by=by).first()
        if locked is None:
            raise workflow.NotInSight("没有这份草稿，或您无权查看。")
        if locked.state != State.DRAFT:
            raise StateConflict("已提交的诉求不能删除；不再需要时请用“撤回”。")
        take_off(locked, by, keep=())
        locked.delete()


def submit_draft(grievance: Grievance, by: User, *, at: datetime, version: int | None = None) -> Grievance:
    """Submits a draft. Raises FactsMissing naming what is still missing on it."""
    return workflow.apply(grievance, "submit", by=by, at=at, version=version)


@_numbered_anew
def register(by: User, raw: Mapping[str, Any], *, at: datetime, uscc: str) -> Grievance:
    """On behalf of an enterprise (代提), with channel and basis. Raises NotYours, FactsMissing."""
    if not held(by, PostKind.SPECIALIST, PostKind.STEWARD, *GRID_KINDS):
        raise NotYours("代企业登记由社区专员、网格员和园区长来做。")
    enterprise = Enterprise.objects.visible_to(by).select_related("community__street").filter(uscc=str(uscc).strip().upper()[:18]).first()
    if enterprise is None:
        raise FactsMissing("没有找到这家企业，请核对统一社会信用代码。", fields={"uscc": "没有找到这家企业"})
    staff = held(by, PostKind.SPECIALIST)
    if raw.get("personal") and not staff:
        raise FactsMissing("员工个人诉求请由本人或社区专员登记。", fields={"personal": "请由本人或社区专员登记"})
    raw = {**raw}
    if not raw.get("channel") and not staff and held(by, PostKind.STEWARD):
        raw["channel"] = Channel.STEWARD
    with transaction.atomic():
        grievance = _new(by, enterprise, at, on_behalf=True)
        uploads = _fill(grievance, raw, at, by, _BEHALF_FACTS)
        workflow.submit_new(grievance, by=by, at=at)
        _attach(grievance, uploads, at)
        return grievance


def _with_personal(by: User, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Somebody who is only an employee files for himself, whatever the form says."""
    if held(by, *ENTERPRISE_KINDS):
        return dict(raw)
    return {**raw, "personal": True}


def _new(by: User, enterprise: Enterprise, at: datetime, *, on_behalf: bool = False) -> Grievance:
    """Not saved yet: it is inserted once it is complete."""
    return Grievance(
        number=new_number(at), community=enterprise.community, enterprise=enterprise, filed_by=by, on_behalf=on_behalf,
        created_at=at, updated_at=at,
    )  # fmt: skip


def new_number(at: datetime) -> str:
    """办件编号 MC + yymmdd + 6 random digits: unique by constraint, opens nothing by itself (DESIGN §5)."""
    return f"MC{timezone.localtime(at):%y%m%d}-{secrets.randbelow(10**6):06d}"


def _fill(grievance: Grievance, raw: Mapping[str, Any], at: datetime, by: User, specs: tuple[Fact, ...]) -> list[File]:
    """Everything but the files, which are the answer: they are attached to a row, and this one may not be written yet."""
    facts = telling.clean(specs, raw, telling.Telling(grievance, by, at))
    uploads: list[File] = facts.pop("attachments", None) or []
    for name, value in facts.items():
        setattr(grievance, name, value)
    if "place" in facts or grievance.place_id is None:
        _settle_place(grievance)
    grievance.updated_at = at
    return uploads


def _attach(grievance: Grievance, uploads: list[File], at: datetime) -> None:
    if uploads:
        Attachment.objects.bulk_create(
            Attachment(grievance=grievance, file=each, circle=Circle.ENTERPRISE, added_at=at) for each in uploads
        )


def _settle_place(grievance: Grievance) -> None:
    """The place chosen, else the main tenancy; park, building and grid are copied, for they are facts of the filing."""
    found = _chosen(grievance.place_id) if grievance.place_id else _main(grievance.enterprise_id)
    place = found[0] if found else None
    grievance.place = place
    grievance.building = place.building if place is not None else None
    grievance.park = grievance.building.park if grievance.building is not None else None
    grievance.grid_id = grievance.park.grid_id if grievance.park is not None else None


_chosen = Prepared(lambda place: Tenancy.objects.filter(pk=place).select_related("building__park"))
_main = Prepared(lambda enterprise: Tenancy.objects.filter(enterprise=enterprise, is_main=True).open().select_related("building__park"))
