from grievances.models.catalogue import PlainCategory, ServiceItem, ServiceTerm
from grievances.models.desk import PrivateNote, ReplyTemplate, SavedFilter
from grievances.models.grievance import Grievance
from grievances.models.line_item import LineItem
from grievances.models.mediation import Mediation
from grievances.models.progress_link import ProgressLink
from grievances.models.record import Attachment, Evidence, Rating, Transition
from grievances.models.routing import DispatchRule
from grievances.models.timing import Clock, Escalation, Pause, Recalculation
from grievances.models.work import Dispatch, FollowUp, Letter, Request, SiteVisit, Subscription

__all__ = [
    "Attachment",
    "Clock",
    "Dispatch",
    "DispatchRule",
    "Escalation",
    "Evidence",
    "FollowUp",
    "Grievance",
    "Letter",
    "LineItem",
    "Mediation",
    "Pause",
    "PlainCategory",
    "PrivateNote",
    "ProgressLink",
    "Rating",
    "Recalculation",
    "ReplyTemplate",
    "Request",
    "SavedFilter",
    "ServiceItem",
    "ServiceTerm",
    "SiteVisit",
    "Subscription",
    "Transition",
]
