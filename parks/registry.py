"""Writing parks: checked, and with the pinyin that sorts and finds them."""

from __future__ import annotations

from parks.models import Park
from wording.pinyin import pinyin_full, pinyin_initials


def save(park: Park) -> Park:
    """Raises ValidationError."""
    park.pinyin, park.initials = pinyin_full(park.name)[:300], pinyin_initials(park.name)[:60]
    park.full_clean()
    park.save()
    return park
