"""Tiers of the ladder (梯度) and reasons to be on the key list (重点企业): one table each. A new row needs no migration."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tier:
    """`rank` is how high it stands in the pyramid; several tiers may be held at once."""

    code: str
    label: str
    rank: int


TIERS = (
    Tier("small_and_fine", "小而美", 1),
    Tier("provincial_tech", "省科小", 1),
    Tier("young_eagle", "雏鹰", 2),
    Tier("innovative", "创新型", 2),
    Tier("above_scale", "规上", 2),
    Tier("high_tech", "国高", 3),
    Tier("specialised", "专精特新", 3),
    Tier("kunpeng", "鲲鹏", 4),
    Tier("little_giant", "小巨人", 4),
    Tier("listed", "上市", 5),
)
TIER_OF = {tier.code: tier for tier in TIERS}


def tier_choices() -> list[tuple[str, str]]:
    """For `choices`; migrations name this function."""
    return [(tier.code, tier.label) for tier in TIERS]


@dataclass(frozen=True)
class KeyReason:
    code: str
    label: str


KEY_REASONS = (
    KeyReason("above_scale", "规上"),
    KeyReason("listed", "上市"),
    KeyReason("top_taxpayer", "税收前100"),
    KeyReason("chain_leader", "链主"),
    KeyReason("talent", "高层次人才"),
)


def key_reasons() -> list[tuple[str, str]]:
    """For `choices`; migrations name this function."""
    return [(reason.code, reason.label) for reason in KEY_REASONS]
