"""The step “Phones”: whose phone is which on this system, one by one, and many at once."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svyazka.business.calls.models import Pbx
from svyazka.business.calls.setting_up import phones
from svyazka.business.calls.setting_up.guide import Step
from svyazka.business.calls.setting_up.phones import Moved
from svyazka.business.staff.models import Department, Person
from svyazka.kit.refusals import Refused
from svyazka.workplaces.office.pbx_steps import step_page
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved

PEOPLE_ON_A_PAGE, MOST_NAMED = 200, 10
FIELD = "extension_"  # before whose it is
UNNAMED = "-"  # for an input, in which nothing would be no choice


class MovingForm(Form):
    """Many at once: whoever has his phone there has it here."""

    # What is gone meanwhile is said by the verb.
    source = forms.CharField(label=gettext_lazy("Phones that are now on"), widget=forms.Select)
    department = forms.ChoiceField(
        label=gettext_lazy("Department"),
        required=False,
        choices=lambda: [
            ("", _("all departments")),
            *((str(one.pk), one.name) for one in Department.objects.order_by("pk")),
        ],
    )


@needs("settings.change", "GET", "POST")
def pbx_phones(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Pbx, pk=pk)
    moving = _moving(request, found)
    if saved(moving, lambda: _say(request, _move(request, found, moving))):
        return redirect("pbx_phones", pk=pk)
    faults: dict[str, object] = {}
    typed = _typed(request)
    if typed:
        try:
            number = phones.give(found, typed, by=request.person)
        except Refused as refusal:
            faults = {**refusal.fields} or {"": refusal.message}
        else:
            messages.success(request, _("Saved: {count}.").format(count=number))
            return redirect(request.get_full_path())
    people = Person.objects.working().select_related("department").order_by("full_name", "pk")
    page = Paginator(people, PEOPLE_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": [_row(one, typed, faults) for one in page],
        "faults": faults,
        "previous_page": page.previous_page_number() if page.has_previous() else None,
        "next_page": page.next_page_number() if page.has_next() else None,
        "others": Pbx.objects.exclude(pk=pk).exists(),
        "moving": moving,
    }
    return step_page(request, found, Step.PHONES, context, status=422 if faults or moving.errors else 200)


def _moving(request: PageRequest, pbx: Pbx) -> MovingForm:
    """Without a choice where nobody has a phone elsewhere."""
    form = MovingForm(request.POST if "source" in request.POST else None)
    unnamed = _("no PBX chosen")
    there = phones.elsewhere(pbx).items()
    choices = [(code or UNNAMED, f"{code or unnamed} ({number})") for code, number in there]
    form.fields["source"].widget.choices = choices
    return form


def _move(request: PageRequest, pbx: Pbx, form: MovingForm) -> Moved:
    source, department = form.cleaned_data["source"], form.cleaned_data["department"]
    which = Department.objects.get(pk=department) if department else None
    return phones.move(pbx, source="" if source == UNNAMED else source, department=which, by=request.person)


def _say(request: PageRequest, moved: Moved) -> None:
    said = ngettext("{n} phone is on this PBX now.", "{n} phones are on this PBX now.", moved.number)
    messages.success(request, said.format(n=moved.number))
    if moved.left:
        names = ", ".join(f"{one.full_name} ({one.extension})" for one in moved.left[:MOST_NAMED])
        names += " …" if len(moved.left) > MOST_NAMED else ""
        messages.warning(
            request, _("These stay, as their number is somebody else's here: {names}.").format(names=names)
        )


def _typed(request: PageRequest) -> dict[int, str]:
    named = ((name.removeprefix(FIELD), value) for name, value in request.POST.items() if name.startswith(FIELD))
    return {int(pk): str(value)[:40].replace("\x00", "") for pk, value in named if pk.isdecimal() and len(pk) < 18}


def _row(person: Person, typed: Mapping[int, str], faults: Mapping[str, object]) -> dict[str, object]:
    name = f"{FIELD}{person.pk}"
    shown = typed.get(person.pk, person.extension)
    return {"person": person, "name": name, "value": shown, "fault": faults.get(name, "")}
