"""What a catalogue says of each item before anything is filed: its limits in force and the time that would be promised now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

import workdays
from grievances import clocks as lengths
from grievances.models import ServiceItem, ServiceTerm


@dataclass(frozen=True)
class Offer:
    terms: lengths.Terms
    promise: workdays.Moment


def offers(items: Iterable[ServiceItem], at: datetime) -> dict[int, Offer]:
    """By key of the item; one query for all of them and one for each community's calendar. The items come with their community; one
    without terms gets the catch-all's."""
    items = list(items)
    rows = ServiceTerm.objects.in_force(timezone.localtime(at).date()).filter(item__in=[item.pk for item in items])
    in_force = {row.item_id: row for row in rows}
    calendars = {each.pk: lengths.calendar_of(each) for each in {item.community for item in items}}
    # Many items share their limits: each pair is reckoned once.
    reckoned: dict[tuple[int, int, int], workdays.Moment] = {}
    found = {}
    for item in items:
        terms = _terms(item, in_force.get(item.pk))
        key = (item.community_id, terms.accept_hours, terms.workdays)
        if key not in reckoned:
            reckoned[key] = lengths.promise(at, terms, calendar=calendars[item.community_id])
        found[item.pk] = Offer(terms, reckoned[key])
    return found


def _terms(item: ServiceItem, row: ServiceTerm | None) -> lengths.Terms:
    if row is None:
        return lengths.Terms(item.code, lengths.DEFAULT_ACCEPT_HOURS, lengths.CATCH_ALL_WORKDAYS, lengths.CATCH_ALL_WORKDAYS, "")
    return lengths.Terms(item.code, row.accept_hours, row.workdays, row.extension_workdays, row.in_force_on.isoformat())
