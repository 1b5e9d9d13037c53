"""Where requests come from."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.calls.models import PhoneLine
from svyazka.business.clients.models import Source
from svyazka.business.clients.sources import SOURCES
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.deals.paths import giving_up
from svyazka.workplaces.office import names
from svyazka.workplaces.shared.door import PageRequest, needs

SAID = names.Words(
    many="sources",
    one="source",
    icon="route",
    title=gettext_lazy("Sources"),
    adding=gettext_lazy("A new source"),
    added=gettext_lazy("The source is added."),
    empty=gettext_lazy(
        "No source yet. With sources, each deal says where it came from: a site, a campaign, an agency."
    ),
)


@needs("settings.change", "GET", "POST")
def sources(request: PageRequest) -> HttpResponse:
    return names.page_of_all(request, SOURCES, SAID, _rows)


@needs("settings.change", "GET", "POST")
def source(request: PageRequest, code: str) -> HttpResponse:
    return names.page_of_one(
        request,
        SOURCES,
        SAID,
        get_object_or_404(Source, code=code),
        removal=reverse("source_removal", args=[code]),
        removing=_("Remove the source"),
        sure=_("Remove this source? It goes only when nothing has come from it."),
    )


@needs("settings.change", "POST")
def source_removal(request: PageRequest, code: str) -> HttpResponse:
    giving_up.remove_source(get_object_or_404(Source, code=code), by=request.person)
    messages.success(request, _("The source is removed."))
    return redirect("sources")


def _rows() -> Iterator[tuple[Source, str]]:
    """Each with the channels and numbers of ours that lead to it."""
    leading: dict[int, list[str]] = {}
    for model in (ChannelAccount, PhoneLine):
        for source_id, name in model.objects.exclude(source=None).values_list("source_id", "name"):
            leading.setdefault(source_id, []).append(name)
    for one in Source.objects.order_by("pk"):
        yield one, ", ".join(leading.get(one.pk, [])) or _("no channel and no number leads to it")
