"""Why visits are moved: what is chosen from, how often each was, and from which move of a visit on it is a problem."""

from __future__ import annotations

from collections.abc import Iterator

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.visits import move_reasons as our
from svyazka.business.visits.models import Asked, MoveReason
from svyazka.workplaces.office import names
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved

SAID = names.Words(
    many="move_reasons",
    one="move_reason",
    icon="calendar",
    title=gettext_lazy("Reasons of moves"),
    adding=gettext_lazy("A new reason"),
    added=gettext_lazy("The reason is added."),
    empty=gettext_lazy("No reason yet. Whoever moves a visit says in his own words why."),
)


class RulesForm(Form):
    moves_are_many = forms.IntegerField(
        label=gettext_lazy("A problem from which move on"),
        help_text=gettext_lazy("A visit that was moved so often is shown among the problems."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


@needs("settings.change", "GET", "POST")
def move_reasons(request: PageRequest) -> HttpResponse:
    links = [(_("From which move on it is a problem"), reverse("move_rules"))]
    return names.page_of_all(request, our.MOVE_REASONS, SAID, lambda: list(_rows()), links=links)


@needs("settings.change", "GET", "POST")
def move_reason(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(MoveReason, code=code)
    return names.page_of_one(
        request,
        our.MOVE_REASONS,
        SAID,
        found,
        state=reverse("move_reason_state", args=[code]),
        is_off=not found.is_active,
        off=_("Switched off: it is not offered any more. Visits that were moved for it keep it."),
    )


@needs("settings.change", "POST")
def move_reason_state(request: PageRequest, code: str) -> HttpResponse:
    our.MOVE_REASONS.switch(
        get_object_or_404(MoveReason, code=code), on=request.POST.get("on") == "1", by=request.person
    )
    return redirect("move_reason", code)


@needs("settings.change", "POST")
def move_reason_place(request: PageRequest, code: str) -> HttpResponse:
    our.MOVE_REASONS.move(
        get_object_or_404(MoveReason, code=code), up=request.POST.get("to") == "up", by=request.person
    )
    return redirect("move_reasons")


@needs("settings.change", "GET", "POST")
def rules(request: PageRequest) -> HttpResponse:
    form = RulesForm(request.POST or None, initial={"moves_are_many": our.rules().moves_are_many})
    if saved(form, lambda: our.change_rules(moves_are_many=form.cleaned_data["moves_are_many"], by=request.person)):
        messages.success(request, _("Saved."))
        return redirect("move_reasons")
    return render(request, "office/move_rules.html", {"form": form}, status=422 if form.errors else 200)


def _rows() -> Iterator[tuple[MoveReason, str]]:
    """How often each was, in the last three months, and who asked."""
    counted = our.counted()
    for one in MoveReason.objects.all():
        by_whom = {asked: counted.get((one.pk, asked.value), 0) for asked in Asked}
        parts = [f"{asked.label}: {number}" for asked, number in by_whom.items() if number]
        total = sum(by_whom.values())
        said = _("moves in 90 days: {number}").format(number=total)
        yield one, f"{said} ({', '.join(parts)})" if parts else said
