"""Of a resource: days unlike its weekdays, and who goes with a crew in somebody's place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from svyazka.business.visits import crews, shifts
from svyazka.business.visits.models import Resource
from svyazka.kit.refusals import Refused
from svyazka.workplaces.office import resources
from svyazka.workplaces.shared import typed
from svyazka.workplaces.shared.door import PageRequest, needs


@needs("staff.change", "POST")
def resource_days(request: PageRequest, pk: int) -> HttpResponse:
    """Without hours, a day off."""
    found, note = _resource(pk), request.POST.get("note", "")

    def enter() -> object:
        return shifts.enter(found, _day(request), _hours(request), note=note, by=request.person)

    return _done(request, found, "days", enter)


@needs("staff.change", "POST")
def resource_day_removal(request: PageRequest, pk: int, shift: int) -> HttpResponse:
    """A second click finds nothing left to do."""
    for found in _resource(pk).shifts.filter(pk=shift):
        shifts.remove(found, by=request.person)
    messages.success(request, _("The day is like its weekday again."))
    return redirect("resource", pk=pk)


@needs("staff.change", "POST")
def resource_substitutions(request: PageRequest, pk: int) -> HttpResponse:
    found = _resource(pk)
    away, instead = (_named(request.POST.get(name)) for name in ("away", "instead"))
    return _done(request, found, "substitutions", lambda: _substitute(request, found, away, instead))


@needs("staff.change", "POST")
def resource_substitution_removal(request: PageRequest, pk: int, substitution: int) -> HttpResponse:
    found = _resource(pk)

    def take_back() -> None:
        for row in found.substitutions.filter(pk=substitution):
            crews.take_back(row, by=request.person)

    return _done(request, found, "substitutions", take_back)


def _substitute(request: PageRequest, crew: Resource, away: Resource | None, instead: Resource | None) -> object:
    if away is None:
        raise Refused(_("Choose who does not come."))
    return crews.substitute(crew, _day(request), away, instead=instead, by=request.person)


def _done(request: PageRequest, found: Resource, form: str, verb: Callable[[], object]) -> HttpResponse:
    try:
        verb()
    except Refused as refusal:
        given = {name: request.POST.get(name, "") for name in ("day", "from", "to", "note", "away", "instead")}
        return resources.shown(request, found, typed={**given, "form": form, "fault": str(refusal.message)})
    messages.success(request, _("Saved."))
    return redirect("resource", pk=found.pk)


def _resource(pk: int) -> Resource:
    return get_object_or_404(Resource.objects.select_related("person"), pk=pk)


def _named(given: str | None) -> Resource | None:
    return Resource.objects.filter(pk=typed.whole_number(given) or 0).first()


def _day(request: PageRequest) -> date:
    day = typed.day(request.POST.get("day"))
    if day is None:
        raise Refused(_("Choose a day."))
    return day


def _hours(request: PageRequest) -> list[tuple[time, time]]:
    begin, end = request.POST.get("from", ""), request.POST.get("to", "")
    if not begin and not end:
        return []
    try:
        return [(time.fromisoformat(begin).replace(tzinfo=None), time.fromisoformat(end).replace(tzinfo=None))]
    except ValueError as refusal:
        raise Refused(_("Both the beginning and the end are needed, for example 09:00 and 18:00.")) from refusal
