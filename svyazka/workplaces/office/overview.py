"""Where the settings begin: the first steps of a company, and what of them is done."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from svyazka.business.calls import links
from svyazka.workplaces.office import steps
from svyazka.workplaces.shared.door import PageRequest, needs


@needs("settings.change")
def settings(request: PageRequest) -> HttpResponse:
    stand = steps.stand(is_working=steps.works())
    context = {
        "stand": stand,
        "next": stand.next,
        "is_complete": stand.done == len(steps.STEPS),
        "is_empty": not stand.done,
        "troubled": [(pbx, links.trouble_of(pbx)) for pbx in links.in_trouble()],
    }
    return render(request, "office/overview.html", context)
