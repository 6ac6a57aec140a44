from evaluations.models.rounds import Objection, Result, Round, Value
from evaluations.models.schemes import MOST_OBJECTION_WORKDAYS, Scheme, SchemeGrade, SchemeIndicator, StepsValid
from evaluations.models.supervision import Climb, Order

__all__ = [
    "MOST_OBJECTION_WORKDAYS",
    "Climb",
    "Objection",
    "Order",
    "Result",
    "Round",
    "Scheme",
    "SchemeGrade",
    "SchemeIndicator",
    "StepsValid",
    "Value",
]
