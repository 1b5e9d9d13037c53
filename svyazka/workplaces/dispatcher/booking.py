"""Booking out of a deal: windows to name on the phone, one click takes one."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from svyazka.business.deals import rights
from svyazka.business.deals.models import Deal
from svyazka.business.visits import booking, calling_off, chain, holding, its_deal, work
from svyazka.business.visits.directions import map_link
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.kit.refusals import Refused
from svyazka.workplaces.dispatcher import offers, typed, visits, wished
from svyazka.workplaces.shared.door import PageRequest, needs


@needs("visits.book")
def new(request: PageRequest, deal_id: int) -> HttpResponse:
    deal = _deal_to_change(request, deal_id)
    typed_in = {"address": request.GET.get("address", deal.address), "wishes": request.GET.get("wishes", "")}
    of = Resource.objects.filter(pk=typed.version(request.GET.get("resource")) or 0).first()
    return _panel(request, deal, kind_for(deal, request.GET.get("kind"), of), request.GET.get("day"), typed_in, of=of)


@needs("visits.book", "POST")
def book(request: PageRequest, deal_id: int) -> HttpResponse:
    deal = _deal_to_change(request, deal_id)
    kind = kind_for(deal, request.POST.get("kind"))
    typed_in = {name: request.POST.get(name, "") for name in ("address", "wishes")}
    try:
        chosen = typed.choice(request.POST.get("slot", ""))
        booked = booking.book(
            deal,
            kind,
            chosen.resource,
            chosen.starts_at,
            request_id=typed.request_id(request.POST.get("request_id")),
            by=request.person,
            address=typed_in["address"],
            wishes=typed_in["wishes"],
            hold=typed.hold(request.POST.get("hold")),
        )
    except Refused as refusal:
        return _panel(request, deal, kind, request.POST.get("day"), typed_in, refusal)
    return _booked(request, booked)


@needs("visits.book", "POST")
def hold(request: PageRequest, deal_id: int) -> HttpResponse:
    """While the caller thinks nobody else is offered this time. The same time again: for some minutes more."""
    deal = _deal_to_change(request, deal_id)
    kind = kind_for(deal, request.POST.get("kind"))
    typed_in = {name: request.POST.get(name, "") for name in ("address", "wishes")}
    try:
        chosen = typed.choice(request.POST.get("slot", ""))
        request_id = typed.request_id(request.POST.get("request_id"))
        holding.hold(deal, kind, chosen.resource, chosen.starts_at, request_id=request_id, by=request.person)
    except Refused as refusal:
        return _panel(request, deal, kind, request.POST.get("day"), typed_in, refusal)
    return _panel(request, deal, kind, request.POST.get("day"), typed_in)


@needs("visits.book", "POST")
def hold_release(request: PageRequest, deal_id: int) -> HttpResponse:
    deal = _deal_to_change(request, deal_id)
    kind = kind_for(deal, request.POST.get("kind"))
    typed_in = {name: request.POST.get(name, "") for name in ("address", "wishes")}
    if held := holding.standing(deal, kind, by=request.person):
        holding.release(held.request_id, by=request.person)
    return _panel(request, deal, kind, request.POST.get("day"), typed_in)


def _booked(request: PageRequest, visit: Visit) -> HttpResponse:
    context = {"visit": visit, "missing": its_deal.waits_for(visit), "map": map_link(visit.address)}
    answer = render(request, "dispatcher/booked.html", context, status=201)
    answer["HX-Trigger"] = json.dumps({"toast": {"message": _("Booked: {visit}").format(visit=visits.in_words(visit))}})
    return answer


def _panel(
    request: PageRequest,
    deal: Deal,
    kind: VisitKind,
    day: str | None,
    typed_in: dict[str, str],
    refusal: Refused | None = None,
    of: Resource | None = None,
) -> HttpResponse:
    """`of`: only windows of this resource, out of the calendar."""
    given = request.POST if request.method == "POST" else request.GET
    wishes, held = wished.read(given, deal.client_id), holding.standing(deal, kind, by=request.person)
    size: dict[str, Any] = {"openings": work.openings_of(deal), "booked": work.booked_of(deal, kind)}
    waits = chain.begins(kind, deal.pk)
    chosen = typed.day(day) if day else None
    context: dict[str, Any] = {
        "deal": deal,
        "kind": kind,
        "kinds": list(VisitKind.objects.all()),
        "offer": offers.offer(
            kind,
            typed_in["address"] or deal.address,
            wishes=wishes,
            day=chosen,
            resource=of,
            held=held,
            not_before=waits,
            **size,
        ),
        "held": held and offers.kept(held),
        "wished": wished.line(wishes),
        "holds": True,
        "ahead": [visit for visit in calling_off.ahead_of(deal) if visit.kind_id == kind.pk],
        "typed": typed_in,
        "refusal": refusal,
        "request_id": uuid4(),
        "windows_url": f"{reverse('visit_new', args=[deal.pk])}?kind={kind.code}"
        + (f"&resource={of.pk}" if of else ""),
    }
    fragment = request.htmx and not request.htmx.boosted
    template = "dispatcher/booking.html" if fragment else "dispatcher/booking_page.html"
    return render(request, template, context, status=refusal.status if refusal else 200)


def _deal_to_change(request: PageRequest, deal_id: int) -> Deal:
    """A booking takes the deal on and writes into it: whose deal it is counts here too."""
    deal = get_object_or_404(Deal.objects.select_related("client", "stage"), pk=deal_id)
    rights.insist(request.person, deal)
    return deal


def kind_for(deal: Deal, code: str | None, of: Resource | None = None) -> VisitKind:
    """The one that was asked for; otherwise what this deal comes to next, as far as this resource can do it."""
    kinds = [kind for kind in VisitKind.objects.all() if of is None or kind.skill in of.skills]
    if not kinds and of:
        raise Refused(_("{name} does none of the kinds of work that are set up.").format(name=of.name))
    if not kinds:
        raise Refused(_("No kinds of visits are set up yet."))
    named = next((kind for kind in kinds if kind.code == code), None)
    return named or next((kind for kind in kinds if _is_ahead(kind, deal)), kinds[-1])


def _is_ahead(kind: VisitKind, deal: Deal) -> bool:
    stages = {stage.code: stage.position for stage in deal.pipeline.stages.all()}
    return stages.get(kind.done_stage, -1) > deal.stage.position
