"""A call as its events say, whatever has been made of them before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction

from svyazka.business.calls import fold
from svyazka.business.calls.follow import answered_on, columns, find, put_together, summary_of, update, wait_in_line
from svyazka.business.calls.models import Call
from svyazka.business.calls.phone_system import CallEvent
from svyazka.business.calls.summary import summarise
from svyazka.business.calls.whose_phone import staff_at
from svyazka.business.journal.record import About, Actor, record

# What a person would ask about, if it reads differently from one day to the next.
_JOURNALLED = ("result", "client_number", "answered_by_id", "waiting_seconds", "talk_seconds", "recording")


@transaction.atomic
def make_anew(call: Call, events: Sequence[CallEvent], *, parts: Mapping[str, Sequence[CallEvent]], by: Actor) -> bool:
    """Whether anything reads differently now. `events`: all of this call, from its first one on; `parts`: key → those
    of the calls that belong to it."""
    wait_in_line({(call.pbx_code, key) for key in (call.key, *parts)})
    legs = fold.fold(call.key, events)
    for key, of_part in parts.items():
        legs = fold.unite(legs, fold.fold(key, of_part))
        if part := find(call.pbx_code, key, about=of_part[0].at):
            put_together(part, call)
    was = {name: getattr(call, name) for name in _JOURNALLED}
    now = summarise(call.key, legs)
    phone = answered_on(call, now)
    given = columns(now, legs, answered_by_id=staff_at([phone]).get(phone))
    if now.answered_by == summary_of(call).answered_by:
        del given["answered_by_id"]  # the same phone; by now it may stand before somebody else
    if not update(call, given):
        return False
    changes = {name: (old, getattr(call, name)) for name, old in was.items() if old != getattr(call, name)}
    about = About("call", call.pk, client_id=call.client_id, deal_id=call.deal_id)
    record("calls.made_anew", about, by=by, changes=changes)
    return True
