"""What a line of the history is about: the chip beside it, and the choice that opens at a click on it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from svyazka.business.clients.models import Interaction
from svyazka.business.sorting import categories, correcting, listing
from svyazka.business.sorting.listing import Shown
from svyazka.business.sorting.models import Category, Sorted
from svyazka.workplaces.shared.door import PageRequest, needs

HOW: dict[str, Promise] = {
    Sorted.How.RULE: gettext_lazy("by a rule"),
    Sorted.How.CLASSIFIER: gettext_lazy("by the classifier"),
    Sorted.How.PERSON: gettext_lazy("by a person"),
}


@needs("clients.see")
def choice(request: PageRequest, pk: int) -> HttpResponse:
    """The categories that can be said of it, and who has said what it is of now."""
    return _panel(request, pk)


@needs("requests.take", "POST")
def correction(request: PageRequest, pk: int) -> HttpResponse:
    """`code`: of a category; none: as the house had it. The chip is drawn anew."""
    if code := request.POST.get("code", ""):
        correcting.correct(pk, get_object_or_404(Category, code=code), by=request.person)
    else:
        correcting.take_back(pk, by=request.person)
    line = get_object_or_404(Interaction, pk=pk)
    context = {"about": listing.of_lines([line]).get(pk), "line_id": str(pk), "may_sort": True}
    return render(request, "shared/category.html", context)


def _panel(request: PageRequest, pk: int) -> HttpResponse:
    line = get_object_or_404(Interaction, pk=pk)
    about = listing.of_lines([line]).get(pk)
    context = {
        "categories": categories.offered(),
        "about": about,
        "how": _how(about),
        "line_id": str(pk),
        "is_by_person": about is not None and about.how == Sorted.How.PERSON,
    }
    return render(request, "shared/category_choice.html", context)


def _how(about: Shown | None) -> str:
    if about is None:
        return ""
    said = str(HOW[about.how])
    return said if about.percent is None else f"{said}, {about.percent} %"
