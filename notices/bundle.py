"""What goes out as one message: everything that waits for one person, or one group, in one channel (合并发送)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from notices.kinds import PASSWORD_LINK
from notices.models import Notice

# Of a mail nobody reads the hundredth line; the rest goes out in the next one.
MOST = 50
# A link that opens an account is not forwarded along with other news.
ALONE = (PASSWORD_LINK,)
_SPACE = uuid.UUID("5b0e7a52-6a0c-4a8e-9d0f-6f6b1f3d2c11")


@dataclass(frozen=True)
class Bundle:
    """Rows of one addressee and one channel, oldest first, never none."""

    notices: Sequence[Notice]

    @property
    def first(self) -> Notice:
        return self.notices[0]

    @property
    def channel(self) -> str:
        return self.first.channel

    @property
    def keys(self) -> list[int]:
        return [notice.pk for notice in self.notices]

    @property
    def id(self) -> uuid.UUID:
        """The same for the same rows and for no others: a copy is known by it, and nothing new can be taken for a copy."""
        if len(self.notices) == 1:
            return self.first.key
        return uuid.uuid5(_SPACE, " ".join(sorted(str(notice.key) for notice in self.notices)))

    def without(self, keys: set[int]) -> "Bundle | None":
        left = [notice for notice in self.notices if notice.pk not in keys]
        return Bundle(left) if left else None
