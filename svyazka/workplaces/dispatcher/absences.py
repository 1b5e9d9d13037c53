"""Who is away and when: entered, seen, taken back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.staff import roles
from svyazka.business.visits import absences as our
from svyazka.business.visits.models import Booking, Resource, Visit
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.dispatcher import typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, put_on

INPUT = "%Y-%m-%dT%H:%M"  # what <input type="datetime-local"> takes
BEGINS, ENDS = time(9), time(18)


def _moment(**attrs: Any) -> forms.DateTimeInput:
    return forms.DateTimeInput(format=INPUT, attrs={"type": "datetime-local", **attrs})


class AbsenceForm(Form):
    resource = forms.ModelChoiceField(
        label=gettext_lazy("Who is away"),
        queryset=Resource.objects.bookable(),
        empty_label=None,
        widget=forms.Select(attrs={"autofocus": True}),
    )
    starts_at = forms.DateTimeField(label=gettext_lazy("From"), widget=_moment())
    ends_at = forms.DateTimeField(label=gettext_lazy("To"), widget=_moment())
    note = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@needs("visits.book", "GET", "POST")
def absences(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        return _shown(request, _empty(request))
    form = AbsenceForm(request.POST)
    if not form.is_valid():
        return _shown(request, form, status=422)
    try:
        leaving = request.POST.get("leaving") == "1" and roles.may(request.person, "visits.plan")
        away = our.absent(**form.cleaned_data, by=request.person, leaving=leaving)
    except our.InTheWay as refusal:
        put_on(form, refusal)
        return _shown(request, form, status=refusal.status, in_the_way=refusal.visits)
    except Refused as refusal:
        put_on(form, refusal)
        return _shown(request, form, status=refusal.status)
    said = _("Absence entered: {name}").format(name=away.resource)
    return _to_what_to_do(request, away.resource, said) if leaving else _done(request, said, away.resource)


@needs("visits.book", "POST")
def removal(request: PageRequest, absence_id: int) -> HttpResponse:
    absence = Booking.objects.filter(pk=absence_id, kind=Booking.Kind.ABSENCE).select_related("resource").first()
    if absence is None:
        # Somebody else has just taken it back.
        return _shown(request, _empty(request))
    our.back(absence, by=request.person)
    return _done(request, _("Absence taken back: {name}").format(name=absence.resource), absence.resource)


def _empty(request: PageRequest) -> AbsenceForm:
    day = max(typed.day(request.GET.get("day")), clock.today())
    return AbsenceForm(initial={"starts_at": clock.at(day, BEGINS), "ends_at": clock.at(day, ENDS)})


def _to_what_to_do(request: PageRequest, resource: Resource, said: str) -> HttpResponse:
    """Visits lack somebody now: to the page that says what can be done about it."""
    messages.success(request, said)
    address = f"{reverse('what_to_do')}?resource={resource.pk}"
    return HttpResponse(status=204, headers={"HX-Redirect": address}) if request.htmx else redirect(address)


def _done(request: PageRequest, said: str, resource: Resource) -> HttpResponse:
    if not request.htmx:
        messages.success(request, said)
        return redirect("absences")
    answer = _shown(request, _empty(request))
    # The calendar behind the dialog need not wait for the bell.
    answer["HX-Trigger"] = json.dumps({"toast": {"message": said}, "calm:resource": {}})
    return answer


def _shown(
    request: PageRequest, form: AbsenceForm, *, status: int = 200, in_the_way: Sequence[Visit] = ()
) -> HttpResponse:
    """In the dialog over the calendar, or as a page of its own."""
    context = {"form": form, "rows": _to_come(clock.now()), "in_the_way": in_the_way}
    fragment = request.htmx and not request.htmx.boosted
    template = "dispatcher/absences.html" if fragment else "dispatcher/absences_page.html"
    return render(request, template, context, status=status)


def _to_come(now: datetime) -> list[Booking]:
    rows = Booking.objects.filter(kind=Booking.Kind.ABSENCE, during__endswith__gt=now)
    return list(rows.select_related("resource").order_by("during")[:200])
