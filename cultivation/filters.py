"""What the key list and the ladder can be narrowed by; page, API and export share it."""

from __future__ import annotations

import django_filters

from cultivation.models import KeyListing, TierHolding
from cultivation.tiers import key_reasons, tier_choices


class KeyListingFilter(django_filters.FilterSet):
    enterprise = django_filters.CharFilter(label="企业", field_name="enterprise__uscc", max_length=18)
    reason = django_filters.MultipleChoiceFilter(label="列入原因", choices=key_reasons)
    standing = django_filters.BooleanFilter(label="仍在名单上", field_name="until_on", lookup_expr="isnull")

    class Meta:
        model = KeyListing
        fields: tuple[str, ...] = ()


class TierHoldingFilter(django_filters.FilterSet):
    enterprise = django_filters.CharFilter(label="企业", field_name="enterprise__uscc", max_length=18)
    tier = django_filters.MultipleChoiceFilter(label="梯度", choices=tier_choices)
    ends_before = django_filters.DateFilter(label="有效期早于", field_name="valid_until_on", lookup_expr="lt")

    class Meta:
        model = TierHolding
        fields: tuple[str, ...] = ()
