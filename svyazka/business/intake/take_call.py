"""What the house makes of a call: the client is found by his number, and his deal and history hold the call."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.db import transaction

from svyazka.business.calls.follow import Followed, belongs_to, follow, line_of, tell
from svyazka.business.calls.models import Call
from svyazka.business.calls.phone_system import CallEvent
from svyazka.business.clients import amend, history
from svyazka.business.clients.identify import Contact, find_by_contact, identify
from svyazka.business.clients.models import Client, Interaction
from svyazka.business.deals.handing.taking import take
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal, open_deal_of
from svyazka.business.intake.models import Arrival
from svyazka.business.journal.record import Actor, Automaton
from svyazka.business.staff.models import Person
from svyazka.kit.refusals import Refused


@transaction.atomic
def take_call(events: Sequence[CallEvent], *, arrival: Arrival) -> dict[str, int]:
    """Follows the calls and puts them into the history, from the first ring on; says the ids of what was touched."""
    by = Automaton(arrival.account)
    made: dict[str, int] = {}
    for followed in follow(events):
        call = followed.call
        if call.client_id is None:
            _find_whose_it_is(followed, arrival, by=by)
        else:
            put_into_history(call)
        if call.result == Call.Result.ANSWERED != followed.result_before:
            _settle_missed_calls(call)
        tell(followed, by=by)
        made |= _ids(call)
    return made


def put_into_history(call: Call) -> None:
    """The one line of this call, as the call stands now."""
    if call.interaction_id:
        amend.amend(call.interaction_id, near=call.started_at, data=_facts(call), waiting=_waits(call))


def add_to_history(call: Call, client: Client, deal: Deal | None, *, arrival_id: int | None, by: Actor) -> Interaction:
    """Its line begins, and the call knows whose it is."""
    happened = history.add(
        client.pk,
        kind=Interaction.Kind.CALL,
        direction=call.direction,
        deal_id=deal.pk if deal else None,
        channel=call.pbx_code,
        data=_facts(call),
        at=call.started_at,
        arrival_id=arrival_id,
        waiting=_waits(call),
        by=by,
    )
    belongs_to(call, client_id=client.pk, deal_id=happened.deal_id, interaction_id=happened.pk)
    return happened


def deal_for(call: Call, client: Client, *, by: Actor, address: str = "") -> Deal:
    """The open deal takes the call; otherwise one opens, with the source of the number that was dialled."""
    if deal := open_deal_of(client):
        return deal
    line = line_of(call)
    origin = {"call": call.pk, "line": call.our_number}
    return open_deal(client, source=line.source if line else None, origin=origin, address=address, by=by)


def _find_whose_it_is(followed: Followed, arrival: Arrival, *, by: Actor) -> None:
    """A hidden number is nobody's until somebody asks the caller; one of our own, or a colleague's, is no client's."""
    call = followed.call
    if not followed.direction or not call.client_number.startswith("+"):
        return
    contacts = [Contact("phone", call.client_number)]
    if followed.direction == "out" or Person.objects.with_phone(call.client_number):
        client = find_by_contact(contacts)
        if client is None:
            return
        deal = open_deal_of(client)
    else:
        client, _is_new = identify(contacts, by=by)
        deal = deal_for(call, client, by=by)
    add_to_history(call, client, deal, arrival_id=arrival.pk, by=by)


def _settle_missed_calls(call: Call) -> None:
    """Whoever speaks with the client, in whichever direction, has dealt with the calls that he missed before, and a
    lead of his is taken up."""
    if call.answered_by_id is None or call.client_id is None:
        return
    person = Person.objects.get(pk=call.answered_by_id)
    take(call.deal_id, by=person)
    missed = Interaction.objects.filter(client_id=call.client_id, kind=Interaction.Kind.CALL, waiting=True)
    for happened in missed:
        # Somebody may have clicked in this very moment; then it is settled too.
        with suppress(Refused):
            history.take_up(happened, by=person)


def _facts(call: Call) -> dict[str, Any]:
    facts: dict[str, Any] = {"call": call.pk, "result": call.result, "seconds": call.talk_seconds}
    if call.answered_by_id:
        facts["by"] = call.answered_by_id
    if call.recording:
        facts["recording"] = True
    return facts


def _waits(call: Call) -> bool:
    """Somebody has to ring back."""
    return call.direction == "in" and call.result in (Call.Result.MISSED, Call.Result.BUSY)


def _ids(call: Call) -> dict[str, int]:
    ids = {"call": call.pk, "client": call.client_id, "deal": call.deal_id, "interaction": call.interaction_id}
    return {name: number for name, number in ids.items() if number}
