"""The key list and tiers held."""

from __future__ import annotations

from datetime import date
from typing import Any

from cultivation.models import KeyListing, TierHolding
from enterprises.models import Enterprise
from tests.make.enterprises import enterprise as _enterprise


def key_listing(
    reason: str = "above_scale", *, enterprise: Enterprise | None = None, from_on: date = date(2026, 1, 1), **facts: Any
) -> KeyListing:
    facts = {"source": "街道名单"} | facts
    return KeyListing.objects.create(enterprise=enterprise or _enterprise(), reason=reason, from_on=from_on, **facts)


def tier_holding(
    tier: str = "high_tech", *, enterprise: Enterprise | None = None, gained_on: date = date(2025, 12, 1), **facts: Any
) -> TierHolding:
    facts = {"valid_until_on": date(2028, 11, 30), "source": "认定名单"} | facts
    return TierHolding.objects.create(enterprise=enterprise or _enterprise(), tier=tier, gained_on=gained_on, **facts)
