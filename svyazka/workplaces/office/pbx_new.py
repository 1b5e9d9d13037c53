"""A telephone system is added: which kind it is, then its name and access."""

from __future__ import annotations

from secrets import token_urlsafe

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.calls import systems
from svyazka.business.calls.models import Pbx
from svyazka.business.calls.phone_system import Do
from svyazka.business.calls.setting_up.guide import Guide, guide_of
from svyazka.workplaces.office.pbxs import PbxForm, asking, secret_input
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import saved

# What is worth knowing before one chooses; the rest follows from these.
_CAN: tuple[tuple[Do, Promise], ...] = (
    (Do.DIAL, gettext_lazy("calls out by a click")),
    (Do.TRANSFER, gettext_lazy("passes on at once")),
    (Do.CONSULT, gettext_lazy("asks a colleague first")),
    (Do.HANG_UP, gettext_lazy("hangs up")),
    (Do.PAUSE, gettext_lazy("breaks in queues")),
)


class NewPbxForm(PbxForm):
    secret = secret_input(gettext_lazy("Stored encrypted."))
    code = forms.CharField(label=gettext_lazy("Short name"), max_length=30, help_text=gettext_lazy("Latin letters."))
    field_order = ("code", "host", "port", "login", "secret")


@needs("settings.change")
def pbx_kinds(request: PageRequest) -> HttpResponse:
    kinds = [_kind(driver) for driver in settings.PHONE_SYSTEMS]
    return render(request, "office/pbx/kinds.html", {"kinds": kinds})


def _kind(driver: str) -> dict[str, object]:
    can: frozenset[Do] = getattr(import_string(settings.PHONE_SYSTEMS[driver]), "capabilities", frozenset())
    guide = guide_of(driver)
    words = [(name, do in can) for do, name in _CAN]
    words.append((gettext_lazy("recordings"), guide.records))
    return {"driver": driver, "title": systems.title_of(driver), "about": guide.about, "can": words}


@needs("settings.change", "GET", "POST")
def pbx_new(request: PageRequest, driver: str) -> HttpResponse:
    if driver not in settings.PHONE_SYSTEMS:
        raise Http404
    guide = guide_of(driver)
    form = asking(NewPbxForm, systems.options_of(driver), {})(request.POST or None, initial=_usual(driver, guide))
    if guide.makes_secret:
        form.fields["secret"].help_text = _("Empty: we make one, and show it in the next step.")
    if form.is_valid() and guide.makes_secret:
        form.cleaned_data["secret"] = form.cleaned_data["secret"] or token_urlsafe(24)
    if saved_as_new(form, driver, request):
        messages.success(request, _("Added. The connection is being made."))
        return redirect("pbx_parts", pk=Pbx.objects.get(code=f"{driver}/{form.cleaned_data['code']}").pk)
    context = {"form": form, "title": systems.title_of(driver), "guide": guide}
    return render(request, "office/pbx/new.html", context, status=422 if form.errors else 200)


def saved_as_new(form: PbxForm, driver: str, request: PageRequest) -> bool:
    return saved(form, lambda: systems.add(driver=driver, **form.given, by=request.person))


def _usual(driver: str, guide: Guide) -> dict[str, object]:
    code = "" if Pbx.objects.filter(code=f"{driver}/main").exists() else "main"
    return {"code": code, "login": guide.login, **systems.place_of(driver)}
