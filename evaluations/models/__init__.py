from evaluations.models.rounds import Objection, Result, Round, Value
from evaluations.models.schemes import MOST_OBJECTION_WORKDAYS, Scheme, SchemeGrade, SchemeIndicator, StepsValid

__all__ = ["MOST_OBJECTION_WORKDAYS", "Objection", "Result", "Round", "Scheme", "SchemeGrade", "SchemeIndicator", "StepsValid", "Value"]
