"""How those who go out hear of changes, and whether their phones note arrivals."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.notices import wishes
from svyazka.business.visits.models import Consent
from svyazka.business.visits.road import rules
from svyazka.business.visits.whereabouts import consent
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved


def _number(label: Any, help_text: Any = "") -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(label=label, help_text=help_text, localize=False, widget=widget)


def _time(label: Any, help_text: Any = "") -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, help_text=help_text, required=False, widget=widget)


class RoadForm(Form):
    is_on = forms.BooleanField(
        label=gettext_lazy("Those who go out hear of changes to their visits of today and tomorrow"), required=False
    )
    gathers_minutes = _number(
        gettext_lazy("Changes are gathered for, minutes"),
        gettext_lazy("Several changes of a visit become one notice. Of a visit within the hour they hear at once."),
    )
    seen_minutes = _number(
        gettext_lazy("Not opened after, minutes"),
        gettext_lazy("Then it is written to the messenger, and at last a dispatcher gets the task to ring."),
    )
    soon_hours = _number(
        gettext_lazy("That holds for visits that begin within, hours"),
        gettext_lazy("Of later ones it is enough that the notice has arrived."),
    )
    tomorrow_at = _time(gettext_lazy("The plan of the next day is told at"), gettext_lazy("Empty: it is not told."))
    quiet_from = _time(gettext_lazy("Quiet hours from"))
    quiet_until = _time(
        gettext_lazy("until"),
        gettext_lazy("For all who have chosen none of their own. What comes in between is told when they end."),
    )
    notes_arrivals = forms.BooleanField(
        label=gettext_lazy("Phones note when somebody comes to the address of a visit and leaves it"), required=False
    )
    arrivals_days = _number(gettext_lazy("Arrivals are kept for, days"))


QUIET = ("quiet_from", "quiet_until")


@needs("settings.change", "GET", "POST")
def road(request: PageRequest) -> HttpResponse:
    kept, quiet = rules.rules(), wishes.of_company()
    initial = {name: getattr(quiet if name in QUIET else kept, name) for name in RoadForm.base_fields}
    form = RoadForm(request.POST or None, initial=initial)
    if saved(form, lambda: _change(request, form.cleaned_data)):
        messages.success(request, _("Saved."))
        return redirect("road")
    context = {"form": form, "agreed": Consent.objects.count()}
    return render(request, "office/road.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _change(request: PageRequest, typed: dict[str, Any]) -> None:
    """All of it or nothing. What is not wanted any more is not kept, either."""
    wishes.change_of_company((typed["quiet_from"], typed["quiet_until"]), by=request.person)
    rules.change(**{name: value for name, value in typed.items() if name not in QUIET}, by=request.person)
    if not typed["notes_arrivals"]:
        consent.withdraw_all(by=request.person)
