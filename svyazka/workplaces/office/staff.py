"""Who works here: the list, and one page per person."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Lower, Replace
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svyazka.business.notices import linking
from svyazka.business.staff import hire, roles, sessions
from svyazka.business.staff.models import Department, Person, Role
from svyazka.business.visits import dismissal, resources
from svyazka.kit.refusals import Refused
from svyazka.workplaces.office import person_page
from svyazka.workplaces.office.person_page import DataForm, PasswordForm
from svyazka.workplaces.shared import away
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import put_on, saved
from svyazka.workplaces.shared.typed import whole_number

PER_PAGE = 100


class NewPersonForm(DataForm):
    password = forms.CharField(
        label=gettext_lazy("First password"),
        strip=False,
        help_text=gettext_lazy("At least 10 characters; a few words are better than a few signs."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@needs("staff.see")
def staff(request: PageRequest) -> HttpResponse:
    number = _number(request.GET.get("page", ""))
    found = list(_found(request)[number * PER_PAGE : (number + 1) * PER_PAGE + 1])
    absent = away.absent([one.pk for one in found])
    context = {
        "people": [(one, absent.get(one.pk, "")) for one in found[:PER_PAGE]],
        "roles": roles.read_along(found).items(),
        "q": request.GET.get("q", ""),
        "role": request.GET.get("role", ""),
        "gone": request.GET.get("gone", ""),
        "next_page": number + 1 if len(found) > PER_PAGE else None,
        "previous_page": number - 1 if number else None,
    }
    return render(request, "office/staff.html", context)


@needs("staff.change", "GET", "POST")
def staff_new(request: PageRequest) -> HttpResponse:
    form = NewPersonForm(request.POST or None, initial={"role": Role.OPERATOR, "language": settings.LANGUAGE_CODE})
    if request.method == "POST" and form.is_valid():
        try:
            person = hire.hire(**form.cleaned_data, by=request.person)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, _("{name} can log in now.").format(name=person.full_name))
            return redirect("staff_person", pk=person.pk)
    context = {"form": form, "has_departments": Department.objects.exists()}
    return render(request, "office/staff_new.html", context, status=422 if form.errors else 200)


@needs("staff.see")
def staff_person(request: PageRequest, pk: int) -> HttpResponse:
    return person_page.draw(request, _person(pk))


@needs("staff.change", "POST")
def staff_data(request: PageRequest, pk: int) -> HttpResponse:
    person = _person(pk)
    form = DataForm(request.POST)
    if saved(form, lambda: hire.change(person, by=request.person, **form.cleaned_data)):
        messages.success(request, _("Saved."))
        return redirect("staff_person", pk=pk)
    return person_page.draw(request, person, form=form)


@needs("staff.change", "POST")
def staff_password(request: PageRequest, pk: int) -> HttpResponse:
    person = _person(pk)
    form = PasswordForm(request.POST)
    if saved(form, lambda: hire.set_password(person, form.cleaned_data["password"], by=request.person)):
        messages.success(request, _("The new password is set."))
        return redirect("staff_person", pk=pk)
    return person_page.draw(request, person, password_form=form)


@needs("staff.change", "POST")
def staff_dismissal(request: PageRequest, pk: int) -> HttpResponse:
    """Asks first who gets what is on the table; whoever is on leave gets it at the second click."""
    person = _person(pk)
    typed = {name: request.POST.get(name, "") for name in ("to", "receiver", "anyway")}
    to = dismissal.To(typed["to"]) if typed["to"] in set(dismissal.To) else None
    receiver = Person.objects.filter(pk=whole_number(typed["receiver"]) or 0).first()
    try:
        if to is dismissal.To.PERSON and receiver:
            away.warn(receiver, typed["anyway"])
        left = dismissal.let_go(person, to=to, receiver=receiver, by=request.person)
    except Refused as refusal:
        asked = str(refusal.person_id) if isinstance(refusal, away.Absent) else ""
        leaving = {**typed, "fault": str(refusal.message), "asked": asked}
        return person_page.draw(request, person, leaving=leaving, status=refusal.status)
    messages.success(request, _let_go(len(left)))
    return redirect("staff_person", pk=pk)


@needs("staff.change", "POST")
def staff_return(request: PageRequest, pk: int) -> HttpResponse:
    resources.take_back(_person(pk), by=request.person)
    messages.success(request, _("The person can log in again."))
    return redirect("staff_person", pk=pk)


@needs("staff.change", "POST")
def staff_sessions_ending(request: PageRequest, pk: int) -> HttpResponse:
    sessions.end_all(_person(pk), by=request.person)
    messages.success(request, _("All sessions are ended."))
    return redirect("staff_person", pk=pk)


@needs("staff.change", "POST")
def staff_chats_ending(request: PageRequest, pk: int) -> HttpResponse:
    linking.end_all(_person(pk), by=request.person)
    messages.success(request, _("No messenger is linked any more."))
    return redirect("staff_person", pk=pk)


def _found(request: PageRequest) -> QuerySet[Person]:
    people = Person.objects.select_related("department").filter(is_active=not request.GET.get("gone"))
    if role := request.GET.get("role", "").replace("\0", ""):
        people = people.filter(role=role)
    if words := request.GET.get("q", "").replace("\0", "").strip():
        people = people.filter(
            Q(full_name__icontains=words)
            | Q(login__icontains=words)
            | Q(extension__startswith=words)
            | Q(phone__contains=words)
        )
    # The database sorts by code points: without this, names with Ё stand before all others.
    return people.order_by(Replace(Lower(F("full_name")), Value("\u0451"), Value("\u0435")), "pk")


def _person(pk: int) -> Person:
    return get_object_or_404(Person.objects.select_related("department"), pk=pk)


def _let_go(left: int) -> str:
    said = ngettext(
        "The person can no longer log in. {count} visit is still to be moved.",
        "The person can no longer log in. {count} visits are still to be moved.",
        left,
    )
    return said.format(count=left) if left else _("The person can no longer log in.")


def _number(text: str) -> int:
    return min(int(text), 10_000) if text.isdecimal() and len(text) < 6 else 0
