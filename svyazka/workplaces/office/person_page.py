"""The page of one person: data and role, working hours and skills, absences, log-ins, and letting go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from svyazka.business.deals.handing import appointing
from svyazka.business.staff import absences, hours, roles
from svyazka.business.staff.models import Absence, Department, Person
from svyazka.business.visits import dismissal, resources
from svyazka.business.visits.models import Resource
from svyazka.kit import clock
from svyazka.workplaces.office import person_figures, week
from svyazka.workplaces.office.phone_form import PhoneForm, phone_of
from svyazka.workplaces.office.week import Day
from svyazka.workplaces.shared import away, chats
from svyazka.workplaces.shared.account import rows_of
from svyazka.workplaces.shared.door import PageRequest
from svyazka.workplaces.shared.forms import Form
from svyazka.workplaces.shared.short import Short


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


class PasswordForm(Form):
    password = forms.CharField(
        label=gettext_lazy("New password"),
        strip=False,
        help_text=gettext_lazy("The person is logged out everywhere."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@dataclass(frozen=True)
class Work:
    """Hours and skills as they stand in their inputs, with what is wrong."""

    days: Sequence[Day]
    skills: Sequence[str]
    others: str = ""  # skills that nobody had yet
    fault: str = ""


def draw(
    request: PageRequest,
    person: Person,
    *,
    form: DataForm | None = None,
    password_form: PasswordForm | None = None,
    work: Work | None = None,
    absence: Mapping[str, str] | None = None,
    leaving: Mapping[str, str] | None = None,
    phone_form: PhoneForm | None = None,
    new_secret: str = "",
    status: int = 200,
) -> HttpResponse:
    """`absence`, `leaving`: what was typed and refused, with the `fault`. `new_secret`: of the
    softphone, shown once."""
    faulty = any(one and one.errors for one in (form, password_form, phone_form))
    work = work or Work(week.of(person.hours), person.skills)
    context: dict[str, Any] = {
        "employee": person,
        "form": form or DataForm(initial=_initial(person)),
        "password_form": password_form or PasswordForm(),
        "sessions": rows_of(person),
        "topic": f"person-{person.pk}",
        "linked": chats.linked(person.chats.order_by("account")),
        "work": work,
        "week": work.days,
        "hours": hours.in_words(person.hours),
        "skills": appointing.skills_in_use(also=[*person.skills, *work.skills]),
        "figures": person_figures.of_person(person) if person.is_active else [],
        **_phone(person, phone_form, new_secret),
        "unbookable": person.is_active
        and person.basis in resources.GO_OUT
        and not Resource.objects.filter(person=person).exists(),
        **_absences(person, absence),
        **_leaving(person, leaving),
    }
    return render(request, "office/staff_person.html", context, status=422 if faulty else status)


def _phone(person: Person, form: PhoneForm | None, new_secret: str) -> dict[str, Any]:
    known = phone_of(person)
    return {
        "phone_form": form or PhoneForm(initial=known),
        "new_secret": new_secret,
        "sip_login": known["sip_login"] or person.extension,
        "has_secret": known["has_secret"],
    }


def _absences(person: Person, typed: Mapping[str, str] | None) -> dict[str, Any]:
    short = Short()
    return {
        "absence": typed or {"from": clock.today().isoformat(), "until": ""},
        "absences": [_absence(one, short) for one in absences.ahead_of(person)],
        "past_absences": [_absence(one, short) for one in absences.past_of(person)],
        "is_booked": Resource.objects.filter(person=person, is_active=True).exists(),
    }


def _absence(one: Absence, short: Short) -> dict[str, Any]:
    return {
        "id": one.pk,
        "period": away.period(one.during.lower, one.during.upper, short),
        "note": one.note,
        "is_now": one.has_begun,
    }


def _leaving(person: Person, typed: Mapping[str, str] | None) -> dict[str, Any]:
    """What the person has on the table, and who could get it."""
    work = dismissal.work_of(person) if person.is_active else None
    people = list(Person.objects.working().filter(role__in=roles.having("deals.change")).exclude(pk=person.pk))
    absent = away.absent([one.pk for one in people]) if work else {}
    return {
        "ahead": resources.ahead_of(person),
        "on_the_table": work,
        "leaving": typed or {},
        "receivers": [
            {"id": str(one.pk), "name": one.full_name, "away": absent.get(one.pk, "")}
            for one in sorted(people, key=lambda one: one.full_name)
        ]
        if work
        else [],
    }


def _initial(person: Person) -> dict[str, Any]:
    return {name: getattr(person, name) for name in DataForm.base_fields}
