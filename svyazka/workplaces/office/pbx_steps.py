"""The steps from an access that is entered to a telephone system that works, each at an address of its own."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from svyazka.business.calls import lines as our
from svyazka.business.calls import links
from svyazka.business.calls.models import Pbx, PhoneLine
from svyazka.business.calls.setting_up import examine, phones
from svyazka.business.calls.setting_up.guide import Place, Step, Weight, guide_of
from svyazka.kit.strongbox import WrongKey
from svyazka.workplaces.office.lines import NewLineForm
from svyazka.workplaces.office.pbx_path import address_of_step, path_of
from svyazka.workplaces.office.pbxs import address_of
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import saved


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
    return step_page(request, found, Step.PARTS, context)


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
    return step_page(request, found, Step.CHECK, context)


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
    return step_page(request, found, Step.NUMBERS, {"lines": rows, "form": form}, status=422 if form.errors else 200)


def step_page(
    request: PageRequest, pbx: Pbx, step: Step, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
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
