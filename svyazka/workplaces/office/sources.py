"""Where requests come from."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from svyazka.business.calls.models import PhoneLine
from svyazka.business.clients import sources as our
from svyazka.business.clients.models import Source
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.deals.paths import giving_up
from svyazka.kit.refusals import Refused
from svyazka.workplaces.office import names
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import put_on


@needs("settings.change", "GET", "POST")
def sources(request: PageRequest) -> HttpResponse:
    form = names.NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            our.add(form.cleaned_data, by=request.person)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, _("The source is added."))
            return redirect("sources")
    leading = _leading()
    rows = [
        {
            "url": reverse("source", args=[one.code]),
            "name": one.name,
            "below": ", ".join(leading.get(one.pk, [])) or _("no channel and no number leads to it"),
        }
        for one in Source.objects.order_by("pk")
    ]
    return names.names(
        request,
        form,
        rows=rows,
        title=_("Sources"),
        icon="route",
        topic="source",
        empty=_("No source yet. With sources, each deal says where it came from: a site, a campaign, an agency."),
        adding=_("A new source"),
    )


@needs("settings.change", "GET", "POST")
def source(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Source, code=code)
    form = names.NameForm(request.POST or None, initial=found.words)
    if request.method == "POST" and form.is_valid():
        try:
            our.rename(found, form.cleaned_data, by=request.person)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("sources")
    return names.name(
        request,
        form,
        name=found.name,
        back=reverse("sources"),
        title=_("Sources"),
        removal=reverse("source_removal", args=[code]),
        removing=_("Remove the source"),
        sure=_("Remove this source? It goes only when nothing has come from it."),
    )


@needs("settings.change", "POST")
def source_removal(request: PageRequest, code: str) -> HttpResponse:
    giving_up.remove_source(get_object_or_404(Source, code=code), by=request.person)
    messages.success(request, _("The source is removed."))
    return redirect("sources")


def _leading() -> dict[int, list[str]]:
    """Which channels and numbers of ours lead to a source."""
    found: dict[int, list[str]] = {}
    for model in (ChannelAccount, PhoneLine):
        for source_id, name in model.objects.exclude(source=None).values_list("source_id", "name"):
            found.setdefault(source_id, []).append(name)
    return found
