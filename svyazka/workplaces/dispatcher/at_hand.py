"""A visit under a thumb: what can be done with it, and step by step to another day, person and free time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from svyazka.business.deals import rights
from svyazka.business.visits import booking, slots
from svyazka.business.visits.models import Resource, Visit
from svyazka.business.visits.slots import Slot
from svyazka.kit import clock
from svyazka.workplaces.dispatcher import typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.typed import whole_number

DAYS = 14  # in one line to choose from


@dataclass(frozen=True)
class Free:
    address: str  # where its effects are shown
    slot: Slot


@needs("visits.book")
def at_hand(request: PageRequest, visit_id: int) -> HttpResponse:
    visit = _visit(visit_id)
    may_change = rights.may_change(request.person, visit.deal)
    movable = may_change and visit.status in Visit.MOVABLE
    lockable = movable and visit.status == Visit.Status.PLANNED
    return _shown(request, "dispatcher/at_hand.html", {"visit": visit, "movable": movable, "lockable": lockable})


@needs("visits.book")
def where_to(request: PageRequest, visit_id: int) -> HttpResponse:
    """A day, a person, and the times that are free then."""
    visit = _visit(visit_id)
    rights.insist(request.person, visit.deal)
    booking.refuse_change(visit, None)
    day, able = _day(request.GET.get("day"), visit), list(_able(visit))
    chosen = whole_number(request.GET.get("resource", str(visit.resource_id)))
    who = next((one for one in able if one.pk == chosen), None)
    first = max(clock.today(), day - timedelta(days=2))  # so that the chosen one is in sight
    days = [first + timedelta(days=number) for number in range(DAYS)]
    context = {"visit": visit, "day": day, "days": days, "who": who, "able": able, "free": _free(visit, day, who)}
    return _shown(request, "dispatcher/where_to.html", context)


def _visit(visit_id: int) -> Visit:
    related = ("kind", "client", "resource", "deal__stage", "locked_by")
    return get_object_or_404(Visit.objects.select_related(*related), pk=visit_id)


def _day(given: str | None, visit: Visit) -> date:
    return max(typed.day(given) if given else clock.local(visit.starts_at).date(), clock.today())


def _able(visit: Visit) -> QuerySet[Resource]:
    goes_out = (Resource.Kind.ENGINEER, Resource.Kind.CREW)
    able = Resource.objects.bookable().filter(kind__in=goes_out, skills__contains=[visit.kind.skill])
    return able.order_by("position", "pk")


def _free(visit: Visit, day: date, who: Resource | None) -> list[tuple[Resource, list[Free]]]:
    """Of this person, or of all of them."""
    address = reverse("visit_placing", args=[visit.pk])
    by_resource: dict[int, tuple[Resource, list[Free]]] = {}
    for slot in slots.free_slots(visit.kind, days=1, from_day=day, resource=who, moving=visit):
        if (slot.resource.pk, slot.starts_at) == (visit.resource_id, visit.starts_at):
            continue  # there it is
        one = Free(f"{address}?{urlencode({'slot': typed.written(slot), 'version': visit.version})}", slot)
        by_resource.setdefault(slot.resource.pk, (slot.resource, []))[1].append(one)
    return sorted(by_resource.values(), key=lambda pair: (pair[0].position, pair[0].pk))


def _shown(request: PageRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    fragment = request.htmx and not request.htmx.boosted
    return render(request, template if fragment else "dispatcher/visit_page.html", {**context, "inner": template})
