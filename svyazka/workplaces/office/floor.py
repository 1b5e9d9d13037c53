"""The floor of the call centre: what is demanded of it, its queues, and why its people take breaks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.calls.floor import breaks as our_breaks
from svyazka.business.calls.floor import rules
from svyazka.business.calls.floor.breaks import BREAKS
from svyazka.business.calls.models import BreakReason, CallQueue
from svyazka.business.staff.models import Department
from svyazka.workplaces.office import names
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved


def _number(label: Any, help_text: Any = "", *, required: bool = True) -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=label, help_text=help_text, required=required, widget=widget)


class RulesForm(Form):
    answer_share = _number(gettext_lazy("Shall be answered in time, %"))
    answer_within = _number(gettext_lazy("Within, seconds"))
    short_within = _number(
        gettext_lazy("Given up at once, seconds"),
        gettext_lazy("Whoever gives up sooner is not counted: nobody could have answered. 0: everybody is."),
    )
    after_call_seconds = _number(
        gettext_lazy("After-call work, seconds"),
        gettext_lazy("Begins by itself after each talk of whoever is ready. 0: it does not."),
    )
    ring_back_minutes = _number(
        gettext_lazy("Missed calls are returned within, minutes"), gettext_lazy("Of working time.")
    )
    ring_back_department = forms.ModelChoiceField(
        label=gettext_lazy("Which department takes calls"),
        queryset=Department.objects.order_by("code"),
        required=False,
        help_text=gettext_lazy("Its hours count where nobody is responsible for a missed call."),
    )


class QueueForm(Form):
    name = forms.CharField(label=gettext_lazy("Title"), max_length=60, required=False)
    answer_within = _number(
        gettext_lazy("Within, seconds"), gettext_lazy("Empty: as in the whole company."), required=False
    )
    department = forms.ModelChoiceField(
        label=gettext_lazy("Whose it is"),
        queryset=Department.objects.order_by("code"),
        required=False,
        help_text=gettext_lazy("Its people see it on the wallboard; a queue of nobody's is seen by all."),
    )


@needs("settings.change", "GET", "POST")
def floor(request: PageRequest) -> HttpResponse:
    known = rules.rules()
    initial = {name: getattr(known, name) for name in RulesForm.base_fields}
    form = RulesForm(request.POST or None, initial=initial)
    if saved(form, lambda: rules.change(**form.cleaned_data, by=request.person)):
        messages.success(request, _("Saved."))
        return redirect("floor")
    queues = CallQueue.objects.select_related("department").order_by("code")
    return render(request, "office/floor.html", {"form": form, "queues": queues}, status=422 if form.errors else 200)


@needs("settings.change", "GET", "POST")
def floor_queue(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(CallQueue, pk=pk)
    form = QueueForm(request.POST or None, initial={name: getattr(found, name) for name in QueueForm.base_fields})
    if saved(form, lambda: rules.change_queue(found, **form.cleaned_data, by=request.person)):
        messages.success(request, _("Saved."))
        return redirect("floor")
    return render(
        request, "office/floor_queue.html", {"form": form, "queue": found}, status=422 if form.errors else 200
    )


class ReasonForm(names.NameForm):
    minutes = _number(gettext_lazy("Not longer than, minutes"), gettext_lazy("0: as long as it lasts."))


SAID = names.Words(
    many="breaks",
    one="break_reason",
    icon="bell",
    title=gettext_lazy("Reasons of breaks"),
    adding=gettext_lazy("A new reason"),
    added=gettext_lazy("The reason is added."),
    empty=gettext_lazy("No reason yet: a break is just a break."),
)


@needs("settings.change", "GET", "POST")
def breaks(request: PageRequest) -> HttpResponse:
    def said(minutes: int) -> str:
        return _("not longer than {minutes} min").format(minutes=minutes) if minutes else _("as long as it lasts")

    return names.page_of_all(
        request, BREAKS, SAID, lambda: [(one, said(one.minutes)) for one in BreakReason.objects.all()]
    )


@needs("settings.change", "GET", "POST")
def break_reason(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(BreakReason, code=code)
    form = ReasonForm(request.POST or None, initial={**found.words, "minutes": found.minutes})
    if saved(form, lambda: _change(found, dict(form.cleaned_data), request)):
        messages.success(request, _("Saved."))
        return redirect("breaks")
    context = {
        "form": form,
        "said": SAID,
        "name": found.name,
        "back": reverse("breaks"),
        "state": reverse("break_reason_state", args=[code]),
        "is_off": not found.is_active,
        "off": _("Switched off: it is not offered any more."),
    }
    return render(request, "office/name.html", context, status=422 if form.errors else 200)


@needs("settings.change", "POST")
def break_reason_state(request: PageRequest, code: str) -> HttpResponse:
    BREAKS.switch(get_object_or_404(BreakReason, code=code), on=request.POST.get("on") == "1", by=request.person)
    return redirect("break_reason", code)


@needs("settings.change", "POST")
def break_reason_place(request: PageRequest, code: str) -> HttpResponse:
    BREAKS.move(get_object_or_404(BreakReason, code=code), up=request.POST.get("to") == "up", by=request.person)
    return redirect("breaks")


def _change(reason: BreakReason, typed: dict[str, Any], request: PageRequest) -> None:
    our_breaks.change(reason, typed, minutes=typed.pop("minutes"), by=request.person)
