"""Telephone systems that we listen to, and how the connection to each stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.calls import links, systems
from svyazka.business.calls.models import Pbx
from svyazka.business.calls.phone_system import Option
from svyazka.workplaces.office.pbx_path import path_of
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved

OPTION = "option_"  # before the names of what only some drivers ask for


def secret_input(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Secret"),
        required=False,
        strip=False,
        help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class PbxForm(Form):
    host = forms.CharField(label=gettext_lazy("Host"), max_length=200)
    port = forms.IntegerField(label=gettext_lazy("Port"), min_value=1, max_value=65535, localize=False)
    login = forms.CharField(
        label=gettext_lazy("Login"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    secret = secret_input(gettext_lazy("Stored encrypted. Empty: the stored one stays."))

    @property
    def given(self) -> dict[str, Any]:
        """What was typed, in the words of `systems.add` and `systems.change`."""
        plain = {name: value for name, value in self.cleaned_data.items() if not name.startswith(OPTION)}
        options = {name.removeprefix(OPTION): value for name, value in self.cleaned_data.items() if name not in plain}
        return {**plain, "options": options}


@needs("settings.change")
def pbxs(request: PageRequest) -> HttpResponse:
    rows = [_row(found) for found in Pbx.objects.order_by("code")]
    return render(request, "office/pbxs.html", {"rows": rows})


@needs("settings.change", "GET", "POST")
def pbx(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Pbx, pk=pk)
    initial = {"host": found.host, "port": found.port, "login": found.login}
    form = asking(PbxForm, systems.options_of(found.driver), found.options)(request.POST or None, initial=initial)
    if saved(form, lambda: systems.change(found, by=request.person, **form.given)):
        messages.success(request, _("Saved."))
        return redirect("pbx", pk=pk)
    path = path_of(found)
    context = {"row": _row(found), "form": form, "address": address_of(request, found), "path": path}
    context["topic"] = f"pbx-{pk}"
    context["missing"] = [step for step in path if not step.is_done]
    return render(request, "office/pbx.html", context, status=422 if form.errors else 200)


@needs("settings.change", "POST")
def pbx_state(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Pbx, pk=pk)
    systems.change(found, by=request.person, is_active=request.POST.get("on") == "1")
    messages.success(request, _("Saved."))
    return redirect("pbx", pk=pk)


def asking(form: type[PbxForm], options: Iterable[Option], known: Mapping[str, Any]) -> type[PbxForm]:
    """The form with an input for each thing that only this driver asks for."""
    inputs = {OPTION + option.name: _input(option, known.get(option.name, option.default)) for option in options}
    return type(form.__name__, (form,), inputs)


def _input(option: Option, value: str) -> forms.Field:
    texts: dict[str, Any] = {"label": option.label, "help_text": option.help, "required": False}
    if option.choices:
        return forms.ChoiceField(
            **{**texts, "required": "" not in dict(option.choices)}, choices=option.choices, initial=value
        )
    if option.is_secret:
        return forms.CharField(**texts, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    return forms.CharField(**texts, max_length=300, initial=value)


@needs("settings.change", "POST")
def pbx_address(request: PageRequest, pk: int) -> HttpResponse:
    systems.renew_address(get_object_or_404(Pbx, pk=pk), by=request.person)
    messages.success(request, _("The address is new. Enter it in the cabinet of the provider."))
    return redirect("pbx", pk=pk)


def address_of(request: PageRequest, found: Pbx) -> str:
    """Where a cloud system tells of its calls; empty: this one is listened to."""
    way = systems.way_in(found)
    return request.build_absolute_uri(f"/in/{way}/{found.public_key}") if way and found.public_key else ""


def _row(found: Pbx) -> dict[str, object]:
    return {"pbx": found, "is_up": links.is_up(found), "trouble": links.trouble_of(found)}
