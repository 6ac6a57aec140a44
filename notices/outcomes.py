"""How a message can fail to be delivered. What the relay does next depends on nothing else."""


class NotDelivered(Exception):
    """`reason` is shown to the admin: no phone number, no address, no key of a robot."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TryLater(NotDelivered):
    """Surely not taken, and may be taken later: a full mailbox, too many a minute, a server that is busy."""


class Unreachable(TryLater):
    """Nobody answered at all: the other messages of this channel need not knock in the same run."""


class Refused(NotDelivered):
    """Understood and turned down; the same message would be turned down again."""


class Unknown(NotDelivered):
    """Handed over, but the answer never came: perhaps delivered, perhaps not."""
