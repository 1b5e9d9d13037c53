"""Roles and rights: who may what, how far, and what a company adds to it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.staff import grant
from svyazka.business.staff import roles as our
from svyazka.business.staff.models import CompanyRole, Person, Role
from svyazka.business.staff.roles import REACHES, Reach
from svyazka.kit.refusals import Refused
from svyazka.workplaces.office.names import NameForm
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import put_on, saved


class NewRoleForm(NameForm):
    based_on = forms.ChoiceField(
        label=gettext_lazy("Begins with the rights of"),
        choices=Role.choices,
        initial=Role.MANAGER,
        help_text=gettext_lazy("It also says where the person works: in the office, or on site with a phone."),
    )


@needs("settings.change")
def roles(request: PageRequest) -> HttpResponse:
    every = our.every()
    held = dict(Person.objects.working().values_list("role").annotate(count=Count("pk")).order_by())
    table = [{"words": words, "cells": [_cell(role, right) for role in every]} for right, words in our.WORDS.items()]
    shown = [{"role": role, "holders": held.get(role.code, 0), "is_changed": bool(role.rights)} for role in every]
    return render(request, "office/roles.html", {"roles": shown, "table": table})


@needs("settings.change", "GET", "POST")
def role_new(request: PageRequest) -> HttpResponse:
    form = NewRoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            made = grant.add_role(based_on=given.pop("based_on"), words=given, by=request.person)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, _("The role is there. Say what it may."))
            return redirect("role", code=made.code)
    return render(request, "office/role_new.html", {"form": form}, status=422 if form.errors else 200)


@needs("settings.change", "GET", "POST")
def role(request: PageRequest, code: str) -> HttpResponse:
    found = _role(code)
    if request.method != "POST":
        return _page(request, found)
    grant.grant(code, _given(request, found), by=request.person)
    messages.success(request, _("Saved. It counts from the next click on."))
    return redirect("role", code=code)


@needs("settings.change", "POST")
def role_name(request: PageRequest, code: str) -> HttpResponse:
    found = _role(code)
    form = NameForm(request.POST)
    if saved(form, lambda: grant.rename(code, form.cleaned_data, by=request.person)):
        messages.success(request, _("Saved."))
        return redirect("role", code=code)
    return _page(request, found, form)


@needs("settings.change", "POST")
def role_defaults(request: PageRequest, code: str) -> HttpResponse:
    grant.as_usual(_role(code).code, by=request.person)
    messages.success(request, _("The role may again what it may by default."))
    return redirect("role", code=code)


@needs("settings.change", "POST")
def role_state(request: PageRequest, code: str) -> HttpResponse:
    found = grant.switch(_role(code).code, on=request.POST.get("on") == "1", by=request.person)
    messages.success(request, _("The role is given again.") if found.is_active else _("The role is given no longer."))
    return redirect("role", code=code)


def _role(code: str) -> CompanyRole:
    found = next((one for one in our.every() if one.code == code), None)
    if found is None:
        raise Http404
    return found


def _given(request: PageRequest, found: CompanyRole) -> dict[str, Reach]:
    """What was chosen; a right that the form does not name stays as it is."""
    named = {reach.name.lower(): reach for reach in Reach}
    return {
        right: named[chosen]
        for right in our.WORDS
        if (chosen := request.POST.get(right, "")) in named and len(our.offered(found, right)) > 1
    }


def _page(request: PageRequest, found: CompanyRole, form: NameForm | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "role": found,
        "based_on": Role(found.based_on).label,
        "form": form or NameForm(initial=found.words),
        "rights": [_choice(found, right) for right in our.WORDS],
        "holders": Person.objects.working().filter(role=found.code).count(),
    }
    return render(request, "office/role.html", context, status=422 if form else 200)


def _choice(role: CompanyRole, right: str) -> dict[str, Any]:
    now, usual = our.reach_of(role, right), our.usual(role.based_on, right)
    return {
        "right": right,
        "words": our.WORDS[right],
        "offered": [
            {"code": one.name.lower(), "words": REACHES[one], "is_chosen": one is now}
            for one in our.offered(role, right)
        ],
        "usual": REACHES[usual] if now is not usual else "",
    }


def _cell(role: CompanyRole, right: str) -> dict[str, Any]:
    now = our.reach_of(role, right)
    return {"reach": now.name.lower(), "words": REACHES[now], "is_changed": now is not our.usual(role.based_on, right)}
