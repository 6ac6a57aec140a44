from visits.models.classes import ClassVersion, VisitClass
from visits.models.owed import Reason, Task
from visits.models.record import Companion, FactCheck, Need, Photo, Visit, Visitor

__all__ = [
    "ClassVersion",
    "Companion",
    "FactCheck",
    "Need",
    "Photo",
    "Reason",
    "Task",
    "Visit",
    "VisitClass",
    "Visitor",
]
