"""A company moves over from a system that is read: how we get in, how far reading is, and what follows later."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from svyazka.business.moving_in import reading_system, systems
from svyazka.business.moving_in.foreign import KINDS
from svyazka.business.moving_in.models import MoveIn
from svyazka.business.moving_in.system import of_code
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import PageRequest, needs

State = MoveIn.State
# Until it is to be understood.
BEFORE = (State.TRYING, State.TRIED, State.READING, State.PAUSED, State.FAILED)


@needs("clients.move_in", "GET", "POST")
def move_system(request: PageRequest, code: str) -> HttpResponse:
    """How we get in; POST has it tried."""
    if code not in settings.FOREIGN_SYSTEMS:
        raise Http404
    if request.method != "POST":
        return _form(request, code)
    try:
        made = systems.enter(code, request.POST.dict(), by=request.person)
    except Refused as refusal:
        return _form(request, code, refusal)
    return redirect("move", made.pk)


@needs("clients.move_in", "POST")
def move_reading(request: PageRequest, pk: int) -> HttpResponse:
    systems.read(_given(pk), by=request.person)
    return redirect("move", pk)


@needs("clients.move_in", "POST")
def move_pause(request: PageRequest, pk: int) -> HttpResponse:
    systems.pause(_given(pk), by=request.person)
    return redirect("move", pk)


@needs("clients.move_in", "POST")
def move_newer(request: PageRequest, pk: int) -> HttpResponse:
    return redirect("move", systems.read_newer(_given(pk), by=request.person).pk)


@needs("clients.move_in")
def move_unreadable(request: PageRequest, pk: int) -> HttpResponse:
    """What stands there and could not be understood, with the reason."""
    given = _given(pk)
    rows = [{"number": number, "why": why} for _kind, number, why in given.progress.get("why", [])]
    context = {"given": given, "rows": rows, "is_more": given.progress.get("unreadable", 0) > len(rows)}
    return render(request, "office/move_unreadable.html", context)


def so_far(given: MoveIn) -> dict[str, Any]:
    """How far reading is, kind by kind."""
    progress = given.progress
    lines, counts, done = (progress.get(name, {}) for name in ("lines", "counts", "done"))
    names = _names()
    parts = [
        {
            "name": names[kind],
            "read": lines.get(kind, 0),
            "of": counts.get(kind, 0) if given.since is None else 0,
            "is_done": bool(done.get(kind)),
            "is_now": not done.get(kind) and all(done.get(one) for one in KINDS[: KINDS.index(kind)]),
        }
        for kind in KINDS
    ]
    return {
        "reading": True,
        "parts": parts,
        "found": [(names[kind], counts[kind]) for kind in KINDS if kind in counts],
        "called": progress.get("name", ""),
        "because": reading_system.waits_because(given) if given.resume_at else "",
    }


def _form(request: PageRequest, code: str, refusal: Refused | None = None) -> HttpResponse:
    kind, faults = of_code(code), refusal.fields if refusal else {}
    inputs = [
        {
            "name": one.name,
            "title": one.title,
            "help": one.help,
            "is_secret": one.is_secret,
            "is_needed": one.is_needed,
            # What is secret is typed once more rather than sent back to the page.
            "value": "" if one.is_secret else request.POST.get(one.name, ""),
            "fault": faults.get(one.name, ""),
        }
        for one in kind.inputs
    ]
    general = refusal.message if refusal and not faults else ""
    # Of those that are not always needed the first is the usual way in.
    usual = [one for one in inputs if one["is_needed"]] + [one for one in inputs if not one["is_needed"]][:1]
    others = [one for one in inputs if one not in usual]
    context = {
        "title": kind.title,
        "code": code,
        "inputs": usual,
        "others": others,
        "are_others_open": any(one["value"] or one["fault"] for one in others),
        "refusal": general,
    }
    return render(request, "office/move_system.html", context, status=refusal.status if refusal else 200)


def _names() -> dict[str, str]:
    return {
        "people": _("People"),
        "stages": _("Stages"),
        "clients": _("Clients"),
        "deals": _("Deals"),
        "events": _("Calls, messages, notes and tasks"),
    }


def _given(pk: int) -> MoveIn:
    return get_object_or_404(MoveIn, pk=pk)
