"""Calendar-day limits of a labour dispute (ZL03), beside the working-time clocks: they run on holidays too and nobody can pause them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

if TYPE_CHECKING:
    from grievances.models import Grievance

ITEM = "ZL03"
MEDIATION_DAYS = 15


@dataclass(frozen=True)
class LegalLimit:
    """`last_on` is the last day, inclusive; None while the day from which it counts is not known."""

    code: str
    label: str
    last_on: date | None
    source: str

    def days_left(self, today: date) -> int | None:
        """Calendar days; 0 on the last one, negative when it is over."""
        return None if self.last_on is None else (self.last_on - today).days


def legal_limits(grievance: Grievance) -> list[LegalLimit]:
    """劳动争议调解仲裁法 第十四条: no agreement within 15 days of the application, and one may go to arbitration;
    第二十七条: arbitration is applied for within a year of the day one knew or should have known of the infringement."""
    item = grievance.service_item
    if item is None or item.code != ITEM or grievance.submitted_at is None:
        return []
    asked_on = timezone.localtime(grievance.submitted_at).date()
    return [
        LegalLimit("mediation", "调解期限", asked_on + timedelta(days=MEDIATION_DAYS), "自收到调解申请起 15 日（劳动争议调解仲裁法第十四条）"),
        LegalLimit(
            "limitation", "仲裁时效", grievance.disputed_on and a_year_after(grievance.disputed_on),
            "自知道权利被侵害之日起一年（劳动争议调解仲裁法第二十七条）",
        ),
    ]  # fmt: skip


def a_year_after(day: date) -> date:
    """The same day of the next year, the last of the month where it has none (民法典 第二百零二条)."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 2, 28)
