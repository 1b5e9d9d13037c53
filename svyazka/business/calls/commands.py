"""What telephone systems are asked to do: written down by a page, done by the listener, told to whoever asked."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta
from functools import partial
from typing import cast
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.models import Call, Pbx, PhoneCommand
from svyazka.business.calls.phone_system import Command, Do, Done, PhoneSystem
from svyazka.business.journal import bell
from svyazka.business.journal.record import About, announce, record
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

State = PhoneCommand.State

CALLED_OFF = "called_off"  # by whoever had asked, before anybody began with it
TROUBLES = {
    "no_link": _("The PBX is not connected right now. Do it on the telephone."),
    "refused": _("The PBX refused. Do it on the telephone."),
    "no_effect": _("The PBX said yes, but nothing happened."),
    "no_such_call": _("This call is over."),
    "not_yours": _("This call is not on your phone."),
    "no_such_phone": _("The PBX knows no such number."),
    "phone_away": _("Your phone is not connected to the PBX."),
    "not_lifted": _("Your phone was not lifted."),
    "busy": _("Busy."),
    "nobody_answered": _("Nobody answered."),
    "too_often": _("The PBX was asked too often. Try again in a moment."),
    "no_money": _("The account at the telephone provider is empty."),
    "not_talking": _("The talk has not begun yet."),
    "nobody_asked": _("There is nobody to connect with: ask a colleague first."),
    "not_in_queue": _("Your phone takes part in no queue of the PBX."),
    "cut": _("The PBX fell silent in the middle of this. See on your phone whether it has happened."),
    "late": _("The PBX was not asked in time. Try again."),
    CALLED_OFF: _("Called off."),
    "broken": _("The listener failed over this. It is in its log."),
}
# How long each may take. Two phones have to be lifted before somebody is dialled.
PATIENCE = {Do.DIAL: timedelta(seconds=75), Do.CONSULT: timedelta(seconds=15)}
USUAL_PATIENCE = timedelta(seconds=10)
# After this the listener that took it is gone: it has a deadline of its own.
GRACE = timedelta(seconds=10)
KEPT = timedelta(days=30)


def can(pbx: Pbx | None) -> frozenset[Do]:
    """What may be asked of this system; nothing of one that is switched off."""
    if pbx is None or not pbx.is_active or pbx.driver not in settings.PHONE_SYSTEMS:
        return frozenset()
    return cast(type[PhoneSystem], import_string(settings.PHONE_SYSTEMS[pbx.driver])).capabilities


def pbx_of(person: Person) -> Pbx | None:
    """The system that the person's phone is on: the one named, or the only one there is."""
    if not person.extension:
        return None
    active = Pbx.objects.filter(is_active=True)
    if person.pbx_code:
        return active.filter(code=person.pbx_code).first()
    found = list(active[:2])
    return found[0] if len(found) == 1 else None


@transaction.atomic
def ask(
    do: Do,
    *,
    by: Person,
    click: str,
    call: Call | None = None,
    number: str = "",
    queue: str = "",
    reason: str = "",
    deal_id: int | None = None,
) -> PhoneCommand:
    """`call`: what it is about; none for DIAL, PAUSE and RESUME. `click`: of the page, so that a click sent twice is
    one."""
    pbx = Pbx.objects.filter(code=call.pbx_code).first() if call else pbx_of(by)
    _check(do, by, pbx)
    now = clock.now()
    command, is_new = PhoneCommand.objects.get_or_create(
        click=f"{by.pk}/{click}"[:64],
        defaults={
            "pbx_code": pbx.code if pbx else "",
            "do": do,
            "person_id": by.pk,
            "extension": by.extension,
            "number": number,
            "queue": queue,
            "reason": reason,
            "call_id": call.pk if call else None,
            "call_key": call.key if call else "",
            "deal_id": deal_id,
            "asked_at": now,
            "until": now + PATIENCE.get(do, USUAL_PATIENCE),
        },
    )
    if is_new:
        record(_JOURNALLED[do], About("command", command.pk, deal_id=deal_id), by=by)
        transaction.on_commit(partial(bell.ring, bell.PHONES))
    return command


_JOURNALLED = {
    Do.DIAL: "calls.asked_to_dial",
    Do.HANG_UP: "calls.asked_to_hang_up",
    Do.TRANSFER: "calls.asked_to_transfer",
    Do.CONSULT: "calls.asked_to_consult",
    Do.CONNECT: "calls.asked_to_connect",
    Do.COME_BACK: "calls.asked_to_come_back",
    Do.PAUSE: "calls.asked_to_pause",
    Do.RESUME: "calls.asked_to_resume",
}


def _check(do: Do, by: Person, pbx: Pbx | None) -> None:
    if not by.extension:
        raise Refused(_("You have no phone on the PBX. The administrator enters it with your account."))
    if pbx is None:
        raise Refused(_("It is not known which PBX your phone is on. The administrator enters it with your account."))
    if do not in can(pbx):
        raise Refused(_("This PBX cannot be asked for that. Do it on the telephone."))


@transaction.atomic
def take(pbx_codes: Collection[str]) -> list[tuple[str, Command]]:
    """What was asked of these systems and nobody does yet, each with its system's code. Whoever takes it does it."""
    now = clock.now()
    # Not what was asked before the machine's clock was set back: done an hour later, it would surprise people.
    asked = PhoneCommand.objects.filter(asked_at__lt=now + GRACE, until__gt=now)
    asked = asked.filter(state=State.ASKED, pbx_code__in=pbx_codes)
    rows = list(asked.select_for_update(skip_locked=True).order_by("pk")[:100])
    PhoneCommand.objects.filter(pk__in=[row.pk for row in rows]).update(state=State.TAKEN)
    return [(row.pbx_code, _command(row)) for row in rows]


def _command(row: PhoneCommand) -> Command:
    return Command(
        id=_name(row),
        do=Do(row.do),
        extension=row.extension,
        until=row.until,
        call_key=row.call_key,
        number=row.number,
        queue=row.queue,
        reason=row.reason,
    )


def _name(row: PhoneCommand) -> str:
    """Also after the data of another day were put back, no name comes a second time."""
    return f"svyazka{row.pk}x{uuid4().hex[:8]}"


def done(name: str, result: Done) -> None:
    _end(_number(name), State.DONE, call_key=result.call_key)


def failed(name: str, trouble: str) -> None:
    _end(_number(name), State.FAILED, trouble=trouble)


@transaction.atomic
def _end(pk: int, state: State, *, trouble: str = "", call_key: str = "") -> None:
    row = PhoneCommand.objects.select_for_update().filter(pk=pk).first()
    if row is None or row.state not in (State.ASKED, State.TAKEN):
        return
    row.state, row.trouble, row.done_at = state, trouble, clock.now()
    row.call_key = call_key or row.call_key
    row.save(update_fields=["state", "trouble", "done_at", "call_key"])
    announce("command", row.pk, people=[row.person_id], data={"done": int(state == State.DONE)})


def call_off(command: PhoneCommand) -> bool:
    """Whether it could still be: nobody has taken it yet. The caller holds the row."""
    if command.state != State.ASKED:
        return False
    _end(command.pk, State.FAILED, trouble=CALLED_OFF)
    return True


def _number(name: str) -> int:
    return int(name.removeprefix("svyazka").partition("x")[0])


def number_in(call_key: str) -> int | None:
    """Of the command that a call is named after; a telephone system may have put its own name before it."""
    found = _NAMED_AFTER.search(call_key)
    return int(found.group(1)) if found else None


_NAMED_AFTER = re.compile(r"svyazka(\d{1,18})x[0-9a-f]{8}")


def give_up_late() -> None:
    """What nobody took in time, what a listener took that is gone now, and what was asked by another clock."""
    now = clock.now()
    late = Q(state=State.ASKED, until__lt=now) | Q(state=State.TAKEN, until__lt=now - GRACE)
    late |= Q(state__in=[State.ASKED, State.TAKEN], asked_at__gt=now + GRACE)
    for pk in PhoneCommand.objects.filter(late).values_list("pk", flat=True):
        _end(pk, State.FAILED, trouble="late")


def trouble_of(command: PhoneCommand) -> str:
    """Why it was not done, in words for the page."""
    return str(TROUBLES.get(command.trouble, command.trouble))


def forget_old() -> None:
    """The journal keeps what was asked."""
    PhoneCommand.objects.filter(until__lt=clock.now() - KEPT).delete()
