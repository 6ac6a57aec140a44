"""Words of an order (督办): how long there is to answer, and where it climbs."""

from django.db.models import IntegerChoices, TextChoices


class Limit(TextChoices):
    """How long there is to answer an order: working hours at once, or closing time of the n-th working day."""

    HALF_DAY = "h4", "4 个工作小时"
    NEXT_DAY = "d1", "1 个工作日"
    THREE_DAYS = "d3", "3 个工作日"
    WEEK = "d5", "5 个工作日"


class Rung(IntegerChoices):
    """Where an order that is not answered climbs: at once to the leader, a working day later to the street."""

    LEADER = 1, "社区负责人"
    STREET = 2, "街道"
