"""A note of one's own on a ticket (个人备注): seen by who wrote it, for as long as the ticket is in his sight."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from grievances.models import Grievance, PrivateNote
from wording import clean
from wording.errors import FactsMissing

if TYPE_CHECKING:
    from accounts.models import User

LONGEST = 2000


def write(grievance: Grievance, user: User, body: str, *, at: datetime) -> None:
    """The whole text; empty takes the note away. Of two writings the last one stands. Raises FactsMissing."""
    try:
        body = clean(body, max_length=LONGEST, multiline=True)
    except ValidationError as error:
        raise FactsMissing("备注：" + "；".join(error.messages), fields={"body": error.messages}) from None
    if not body:
        PrivateNote.objects.visible_to(user).filter(grievance=grievance).delete()
        return
    row = PrivateNote(user=user, grievance=grievance, body=body, changed_at=at)
    PrivateNote.objects.bulk_create([row], update_conflicts=True, unique_fields=["user", "grievance"], update_fields=["body", "changed_at"])
