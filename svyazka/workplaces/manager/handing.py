"""What a receiver does on a deal's page: accept, return, take over."""

from __future__ import annotations

import json

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from svyazka.business.deals import rights
from svyazka.business.deals.handing import answering, carried
from svyazka.business.deals.models import Deal
from svyazka.kit.refusals import ChangedMeanwhile, Refused
from svyazka.workplaces.manager import parts
from svyazka.workplaces.manager.finding import deal_numbered
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.typed import whole_number


@needs("deals.change", "POST")
def acceptance(request: PageRequest, pk: int) -> HttpResponse:
    deal = _to_answer(request, pk)
    answering.accept(deal, version=whole_number(request.POST.get("version")) or 0, by=request.person)
    if "list" not in request.GET:
        return _drawn(request, pk)
    said = {"toast": {"message": _("The hand-off is accepted.")}}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(said)})


@needs("deals.change", "GET", "POST")
def give_back(request: PageRequest, pk: int) -> HttpResponse:
    """GET asks for the reason; POST returns the deal."""
    deal = _to_answer(request, pk)
    if request.method != "POST":
        return render(request, "manager/deal/return.html", {"deal": deal})
    reason, version = request.POST.get("reason", ""), whole_number(request.POST.get("version"))
    try:
        answering.give_back(deal, reason=reason, version=version or 0, by=request.person)
    except ChangedMeanwhile:
        raise
    except Refused as refusal:
        context = {"deal": deal, "reason": reason.replace("\x00", ""), "refusal": refusal.message}
        answer = render(request, "manager/deal/return.html", context, status=refusal.status)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#dialog", "innerHTML"
        return answer
    answer = _drawn(request, pk)
    answer["HX-Trigger"] = "dialog:close"
    return answer


@needs("deals.change", "POST")
def answer_undoing(request: PageRequest, pk: int) -> HttpResponse:
    answering.take_back(_to_answer(request, pk), by=request.person)
    return _drawn(request, pk)


@needs("deals.change", "POST")
def taking_over(request: PageRequest, pk: int) -> HttpResponse:
    """What was corrected in the deal before, by the codes that are named."""
    carried.take_over(_to_answer(request, pk), request.POST.getlist("code"), by=request.person)
    return _drawn(request, pk)


def _to_answer(request: PageRequest, pk: int) -> Deal:
    deal = deal_numbered(pk)
    rights.insist(request.person, deal)
    return deal


def _drawn(request: PageRequest, pk: int) -> HttpResponse:
    return HttpResponse(parts.apart(request, deal_numbered(pk)))
