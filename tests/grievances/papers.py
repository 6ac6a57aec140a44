"""Rows of files without bytes: who may reach a file does not depend on what is in it."""

from uuid import uuid4

from files.models import File
from grievances.models import Attachment
from grievances.states import Circle


def uploaded(by, *, at, used_at=None):
    """Just uploaded by somebody, not used yet."""
    return File.objects.create(
        name="现场照片.jpg",
        size=1,
        sha256="0" * 64,
        mime="image/jpeg",
        stored_as=uuid4().hex,
        uploaded_by=by,
        created_at=at,
        used_at=used_at,
    )


def hung(ticket, *, circle=Circle.ENTERPRISE, by=None):
    """A file that has been on the ticket since it was filed."""
    file = uploaded(by or ticket.filed_by, at=ticket.created_at, used_at=ticket.created_at)
    return Attachment.objects.create(grievance=ticket, file=file, circle=circle, added_at=ticket.created_at)
