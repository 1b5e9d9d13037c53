"""An address is put on the map by hand: in a dialog, or with the tiles of the map on a page of its own.

Where tiles come from is in the policy of that page alone: a dialog stands in a page that was sent without it.
"""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.places import background, find, placing
from svyazka.business.places.models import Place
from svyazka.kit.texts import storable
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved
from svyazka.workplaces.shared.typed import whole_number

LONGEST = 300


class PinForm(Form):
    point = forms.CharField(
        label=gettext_lazy("Point"),
        max_length=60,
        help_text=gettext_lazy("Click the map, or paste it as a map gives it: 55.75124, 37.61842"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True, "data-point": ""}),
    )


@needs("visits.book", "GET", "POST")
def pin(request: PageRequest) -> HttpResponse:
    address = _address(request.GET if request.method == "GET" else request.POST)
    place = find.place_of(address)
    known = f"{place.lat}, {place.lon}" if place and place.point else ""
    form = PinForm(request.POST or None, initial={"point": known})
    version = whole_number(request.POST.get("version"))
    if saved(form, lambda: placing.by_hand(address, form.cleaned_data["point"], by=request.person, version=version)):
        return _done(request, address, _("The pin is set: {address}").format(address=address))
    return _shown(request, address, place, form)


@needs("visits.book", "POST")
def pin_removal(request: PageRequest) -> HttpResponse:
    """A pin that was set by mistake: it is asked for anew."""
    address = _address(request.POST)
    placing.take_back(address, by=request.person, version=whole_number(request.POST.get("version")))
    return _done(request, address, _("The pin is taken back: {address}").format(address=address))


def _address(given: QueryDict) -> str:
    return storable(given.get("address", "")).strip()[:LONGEST]


def _done(request: PageRequest, address: str, said: str) -> HttpResponse:
    if request.htmx and not request.htmx.boosted:
        answer = HttpResponse(status=204)
        answer["HX-Trigger"] = json.dumps({"toast": {"message": said}, "dialog:close": {}})
        return answer
    messages.success(request, said)
    return redirect(f"{reverse('pin')}?{_query(address)}")


def _shown(request: PageRequest, address: str, place: Place | None, form: PinForm) -> HttpResponse:
    fragment = request.htmx and not request.htmx.boosted
    known = background.background()
    placed = find.of(address)
    context: dict[str, Any] = {
        "address": address,
        "query": _query(address),
        "place": place if place and place.point else None,
        "version": place.version if place else "",
        "is_by_hand": bool(place and place.source == Place.HAND),
        "form": form,
        "middle": placed.point if placed else None,
        "near": json.dumps([[one.lat, one.lon] for one in find.nearby(placed.point)] if placed else []),
        "has_tiles": bool(known.tiles),
        "background": None if fragment else known,
    }
    if not fragment:
        request.tiles_origin = background.origin_of_tiles(known)  # type: ignore[attr-defined]  # for the policy
    template = "shared/pin.html" if fragment else "shared/pin_page.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _query(address: str) -> str:
    query = QueryDict(mutable=True)
    query["address"] = address
    return query.urlencode()
