"""What was published of the community and of the street, each with its day: shown as published, and never mixed (the street's own numbers of
2021 and 2022 are of a larger area). The demo dates them back from its own moment."""

from datetime import date
from decimal import Decimal

from dashboards.models import AreaFigure, SurveyRound, Target
from mengchuang.demo.history import Stage

REPORT = "公开报道（演示登记）"
#: Kind → value, and whether it is a floor (余、超).
PORTRAIT = {
    "listed": (6, False), "little_giant": (11, False), "specialised": (84, False), "high_tech": (287, False), "provincial_tech": (650, False),
    "talents": (554, False), "enterprises": (8000, True), "employees": (30000, True), "parks": (62, False), "buildings": (95, False),
}  # fmt: skip
#: The street's two 经济体 before the community was founded.
STREET = {"enterprises": (19744, False), "parks": (42, False), "buildings": (255, False), "employees": (80000, True)}
TARGETS = {"on_time": 95, "first_on_time": 90, "satisfied": 95, "visited": 100, "solved": 85}


def tell(stage: Stage) -> None:
    community, at = stage.town.community, stage.town.now
    street, year = community.street, at.year if at.month > 10 else at.year - 1
    day = date(year, 10, 31)

    def figure(kind: str, value: object, first: date, last: date, **facts: object) -> AreaFigure:
        return AreaFigure(
            street=street, kind=kind, value=value, from_on=first, until_on=last, recorded_at=at, **{"source": REPORT, **facts}
        )

    founded = date(year - 2, 12, 31)
    rows = [
        figure(
            "fiscal_income", Decimal("16.14"), date(year, 1, 1), day, community=community, growth=Decimal("2.49"), share="占全街道三分之一"
        ),
        figure("needs_collected", 460, founded.replace(month=1, day=1), founded, community=community, at_least=True),
        figure("needs_solved", 320, founded.replace(month=1, day=1), founded, community=community, at_least=True),
        *(figure(kind, value, day, day, community=community, at_least=floor) for kind, (value, floor) in PORTRAIT.items()),
        *(
            figure(kind, value, date(2022, 12, 31), date(2022, 12, 31), at_least=floor, share="全街道两个经济体，非本社区口径")
            for kind, (value, floor) in STREET.items()
        ),
    ]
    AreaFigure.objects.bulk_create(rows)
    SurveyRound.objects.bulk_create(
        SurveyRound(community=community, name=name, from_on=first, until_on=last, answered=answered, satisfied=satisfied, source=REPORT)
        for name, first, last, answered, satisfied in (
            ("首轮", date(year - 2, 3, 1), date(year - 2, 3, 31), 400, 331),
            ("次轮", date(year, 9, 1), date(year, 9, 30), 500, 480),
        )
    )
    Target.objects.bulk_create(
        Target(
            community=community,
            indicator=code,
            from_on=date(at.year, 1, 1),
            until_on=date(at.year, 12, 31),
            value=value,
            source="年度工作计划",
        )
        for code, value in TARGETS.items()
    )
