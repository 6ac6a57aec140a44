"""Files and 佐证 that come with a move."""

from __future__ import annotations

from grievances.models.record import Attachment, Evidence
from grievances.states import Circle, ClockCode
from grievances.turn import Turn


def keep_evidence(turn: Turn) -> None:
    """Rows of 佐证; a talk or a visit is also the first contact with the enterprise."""
    for entry in turn.facts["evidence"] or ():
        if entry["kind"] == Evidence.Kind.FILE:
            attach(turn, [entry["file"]], Circle.PARTNERS)
        else:
            turn.clocks.stop(turn.at, ClockCode.CONTACT)
        Evidence.objects.create(
            grievance=turn.grievance, transition=turn.transition, cycle=turn.grievance.cycle, kind=entry["kind"],
            file=entry.get("file"), key=entry.get("key", ""), talk=entry.get("talk"),
        )  # fmt: skip


def attach(turn: Turn, uploads: list, circle: str) -> None:
    """Files of a request are on the ticket since it was asked, for whoever decides to read; approving does not add them again."""
    there = set(Attachment.objects.filter(grievance=turn.grievance, file__in=uploads).values_list("file_id", flat=True)) if uploads else ()
    Attachment.objects.bulk_create(
        Attachment(grievance=turn.grievance, file=file, transition=turn.transition, circle=circle, added_at=turn.at)
        for file in uploads
        if file.pk not in there
    )
