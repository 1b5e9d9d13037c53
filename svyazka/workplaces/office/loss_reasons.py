"""Why deals are lost: what is chosen from when one is."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from svyazka.business.deals.models import LossReason
from svyazka.business.deals.paths import loss_reasons as our
from svyazka.kit.refusals import Refused
from svyazka.workplaces.office import names
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import put_on


@needs("settings.change", "GET", "POST")
def loss_reasons(request: PageRequest) -> HttpResponse:
    form = names.NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            our.add(form.cleaned_data, by=request.person)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, _("The reason is added."))
            return redirect("loss_reasons")
    rows = [
        {
            "code": one.code,
            "url": reverse("loss_reason", args=[one.code]),
            "place_url": reverse("loss_reason_place", args=[one.code]),
            "name": one.name,
            "below": _("deals lost: {number}").format(number=one.lost),
            "is_off": not one.is_active,
        }
        for one in LossReason.objects.annotate(lost=Count("deal"))
    ]
    return names.names(
        request,
        form,
        rows=rows,
        title=_("Loss reasons"),
        icon="question",
        topic="loss_reason",
        empty=_("No reason yet. Without one no deal can be lost: whoever loses it has to say why."),
        adding=_("A new reason"),
    )


@needs("settings.change", "GET", "POST")
def loss_reason(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(LossReason, code=code)
    form = names.NameForm(request.POST or None, initial=found.words)
    if request.method == "POST" and form.is_valid():
        try:
            our.rename(found, form.cleaned_data, by=request.person)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("loss_reasons")
    return names.name(
        request,
        form,
        name=found.name,
        back=reverse("loss_reasons"),
        title=_("Loss reasons"),
        state=reverse("loss_reason_state", args=[code]),
        is_off=not found.is_active,
        off=_("Switched off: it is not offered any more. Deals that were lost for it keep it."),
    )


@needs("settings.change", "POST")
def loss_reason_state(request: PageRequest, code: str) -> HttpResponse:
    our.switch(get_object_or_404(LossReason, code=code), on=request.POST.get("on") == "1", by=request.person)
    return redirect("loss_reason", code)


@needs("settings.change", "POST")
def loss_reason_place(request: PageRequest, code: str) -> HttpResponse:
    our.move(get_object_or_404(LossReason, code=code), up=request.POST.get("to") == "up", by=request.person)
    return redirect("loss_reasons")
