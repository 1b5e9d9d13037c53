"""Telephone systems that we listen to, and how the connection to each stands."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.calls import links, systems
from svyazka.business.calls.models import Pbx
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved


def _secret(help_text: Any) -> forms.CharField:
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
    secret = _secret(gettext_lazy("Stored encrypted. Empty: the stored one stays."))


class NewPbxForm(PbxForm):
    secret = _secret(gettext_lazy("Stored encrypted."))
    driver = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=lambda: [(name, name.capitalize()) for name in settings.PHONE_SYSTEMS]
    )
    code = forms.CharField(label=gettext_lazy("Short name"), max_length=30, help_text=gettext_lazy("Latin letters."))
    field_order = ("driver", "code", "host", "port", "login", "secret")


@needs("settings.change", "GET", "POST")
def pbxs(request: PageRequest) -> HttpResponse:
    form = NewPbxForm(request.POST or None)
    if saved(form, lambda: systems.add(**form.cleaned_data, by=request.person)):
        messages.success(request, _("Added. The connection is being made."))
        return redirect("pbxs")
    rows = [_row(found) for found in Pbx.objects.order_by("code")]
    return render(request, "office/pbxs.html", {"rows": rows, "form": form}, status=422 if form.errors else 200)


@needs("settings.change", "GET", "POST")
def pbx(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Pbx, pk=pk)
    form = PbxForm(request.POST or None, initial={"host": found.host, "port": found.port, "login": found.login})
    if saved(form, lambda: systems.change(found, by=request.person, **form.cleaned_data)):
        messages.success(request, _("Saved."))
        return redirect("pbx", pk=pk)
    context = {"row": _row(found), "form": form}
    return render(request, "office/pbx.html", context, status=422 if form.errors else 200)


@needs("settings.change", "POST")
def pbx_state(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Pbx, pk=pk)
    systems.change(found, by=request.person, is_active=request.POST.get("on") == "1")
    messages.success(request, _("Saved."))
    return redirect("pbx", pk=pk)


def _row(found: Pbx) -> dict[str, object]:
    return {"pbx": found, "is_up": links.is_up(found), "trouble": links.trouble_of(found)}
