"""工作时间: other hours from a day to come on. What was worked before that day stays worked by the hours of then."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date

import audit
from community.models import Community
from community.setting_up import set_up_by
from wording import clean_query
from wording.errors import FactsMissing, NotFound
from workdays import Hours, HoursRefused

if TYPE_CHECKING:
    from accounts.models import User

MOST_SPANS = 4
LATEST_DAYS = 366


def drafted(raw: Any, *, by: User, at: datetime) -> tuple[Community, date, Hours]:
    """Where, from which day, and all the hours as they would be then. `spans`: pairs of typed times. Raises NotYours, NotFound, FactsMissing."""
    here = _here(by, raw.get("community", ""))
    today, problems = timezone.localtime(at).date(), {}
    day = _day(raw.get("from_on", ""))
    if day is None or not today < day <= today + timedelta(days=LATEST_DAYS):
        problems["from_on"] = "请选明天或以后一年内的日期：今天已经开始计时，不能改"
    typed = [(start.strip(), end.strip()) for start, end in raw.get("spans", ()) if start.strip() or end.strip()]
    try:
        spans = Hours.from_json(typed[: MOST_SPANS + 1]).spans
        if len(spans) > MOST_SPANS or any(edge.second for span in spans for edge in span):
            raise HoursRefused(f"工作时间写到分，一天最多 {MOST_SPANS} 段。")
    except HoursRefused as refused:
        text = str(refused)
        problems["spans"] = "请把每一段的起止都填上，如 09:00 和 12:00" if "[[" in text else text
    if problems or day is None:
        raise FactsMissing("还有内容需要更正。", fields=problems)
    return here, day, _with(here, day, spans)


def _with(here: Community, day: date, spans: Any) -> Hours:
    """From that day on these spans, whatever was planned for later before."""
    hours = here.hours()
    return Hours(hours.spans, (*(change for change in hours.changes if change[0] < day), (day, spans)))


def save(raw: Any, *, by: User, at: datetime) -> tuple[Community, date]:
    """Sets them, in place of what was planned from that day on. Saving the same twice makes one. Raises NotYours, NotFound, FactsMissing."""
    here, day, _ = drafted(raw, by=by, at=at)
    with transaction.atomic():
        here = Community.objects.select_for_update(no_key=True).get(pk=here.pk)
        _, _, hours = drafted(raw, by=by, at=at)
        if hours == here.hours():
            return here, day
        _keep(here, hours)
        reason = clean_query(str(raw.get("reason", "")))[:100]
        detail = {"name": "工作时间", "on": str(day), "to": hours.on(day).words()} | ({"reason": reason} if reason else {})
        audit.record("configure", by=by, at=at, target=f"community:{here.code}", detail=detail)
    return here, day


def withdraw(code: str, day: date | None, *, by: User, at: datetime) -> None:
    """Takes back a change that has not begun. Twice does nothing more. Raises NotYours, NotFound, FactsMissing."""
    here = _here(by, code)
    if day is None or day <= timezone.localtime(at).date():
        raise FactsMissing("已经起用的工作时间不能收回；请另设一个新的起用日。")
    with transaction.atomic():
        here = Community.objects.select_for_update(no_key=True).get(pk=here.pk)
        hours = here.hours()
        left = tuple(change for change in hours.changes if change[0] != day)
        if left == hours.changes:
            return
        _keep(here, Hours(hours.spans, left))
        audit.record("configure", by=by, at=at, target=f"community:{here.code}", detail={"name": "工作时间", "on": str(day), "to": "收回"})


def _keep(here: Community, hours: Hours) -> None:
    here.hours_changes = [{"from_on": f"{day:%Y-%m-%d}", "spans": Hours(spans).to_json()} for day, spans in hours.changes]
    here.save(update_fields=["hours_changes"])


def _here(by: User, code: Any) -> Community:
    found = set_up_by(by).get(str(code))
    if found is None:
        raise NotFound("没有这个社区，或不由您设置。")
    return found


def _day(text: Any) -> date | None:
    try:
        return parse_date(str(text))
    except ValueError:
        return None
