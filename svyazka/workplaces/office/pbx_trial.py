"""A test call: out of a colleague's phone, or in from a mobile; what happens is shown step by step."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from svyazka.business.calls import commands
from svyazka.business.calls.models import Pbx, PhoneCommand, PhoneLine
from svyazka.business.calls.phone_system import Do
from svyazka.business.calls.setting_up import trying
from svyazka.business.calls.setting_up.guide import Step, guide_of
from svyazka.business.staff.models import Person
from svyazka.kit import clock, phones
from svyazka.kit.refusals import Refused
from svyazka.workplaces.office.pbx_path import path_of
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.typed import whole_number


@needs("settings.change", "GET", "POST")
def pbx_trial(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Pbx, pk=pk)
    if request.method == "POST":
        return _begin(request, found)
    command = _command(request, found)
    since = _since(request)
    story = trying.called_out(command) if command else trying.called_in(found, since) if since else None
    path = path_of(found)
    context = {
        "pbx": found,
        "path": path,
        "here": next(one for one in path if one.step == Step.TRIAL),
        "next": next(one for one in path if one.step == Step.NUMBERS),
        "help": guide_of(found.driver).help,
        "story": story,
        "command": command,
        "topics": f"command-{command.pk}" if command else "call",
        "cannot": _why_not(request.person, found),
        "numbers": PhoneLine.objects.order_by("number")[:20],
    }
    return render(request, "office/pbx/trial.html", context)


def _begin(request: PageRequest, pbx: Pbx) -> HttpResponse:
    if request.POST.get("way") == "in":
        return redirect(f"{request.path}?since={int(clock.now().timestamp())}")
    if words := _why_not(request.person, pbx):
        raise Refused(words)
    number = _number(request.POST.get("number", ""))
    click = request.POST.get("click", "")[:40] or uuid4().hex
    command = commands.ask(Do.DIAL, by=request.person, click=click, number=number)
    messages.success(request, _("The PBX is asked. Lift your phone when it rings."))
    return redirect(f"{request.path}?command={command.pk}")


def _why_not(person: Person, pbx: Pbx) -> str:
    """Why this person cannot be rung through this system; empty: he can."""
    if Do.DIAL not in commands.can(pbx):
        return _("This PBX cannot be asked to ring a phone.")
    if not person.extension:
        return _("You have no phone on this PBX yet: enter your extension under “Phones”.")
    mine = commands.pbx_of(person)
    return "" if mine == pbx else _("Your phone is on another PBX.")


def _number(typed: str) -> str:
    """Inside the house as it is, outside as everybody writes it."""
    plain = typed.strip()
    if plain.isascii() and plain.isdigit() and len(plain) <= trying.SHORT:
        return plain
    try:
        return phones.normalise(plain)
    except phones.NotAPhone as refusal:
        raise Refused(
            _("This is no telephone number."), fields={"number": _("This is no telephone number.")}
        ) from refusal


def _command(request: PageRequest, pbx: Pbx) -> PhoneCommand | None:
    asked = PhoneCommand.objects.filter(person_id=request.person.pk, pbx_code=pbx.code, do=Do.DIAL)
    number = whole_number(request.GET.get("command"))
    return asked.filter(pk=number).first() if number else None


def _since(request: PageRequest) -> datetime | None:
    moment = whole_number(request.GET.get("since"))
    return datetime.fromtimestamp(moment, UTC) if moment and moment <= clock.now().timestamp() + 60 else None
