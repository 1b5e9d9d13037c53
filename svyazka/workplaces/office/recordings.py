"""How long recordings of calls are kept, and how it goes with fetching them."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svyazka.business.calls.recordings import keeping
from svyazka.business.calls.recordings.source import trouble_of
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved


class KeepingForm(Form):
    days = forms.IntegerField(
        label=gettext_lazy("Days kept"),
        required=False,
        localize=False,
        help_text=gettext_lazy("Empty: for ever."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


@needs("settings.change", "GET", "POST")
def recordings(request: PageRequest) -> HttpResponse:
    form = KeepingForm(request.POST or None, initial={"days": keeping.rule().days})
    if saved(form, lambda: keeping.change(form.cleaned_data["days"], by=request.person)):
        messages.success(request, _("Saved."))
        return redirect("recordings")
    stand = keeping.stand()
    context = {
        "form": form,
        "stand": stand,
        "awaited": _counted(stand.awaited),
        "not_fetched": _counted(stand.not_fetched),
        "free": _("{number} GB").format(number=number_format(stand.free_bytes / 1024**3, 1)),
        "latest": [{"one": one, "trouble": trouble_of(one.trouble)} for one in stand.latest],
    }
    return render(request, "office/recordings.html", context, status=422 if form.errors else 200)


@needs("settings.change", "POST")
def recordings_fetching(request: PageRequest) -> HttpResponse:
    number = keeping.fetch_again(by=request.person)
    said = ngettext("{number} recording is fetched once more.", "{number} recordings are fetched once more.", number)
    messages.success(request, said.format(number=number))
    return redirect("recordings")


def _counted(number: int) -> str:
    return f"{number}+" if number >= keeping.COUNTED else str(number)
