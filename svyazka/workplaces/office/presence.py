"""When somebody of the staff is there, and what he can do: working hours, skills, absences."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from svyazka.business.staff import hire
from svyazka.business.staff.models import Absence, Person
from svyazka.business.visits import absences
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.office import person_page, week
from svyazka.workplaces.office.person_page import Work
from svyazka.workplaces.shared import typed
from svyazka.workplaces.shared.door import PageRequest, needs

TYPED = ("from", "from_hour", "until", "until_hour", "note")


@needs("presence.change", "POST")
def staff_work(request: PageRequest, pk: int) -> HttpResponse:
    """Hours and skills, as a whole."""
    person = _person(pk)
    days, chosen = week.typed(request.POST), request.POST.getlist("skill")
    others = request.POST.get("others", "")
    try:
        hire.change(person, hours=week.read(days), skills=[*chosen, *others.split(",")], by=request.person)
    except Refused as refusal:
        work = Work(days, chosen, others, str(refusal.message))
        return person_page.draw(request, person, work=work, status=refusal.status)
    messages.success(request, _("Saved. Rules of appointing go by it from now on."))
    return redirect("staff_person", pk=pk)


@needs("presence.change", "POST")
def staff_absences(request: PageRequest, pk: int) -> HttpResponse:
    """Enters an absence. A day without an hour counts whole."""
    person = _person(pk)
    given = {name: request.POST.get(name, "").replace("\x00", "") for name in TYPED}
    try:
        begin, end = _begin(given), _end(given)
        absences.absent_person(person, begin, end, note=given["note"], by=request.person)
    except Refused as refusal:
        return person_page.draw(
            request, person, absence={**given, "fault": str(refusal.message)}, status=refusal.status
        )
    messages.success(request, _("The absence is entered."))
    return redirect("staff_person", pk=pk)


@needs("presence.change", "POST")
def staff_absence_ending(request: PageRequest, pk: int) -> HttpResponse:
    """Back from now on, or not away at all."""
    absence = Absence.objects.filter(pk=pk).select_related("person").first()
    if absence is None:
        raise Refused(_("This absence was called off already."))
    absences.person_back(absence, by=request.person)
    messages.success(request, _("The absence is ended."))
    return redirect("staff_person", pk=absence.person_id)


def _begin(given: dict[str, str]) -> datetime:
    found = typed.moment(given["from"], given["from_hour"] or "00:00")
    if found is None:
        raise Refused(_("From which day?"))
    return found


def _end(given: dict[str, str]) -> datetime:
    """With the last day, where no hour is said."""
    if given["until_hour"]:
        found = typed.moment(given["until"], given["until_hour"])
    else:
        day = typed.day(given["until"] or given["from"])
        found = clock.day_bounds(day)[1] if day else None
    if found is None:
        raise Refused(_("Until which day?"))
    return found


def _person(pk: int) -> Person:
    return get_object_or_404(Person.objects.select_related("department"), pk=pk)
