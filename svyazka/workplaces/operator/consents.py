"""What a client has agreed to, on his page: somebody takes it down, and that he does not agree any more."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from svyazka.business.clients.identify import survivor
from svyazka.business.clients.models import Client
from svyazka.business.consents import giving
from svyazka.business.consents.models import ConsentText
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import PageRequest, needs


def of(found: Client) -> dict[str, Any]:
    ways = [(way.value, way.label) for way in giving.BY_HAND]
    return {"consents": giving.list_of(found.pk), "consent_kinds": ConsentText.Kind.choices, "consent_ways": ways}


@needs("clients.change", "POST")
def client_consents(request: PageRequest, client_id: int) -> HttpResponse:
    """He has agreed, and somebody heard it, saw it or has it on paper."""
    found = survivor(get_object_or_404(Client, pk=client_id))
    way = request.POST.get("way", "")
    if way not in giving.BY_HAND:
        raise Refused(_("On which way has the client agreed?"))
    giving.give(found, request.POST.get("kind", ""), source=way, by=request.person)
    return _now(request, found)


@needs("clients.change", "POST")
def withdrawal(request: PageRequest, client_id: int, kind: str) -> HttpResponse:
    found = survivor(get_object_or_404(Client, pk=client_id))
    giving.withdraw(found, kind, by=request.person)
    return _now(request, found)


def _now(request: PageRequest, found: Client) -> HttpResponse:
    if request.htmx and not request.htmx.boosted:
        return render(request, "operator/client_consents.html", {"client": found, **of(found)})
    return redirect("client", found.pk)
