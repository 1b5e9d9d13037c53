"""A client wants to be forgotten: what would become of all that is held of him, and what has to be
typed for it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy

from svyazka.business.clients.identify import survivor
from svyazka.business.clients.models import Client
from svyazka.business.clients.naming import called
from svyazka.business.personal_data import erasing, preview, steps
from svyazka.business.personal_data.erasing import Wanted
from svyazka.business.personal_data.models import Erasure
from svyazka.business.personal_data.tables import family
from svyazka.kit.erased import Fate
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved


class ErasureForm(Form):
    ground = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[("", gettext_lazy("not chosen")), *Erasure.Ground.choices],
        help_text=gettext_lazy("It stands in the act."),
    )
    word = forms.CharField(
        label=gettext_lazy("Why, although a deal is open"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("These words stay, in the act, too: the letter by its number, no name and no phone."),
    )
    typed = forms.CharField(
        label=gettext_lazy("Number of the client, once more"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


@needs("personal_data.erase", "GET", "POST")
def erasure(request: PageRequest, client_id: int) -> HttpResponse:
    found = survivor(get_object_or_404(Client, pk=client_id))
    numbers = family(found.pk)
    form = ErasureForm(request.POST if request.method == "POST" else None)
    deals = erasing.open_deals(numbers)
    if not deals:
        del form.fields["word"]
    if request.method == "POST" and _asked(form, found, request):
        return redirect("client_erasure", found.pk)
    context = {
        "client": found,
        "called": called(found, list(found.contact_points.all())),
        "merged": numbers[1:],
        "latest": erasing.of_client(found.pk),
        "form": form,
        "deals": deals,
        "ahead": erasing.are_ahead(numbers),
        **_fates(numbers),
    }
    return render(request, "operator/client_erasure.html", context, status=422 if form.errors else 200)


def _asked(form: ErasureForm, found: Client, request: PageRequest) -> bool:
    given = {name: request.POST.get(name, "") for name in ("typed", "ground", "word")}
    return saved(form, lambda: erasing.ask(found, Wanted(**given), by=request.person))


def _fates(numbers: list[int]) -> dict[str, Any]:
    shown = preview.of(numbers)
    return {
        "gone": shown[Fate.REMOVED],
        "emptied": shown[Fate.EMPTIED],
        "kept": shown[Fate.KEPT],
        "steps": len(steps.ALL),
    }
