"""What somebody who came along has to add to the visit (同行意见): his own words, on his own line."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

import audit
from visits.models import Visit, Visitor
from wording import clean
from wording.errors import FactsMissing, NotFound, NotYours

if TYPE_CHECKING:
    from accounts.models import User

LONGEST = 1000


@transaction.atomic
def write(visit: Visit, text: str, *, by: User, at: datetime) -> Visitor:
    """Raises NotFound, NotYours, FactsMissing. Writes over what he wrote before."""
    seen = Visit.objects.visible_to(by).select_related("enterprise").filter(pk=visit.pk).first()
    if seen is None:
        raise NotFound("没有这次走访，或您无权查看。")
    mine = Visitor.objects.select_for_update().filter(visit=seen, user=by).first()
    if mine is None:
        raise NotYours("只有同去的人可以写同行意见。")
    try:
        mine.note = clean(text or "", max_length=LONGEST, multiline=True)
    except ValidationError as error:
        raise FactsMissing(f"同行意见：{'；'.join(error.messages)}", fields={"note": error.messages}) from error
    mine.save(update_fields=["note"])
    audit.record("visit_note_written", by=by, at=at, target=f"enterprise:{seen.enterprise.uscc}", detail={"visit": str(seen.pk)})
    return mine
