"""The words of visiting: where a class comes from, how a matter ends, what came of going there."""

from django.db import models


class Origin(models.TextChoices):
    REPORTED = "reported", "报道所载"
    OWN = "own", "本社区自定"


class Closing(models.TextChoices):
    """When a matter is no longer owed."""

    VISITED = "visited", "走访到人即办结"
    VISITED_OR_GONE = "visited_or_gone", "走访到人，或事由已消除"


class Ending(models.TextChoices):
    """How a matter ended. `ABSORBED`: somebody had been there shortly before it arose."""

    VISITED = "visited", "已走访"
    ABSORBED = "absorbed", "近期走访已覆盖"
    GONE = "gone", "事由消除"


class TaskState(models.TextChoices):
    OPEN = "open", "待走访"
    DONE = "done", "已走访"
    LAPSED = "lapsed", "不再需要"


class Half(models.TextChoices):
    """A half-day, the unit in which people's time for visits is counted."""

    AM = "am", "上午"
    PM = "pm", "下午"


class Hand(models.TextChoices):
    """How somebody has settled by hand where a visit of the plan stands."""

    PINNED = "pinned", "固定"
    MOVED = "moved", "改排"
    SWAPPED = "swapped", "对换"
    HANDED = "handed", "移交"


class Result(models.TextChoices):
    """What came of going there. Only `MET` counts as a visit; the others are attempts."""

    MET = "met", "见到人"
    NOBODY = "nobody", "无人"
    REFUSED = "refused", "拒访"
    NOT_THERE = "not_there", "地址不符"


#: So many failed attempts in a row, and the enterprise counts as 失联.
LOST_AFTER = 3
#: How often the enterprise may move the appointment of one visit.
MOST_MOVES = 2


class CheckOutcome(models.TextChoices):
    """What the door-step said about a fact on file."""

    CONFIRMED = "confirmed", "属实"
    CORRECTED = "corrected", "已更正"
    REVIEW = "review", "待核"
    KEPT = "kept", "维持原值"


class VisitorKind(models.TextChoices):
    STAFF = "staff", "社区与网格"
    STEWARD = "steward", "园区长"
    PARTNER = "partner", "伙伴机构"
    DEPARTMENT = "department", "部门"
    STREET = "street", "街道"
