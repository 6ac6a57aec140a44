"""当场办结: what was asked and answered in one talk, as the five moves it was, in one transaction (machine file, `settle`).

The talk is the evidence. Whoever answered also tells the enterprise, which is the exception that one in ten is called back for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from community import held
from community.kinds import PostKind
from grievances import filing, workflow
from grievances.models.grievance import Grievance
from grievances.moves import MOVE, Fact
from wording.errors import FactsMissing, NotYours

if TYPE_CHECKING:
    from accounts.models import User

TALK_FACT = Fact("talk", "谈话记录", "evidence", needed=True, help="渠道、对象和要点：{channel, person, note}")
#: What is said beside the facts of a registration, as the moves want it.
_FINISH = tuple(fact for fact in MOVE["finish"].facts if fact.name in ("outcome", "note"))
_TOLD = MOVE["feed_back"].facts
#: A fact of a move → as the form of settling has it.
_NAMED = {"evidence": "talk"}
SETTLING_FACTS: tuple[Fact, ...] = (TALK_FACT, *_FINISH, *_TOLD)


def settle(by: User, raw: Mapping[str, Any], *, at: datetime, uscc: str) -> Grievance:
    """Submitted, accepted, handled, finished and told, all at `at`; nothing of it where one step is refused.

    `raw` holds the facts of a registration on behalf and of SETTLING_FACTS. Raises NotYours, FactsMissing.
    """
    if not held(by, PostKind.SPECIALIST):
        raise NotYours("当场办结由社区专员来做；其他人请代企业登记。")
    filed, said = _apart(raw)
    with transaction.atomic():
        grievance = filing.register(by, filed, at=at, uscc=uscc)
        assert grievance.service_item is not None
        steps: tuple[tuple[str, dict[str, Any]], ...] = (
            ("accept", {"service_item": grievance.service_item.code}),
            ("self_handle", {"reason": "当场办结"}),
            ("finish", {"outcome": said["outcome"], "note": said["note"], "evidence": [{"talk": said["talk"]}]}),
            ("feed_back", {name: said[name] for name in ("reply", "told_by", "told_to")}),
        )
        for event, facts in steps:
            grievance = _moved(grievance, event, by, at, facts)
        return grievance


def _moved(grievance: Grievance, event: str, by: User, at: datetime, facts: dict[str, Any]) -> Grievance:
    try:
        return workflow.apply(grievance, event, by=by, at=at, **facts)
    except FactsMissing as refused:
        raise FactsMissing(refused.message, fields={_NAMED.get(name, name): texts for name, texts in refused.fields.items()}) from None


def _apart(raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is filed and what is said of the answer. A refusal names the field as the form has it, before anything is written."""
    names = {fact.name for fact in SETTLING_FACTS}
    said = {name: raw.get(name) or "" for name in names}
    filed = {name: value for name, value in raw.items() if name not in names}
    missing = {fact.name: "请填写" for fact in SETTLING_FACTS if fact.needed and not said[fact.name]}
    if not filed.get("service_item"):
        missing["service_item"] = "当场办结须选定事项"
    if missing:
        labels = {fact.name: fact.label for fact in SETTLING_FACTS} | {"service_item": "事项"}
        raise FactsMissing(f"还不能办结，请先填写{'、'.join(labels[name] for name in missing)}。", fields=missing)
    return filed, said
