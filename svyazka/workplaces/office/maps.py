"""Maps and travel: which servers of others are asked, and what is drawn under the pins."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.places import background, geocoder, services, travel_source
from svyazka.business.places.models import Background, Measured, Place, Service
from svyazka.business.places.troubles import in_words
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved

_PLAIN = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}


def _address(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Address of the server"),
        max_length=200,
        required=False,
        help_text=help_text,
        widget=forms.TextInput(attrs={**_PLAIN, "inputmode": "url"}),
    )


def _key(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=200,
        required=False,
        help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class PlacingForm(Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Who is asked"),
        choices=lambda: [(kind, geocoder.of_kind(kind).title) for kind in services.KINDS[Service.What.PLACING]],
    )
    key = _key(gettext_lazy("Key"), gettext_lazy("Of DaData. Stored encrypted. Empty: the stored one stays."))
    secret = _key(
        gettext_lazy("Secret key"),
        gettext_lazy("Only for DaData's cleaning of addresses, which is paid for. Empty: by suggestions."),
    )
    base = _address(gettext_lazy("Only for a server of your own. Empty: its maker's."))


class TravelForm(Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Who is asked"),
        choices=lambda: [(kind, travel_source.of_kind(kind).title) for kind in services.KINDS[Service.What.TRAVEL]],
    )
    base = _address(gettext_lazy("Like http://osrm.example.com:5000"))


class BackgroundForm(Form):
    centre = forms.CharField(
        label=gettext_lazy("Where the company works"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("The middle of it, as a map gives it: 55.75124, 37.61842"),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    tiles = forms.CharField(
        label=gettext_lazy("Address of the tiles"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Like https://tiles.example.com/{z}/{x}/{y}.png. Empty: maps show pins only."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    credit = forms.CharField(
        label=gettext_lazy("Whom the map is by"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Its licence asks for it: © OpenStreetMap contributors"),
    )


FORMS = {Service.What.PLACING: PlacingForm, Service.What.TRAVEL: TravelForm}


@needs("settings.change", "GET", "POST")
def maps(request: PageRequest) -> HttpResponse:
    """The background, and both servers as they stand."""
    form = BackgroundForm(request.POST or None, initial=_initial(background.background()))
    if saved(form, lambda: background.change(**form.cleaned_data, by=request.person)):
        messages.success(request, _("Saved."))
        return redirect("maps")
    return _page(request, form=form)


@needs("settings.change", "POST")
def service(request: PageRequest, what: str) -> HttpResponse:
    """Stored once it has answered."""
    chosen = _what(what)
    form = FORMS[chosen](request.POST)
    if saved(form, lambda: services.change(chosen, **form.cleaned_data, by=request.person)):
        messages.success(request, _("The server answers; it is asked from now on."))
        return redirect("maps")
    return _page(request, **{what: form})


@needs("settings.change", "POST")
def service_check(request: PageRequest, what: str) -> HttpResponse:
    services.check(_what(what), by=request.person)
    messages.success(request, _("The server answers."))
    return redirect("maps")


@needs("settings.change", "POST")
def service_state(request: PageRequest, what: str) -> HttpResponse:
    on = request.POST.get("on") == "1"
    services.switch(_what(what), on=on, by=request.person)
    messages.success(request, _("Switched on.") if on else _("Switched off; the house does with what it knows itself."))
    return redirect("maps")


def _what(given: str) -> Service.What:
    if given not in Service.What.values:
        raise Http404
    return Service.What(given)


def _page(request: PageRequest, *, form: Form | None = None, **typed: Form) -> HttpResponse:
    stored = {what: services.service(what) for what in Service.What}
    cards = [_card(stored[what], typed.get(what)) for what in Service.What]
    context = {
        "cards": cards,
        "form": form or BackgroundForm(initial=_initial(background.background())),
        "measured": Measured.objects.filter(pk=1).first(),
        "waiting": Place.objects.exclude(ask_at=None).count(),
        "unknown": Place.objects.filter(lat=None, ask_at=None).count(),
    }
    faulty = any(one is not None and one.errors for one in (form, *typed.values()))
    return render(request, "office/maps.html", context, status=422 if faulty else 200)


def _initial(known: Background) -> dict[str, str]:
    return {"tiles": known.tiles, "credit": known.credit, "centre": background.said_centre(known)}


def _card(stored: Service, form: Form | None) -> dict[str, Any]:
    what = Service.What(stored.what)
    title = {
        Service.What.PLACING: lambda: geocoder.of_kind(stored.kind).title,
        Service.What.TRAVEL: lambda: travel_source.of_kind(stored.kind).title,
    }
    return {
        "what": what.value,
        "name": what.label,
        "service": stored,
        "title": title[what]() if stored.kind else "",
        "trouble": in_words(stored.trouble) if stored.trouble else "",
        "form": form or FORMS[what](initial={"kind": stored.kind, "base": stored.base}),
    }
