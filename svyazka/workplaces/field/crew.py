"""Several people on one visit: who is there, and who goes in somebody's place."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from svyazka.business.visits import crew_there, handing_over
from svyazka.business.visits.models import HandOver, Visit
from svyazka.business.visits.on_site import in_hand
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.field import day
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.typed import whole_number


@needs("visits.carry_out", "POST")
def presence(request: PageRequest, visit_id: int) -> HttpResponse:
    """`here`, `gone` or a `mistake`; of one, or of all who are named."""
    own, asked = day.own_visit(request, visit_id), set(request.POST.getlist("who"))
    people = [one.who for one in crew_there.of_visit(own) if str(one.who.pk) in asked]
    if not people:
        raise Refused(_("Somebody who does not go to this visit."))
    match request.POST.get("mark"):
        case "here":
            crew_there.come(own, people, by=request.person)
        case "gone":
            crew_there.leave(own, people, by=request.person)
        case "mistake":
            crew_there.undo(own, people[0], by=request.person)
        case _:
            raise Refused(_("Here, gone, or a mistake?"))
    if request.htmx.target == "crew":
        return render(request, "field/crew.html", {"visit": own, **of(request, own)})
    return redirect("field_visit", visit_id=visit_id)


def of(request: PageRequest, visit: Visit) -> dict[str, Any]:
    """Only where there is more than one, or somebody was marked."""
    crew = crew_there.of_visit(visit)
    if len(crew) < 2 and not any(one.times for one in crew):
        return {"crew": []}
    is_on = visit.status != Visit.Status.DONE and not visit.is_off
    marked = {one.who.pk for one in crew if is_on and crew_there.may_mark(visit, one.who, request.person)}
    rows = [{"one": one, "mine": one.who.pk in marked, "times": _times(one)} for one in crew]
    all_marked = [(one.who.pk, one.since is None) for one in crew if one.who.pk in marked]
    missing = sum(is_missing for _pk, is_missing in all_marked)
    # A page that was kept the day before has the buttons, too: they are shown once the day has come.
    is_early = clock.local(visit.starts_at).date() > clock.today()
    return {"crew": rows, "all_marked": all_marked, "missing": missing, "is_early": is_early}


def _times(one: crew_there.There) -> str:
    """From when to when he was there, for the phone."""
    return json.dumps([[time.came_at.isoformat(), time.left_at and time.left_at.isoformat()] for time in one.times])


@needs("visits.carry_out", "GET", "POST")
def hand_over(request: PageRequest, visit_id: int) -> HttpResponse:
    """Who could go in his place; the one who is chosen is asked."""
    own = day.own_visit(request, visit_id)
    if request.method == "POST":
        number = whole_number(request.POST.get("taker"))
        taker = next((one for one in handing_over.able_and_free(own) if one.pk == number), None)
        if taker is None:
            raise Refused(_("Choose a colleague who is free then."))
        handing_over.ask(own, taker, request.POST.get("why", ""), by=request.person)
        messages.success(request, _("{name} is asked; the dispatcher knows.").format(name=taker.name))
        return redirect("field_visit", visit_id=visit_id)
    people = handing_over.able_and_free(own) if may_hand_over(request, own) else []
    seen = json.dumps(in_hand.seen(own, request.person))
    return render(request, "field/hand_over.html", {"visit": own, "people": people, "seen": seen})


@needs("visits.carry_out", "POST")
def hand_over_removal(request: PageRequest, visit_id: int) -> HttpResponse:
    own = day.own_visit(request, visit_id)
    if asked := handing_over.of_visit(own):
        handing_over.withdraw(asked, by=request.person)
    messages.success(request, _("Nobody is asked any more."))
    return redirect("field_visit", visit_id=visit_id)


@needs("visits.carry_out", "POST")
def hand_over_answer(request: PageRequest, pk: int) -> HttpResponse:
    """The colleague takes it, or cannot."""
    asked = get_object_or_404(HandOver.objects.filter(taker__person=request.person).select_related("visit"), pk=pk)
    if request.POST.get("take"):
        handing_over.take(asked, by=request.person)
        messages.success(request, _("The visit is yours now."))
        return redirect("field_visit", visit_id=asked.visit_id)
    handing_over.decline(asked, by=request.person)
    messages.success(request, _("Your colleague and the dispatcher know."))
    return redirect("field_day")


def may_hand_over(request: PageRequest, visit: Visit) -> bool:
    is_ahead = visit.status in Visit.MOVABLE and visit.starts_at > clock.now()
    return is_ahead and visit.resource.person_id == request.person.pk
