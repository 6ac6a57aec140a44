"""The year that begins soon and has no notice of the State Council on file: the administrators are told, each once (F25)."""

from datetime import datetime

import notices
import workdays
from community.kinds import PostKind
from community.models import Post
from grievances.owners import holders


def warn(at: datetime) -> int:
    """Returns how many notices are owed, new or not; 0 when nothing is missing."""
    year = workdays.calendar().missing_year(workdays.date_of(at))
    if year is None:
        return 0
    administrators = holders(Post.objects.effective(at).filter(kind=PostKind.ADMIN))
    body = (
        f"国务院办公厅通常在 11 月公布次年的放假安排。在录入之前，落在 {year} 年的期限按推定的工作日计算，并在页面上标明「推定」；"
        "录入之后，尚未到期的期限会重新计算。"
    )
    return notices.tell(f"calendar:{year}:missing", administrators, title=f"{year} 年的放假安排还没有录入", body=body, kind="system", at=at)
