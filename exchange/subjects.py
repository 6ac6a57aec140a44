"""Every table there is, by its code."""

from __future__ import annotations

from exchange.area import AreaFigures, SurveyRounds, Targets
from exchange.bulletin import Bulletin
from exchange.calendar import Calendar
from exchange.dossiers import Events, KeyListings, LandGrades, Leases, Qualifications, TierHoldings
from exchange.enterprises import Enterprises
from exchange.evaluations import Evaluations
from exchange.figures import FigureHistory, Figures
from exchange.follow_ups import FollowUps, Letters
from exchange.grievances import Grievances
from exchange.letting import Listings, Moves, SpaceDemands
from exchange.line_items import LineItems
from exchange.my_file import MyFile
from exchange.numbers import Numbers
from exchange.people import Posts, Representatives
from exchange.quality import Quality
from exchange.risks import ParkAlerts, RiskFindings, RiskFlags, RiskSigns
from exchange.service_items import ServiceItems
from exchange.sites import Buildings, Parks, Spaces
from exchange.table import Table
from exchange.tenancies import Tenancies
from exchange.trail import Notices, Trail
from exchange.visit_plan import VisitPlans
from exchange.visits import Coverage, Matters, Visits, VisitTasks
from wording.errors import NotFound

TABLES: dict[str, type[Table]] = {
    table.code: table
    for table in (
        Enterprises, Tenancies, Parks, Buildings, Spaces, Representatives, Posts, ServiceItems, Calendar, Grievances, LineItems, FollowUps, Letters,
        Numbers, Quality, Trail, Notices, VisitPlans, Events, Qualifications, Leases, Listings, Moves, SpaceDemands, LandGrades, KeyListings, TierHoldings,
        RiskFlags, RiskSigns, RiskFindings, ParkAlerts, Figures, FigureHistory, MyFile, AreaFigures, SurveyRounds, Targets, VisitTasks, Visits, Coverage, Matters, Bulletin,
        Evaluations,
    )
}  # fmt: skip


def table_named(code: str) -> Table:
    """A fresh one, since it keeps what it has decided. Raises NotFound."""
    if code not in TABLES:
        raise NotFound("没有这种表格。")
    return TABLES[code]()
