"""What is stored of visits: who and what can be booked, kinds of work, visits, and the times that are taken."""

from svyazka.business.visits.models.kind import VisitKind
from svyazka.business.visits.models.moves import Asked, MoveReason, Repair, VisitMove, VisitRules
from svyazka.business.visits.models.resource import CrewMember, Resource, ResourceQuerySet, Shift, Substitution
from svyazka.business.visits.models.visit import Booking, Visit, VisitPhoto, VisitQuerySet

__all__ = [
    "Asked",
    "Booking",
    "CrewMember",
    "MoveReason",
    "Repair",
    "Resource",
    "ResourceQuerySet",
    "Shift",
    "Substitution",
    "Visit",
    "VisitKind",
    "VisitMove",
    "VisitPhoto",
    "VisitQuerySet",
    "VisitRules",
]
