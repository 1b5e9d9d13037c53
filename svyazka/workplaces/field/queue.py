"""The page of what waits on the phone. What stands on it the phone knows alone."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from svyazka.business.visits.models import Visit
from svyazka.business.visits.on_site import kinds
from svyazka.workplaces.shared.door import PageRequest, needs


@needs("visits.carry_out")
def queue(request: PageRequest) -> HttpResponse:
    words = {
        "kinds": {kind.code: str(kind.name) for kind in kinds.all_kinds()},
        "statuses": {code: str(label) for code, label in Visit.Status.choices},
        "visit": _("Visit {n}"),
        "size": _("{n} KB"),
        "minutes": _("{n} min later"),
        "remove": _("Remove this from the phone? It is nowhere else."),
    }
    return render(request, "field/queue.html", {"words": words})
