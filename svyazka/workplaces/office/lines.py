"""Our own telephone numbers, and the source that people who ring them come from."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.calls import lines as our
from svyazka.business.calls.models import PhoneLine
from svyazka.business.clients.models import Source
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved


class LineForm(Form):
    name = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    source = forms.ModelChoiceField(
        label=gettext_lazy("Source of its calls"), queryset=Source.objects.order_by("code"), required=False
    )


class NewLineForm(LineForm):
    number = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    field_order = ("number", "name", "source")


@needs("settings.change", "GET", "POST")
def lines(request: PageRequest) -> HttpResponse:
    form = NewLineForm(request.POST or None)
    if saved(form, lambda: our.add(**form.cleaned_data, by=request.person)):
        messages.success(request, _("The number is added."))
        return redirect("lines")
    rows = PhoneLine.objects.select_related("source").order_by("number")
    return render(request, "office/lines.html", {"lines": rows, "form": form}, status=422 if form.errors else 200)


@needs("settings.change", "GET", "POST")
def line(request: PageRequest, pk: int) -> HttpResponse:
    found = _line(pk)
    form = LineForm(request.POST or None, initial={"name": found.name, "source": found.source})
    if saved(form, lambda: our.change(found, **form.cleaned_data, by=request.person)):
        messages.success(request, _("Saved."))
        return redirect("lines")
    return render(request, "office/line.html", {"line": found, "form": form}, status=422 if form.errors else 200)


@needs("settings.change", "POST")
def line_removal(request: PageRequest, pk: int) -> HttpResponse:
    our.remove(_line(pk), by=request.person)
    messages.success(request, _("The number is removed."))
    return redirect("lines")


def _line(pk: int) -> PhoneLine:
    return get_object_or_404(PhoneLine.objects.select_related("source"), pk=pk)
