"""A deal that turned out to be another client's: whose it is, and by what he can be reached as well."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from svyazka.business.clients.identify import survivor
from svyazka.business.clients.models import Client
from svyazka.business.clients.naming import called
from svyazka.business.deals import rights
from svyazka.business.deals.found import find
from svyazka.business.deals.models import Deal
from svyazka.business.duplicates import giving
from svyazka.business.duplicates.giving import Newcomer
from svyazka.business.journal.models import Entry
from svyazka.kit.refusals import Refused
from svyazka.workplaces.operator.merging import hit
from svyazka.workplaces.operator.search import LONGEST, MOST_IN_BOX
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.typed import whole_number


@needs("clients.change", "GET", "POST")
def deal_client(request: PageRequest, pk: int) -> HttpResponse:
    """With `to`, the number of the other client, or with `name`, of somebody new; without either he is looked for."""
    deal = get_object_or_404(Deal.objects.select_related("client"), pk=pk)
    rights.insist(request.person, deal)
    number = whole_number((request.POST or request.GET).get("to"))
    to = survivor(get_object_or_404(Client, pk=number)) if number is not None else None
    if request.method == "POST":
        return _give(request, deal, to)
    typed = request.GET.get("q", "").strip()[:LONGEST]
    if request.htmx and not request.htmx.boosted:
        return render(request, "operator/merging_hits.html", _hits(deal, typed)) if typed else HttpResponse()
    return _page(request, deal, to, typed)


def _give(request: PageRequest, deal: Deal, to: Client | None) -> HttpResponse:
    chosen = [number for number in map(whole_number, request.POST.getlist("reached_by")) if number is not None]
    try:
        whose = giving.give_deal(
            deal, to or Newcomer(request.POST.get("name", "")), reached_by=chosen, by=request.person
        )
    except Refused as refusal:
        return _page(request, deal, to, "", refusal=refusal)
    said = _("The deal is now of {client}. A mistake? Here it is given back just so.").format(client=_called(whose))
    messages.success(request, said)
    return redirect("deal", deal.pk)


def _page(
    request: PageRequest, deal: Deal, to: Client | None, typed: str, *, refusal: Refused | None = None
) -> HttpResponse:
    before = _before(deal)
    context = {
        "deal": deal,
        "number": str(deal.pk),
        "called": _called(deal.client),
        "to": to and {"number": str(to.pk), "called": _called(to)},
        "before": before and {"number": str(before.pk), "called": _called(before)},
        "points": giving.shared(deal.client_id),
        "name": request.POST.get("name", ""),
        "refused": refusal and str(refusal.message),
        **_hits(deal, typed),
    }
    return render(request, "operator/giving.html", context, status=422 if refusal else 200)


def _hits(deal: Deal, typed: str) -> dict[str, Any]:
    found = find(typed, limit=MOST_IN_BOX) if typed else []
    others = {one.client_id: one for one in found if one.client_id != deal.client_id}
    return {"typed": typed, "hits": [hit(one, f"?to={one.client_id}") for one in others.values()]}


def _before(deal: Deal) -> Client | None:
    """Whose it was before it was given last."""
    given = Entry.objects.filter(deal_id=deal.pk, verb="deals.of_another").order_by("-at", "-pk").first()
    client = given and Client.objects.filter(pk=given.changes["client"][0]).first()
    found = survivor(client) if client else None
    return found if found and found.pk != deal.client_id else None


def _called(one: Client) -> str:
    return called(one, list(one.contact_points.all()))
