"""Why deals are lost: what is chosen from when one is."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.deals.models import LossReason
from svyazka.business.deals.paths.loss_reasons import LOSS_REASONS
from svyazka.workplaces.office import names
from svyazka.workplaces.shared.door import PageRequest, needs

SAID = names.Words(
    many="loss_reasons",
    one="loss_reason",
    icon="question",
    title=gettext_lazy("Loss reasons"),
    adding=gettext_lazy("A new reason"),
    added=gettext_lazy("The reason is added."),
    empty=gettext_lazy("No reason yet. Without one no deal can be lost: whoever loses it has to say why."),
)


@needs("settings.change", "GET", "POST")
def loss_reasons(request: PageRequest) -> HttpResponse:
    found = LossReason.objects.annotate(lost=Count("deal"))
    below = gettext_lazy("deals lost: {number}")
    return names.page_of_all(
        request, LOSS_REASONS, SAID, lambda: [(one, below.format(number=one.lost)) for one in found]
    )


@needs("settings.change", "GET", "POST")
def loss_reason(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(LossReason, code=code)
    return names.page_of_one(
        request,
        LOSS_REASONS,
        SAID,
        found,
        state=reverse("loss_reason_state", args=[code]),
        is_off=not found.is_active,
        off=_("Switched off: it is not offered any more. Deals that were lost for it keep it."),
    )


@needs("settings.change", "POST")
def loss_reason_state(request: PageRequest, code: str) -> HttpResponse:
    LOSS_REASONS.switch(get_object_or_404(LossReason, code=code), on=request.POST.get("on") == "1", by=request.person)
    return redirect("loss_reason", code)


@needs("settings.change", "POST")
def loss_reason_place(request: PageRequest, code: str) -> HttpResponse:
    LOSS_REASONS.move(get_object_or_404(LossReason, code=code), up=request.POST.get("to") == "up", by=request.person)
    return redirect("loss_reasons")
