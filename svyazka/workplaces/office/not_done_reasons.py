"""Why visits could not be done: what is chosen from on site, and how often each was."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.visits import not_done as our
from svyazka.business.visits.models import NotDoneReason
from svyazka.workplaces.office import names
from svyazka.workplaces.shared.door import PageRequest, needs

SAID = names.Words(
    many="not_done_reasons",
    one="not_done_reason",
    icon="close",
    title=gettext_lazy("Why visits are not done"),
    adding=gettext_lazy("A new reason"),
    added=gettext_lazy("The reason is added."),
    empty=gettext_lazy("No reason yet. Whoever could not do a visit says in his own words why."),
)


@needs("settings.change", "GET", "POST")
def not_done_reasons(request: PageRequest) -> HttpResponse:
    return names.page_of_all(request, our.NOT_DONE_REASONS, SAID, lambda: list(_rows()))


@needs("settings.change", "GET", "POST")
def not_done_reason(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(NotDoneReason, code=code)
    state = reverse("not_done_reason_state", args=[code])
    off = _("Switched off: it is not offered any more. Visits that were not done because of it keep it.")
    return names.page_of_one(
        request, our.NOT_DONE_REASONS, SAID, found, state=state, is_off=not found.is_active, off=off
    )


@needs("settings.change", "POST")
def not_done_reason_state(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(NotDoneReason, code=code)
    our.NOT_DONE_REASONS.switch(found, on=request.POST.get("on") == "1", by=request.person)
    return redirect("not_done_reason", code)


@needs("settings.change", "POST")
def not_done_reason_place(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(NotDoneReason, code=code)
    our.NOT_DONE_REASONS.move(found, up=request.POST.get("to") == "up", by=request.person)
    return redirect("not_done_reasons")


def _rows() -> Iterator[tuple[NotDoneReason, str]]:
    """How often each was, in the last three months."""
    counted = our.counted()
    for one in NotDoneReason.objects.all():
        yield one, _("visits in 90 days: {number}").format(number=counted.get(one.pk, 0))
