"""Visits that lack somebody or something: whoever was to go there is ill, the van is broken. They stand as such
wherever they are seen, until another goes, another time is found, or whoever was away is back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import QuerySet

from svyazka.business.deals.held import held_all
from svyazka.business.journal.record import Actor
from svyazka.business.notices import tell as notices
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person, Role
from svyazka.business.visits import periods
from svyazka.business.visits.models import Booking, Resource, Visit
from svyazka.business.visits.periods import Overlaps
from svyazka.business.visits.settling import Wish, settle
from svyazka.business.visits.telling import tell
from svyazka.engines.routing.windows import Period, left_of
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

LEFT = (Visit.Status.PLANNED, Visit.Status.ON_WAY)


def leave(resource: Resource, period: Period, *, by: Actor) -> list[Period]:
    """Whatever has not begun lacks him from now on. → the parts of the period in which he is taken by nothing else."""
    visits = hold(_concerned(resource, period))
    periods.stand_in_line([], alone=[resource.pk])
    taken = resource.bookings.filter(during__overlap=(period.start, period.end))
    for request_id in set(taken.filter(kind=Booking.Kind.HOLD).values_list("request_id", flat=True)):
        if request_id:
            periods.release(request_id)
    left = [visit for visit in visits if visit.status in LEFT]
    for visit in left:
        own = taken.filter(visit=visit).values_list("during", flat=True)
        periods.give_back_some(visit, resource, [during.lower for during in own])
        _lacks(visit, resource, by=by)
    if left:
        _tell(resource, left, by=by)
    stays = taken.values_list("during", flat=True)
    return left_of(period, [Period(during.lower, during.upper) for during in stays])


def waiting_for(resource: Resource, period: Period) -> list[Visit]:
    """What lacks him in this time, held until the end of the transaction."""
    rows = Visit.objects.orphaned().filter(lacks=resource, starts_at__lt=period.end, ends_at__gt=period.start)
    visits = hold(list(rows.values_list("pk", flat=True)))
    return [visit for visit in visits if visit.lacks_id == resource.pk]


def find_again(visits: Sequence[Visit], *, by: Actor) -> list[Visit]:
    """He is back: they have him again, where nothing came between. → those."""
    return [visit for visit in visits if is_as_before(visit, by=by)]


def _concerned(resource: Resource, period: Period) -> Collection[int]:
    rows = resource.bookings.filter(kind=Booking.Kind.VISIT, during__overlap=(period.start, period.end))
    return set(rows.values_list("visit_id", flat=True))


def hold(numbers: Collection[int]) -> list[Visit]:
    """As they are now, with their deals, in the order in which everybody takes them."""
    found = Visit.objects.filter(pk__in=list(numbers))
    deals = held_all(sorted(set(found.values_list("deal_id", flat=True))))
    list(found.order_by("pk").select_for_update().only("pk"))
    visits = list(found.select_related("kind", "resource", "client").order_by("starts_at", "pk"))
    for visit in visits:
        visit.deal = deals[visit.deal_id]
    return visits


def _lacks(visit: Visit, resource: Resource, *, by: Actor) -> None:
    visit.lacks, visit.lacks_since = resource, clock.now()
    visit.status = Visit.Status.PLANNED
    visit.version += 1
    visit.save(update_fields=["lacks", "lacks_since", "status", "version"])
    people = {resource.person_id} if resource.person_id else set()
    tell(visit, "orphaned", by=by, changes={"lacks": (None, resource.name)}, also=people, data={"lacks": resource.name})


def is_as_before(visit: Visit, *, by: Actor) -> bool:
    lacked = visit.lacks
    try:
        with transaction.atomic():
            rebook(visit)
    except (Refused, Overlaps):
        return False
    visit.lacks = visit.lacks_since = None
    visit.version += 1
    visit.save(update_fields=["lacks", "lacks_since", "version"])
    name = lacked.name if lacked else ""
    tell(visit, "found", by=by, changes={"lacks": (name, None)}, data={"lacks": name})
    return True


def rebook(visit: Visit) -> None:
    """At its time, with whoever leads it and whatever is free of what it needs besides."""
    wish = Wish(visit.kind, visit.resource, visit.starts_at, visit.deal, visit=visit)
    settled = settle(wish, so_far=periods.of_visit(visit))
    periods.give_back(visit)
    periods.take(settled.wanted, kind=Booking.Kind.VISIT, visit=visit)


def _tell(resource: Resource, visits: Sequence[Visit], *, by: Actor) -> None:
    """Whoever looks after these deals, and whoever plans the days of his department."""
    people = {visit.deal.responsible_id for visit in visits if visit.deal.responsible_id}
    people |= set(planners(resource).values_list("pk", flat=True))
    data = {"who": resource.name, "count": len(visits), "resource": resource.pk}
    notices.tell(people, "visit.orphaned", by=by, data=data)


def planners(resource: Resource) -> QuerySet[Person]:
    """Of the department of whoever goes there; of those that nobody's department is known of, the heads."""
    may = Person.objects.working().filter(role__in=roles.having("visits.book"))
    department = resource.person.department_id if resource.person else None
    if department:
        of_house = roles.based_on(Role.MANAGER, Role.HEAD)
        return may.filter(department=department, role__in=of_house)
    return may.filter(role__in=roles.based_on(Role.HEAD))
