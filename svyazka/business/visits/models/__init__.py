"""What is stored of visits: who and what can be booked, kinds of work, visits, the times that are taken, and what
clients are told."""

from svyazka.business.visits.models.day_plan import DayChange, DayPlan
from svyazka.business.visits.models.kind import VisitKind
from svyazka.business.visits.models.resource import CrewMember, Resource, ResourceQuerySet, Shift, Substitution
from svyazka.business.visits.models.to_client import ClientRules, ClientText, ClientWord, LinkMiss, VisitLink, What
from svyazka.business.visits.models.visit import Booking, Visit, VisitPhoto, VisitQuerySet

__all__ = [
    "Booking",
    "ClientRules",
    "ClientText",
    "ClientWord",
    "CrewMember",
    "DayChange",
    "DayPlan",
    "LinkMiss",
    "Resource",
    "ResourceQuerySet",
    "Shift",
    "Substitution",
    "Visit",
    "VisitKind",
    "VisitLink",
    "VisitPhoto",
    "VisitQuerySet",
    "What",
]
