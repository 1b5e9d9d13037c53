"""It does not go as planned: whoever is on site says himself that he will be later, or that he cannot come."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from svyazka.business.visits import absences, delays
from svyazka.business.visits import not_done as our
from svyazka.business.visits.models import NotDoneReason, Visit
from svyazka.kit.refusals import Refused
from svyazka.workplaces.field import day
from svyazka.workplaces.shared import typed
from svyazka.workplaces.shared.door import PageRequest, needs

LATE = (20, 40, 60)  # minutes


@needs("visits.carry_out", "POST")
def delay(request: PageRequest, visit_id: int) -> HttpResponse:
    own = get_object_or_404(day.of(request), pk=visit_id)
    minutes = typed.whole_number(request.POST.get("minutes"))
    if minutes is None:
        raise Refused(_("A number of minutes is needed here."))
    delays.say(own, minutes, by=request.person)
    messages.success(request, _("The dispatcher knows.") if minutes else _("In time after all: the dispatcher knows."))
    return redirect("field_visit", visit_id=visit_id)


@needs("visits.carry_out", "POST")
def not_done(request: PageRequest, visit_id: int) -> HttpResponse:
    """Nothing came of it: why, and the office agrees on another date."""
    own = get_object_or_404(day.of(request), pk=visit_id)
    version, code = typed.whole_number(request.POST.get("version")), request.POST.get("reason", "")
    reason = NotDoneReason.objects.filter(code=code, is_active=True).first() if code else None
    if code and reason is None:
        raise Refused(_("This reason is not in use any more. Choose another one."))
    our.say(own, reason, request.POST.get("text", ""), by=request.person, version=version)
    messages.success(request, _("The office knows, and agrees with the client on another date."))
    return redirect("field_visit", visit_id=visit_id)


def reasons(visit: Visit) -> list[NotDoneReason] | None:
    """What is chosen from; None where nothing can be said of the kind any more. A page that was kept the day before
    has it, too: it is shown once the day has come."""
    if visit.status not in our.UNDER_WAY:
        return None
    return list(NotDoneReason.objects.filter(is_active=True))


@needs("visits.carry_out", "POST")
def absence(request: PageRequest) -> HttpResponse:
    """From now on, until the end of that day. What was planned lacks him, and the dispatcher sees to it."""
    until, note = typed.day(request.POST.get("until")), request.POST.get("note", "")
    absences.cannot_come(request.person, until, note=note, by=request.person)
    messages.success(request, _("The dispatcher knows, and sees to your visits. Get well."))
    return redirect("field_day")
