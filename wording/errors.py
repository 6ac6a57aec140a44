"""The refusals every subject may raise; faces turn them into pages and JSON.

`ValidationError` of Django stays the exception for the fields of a form. A `Refused` is for what is wrong with the
deed itself: not yours, not in this state, facts missing, too large. Anything else is a bug and reaches the log.
"""

from collections.abc import Mapping, Sequence

Fields = dict[str, list[str]]


class Refused(Exception):
    """An expected no, said in Chinese.

    `code` is for machines and never changes, `message` is for people, `fields` names the facts at fault,
    `status_hint` is what a face that speaks HTTP should answer.
    """

    code = "refused"
    status_hint = 400

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        fields: Mapping[str, str | Sequence[str]] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.fields: Fields = {
            name: [problems] if isinstance(problems, str) else list(problems) for name, problems in (fields or {}).items()
        }

    def __str__(self) -> str:
        return self.message


class NotYours(Refused):
    """In sight, but not this person's to do."""

    code = "not_yours"
    status_hint = 403


class NotFound(Refused):
    """Not there, or not in sight: the two look alike."""

    code = "not_found"
    status_hint = 404


class StateConflict(Refused):
    """Not in this state, or changed meanwhile."""

    code = "state_conflict"
    status_hint = 409


class FactsMissing(Refused):
    """A fact the deed needs is missing or wrong; `fields` says which."""

    code = "facts_missing"
    status_hint = 400


class TooLarge(Refused):
    """More bytes than allowed."""

    code = "too_large"
    status_hint = 413


Conflict409 = StateConflict
