"""A free time of the calendar: for whom? Found by search, then booked as from the deal."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from svyazka.business.deals.found import Found, find
from svyazka.business.visits.models import Resource
from svyazka.kit import phones
from svyazka.kit.refusals import Refused
from svyazka.workplaces.dispatcher import typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.typed import whole_number

MOST = 12
LONGEST = 100


@dataclass(frozen=True)
class Hit:
    found: Found
    name: str
    below: str
    url: str


@needs("visits.book")
def free_time(request: PageRequest) -> HttpResponse:
    resource = Resource.objects.filter(pk=whole_number(request.GET.get("resource")) or 0).first()
    if resource is None:
        raise Refused(_("Choose a time."))
    day = typed.day(request.GET.get("day"))
    words = request.GET.get("q", "").strip()[:LONGEST]
    context = {
        "resource": resource,
        "day": day,
        "hours": request.GET.get("hours", "")[:20],
        "words": words,
        "hits": _hits(words, f"?{urlencode({'day': day.isoformat(), 'resource': resource.pk})}"),
    }
    if request.htmx.target == "free-hits":
        return render(request, "dispatcher/free_hits.html", context)
    fragment = request.htmx and not request.htmx.boosted
    return render(request, "dispatcher/free_time.html" if fragment else "dispatcher/free_time_page.html", context)


def _hits(words: str, at: str) -> list[Hit]:
    """Deals, each once: a client who is found stands for his open deal."""
    by_deal: dict[int, Found] = {}
    for one in find(words, limit=MOST) if words else []:
        if one.deal_id:
            by_deal.setdefault(one.deal_id, one)
    return [_hit(one, reverse("visit_new", args=[number]) + at) for number, one in by_deal.items()]


def _hit(one: Found, url: str) -> Hit:
    numbers = [phones.readable(number) for number in one.phones[:2]]
    return Hit(one, one.name or ", ".join(numbers), " · ".join(filter(None, [one.address, *numbers])), url)
