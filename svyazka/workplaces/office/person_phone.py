"""What the office does with a person's phone: its PBX, the softphone's account, with what he calls."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from svyazka.business.calls.softphone import accounts
from svyazka.business.staff import hire
from svyazka.business.staff.models import CallsBy, Person
from svyazka.workplaces.office import person_page
from svyazka.workplaces.office.phone_form import PhoneForm
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import saved


@needs("staff.change", "POST")
def staff_phone(request: PageRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Person, pk=pk)
    form = PhoneForm(request.POST)
    if saved(form, lambda: _store(request, person, form)):
        messages.success(request, _("Saved."))
        return redirect("staff_person", pk=pk)
    return person_page.draw(request, person, phone_form=form)


@needs("staff.change", "POST")
def staff_phone_secret(request: PageRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Person, pk=pk)
    return person_page.draw(request, person, new_secret=accounts.make_secret(person, by=request.person))


@needs("staff.change", "POST")
def staff_phone_removal(request: PageRequest, pk: int) -> HttpResponse:
    accounts.forget(get_object_or_404(Person, pk=pk), by=request.person)
    messages.success(request, _("The softphone's account is removed here. Remove it at the PBX, too."))
    return redirect("staff_person", pk=pk)


@transaction.atomic
def _store(request: PageRequest, person: Person, form: PhoneForm) -> None:
    typed = form.cleaned_data
    accounts.enter(person, login=typed["sip_login"], secret=typed["secret"], by=request.person)
    person = hire.change(person, by=request.person, pbx_code=typed["pbx_code"])
    accounts.choose(person, CallsBy(typed["calls_by"]), by=request.person)
