"""Who may open which file of a ticket: whoever sees the ticket and reads the circle it was added in (R6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet

from files.models import File
from grievances.capacity import Standing, standing
from grievances.models import Attachment, Grievance
from grievances.story import readable_circles

if TYPE_CHECKING:
    from accounts.models import User


def attachments_of(grievance: Grievance, stands: Standing) -> QuerySet[Attachment]:
    """Those this reader may open, oldest first."""
    rows = Attachment.objects.filter(grievance=grievance, circle__in=readable_circles(stands))
    return rows.select_related("file", "transition").order_by("pk")


def file_for(user: User, key: UUID, kinds: Sequence[str] | None = None) -> File | None:
    """One's own upload while nothing uses it; afterwards by sight of the ticket and circle. None otherwise."""
    own = File.objects.visible_to(user).filter(pk=key).first()
    if own is not None:
        return own
    row = Attachment.objects.filter(file=key).select_related("file").first()
    if row is None:
        return None
    seen = Grievance.objects.visible_to(user, kinds).select_related("community__street", "park").filter(pk=row.grievance_id).first()
    if seen is None or row.circle not in readable_circles(standing(seen, user)):
        return None
    return row.file
