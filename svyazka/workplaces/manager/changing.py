"""What people change on a deal's page. Every answer draws the parts again; the page keeps what is being typed."""

from __future__ import annotations

import json

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svyazka.business.clients import history
from svyazka.business.deals import rights
from svyazka.business.deals.handing import taking
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.visits import change
from svyazka.kit.refusals import ChangedMeanwhile, Refused
from svyazka.workplaces.manager import deal as page
from svyazka.workplaces.manager import parts
from svyazka.workplaces.manager.finding import deal_numbered
from svyazka.workplaces.shared import away, inputs
from svyazka.workplaces.shared.away import Absent
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.typed import whole_number, whole_numbers


@needs("deals.change", "POST")
def fields(request: PageRequest, pk: int) -> HttpResponse:
    deal = _to_change(request, pk)
    typed = inputs.read(request.POST)
    version = whole_number(request.POST.get("version", ""))
    try:
        _changed, moved = change.change_deal(deal, typed, version=version or 0, by=request.person)
    except ChangedMeanwhile as refusal:
        # Their state and what was typed stand side by side; the next "Save" decides.
        return _facts_again(request, deal_numbered(pk), typed, refusal, conflict=True)
    except Refused as refusal:
        return _facts_again(request, deal, typed, refusal)
    answer = _drawn(request, pk)
    said = _go_there_too(len(moved)) if moved else _("Saved.")
    answer["HX-Trigger"] = json.dumps({"toast": {"message": said}})
    return answer


@needs("deals.change", "GET", "POST")
def responsible(request: PageRequest, pk: int) -> HttpResponse:
    """GET offers the people; POST appoints one of them, or nobody."""
    deal = _to_change(request, pk)
    if request.method != "POST":
        return _who_is_responsible(request, deal)
    typed = request.POST.get("responsible")
    if typed is None:
        raise Refused(_("Choose who is responsible, or nobody."))
    version = whole_number(request.POST.get("version", ""))
    person = _person(typed) if typed else None
    try:
        if person and person.pk != deal.responsible_id:
            away.warn(person, request.POST.get("anyway"))
        facts.appoint(deal, person, version=version or 0, by=request.person)
    except (ChangedMeanwhile, Absent) as refusal:
        # The state that somebody else has left, to choose from again; or once more the same, knowingly.
        return _who_is_responsible(request, deal_numbered(pk), refusal)
    return _drawn(request, pk, close_dialog=True)


@needs("deals.change", "POST")
def take(request: PageRequest, pk: int) -> HttpResponse:
    """Its person says that he has seen to it: it does not come back."""
    taking.take(pk, by=request.person)
    return _drawn(request, pk)


@needs("deals.change", "POST")
def notes(request: PageRequest, pk: int) -> HttpResponse:
    """A note may be left on any deal: departments write to each other."""
    deal = deal_numbered(pk)
    text = request.POST.get("text", "").replace("\x00", "")
    picked = whole_numbers(request.POST.getlist("mentions"))
    history.note(deal.client_id, text, deal_id=deal.pk, picked=picked, by=request.person)
    taking.take(deal.pk, by=request.person)
    return render(request, "manager/deal/noted.html", {"deal": deal, **page.history_of(deal)})


def _to_change(request: PageRequest, pk: int) -> Deal:
    deal = deal_numbered(pk)
    rights.insist(request.person, deal)
    return deal


def _drawn(request: PageRequest, pk: int, *, close_dialog: bool = False) -> HttpResponse:
    answer = HttpResponse(parts.apart(request, deal_numbered(pk)))
    if close_dialog:
        answer["HX-Trigger"] = "dialog:close"
    return answer


def _go_there_too(visits: int) -> str:
    said = ngettext(
        "{count} visit ahead goes to the new address too.", "{count} visits ahead go to the new address too.", visits
    )
    return said.format(count=visits)


def _facts_again(
    request: PageRequest, deal: Deal, typed: dict[str, str], refusal: Refused, *, conflict: bool = False
) -> HttpResponse:
    """Only the form, with everything that was typed; the refusal is said in it."""
    context = parts.all_of(request, deal, typed=typed, faults=refusal.fields, conflict=conflict)
    context |= {"apart": True, "refusal": refusal.message}
    html = render_to_string("manager/deal/facts.html", context, request=request)
    return HttpResponse(html, status=refusal.status)


def _who_is_responsible(request: PageRequest, deal: Deal, refusal: Refused | None = None) -> HttpResponse:
    asked = refusal.person_id if isinstance(refusal, Absent) else None
    context = {
        "deal": deal,
        "people": away.marked(_who_can_be_responsible()),
        "chosen": asked or deal.responsible_id,
        "asked": asked,
        "refusal": refusal.message if refusal else "",
    }
    answer = render(request, "manager/deal/appoint.html", context, status=refusal.status if refusal else 200)
    if refusal:
        answer["HX-Retarget"] = "#dialog"
        answer["HX-Reswap"] = "innerHTML"
    return answer


def _who_can_be_responsible() -> list[Person]:
    may = Person.objects.working().filter(role__in=roles.having("deals.change"))
    people = list(may.select_related("department").order_by("full_name"))
    roles.read_along(people)
    return people


def _person(typed: str) -> Person:
    number = whole_number(typed)
    found = next((one for one in _who_can_be_responsible() if one.pk == number), None)
    if found is None:
        raise Refused(_("This person cannot be responsible for deals."))
    return found
