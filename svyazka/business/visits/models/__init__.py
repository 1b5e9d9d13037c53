"""What is stored of visits: who and what can be booked, kinds of work, visits, the times that are taken, who waits,
what clients are told, what phones have sent, and what those on the road hear of."""

from svyazka.business.visits.models.crew import HandOver, Presence
from svyazka.business.visits.models.day_plan import DayChange, DayPlan
from svyazka.business.visits.models.kind import VisitKind
from svyazka.business.visits.models.look import Look
from svyazka.business.visits.models.moves import Asked, MoveReason, Repair, VisitMove, VisitRules
from svyazka.business.visits.models.not_done import NotDone, NotDoneReason
from svyazka.business.visits.models.on_site import Action
from svyazka.business.visits.models.plan import PlanningRules, Proposal, ProposalGets, ProposalGroup, ProposalMove
from svyazka.business.visits.models.resource import CrewMember, Resource, ResourceQuerySet, Shift, Substitution
from svyazka.business.visits.models.road import Consent, DurationTaken, Mark, RoadNews, RoadRules, TomorrowTold
from svyazka.business.visits.models.to_client import ClientRules, ClientText, ClientWord, LinkMiss, VisitLink, What
from svyazka.business.visits.models.visit import Booking, PhotoDrawing, Visit, VisitPhoto, VisitQuerySet
from svyazka.business.visits.models.waiting import Freed, Seeking, Waiting, WaitingOffer, WaitingRules
from svyazka.business.visits.models.working import Stint, Tick

__all__ = [
    "Action",
    "Asked",
    "Booking",
    "ClientRules",
    "ClientText",
    "ClientWord",
    "Consent",
    "CrewMember",
    "DayChange",
    "DayPlan",
    "DurationTaken",
    "Freed",
    "HandOver",
    "LinkMiss",
    "Look",
    "Mark",
    "MoveReason",
    "NotDone",
    "NotDoneReason",
    "PhotoDrawing",
    "PlanningRules",
    "Presence",
    "Proposal",
    "ProposalGets",
    "ProposalGroup",
    "ProposalMove",
    "Repair",
    "Resource",
    "ResourceQuerySet",
    "RoadNews",
    "RoadRules",
    "Seeking",
    "Shift",
    "Stint",
    "Substitution",
    "Tick",
    "TomorrowTold",
    "Visit",
    "VisitKind",
    "VisitLink",
    "VisitMove",
    "VisitPhoto",
    "VisitQuerySet",
    "VisitRules",
    "Waiting",
    "WaitingOffer",
    "WaitingRules",
    "What",
]
