"""Reply templates (答复模板): which there are for a move of a ticket, filled in; written and retired by the community's office."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q

import audit
from community import held
from community.kinds import COMMUNITY_WIDE_KINDS
from grievances.contact import shown
from grievances.models import Grievance, ReplyTemplate, ServiceItem
from grievances.moves import MOVE
from wording.errors import FactsMissing, NotFound, NotYours, StateConflict

if TYPE_CHECKING:
    from accounts.models import User

#: Moves whose text may come from a template, with the fact it goes into.
TEXTS = {"feed_back": "reply", "finish": "note", "comment": "body", "return_for_info": "missing", "dispatch": "note"}
PLACEHOLDERS = ("企业", "编号", "联系人")
_BRACED = re.compile(r"[{｛]([^{}｛｝]*)[}｝]")


def label_of(event: str) -> str:
    return f"{MOVE[event].label} · {next(fact.label for fact in MOVE[event].facts if fact.name == TEXTS[event])}"


def fill(body: str, grievance: Grievance, user: User) -> str:
    """The words with the ticket's facts. A name that is masked for the reader stays so: the surname, politely."""
    name = shown(grievance, user).name
    contact = f"{name.partition('*')[0]}先生/女士" if "*" in name else name
    facts = {"企业": grievance.enterprise.name, "编号": grievance.number, "联系人": contact or "您"}
    return _BRACED.sub(lambda found: facts.get(found[1].strip(), found[0]), body)


def offered(grievance: Grievance, event: str, user: User) -> list[ReplyTemplate]:
    """Those of the ticket's item before those for all; none for who is not of the office. One query."""
    if event not in TEXTS or not held(user, *COMMUNITY_WIDE_KINDS):
        return []
    rows = ReplyTemplate.objects.visible_to(user).in_use().filter(community=grievance.community_id, event=event)
    rows = rows.filter(Q(service_item__isnull=True) | Q(service_item=grievance.service_item_id))
    return list(rows.order_by(F("service_item").asc(nulls_last=True), "title", "pk"))


def save(pk: int | None, raw: Any, *, by: User, at: datetime) -> ReplyTemplate:
    """A new one (`pk` None) or another wording of one; `version` must be that which was read. Raises NotYours, NotFound, StateConflict,
    FactsMissing."""
    communities = _offices(by)
    with transaction.atomic():
        row = _locked(pk, by, raw.get("version", "")) if pk is not None else ReplyTemplate()
        if pk is None:
            code = str(raw.get("community", ""))
            row.community_id = next((key for key, known in communities.items() if known == code or len(communities) == 1), None)
        problems = _take(row, raw)
        if problems:
            raise FactsMissing("还有内容需要更正。", fields=problems)
        row.changed_by, row.changed_at = by, at
        if pk is not None:
            row.version += 1
        try:
            row.full_clean()
        except ValidationError as error:
            raise FactsMissing("；".join(error.messages), fields=_fields(error)) from None
        row.save()
        audit.record("configure", by=by, at=at, target=f"reply_template:{row.pk}", detail={"name": row.title, "version": row.version})
    return row


def retire(pk: int, *, retired: bool, by: User, at: datetime) -> ReplyTemplate:
    """Takes it out of use or back in; doing it twice changes nothing. Raises NotYours, NotFound, StateConflict."""
    _offices(by)
    with transaction.atomic():
        row = _locked(pk, by, None)
        if row.retired == retired:
            return row
        row.retired, row.changed_by, row.changed_at = retired, by, at
        row.version += 1
        try:
            row.validate_constraints()
        except ValidationError as error:
            raise StateConflict("；".join(error.messages)) from None
        row.save()
        detail = {"name": row.title, "version": row.version, "to": "停用" if retired else "启用"}
        audit.record("configure", by=by, at=at, target=f"reply_template:{row.pk}", detail=detail)
    return row


def history(row: ReplyTemplate) -> list[Any]:
    """Every wording it had, newest first."""
    return list(ReplyTemplate.pgh_event_model.objects.filter(pgh_obj_id=row.pk).select_related("changed_by").order_by("-pgh_id")[:50])


def _offices(by: User) -> dict[int, str]:
    found = {post.community_id: post.community.code for post in held(by, *COMMUNITY_WIDE_KINDS)}
    if not found:
        raise NotYours("答复模板由社区专员和负责人编写。")
    return found


def _locked(pk: int, by: User, version: str | None) -> ReplyTemplate:
    rows = ReplyTemplate.objects.visible_to(by).filter(community__in=_offices(by))
    row = rows.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
    if row is None:
        raise NotFound("没有这个模板，或您无权修改。")
    if version is not None and str(row.version) != str(version):
        raise StateConflict("这个模板刚被别人改过；您写的还在下面，请对照现在的内容再保存一次。")
    return row


def _take(row: ReplyTemplate, raw: Any) -> dict[str, str]:
    """What was typed onto the row; the problems by field."""
    row.title, row.body, row.event = raw.get("title", ""), raw.get("body", ""), str(raw.get("event", ""))
    problems: dict[str, str] = {}
    if row.event not in TEXTS:
        problems["event"] = "请选择用在哪个环节"
    code = str(raw.get("service_item", ""))
    row.service_item = ServiceItem.objects.filter(community=row.community_id, code=code[:8]).first() if code else None
    if code and row.service_item is None:
        problems["service_item"] = "请从目录里选，或选“所有事项”"
    strange = [name for name in _BRACED.findall(row.body) if name.strip() not in PLACEHOLDERS]
    if strange:
        known = "、".join(f"{{{name}}}" for name in PLACEHOLDERS)
        problems["body"] = f"不认识“{{{strange[0][:20]}}}”，可以用的是 {known}"
    return problems


def _fields(error: ValidationError) -> dict[str, list[str]]:
    found = dict(error.message_dict)
    whole = found.pop("__all__", [])
    return found | ({"title": whole} if whole else {})
