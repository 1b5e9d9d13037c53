"""The steps from an access that is entered to a telephone system that works, each at an address of its own."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from svyazka.business.calls import lines as our
from svyazka.business.calls import links
from svyazka.business.calls.models import Pbx, PhoneLine
from svyazka.business.calls.setting_up import examine, phones
from svyazka.business.calls.setting_up.guide import Place, Step, Weight, guide_of
from svyazka.business.staff.models import Person
from svyazka.kit.refusals import Refused
from svyazka.kit.strongbox import WrongKey
from svyazka.workplaces.office.lines import NewLineForm
from svyazka.workplaces.office.pbx_path import address_of_step, path_of
from svyazka.workplaces.office.pbxs import address_of
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import saved

PEOPLE_ON_A_PAGE = 200
FIELD = "extension_"  # before whose it is


@needs("settings.change")
@never_cache
def pbx_parts(request: PageRequest, pk: int) -> HttpResponse:
    """The secret stands here in plain words, for whoever has to enter it on the other side."""
    found = get_object_or_404(Pbx, pk=pk)
    softphones = phones.softphones_on(found)
    place = Place(address=_our_address(found), events=address_of(request, found), softphones=softphones)
    refused = ""
    try:
        parts = guide_of(found.driver).parts(links.access(found), place)
    except WrongKey:
        parts, refused = (), str(links.TROUBLES[links.LOCKED])
    context = {"parts": parts, "refused": refused, "knows_address": bool(place.address)}
    return _step(request, found, Step.PARTS, context)


def _our_address(pbx: Pbx) -> str:
    """From which this machine speaks to it; nothing is sent to find that out. A name would have to be looked up."""
    try:
        ipaddress.ip_address(pbx.host)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as aimed:
            aimed.connect((pbx.host, pbx.port))
            return str(aimed.getsockname()[0])
    except (ValueError, OSError):
        return ""


@needs("settings.change", "GET", "POST")
def pbx_check(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Pbx, pk=pk)
    if request.method == "POST":
        examine.ask(found, by=request.person)
        return redirect("pbx_check", pk=pk)
    looked = examine.latest(found)
    said = [_finding(found, one) for one in examine.said(found, looked)]
    tally = {weight.value: sum(1 for one in said if one["weight"] == weight) for weight in Weight}
    context = {"said": said, "tally": tally, "looked": looked, "is_running": examine.is_running(looked)}
    return _step(request, found, Step.CHECK, context)


def _finding(pbx: Pbx, said: examine.Said) -> dict[str, object]:
    url = address_of_step(pbx, said.step) if said.step else ""
    return {"weight": said.weight, "words": said.words, "remedy": said.remedy, "url": url}


@needs("settings.change", "GET", "POST")
def pbx_numbers(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Pbx, pk=pk)
    form = NewLineForm(request.POST or None)
    if saved(form, lambda: our.add(**form.cleaned_data, by=request.person)):
        messages.success(request, _("The number is added."))
        return redirect("pbx_numbers", pk=pk)
    rows = PhoneLine.objects.select_related("source").order_by("number")
    return _step(request, found, Step.NUMBERS, {"lines": rows, "form": form}, status=422 if form.errors else 200)


@needs("settings.change", "GET", "POST")
def pbx_phones(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Pbx, pk=pk)
    faults: dict[str, object] = {}
    typed = _typed(request)
    if request.method == "POST":
        try:
            number = phones.give(found, typed, by=request.person)
        except Refused as refusal:
            faults = {**refusal.fields} or {"": refusal.message}
        else:
            messages.success(request, _("Saved: {count}.").format(count=number))
            return redirect(request.get_full_path())
    people = Person.objects.working().select_related("department").order_by("full_name", "pk")
    page = Paginator(people, PEOPLE_ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [_phone_row(one, typed, faults) for one in page]
    context = {"rows": rows, "faults": faults, "page": page, "others": Pbx.objects.exclude(pk=pk).exists()}
    return _step(request, found, Step.PHONES, context, status=422 if faults else 200)


def _typed(request: PageRequest) -> dict[int, str]:
    named = ((name.removeprefix(FIELD), value) for name, value in request.POST.items() if name.startswith(FIELD))
    return {int(pk): str(value)[:40].replace("\x00", "") for pk, value in named if pk.isdecimal() and len(pk) < 18}


def _phone_row(person: Person, typed: dict[int, str], faults: dict[str, object]) -> dict[str, object]:
    name = f"{FIELD}{person.pk}"
    shown = typed.get(person.pk, person.extension)
    return {"person": person, "name": name, "value": shown, "fault": faults.get(name, "")}


def _step(request: PageRequest, pbx: Pbx, step: Step, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    path = path_of(pbx)
    place = [one.step for one in path].index(step)
    frame = {
        "pbx": pbx,
        "path": path,
        "here": path[place],
        "next": path[place + 1] if place + 1 < len(path) else None,
        "help": guide_of(pbx.driver).help,
        "topic": f"pbx-{pbx.pk}",
    }
    return render(request, f"office/pbx/{step}.html", {**frame, **context}, status=status)
