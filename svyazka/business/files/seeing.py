"""Who may see and change which files. The office sees those of all deals and clients; whoever works on site
those of the visits he goes to."""

from __future__ import annotations

from django.db.models import QuerySet

from svyazka.business.deals import rights as deals
from svyazka.business.deals.models import Deal
from svyazka.business.files.models import KeptFile
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.staff.roles import Reach
from svyazka.business.visits.models import Visit


def to_be_seen(person: Person) -> QuerySet[KeptFile]:
    if roles.reach(person, "files.see") is Reach.ALL:
        return KeptFile.objects.all()
    return KeptFile.objects.filter(visit__in=own_visits(person))


def own_visits(person: Person) -> QuerySet[Visit]:
    """Also those that are over: what was agreed on is looked up afterwards."""
    return Visit.objects.exclude(status=Visit.Status.CANCELLED).with_person(person)


def may_change(file: KeptFile, person: Person) -> bool:
    """His own, those of deals that he may change, or all."""
    reach = roles.reach(person, "files.change")
    if reach is Reach.ALL or (reach is not Reach.NONE and file.by_id == person.pk):
        return True
    return reach is Reach.DEPARTMENT and file.deal is not None and deals.may_change(person, file.deal)


def may_add(person: Person, *, deal: Deal | None = None, visit: Visit | None = None) -> bool:
    """To a deal that he may change, to a client, to a visit that he goes to."""
    reach = roles.reach(person, "files.change")
    if reach is Reach.DEPARTMENT:
        of = visit.deal if visit else deal
        return of is None or deals.may_change(person, of)
    if reach is Reach.OWN:
        return visit is not None and own_visits(person).filter(pk=visit.pk).exists()
    return reach is Reach.ALL
