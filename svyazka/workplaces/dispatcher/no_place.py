"""What was dropped cannot stand there: why, and the next best that goes; each with its effects first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from svyazka.business.deals.models import Deal
from svyazka.business.visits import booking, offering, slots, work
from svyazka.business.visits.models import Visit, VisitKind
from svyazka.business.visits.offering import Offered, Wishes
from svyazka.business.visits.slots import Slot
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.dispatcher import typed
from svyazka.workplaces.dispatcher.typed import Choice
from svyazka.workplaces.shared.door import PageRequest

NEAREST, BEST = 3, 3


@dataclass(frozen=True)
class Way:
    address: str  # where its effects are shown
    slot: Slot | Offered
    reasons: tuple[str, ...] = ()


def of_visit(request: PageRequest, visit: Visit, chosen: Choice, refusal: Refused) -> HttpResponse:
    wishes = Wishes(from_day=_day_of(chosen))
    same = slots.free_slots(visit.kind, days=1, from_day=wishes.from_day, resource=chosen.resource, moving=visit)
    best = offering.offer(visit.kind, visit.address, moving=visit, wishes=wishes).windows
    given = {"version": visit.version}
    context = {"visit": visit, "all_windows": f"{reverse('visit_time', args=[visit.pk])}?day={wishes.from_day}"}
    ways = _ways(reverse("visit_placing", args=[visit.pk]), given, chosen, same, best)
    return _shown(request, chosen, refusal, {**context, **ways})


def of_deal(request: PageRequest, deal: Deal, kind: VisitKind, chosen: Choice, refusal: Refused) -> HttpResponse:
    day = _day_of(chosen)
    size: dict[str, Any] = {"openings": work.openings_of(deal), "booked": work.booked_of(deal, kind)}
    same = slots.free_slots(kind, days=1, from_day=day, resource=chosen.resource, **size)
    best = booking.others(deal, kind).windows
    asked = urlencode({"kind": kind.code, "day": day, "resource": chosen.resource.pk})
    context = {"deal": deal, "kind": kind, "all_windows": f"{reverse('visit_new', args=[deal.pk])}?{asked}"}
    ways = _ways(reverse("deal_placing", args=[deal.pk]), {"kind": kind.code}, chosen, same, best)
    return _shown(request, chosen, refusal, {**context, **ways})


def _day_of(chosen: Choice) -> date:
    return max(clock.local(chosen.starts_at).date(), clock.today())


def _ways(
    address: str, given: dict[str, Any], chosen: Choice, same: Sequence[Slot], best: Sequence[Offered]
) -> dict[str, list[Way]]:
    """Of the one it was dropped on the times nearest to that, and the best ones of all."""
    nearest = sorted(same, key=lambda one: _far(one.starts_at, chosen))[:NEAREST]
    known = {(one.resource.pk, one.starts_at) for one in nearest}
    others = [one for one in best if (one.resource.pk, one.starts_at) not in known][:BEST]

    def way(one: Slot | Offered, reasons: tuple[str, ...] = ()) -> Way:
        return Way(f"{address}?{urlencode({**given, 'slot': typed.written(one)})}", one, reasons)

    in_order = sorted(nearest, key=lambda one: one.starts_at)
    return {"same": [way(one) for one in in_order], "best": [way(one, one.reasons) for one in others]}


def _far(moment: datetime, chosen: Choice) -> timedelta:
    return abs(moment - chosen.starts_at)


def _shown(request: PageRequest, chosen: Choice, refusal: Refused, context: dict[str, Any]) -> HttpResponse:
    everything = {**context, "chosen": chosen, "why": refusal.message, "inner": "dispatcher/no_place.html"}
    fragment = request.htmx and not request.htmx.boosted
    template = "dispatcher/no_place.html" if fragment else "dispatcher/placing_page.html"
    return render(request, template, everything, status=refusal.status)
