"""A client does not want to be rung: entered while one speaks with him, and taken back with a click."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svyazka.business.calls.dialling import do_not_call as numbers_not_to_ring
from svyazka.business.calls.models import DoNotCall
from svyazka.business.clients.models import ContactPoint
from svyazka.kit import phones
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared import typed
from svyazka.workplaces.shared.door import PageRequest, needs


@needs("calls.take", "GET", "POST")
def do_not_call(request: PageRequest) -> HttpResponse:
    """GET asks; POST enters the number, or all of the client's."""
    if request.method != "POST":
        return _dialog(request, request.GET)
    given = request.POST
    numbers = _numbers(given)
    client_id = typed.whole_number(given.get("client"))
    try:
        numbers_not_to_ring.forbid(
            numbers,
            reason=given.get("reason", ""),
            note=given.get("note", "").replace("\x00", ""),
            until=typed.by_when(given.get("until"), None) if given.get("until") else None,
            client_id=client_id,
            by=request.person,
        )
    except Refused as refusal:
        return _dialog(request, given, faults=refusal.fields, status=422)
    count = ngettext("{n} number is not rung any more.", "{n} numbers are not rung any more.", len(numbers))
    return _said(request, count.format(n=len(numbers)), numbers=numbers, client=client_id, undo="removal")


@needs("calls.take", "POST")
def do_not_call_removal(request: PageRequest) -> HttpResponse:
    numbers = [number.replace("\x00", "") for number in request.POST.getlist("numbers")[:50]]
    client_id = typed.whole_number(request.POST.get("client"))
    numbers_not_to_ring.allow(numbers, client_id=client_id, by=request.person)
    return _said(request, _("May be rung again."))


def _numbers(given: QueryDict) -> list[str]:
    """The one that it is about, or with `all` every one of the client's."""
    client_id = typed.whole_number(given.get("client"))
    if "all" in given and client_id:
        return list(_phones_of(client_id))
    return [numbers_not_to_ring.number_in(given.get("number", "")[:40])]


def _phones_of(client_id: int) -> list[str]:
    points = ContactPoint.objects.filter(client_id=client_id, kind=ContactPoint.Kind.PHONE)
    return list(points.order_by("pk").values_list("value", flat=True))


def _dialog(
    request: PageRequest, given: QueryDict, *, faults: dict[str, object] | None = None, status: int = 200
) -> HttpResponse:
    client_id = typed.whole_number(given.get("client"))
    number = given.get("number", "")[:40]
    others = [one for one in _phones_of(client_id) if one != number] if client_id else []
    context: dict[str, Any] = {
        "number": number,
        "shown": phones.readable(number),
        "client": str(client_id or ""),
        "others": [phones.readable(one) for one in others],
        "reasons": DoNotCall.Reason.choices,
        "chosen": given.get("reason", DoNotCall.Reason.WISH),
        "note": given.get("note", ""),
        "until": given.get("until", ""),
        "faults": faults or {},
    }
    answer = render(request, "operator/do_not_call.html", context, status=status)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#dialog", "innerHTML"
    return answer


def _said(
    request: PageRequest, said: str, *, numbers: list[str] | None = None, client: int | None = None, undo: str = ""
) -> HttpResponse:
    context = {"said": said, "numbers": numbers or [], "client": str(client or ""), "undo": undo}
    answer = render(request, "operator/do_not_call_said.html", context)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#toasts", "beforeend"
    answer["HX-Trigger"] = '{"dialog:close": {}}'
    return answer
