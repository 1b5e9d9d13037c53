"""What the person himself is doing: the switch in the frame."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from svyazka.business.calls.commands import trouble_of
from svyazka.business.calls.floor import switching
from svyazka.business.calls.models import BreakReason, PersonState, PhoneCommand
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import PageRequest, needs

Kind = PersonState.Kind


@needs("calls.take")
def mine(request: PageRequest) -> HttpResponse:
    return _shown(request)


@needs("calls.take", "POST")
def state(request: PageRequest) -> HttpResponse:
    """`to`: “ready”, “after_call”, “break”, or a break with its reason: “break/lunch”."""
    kind, _slash, reason = request.POST.get("to", "").partition("/")
    if kind == Kind.BREAK:
        switching.take_break(request.person, _reason(reason) if reason else None, by=request.person)
    elif verb := _VERBS.get(kind):
        verb(request.person, by=request.person)
    else:
        raise Refused(_("Choose what you are doing."))
    return _shown(request)


_VERBS = {"ready": switching.ready, "after_call": switching.work_after_call}


def _reason(code: str) -> BreakReason:
    found = BreakReason.objects.filter(code=code.replace("\x00", "")).first()
    if found is None:
        raise Refused(_("This reason is not offered any more. Choose another one."))
    return found


def _shown(request: PageRequest) -> HttpResponse:
    row = PersonState.objects.filter(person=request.person).select_related("reason").first()
    now = clock.now()
    kind, since = (row.kind, row.since) if row else ("", None)
    if row and row.has_ended(now):
        kind, since = Kind.READY, row.until
    command = PhoneCommand.objects.filter(pk=row.command_id).first() if row and row.command_id else None
    context = {
        "kind": kind,
        "name": _name(row, kind),
        "since": since.isoformat() if since else "",
        "is_too_long": bool(row and kind == Kind.BREAK and row.until and row.until < now),
        "trouble": trouble_of(command) if command and command.state == PhoneCommand.State.FAILED else "",
        "chosen": f"break/{row.reason.code}" if row and row.reason else str(kind),
        "reasons": BreakReason.objects.filter(is_active=True),
    }
    return render(request, "operator/floor_state.html", context)


def _name(row: PersonState | None, kind: str) -> str:
    if row and row.reason:
        return str(row.reason)
    return str(Kind(kind).label).capitalize() if kind else _("State not chosen")
