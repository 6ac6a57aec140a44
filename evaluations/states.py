"""Words of the evaluation of parks."""

from django.db.models import TextChoices


class RoundState(TextChoices):
    DRAFT = "draft", "测算中"
    SHOWN = "shown", "公示中"
    PUBLISHED = "published", "已公布"


#: What an operator sees of.
TOLD = (RoundState.SHOWN, RoundState.PUBLISHED)


class Dimension(TextChoices):
    CLUSTER = "cluster", "产业集聚"
    QUALITY = "quality", "优质企业"
    RUNNING = "running", "运营绩效"
    SERVICE = "service", "服务响应"


class Better(TextChoices):
    HIGH = "high", "越高越好"
    LOW = "low", "越低越好"


class Scoring(TextChoices):
    """`minmax`: 100 for the best park, 0 for the worst, in proportion between; where all are equal, 100. `steps`: points of the best step
    that is reached, 0 before the first."""

    MINMAX = "minmax", "相对计分"
    STEPS = "steps", "分档计分"


class Missing(TextChoices):
    """What a park without a value gets: no points; the mean of those that have one; or the weight is spread over its other indicators."""

    ZERO = "zero", "计 0 分"
    MEAN = "mean", "取平均分"
    SPREAD = "spread", "权重分摊"


class Ties(TextChoices):
    """Where parks of equal score stand on both sides of a quota: all of them get the better grade, or all the lower one."""

    UP = "up", "就高"
    DOWN = "down", "就低"


class Withheld(TextChoices):
    """Why the operator does not read a value of its park (DESIGN §4)."""

    NO = "", "显示"
    TOO_FEW = "too_few", "不足五家（件）"
    TOO_LARGE = "too_large", "一家占一半以上"
