"""What an engineer did and the office has changed meanwhile: he sees both, and takes one of them
where the visit is his."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.staff.roles import Reach
from svyazka.business.visits.models import Action, Visit
from svyazka.business.visits.on_site import beside
from svyazka.workplaces.shared import beside as both_sides
from svyazka.workplaces.shared.beside import Both
from svyazka.workplaces.shared.door import PageRequest, needs


def of_visit(visit: Visit, person: Person) -> list[Both]:
    return both_sides.of_visit(visit, person, own=True)


def of_day(person: Person) -> list[tuple[Visit, Both]]:
    """All that is open of what he did: visits that are not his any more stand nowhere else."""
    open_rows = beside.list_open().filter(person=person).values_list("visit_id", flat=True)
    visits = Visit.objects.filter(pk__in=set(open_rows)).select_related("kind", "client", "resource")
    return [(visit, both) for visit in visits for both in of_visit(visit, person)]


@needs("visits.carry_out", "POST")
def decision(request: PageRequest, visit_id: int, person_id: int) -> HttpResponse:
    """Of what he did himself."""
    if person_id != request.person.pk:
        raise Http404
    own = Visit.objects.filter(actions__person=request.person)
    visit = get_object_or_404(own.distinct(), pk=visit_id)
    both_sides.decide(visit, request.person, request.POST.get("decision", ""), by=request.person)
    messages.success(request, _("Decided."))
    is_his = Visit.objects.still_on().with_person(request.person).filter(pk=visit_id).exists()
    return redirect("field_visit", visit_id=visit_id) if is_his else redirect("field_day")


@needs("visits.see")
def photo(request: PageRequest, action_id: UUID) -> HttpResponse:
    """One that is not with the visit yet: for the office, and for whoever took it."""
    rows = Action.objects.exclude(file="")
    if roles.reach(request.person, "visits.see") is not Reach.ALL:
        rows = rows.filter(person=request.person)
    kept = get_object_or_404(rows, pk=action_id)
    try:
        with kept.file.open("rb") as file:
            answer = HttpResponse(file.read(), content_type="image/jpeg")
    except FileNotFoundError as missing:
        raise Http404 from missing
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
