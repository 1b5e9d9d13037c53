"""Who works here: the list, and one page per person."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Lower, Replace
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.staff import hire, roles, sessions
from svyazka.business.staff.models import Department, Person, Role
from svyazka.business.visits import resources
from svyazka.business.visits.models import Resource
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.account import rows_of
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, put_on

PER_PAGE = 100


class DataForm(Form):
    full_name = forms.CharField(label=gettext_lazy("Full name"), max_length=120)
    login = forms.CharField(
        label=gettext_lazy("Login"),
        max_length=60,
        help_text=gettext_lazy("Latin letters, digits, dots and dashes."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=lambda: roles.names().items())
    department = forms.ModelChoiceField(
        label=gettext_lazy("Department"), queryset=Department.objects.order_by("pk"), required=False
    )
    phone = forms.CharField(
        label=gettext_lazy("Mobile phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    extension = forms.CharField(
        label=gettext_lazy("Extension"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("The phone on the PBX that rings for this person."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)


class NewPersonForm(DataForm):
    password = forms.CharField(
        label=gettext_lazy("First password"),
        strip=False,
        help_text=gettext_lazy("At least 10 characters; a few words are better than a few signs."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PasswordForm(Form):
    password = forms.CharField(
        label=gettext_lazy("New password"),
        strip=False,
        help_text=gettext_lazy("The person is logged out everywhere."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@needs("staff.see")
def staff(request: PageRequest) -> HttpResponse:
    number = _number(request.GET.get("page", ""))
    found = list(_found(request)[number * PER_PAGE : (number + 1) * PER_PAGE + 1])
    context = {
        "people": found[:PER_PAGE],
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
    return render(request, "office/staff_new.html", {"form": form}, status=422 if form.errors else 200)


@needs("staff.see")
def staff_person(request: PageRequest, pk: int) -> HttpResponse:
    return _page(request, _person(pk))


@needs("staff.change", "POST")
def staff_data(request: PageRequest, pk: int) -> HttpResponse:
    person = _person(pk)
    form = DataForm(request.POST)
    if form.is_valid():
        try:
            hire.change(person, by=request.person, **form.cleaned_data)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("staff_person", pk=pk)
    return _page(request, person, form=form)


@needs("staff.change", "POST")
def staff_password(request: PageRequest, pk: int) -> HttpResponse:
    person = _person(pk)
    form = PasswordForm(request.POST)
    if form.is_valid():
        try:
            hire.set_password(person, form.cleaned_data["password"], by=request.person)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, _("The new password is set."))
            return redirect("staff_person", pk=pk)
    return _page(request, person, password_form=form)


@needs("staff.change", "POST")
def staff_dismissal(request: PageRequest, pk: int) -> HttpResponse:
    resources.let_go(_person(pk), by=request.person)
    messages.success(request, _("The person can no longer log in."))
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


def _page(
    request: PageRequest, person: Person, form: DataForm | None = None, password_form: PasswordForm | None = None
) -> HttpResponse:
    faulty = bool((form and form.errors) or (password_form and password_form.errors))
    context: dict[str, Any] = {
        "employee": person,
        "form": form or DataForm(initial=_initial(person)),
        "password_form": password_form or PasswordForm(),
        "sessions": rows_of(person),
        "ahead": resources.ahead_of(person),
        "unbookable": person.is_active
        and person.basis in resources.GO_OUT
        and not Resource.objects.filter(person=person).exists(),
    }
    return render(request, "office/staff_person.html", context, status=422 if faulty else 200)


def _initial(person: Person) -> dict[str, Any]:
    return {name: getattr(person, name) for name in DataForm.base_fields}


def _number(text: str) -> int:
    return min(int(text), 10_000) if text.isdecimal() and len(text) < 6 else 0
