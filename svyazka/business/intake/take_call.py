"""What the house makes of a call: the client is found by his number, and his deal and history hold the call."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.db import transaction

from svyazka.business.calls.dialling import dial
from svyazka.business.calls.floor import switching
from svyazka.business.calls.follow import Followed, belong_to, follow, lines_of, summary_of, tell
from svyazka.business.calls.models import Call, PhoneLine
from svyazka.business.calls.phone_system import CallEvent, Kind
from svyazka.business.calls.recordings.note import note
from svyazka.business.calls.whose_phone import PhoneKey, names_in
from svyazka.business.clients import amend, history
from svyazka.business.clients.identify import Contact, find_by_phones, identify
from svyazka.business.clients.models import Client, Interaction
from svyazka.business.deals.handing.taking import take, waiting_to_be_taken
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal, open_deal_of, open_deals_of
from svyazka.business.deals.work import first_contact, ring_backs
from svyazka.business.intake import about
from svyazka.business.intake.models import Arrival
from svyazka.business.journal.record import Actor, Automaton, News, announce, announce_all
from svyazka.business.staff.models import Person
from svyazka.kit.refusals import Refused

Heard = tuple[Sequence[CallEvent], Arrival]


def take_call(events: Sequence[CallEvent], *, arrival: Arrival) -> dict[str, int]:
    """Follows the calls and puts them into the history, from the first ring on; says the ids of what was touched."""
    return take_calls([(events, arrival)])[0]


@transaction.atomic(savepoint=False)
def take_calls(heard: Sequence[Heard]) -> list[dict[str, int]]:
    """The same for what was heard of many calls: a handful of statements for all that are usual."""
    arrivals = {(event.pbx_code, event.call_key): arrival for events, arrival in heard for event in events}
    arrivals |= {(event.pbx_code, ""): arrival for events, arrival in heard for event in events}
    followed = follow([event for events, _arrival in heard for event in events])
    of_call = {one.call.pk: arrivals.get((one.call.pbx_code, one.call.key)) for one in followed}
    arrival_of = {one.call.pk: of_call[one.call.pk] or arrivals[one.call.pbx_code, ""] for one in followed}
    known = [one.call for one in followed if one.call.client_id is not None]
    found = {one.call.pk for one in followed} - {call.pk for call in known}
    clicked = _clicked_deals(followed)
    opened = _find_whose_they_are([one for one in followed if one.call.client_id is None], arrival_of, clicked)
    _stand_where_the_click_was(known, clicked)
    put_into_history([*known, *_parts([event for events, _arrival in heard for event in events])])
    _see_who_was_reached(followed, found, arrival_of)
    note([(one.call, one.now, one.before) for one in followed])
    about.sort_ended(followed)
    tell(followed)
    _tell_whose_they_are([one for one in followed if one.call.pk in found and not one.has_turned], opened)
    made: dict[int, dict[str, int]] = {}
    for one in followed:
        made.setdefault(arrival_of[one.call.pk].pk, {}).update(_ids(one.call))
    return [made.get(arrival.pk, {}) for _events, arrival in heard]


def _parts(events: Iterable[CallEvent]) -> list[Call]:
    """What turned out to belong to another call is over, also in the history."""
    said = [event for event in events if event.kind == Kind.MERGE]
    if not said:
        return []
    parts = Call.objects.filter(pbx_code__in={event.pbx_code for event in said}, key__in={event.part for event in said})
    return list(parts.exclude(interaction_id=None))


def put_into_history(calls: Iterable[Call]) -> None:
    """The one line of each, as the calls stand now."""
    amend.amend_all(
        [
            amend.Known(one.interaction_id, one.started_at, _facts(one), _waits(one))
            for one in calls
            if one.interaction_id
        ]
    )


def add_to_history(call: Call, client: Client, deal: Deal | None, *, arrival_id: int | None, by: Actor) -> None:
    """Its line begins, and the call knows whose it is."""
    call.client_id, call.deal_id = client.pk, deal.pk if deal else None
    _begin_lines([(call, arrival_id)], by_id=by.actor_id)
    announce("interaction", call.interaction_id or 0, data=_ids(call))


def _begin_lines(calls: Sequence[tuple[Call, int | None]], *, by_id: int | None = None) -> None:
    lines = history.add_all(
        [
            Interaction(
                at=call.started_at,
                client_id=call.client_id or 0,
                deal_id=call.deal_id,
                kind=Interaction.Kind.CALL,
                direction=call.direction,
                channel=call.pbx_code,
                by_id=by_id,
                data=_facts(call),
                arrival_id=arrival_id,
                waiting=_waits(call),
            )
            for call, arrival_id in calls
        ]
    )
    for (call, _arrival_id), line in zip(calls, lines, strict=True):
        call.interaction_id = line.pk
    belong_to([call for call, _arrival_id in calls])


def deal_for(call: Call, client: Client, *, by: Actor, address: str = "") -> Deal:
    """The open deal takes the call; otherwise one opens."""
    if deal := open_deal_of(client):
        return deal
    return _new_deal_for(call, client, lines_of([call]), by=by, address=address)


def _new_deal_for(call: Call, client: Client, lines: Mapping[str, PhoneLine], *, by: Actor, address: str = "") -> Deal:
    """With the source of the number that was dialled."""
    line = lines.get(call.our_number)
    origin = {"call": call.pk, "line": call.our_number}
    return open_deal(client, source=line.source if line else None, origin=origin, address=address, by=by)


def _clicked_deals(followed: Sequence[Followed]) -> dict[int, Deal]:
    """Of calls out, by id: the deal in which somebody clicked on the number. What they came from may be known only when
    they are over."""
    asked = [one for one in followed if one.now.direction == "out"]
    clicks = dial.clicks_of([one.call for one in asked if one.call.client_id is None or one.has_just_ended])
    deals = Deal.objects.in_bulk({click.deal_id for click in clicks.values() if click.deal_id}) if clicks else {}
    return {number: deals[click.deal_id] for number, click in clicks.items() if click.deal_id in deals}


def _stand_where_the_click_was(calls: Iterable[Call], clicked: Mapping[int, Deal]) -> None:
    moved = [call for call in calls if call.pk in clicked and call.deal_id != clicked[call.pk].pk]
    for call in moved:
        deal = clicked[call.pk]
        call.client_id, call.deal_id = deal.client_id, deal.pk
        if call.interaction_id:
            amend.move(call.interaction_id, near=call.started_at, client_id=deal.client_id, deal_id=deal.pk)
    belong_to(moved)


def _find_whose_they_are(
    followed: Sequence[Followed], arrival_of: Mapping[int, Arrival], clicked: Mapping[int, Deal]
) -> set[int]:
    """A hidden number is nobody's until somebody asks the caller; one of our own, or a colleague's, is no client's.
    Says by which calls a deal was opened."""
    opened: set[int] = set()
    asked = [one.call for one in followed if one.now.direction and one.call.client_number.startswith("+")]
    if not asked:
        return opened
    numbers = {call.client_number for call in asked}
    clients = find_by_phones(numbers)
    deals = open_deals_of({client.pk for client in clients.values()})
    ours, lines = Person.objects.phones_among(numbers), lines_of(asked)
    found = []
    for call in asked:
        by = Automaton(arrival_of[call.pk].account)
        client, number = clients.get(call.client_number), call.client_number
        if deal := clicked.get(call.pk):
            # Also where nobody has that number yet.
            call.client_id, call.deal_id = deal.client_id, deal.pk
            found.append((call, arrival_of[call.pk].pk))
            continue
        if call.direction == "in" and number not in ours:
            if client is None:
                client, _is_new = identify([Contact("phone", number)], by=by)
                clients[number] = client
            if client.pk not in deals:
                deals[client.pk] = _new_deal_for(call, client, lines, by=by).pk
                opened.add(call.pk)
        if client is not None:
            call.client_id, call.deal_id = client.pk, deals.get(client.pk)
            found.append((call, arrival_of[call.pk].pk))
    _begin_lines(found)
    return opened


def _tell_whose_they_are(followed: Sequence[Followed], opened: Collection[int]) -> None:
    """Of a call whose ring has been told of already. The card is drawn anew only where there is something new on it."""
    known = [one.call for one in followed if one.call.client_id]
    announce_all(
        News("call", call.pk, _ids(call))
        if call.pk in opened
        else News("interaction", call.interaction_id or 0, _ids(call))
        for call in known
    )


def _see_who_was_reached(
    followed: Sequence[Followed], found: Collection[int], arrival_of: Mapping[int, Arrival]
) -> None:
    """Only of calls that have turned, in a few statements for all of them. `found`: those of which it was not known
    whose they are; that may be heard after all the rest."""
    ends = sorted((PhoneKey(one.call.pbx_code, phone), at) for one in followed for phone, at in one.whose_talk_ended)
    switching.talked(dict(ends))
    of_clients = [one for one in followed if one.call.client_id]
    first_contact.keep([one.call for one in of_clients if one.has_just_spoken or one.call.pk in found])
    answered = [one for one in of_clients if _is_answered(one, found)]
    missed = [one for one in of_clients if _waits(one.call) and (one.was_just_missed or one.call.pk in found)]
    if not (answered or missed):
        return
    waiting = ring_backs.wait_for_others({one.call.client_id or 0 for one in (*answered, *missed)})
    for one in answered:
        if one.call.client_id in waiting:
            ring_backs.reached(one.call, one.now, by=_by(one.call, arrival_of))
    _settle_missed_calls([one.call for one in answered], arrival_of)
    reached = ring_backs.reached_since([(one.call, one.now) for one in missed])
    for one in missed:
        if one.call.pk in reached:
            _need_not_wait(one.call, by=_by(one.call, arrival_of))
    left = [one for one in missed if one.call.pk not in reached]
    ring_backs.missed([ring_backs.Missed(one.call, one.now, _by(one.call, arrival_of)) for one in left])


def _is_answered(one: Followed, found: Collection[int]) -> bool:
    return one.call.result == Call.Result.ANSWERED and (one.was_just_answered or one.call.pk in found)


def _by(call: Call, arrival_of: Mapping[int, Arrival]) -> Automaton:
    return Automaton(arrival_of[call.pk].account)


def _need_not_wait(call: Call, *, by: Actor) -> None:
    """Of a call that was missed before the client was reached. He may have been missed again since."""
    for happened in Interaction.objects.filter(pk=call.interaction_id or 0, waiting=True):
        history.need_not_wait(happened, by=by)


def _settle_missed_calls(answered: Sequence[Call], arrival_of: Mapping[int, Arrival]) -> None:
    """Whoever speaks with the client, in whichever direction, has dealt with the calls that he missed before, and a
    lead of his is taken up."""
    if not answered:
        return
    staff = Person.objects.in_bulk({call.answered_by_id for call in answered if call.answered_by_id})
    missed = history.missed_calls_of({call.client_id for call in answered if call.client_id})
    waiting = waiting_to_be_taken({call.deal_id for call in answered if call.deal_id})
    for call in answered:
        person = staff.get(call.answered_by_id or 0)
        if person and call.deal_id in waiting:
            take(call.deal_id, by=person)
        of_client = missed.get(call.client_id or 0, ())
        # He may have been missed again since: then he still waits.
        if call.answered_at and all(one.at <= call.answered_at for one in of_client):
            for happened in of_client:
                # Somebody may have clicked in this very moment; then it is settled too.
                with suppress(Refused):
                    history.take_up(happened, by=person or _by(call, arrival_of))


def _facts(call: Call) -> dict[str, Any]:
    # Whoever was passed on to nobody has missed his call, for all that he had spoken with somebody.
    result = Call.Result.MISSED if call.result == Call.Result.LEFT else call.result
    facts: dict[str, Any] = {"call": call.pk, "result": result, "seconds": call.talk_seconds}
    if call.state != Call.State.ENDED:
        facts["state"] = call.state
    if call.answered_by_id:
        facts["by"] = call.answered_by_id
    if call.recording:
        facts["recording"] = True
    if transfers := summary_of(call).transfers:
        names = names_in(call, (), dialled=(transfer.to for transfer in transfers))
        facts["passed_on"] = [names.get(transfer.to, transfer.to) for transfer in transfers]
    return facts


def _waits(call: Call) -> bool:
    """Somebody has to ring back."""
    return call.direction == "in" and call.result in Call.NOT_REACHED


def _ids(call: Call) -> dict[str, int]:
    ids = {"call": call.pk, "client": call.client_id, "deal": call.deal_id, "interaction": call.interaction_id}
    return {name: number for name, number in ids.items() if number}
