"""Numbers that are not rung, and the hours in which clients are."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svyazka.business.calls.dialling import do_not_call as numbers_not_to_ring
from svyazka.business.calls.dialling import hours
from svyazka.business.calls.models import DoNotCall
from svyazka.business.clients.models import ContactPoint
from svyazka.business.staff.models import Person
from svyazka.kit import clock, phones
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved
from svyazka.workplaces.shared.paging import page_of
from svyazka.workplaces.shared.short import Short

_HOUR = {"type": "time"}


class NumbersForm(Form):
    numbers = forms.CharField(
        label=gettext_lazy("Numbers"),
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 5, "inputmode": "tel"}),
        help_text=gettext_lazy("One in a line, as many as you have."),
    )
    reason = forms.ChoiceField(label=gettext_lazy("Why"), choices=DoNotCall.Reason.choices)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)


class HoursForm(Form):
    begins = forms.TimeField(label=gettext_lazy("On working days from"), widget=forms.TimeInput(_HOUR, "%H:%M"))
    ends = forms.TimeField(label=gettext_lazy("until"), widget=forms.TimeInput(_HOUR, "%H:%M"))
    weekend_begins = forms.TimeField(label=gettext_lazy("At weekends from"), widget=forms.TimeInput(_HOUR, "%H:%M"))
    weekend_ends = forms.TimeField(label=gettext_lazy("until"), widget=forms.TimeInput(_HOUR, "%H:%M"))


@needs("calls.override", "GET", "POST")
def numbers(request: PageRequest) -> HttpResponse:
    form = NumbersForm(request.POST or None)
    if not saved(form, lambda: _forbid(request, form)):
        return _page(request, form=form, status=422 if form.errors else 200)
    return redirect("not_to_ring")


@needs("calls.override", "POST")
def number_removal(request: PageRequest) -> HttpResponse:
    numbers_not_to_ring.allow([request.POST.get("number", "").replace("\x00", "")[:20]], by=request.person)
    messages.success(request, _("May be rung again."))
    return redirect("not_to_ring")


@needs("calls.override", "POST")
def calling_hours(request: PageRequest) -> HttpResponse:
    form = HoursForm(request.POST)
    if not saved(form, lambda: hours.change(**form.cleaned_data, by=request.person)):
        return _page(request, hours_form=form, status=422)
    messages.success(request, _("Saved."))
    return redirect("not_to_ring")


def _forbid(request: PageRequest, form: NumbersForm) -> None:
    """What is no number is said, and keeps nothing else away."""
    given = form.cleaned_data
    read, wrong = numbers_not_to_ring.read_pasted(given["numbers"])
    count = numbers_not_to_ring.forbid(read, reason=given["reason"], note=given["note"], by=request.person)
    if count:
        said = ngettext("{n} number is not rung any more.", "{n} numbers are not rung any more.", count)
        messages.success(request, said.format(n=count))
    if wrong:
        said = ngettext("{n} is no number: {which}", "{n} are no numbers: {which}", len(wrong))
        messages.warning(request, said.format(n=len(wrong), which=", ".join(one[:40] for one in wrong[:5])))


def _page(
    request: PageRequest, *, form: NumbersForm | None = None, hours_form: HoursForm | None = None, status: int = 200
) -> HttpResponse:
    wanted = request.GET.get("q", "").replace("\x00", "")[:60].strip()
    page = page_of(_found(wanted), by="at", asked=request.GET)
    kept = hours.of_company()
    context = {
        "rows": _rows(page.rows),
        "older": page.older,
        "wanted": wanted,
        "form": form or NumbersForm(),
        "hours_form": hours_form or HoursForm(initial={name: getattr(kept, name) for name in HoursForm.base_fields}),
    }
    return render(request, "office/do_not_call.html", context, status=status)


def _found(wanted: str) -> QuerySet[DoNotCall]:
    """By a part of the number, or of the note."""
    rows = DoNotCall.objects.all()
    if digits := phones.digits_of(wanted):
        return rows.filter(number__contains=digits)
    return rows.filter(note__icontains=wanted) if wanted else rows


def _rows(found: list[DoNotCall]) -> list[dict[str, Any]]:
    short, now = Short(), clock.now()
    names = dict(Person.objects.filter(pk__in={row.by_id for row in found}).values_list("pk", "full_name"))
    points = ContactPoint.objects.filter(kind="phone", value__in=[row.number for row in found])
    clients = {number: (pk, name) for number, pk, name in points.values_list("value", "client_id", "client__name")}
    return [
        {
            "number": row.number,
            "shown": phones.readable(row.number),
            "why": row.get_reason_display(),
            "note": row.note,
            "by": names.get(row.by_id or 0, ""),
            "when": short.moment(row.at),
            "until": short.moment(row.until) if row.until else "",
            "is_over": bool(row.until and row.until <= now),
            "client": str(clients[row.number][0]) if row.number in clients else "",
            "name": clients[row.number][1] or _("client") if row.number in clients else "",
        }
        for row in found
    ]
