from visits.models.classes import ClassVersion, VisitClass
from visits.models.owed import Escalation, Reason, Task
from visits.models.planned import MOST_HALF_DAYS, Allowance, Plan, PlanLine, PlanMiss, PlanTrip
from visits.models.record import Companion, FactCheck, Need, Photo, Visit, Visitor

__all__ = [
    "MOST_HALF_DAYS",
    "Allowance",
    "ClassVersion",
    "Companion",
    "Escalation",
    "FactCheck",
    "Need",
    "Photo",
    "Plan",
    "PlanLine",
    "PlanMiss",
    "PlanTrip",
    "Reason",
    "Task",
    "Visit",
    "VisitClass",
    "Visitor",
]
