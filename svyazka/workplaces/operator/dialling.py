"""A click on a telephone number, wherever it stands: it is rung, or said why not."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from svyazka.business.calls import commands
from svyazka.business.calls.dialling import dial
from svyazka.business.calls.dialling.dial import NotToBeCalled, OddHour
from svyazka.business.calls.models import PhoneCommand
from svyazka.business.calls.phone_system import Do
from svyazka.business.clients.identify import Contact, find_by_contact
from svyazka.business.deals.models import Deal
from svyazka.business.staff import roles
from svyazka.kit import phones
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.typed import whole_number

State = PhoneCommand.State


@needs("calls.take", "POST")
def calls_out(request: PageRequest) -> HttpResponse:
    """`softphone`: this browser speaks itself, and only asks whether it may."""
    given = request.POST
    deal = Deal.objects.select_related("client").filter(pk=whole_number(given.get("deal")) or 0).first()
    number = given.get("number", "")[:40]
    try:
        number = dial.check(
            number,
            address=_address(number, deal),
            anyway="anyway" in given,
            reason=given.get("reason", "").replace("\x00", ""),
            by=request.person,
        )
    except (NotToBeCalled, OddHour) as refusal:
        if isinstance(refusal, NotToBeCalled) and not roles.may(request.person, "calls.override"):
            raise
        return _dialog(request, refusal)
    return _begin(request, number, deal)


@needs("calls.take")
def call_out(request: PageRequest, command_id: int) -> HttpResponse:
    return _out(request, command_id)


@needs("calls.take", "POST")
def call_out_end(request: PageRequest, command_id: int) -> HttpResponse:
    dial.call_off(command_id, by=request.person)
    return _out(request, command_id)


def _out(request: PageRequest, command_id: int) -> HttpResponse:
    """While the own phone rings; once the call is known, its own card stands there."""
    command = PhoneCommand.objects.filter(pk=command_id, person_id=request.person.pk, do=Do.DIAL).first()
    return HttpResponse() if command is None or dial.has_its_call(command) else dial_card(request, command)


def dial_card(request: PageRequest, command: PhoneCommand) -> HttpResponse:
    failed, end = command.state == State.FAILED, dial.end_of(command)
    if failed and (end or command.trouble == commands.CALLED_OFF):
        return HttpResponse()
    context = {
        "id": str(command.pk),
        "number": command.number,
        "shown": phones.readable(command.number),
        "deal": str(command.deal_id or ""),
        "why": commands.trouble_of(command) if failed else "",
        "is_rung": command.state == State.DONE,
        "end": str(end.pk) if end else "",
        "may_end": not (failed or end) and dial.can_be_called_off(command),
    }
    return render(request, "operator/dial_card.html", context)


def _begin(request: PageRequest, number: str, deal: Deal | None) -> HttpResponse:
    click, deal_id = request.POST.get("click", "").replace("\x00", "")[:40] or number, deal.pk if deal else None
    if "softphone" in request.POST:
        dial.from_elsewhere(number, deal_id=deal_id, click=click, by=request.person)
        return _told({"svyazka:dial": {"number": number, "deal": deal_id, "allowed": True}})
    if not dial.can_ring_desk(request.person):
        return _told({"dial:plain": {"number": number}})
    command = dial.from_desk(number, deal_id=deal_id, click=click, by=request.person)
    answer = dial_card(request, command)
    answer["HX-Trigger"] = json.dumps({"dialog:close": {}})
    return answer


def _told(event: dict[str, Any]) -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({**event, "dialog:close": {}})})


def _address(number: str, deal: Deal | None) -> str:
    """Where the client is, as far as it is written down."""
    if deal:
        return deal.address or deal.client.address
    try:
        client = find_by_contact([Contact("phone", phones.normalise(number))])
    except phones.NotAPhone:
        return ""
    return client.address if client else ""


def _dialog(request: PageRequest, refusal: NotToBeCalled | OddHour) -> HttpResponse:
    given, forbidden = request.POST, getattr(refusal, "forbidden", None)
    context = {
        "message": refusal.message,
        "number": given.get("number", "")[:40],
        "deal": given.get("deal", ""),
        "click": given.get("click", "")[:38] + "+",
        "softphone": "softphone" in given,
        "reason": given.get("reason", ""),
        "forbidden": forbidden,
        "said": _said(forbidden.by, Short().moment(forbidden.at)) if forbidden else "",
    }
    answer = render(request, "operator/dial_dialog.html", context, status=422)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#dialog", "innerHTML"
    return answer


def _said(who: str, when: str) -> str:
    return _("{who}, {when}").format(who=who, when=when) if who else when
