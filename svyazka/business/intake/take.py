"""What the house makes of an arrival: a client, a deal, and a line in the history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.calls import phones
from svyazka.business.calls.phone_system import CallEvent, PhonesSeen
from svyazka.business.clients import history
from svyazka.business.clients import identities as of_clients
from svyazka.business.clients.identify import Contact, find_by_contact, survivor, wait_in_line
from svyazka.business.clients.matching.recognise import attach, recognise
from svyazka.business.clients.matching.traits import Known
from svyazka.business.clients.models import Client, Interaction
from svyazka.business.conversations import identities, links, messages, reach, states
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal_of
from svyazka.business.duplicates.suspicions import suspect
from svyazka.business.inbox import routing, threads
from svyazka.business.intake.connector import Ignore
from svyazka.business.intake.deal_for import deal_for
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take_call import take_call
from svyazka.business.intake.take_form import take_form
from svyazka.business.intake.take_mail import take_mail
from svyazka.business.intake.ways_in import (
    FormFilled,
    IdentityChanged,
    MailReceived,
    MessageEdited,
    MessageReceived,
    MessageState,
    ReachChanged,
)
from svyazka.business.journal.record import Actor, Automaton
from svyazka.business.money import heard
from svyazka.business.money.payment_service import Moved
from svyazka.business.notices import linking
from svyazka.business.sorting import sort
from svyazka.business.sorting.judge import Verdict, judge
from svyazka.business.sorting.when import Heard
from svyazka.kit.texts import storable


def take(things: Sequence[object], *, arrival: Arrival) -> dict[str, int]:
    """Does what follows from them, inside the caller's transaction; says the ids of what was made or touched."""
    made: dict[str, int] = {}
    calls = [thing for thing in things if isinstance(thing, CallEvent)]
    if calls:
        made |= take_call(calls, arrival=arrival)
    for thing in things:
        if not isinstance(thing, CallEvent):
            made |= _TAKERS[type(thing)](thing, arrival=arrival)
    return made


def take_message(message: MessageReceived, *, arrival: Arrival) -> dict[str, int]:
    """A message from a messenger: the sender is known by his identity there, and by a phone only if he shared it. What
    one of the staff writes to the bot through which he hears of his notices is no client's."""
    if message.is_ours:
        return take_ours(message, arrival=arrival)
    greeted = linking.hear(message.text, account=arrival.account, user_id=message.user_id, shown=message.nick)
    if greeted:
        return {"person": greeted.person.pk} if greeted.person else {}
    if known := _known(message, arrival):
        return known
    by = Automaton(arrival.account)
    if invited := _invited(message, arrival, by=by):
        deal = open_deal_of(invited)
        line = _into_history(message, invited, deal, arrival=arrival, by=by, waiting=False)
        return _made(invited, deal, line)
    client, is_new, _decision = found = recognise(_contacts(message, arrival), Known(message.name), by=by)
    before = None if is_new else open_deal_of(client)
    verdict = judge(_heard(message, arrival, has_deal=before is not None, is_known=not is_new))
    if is_new and verdict.is_certain_spam:
        return _set_aside(message, client, verdict, arrival=arrival, by=by)
    deal = deal_for(client, arrival, before=before, by=by)
    if found.doubtful:
        suspect(client, found.doubtful, deal=deal, by=by)
    line = _into_history(message, client, deal, arrival=arrival, by=by)
    routing.route(threads.heard(line, account=arrival.account, category=sort.sort(line, verdict=verdict)))
    return _made(client, deal, line)


def _made(client: Client, deal: Deal | None, line: Interaction) -> dict[str, int]:
    return {"client": client.pk, "interaction": line.pk, **({"deal": deal.pk} if deal else {})}


def _heard(message: MessageReceived, arrival: Arrival, *, has_deal: bool, is_known: bool) -> Heard:
    return Heard(
        kind=Interaction.Kind.MESSAGE,
        text=_words_of(message, arrival),
        account=arrival.account,
        sender=message.user_id,
        has_deal=has_deal,
        is_known=is_known,
    )


def _set_aside(
    message: MessageReceived, client: Client, verdict: Verdict, *, arrival: Arrival, by: Actor
) -> dict[str, int]:
    """By a rule of the company it is spam, of somebody whom nobody knows: it stands in the history, and asks nobody."""
    line = _into_history(message, client, None, arrival=arrival, by=by, waiting=False)
    sort.sort(line, verdict=verdict)
    return _made(client, None, line)


def _invited(message: MessageReceived, arrival: Arrival, *, by: Actor) -> Client | None:
    """A client of ours who has opened a link that was made for him. An account that is somebody's already stays his."""
    number = links.read(message.text)
    client = Client.objects.filter(pk=number).first() if number else None
    if client is None:
        return None
    contacts = _contacts(message, arrival)
    wait_in_line(contacts)
    if known := find_by_contact(contacts[:1]):
        return known
    return attach(survivor(client), contacts, Known(message.name), by=by, on=message.sent_at.date())


def take_ours(message: MessageReceived, *, arrival: Arrival) -> dict[str, int]:
    """One of us wrote to a client elsewhere: on the phone, in an aggregator's own window. It is no request."""
    if known := _known(message, arrival):
        return known
    if sent := messages.echo(message, account=arrival.account):
        return {"interaction": sent.interaction_id}
    by = Automaton(arrival.account)
    client, is_new, _decision = recognise(_contacts(message, arrival), Known(message.name), by=by)
    deal = None if is_new else open_deal_of(client)
    line = _into_history(message, client, deal, arrival=arrival, by=by, waiting=False)
    threads.answered(line, by=by)
    return _made(client, deal, line)


def take_edit(told: MessageEdited, *, arrival: Arrival) -> dict[str, int]:
    """Should it come before the message itself, it is taken in its place."""
    message = messages.edited(told, account=arrival.account)
    if message is None:
        return take_message(told.whole, arrival=arrival) if told.whole else {}
    return {"interaction": message.interaction_id}


def take_state(told: MessageState, *, arrival: Arrival) -> dict[str, int]:
    message = states.state_told(told, account=arrival.account)
    return {"interaction": message.interaction_id} if message else {}


def take_reach(told: ReachChanged, *, arrival: Arrival) -> dict[str, int]:
    change = reach.opened if told.is_open else reach.closed
    change(arrival.account, told.user_id, at=told.at)
    return {}


def take_identity(told: IdentityChanged, *, arrival: Arrival) -> dict[str, int]:
    """His chat goes on under the new id: whoever answers him writes there."""
    by = Automaton(arrival.account)
    client = of_clients.change(told.channel, arrival.account, was=told.was, now=told.user_id, phone=told.phone, by=by)
    if client is None:
        return {}
    identities.change(arrival.account, was=told.was, now=told.user_id)
    return {"client": client.pk}


def _known(message: MessageReceived, arrival: Arrival) -> dict[str, int]:
    """It stands in the history already; or it is one more picture of an album that does."""
    known = messages.find(arrival.account, message.user_id, message.outside_id)
    known = known or messages.joined(message, account=arrival.account)
    return {"interaction": known.interaction_id} if known else {}


def _contacts(message: MessageReceived, arrival: Arrival) -> list[Contact]:
    contacts = [Contact(message.channel, message.user_id, arrival.account, message.nick)]
    return contacts + ([Contact("phone", message.phone)] if message.phone else [])


def _into_history(
    message: MessageReceived, client: Client, deal: Deal | None, *, arrival: Arrival, by: Actor, waiting: bool = True
) -> Interaction:
    line = history.add(
        client.pk,
        kind=Interaction.Kind.MESSAGE,
        direction=Interaction.Direction.OUT if message.is_ours else Interaction.Direction.IN,
        deal_id=deal.pk if deal else None,
        channel=arrival.account,
        text=_words_of(message, arrival),
        data=_beside_words(message),
        at=message.sent_at,
        arrival_id=arrival.pk,
        waiting=waiting,
        by=by,
    )
    messages.received(message, account=arrival.account, line=line)
    return line


def _words_of(message: MessageReceived, arrival: Arrival) -> str:
    """What was written; or what was sent in its place, in words."""
    if links.read(message.text):
        return _("Opened the link to this chat")
    if message.text:
        return storable(message.text)
    if message.pressed:
        answered = messages.find(arrival.account, message.user_id, message.answers)
        return messages.pressed_words(answered, message.pressed)
    if message.phone:
        return _("Shared the phone number")
    if message.place:
        return _("Location: {latitude}, {longitude}").format(latitude=message.place[0], longitude=message.place[1])
    if message.contact:
        return _("Contact: {contact}").format(contact=storable(", ".join(filter(None, message.contact))))
    return ""


def _beside_words(message: MessageReceived) -> dict[str, Any]:
    data: dict[str, Any] = {"outside": message.outside_id}
    if message.files:
        data["files"] = [one.kind for one in message.files]
    if message.place:
        data["place"] = list(message.place)
    if message.contact:
        data["contact"] = [storable(part) for part in message.contact]
    if message.pressed:
        data["pressed"] = storable(message.pressed)
    return data


def take_moved(told: Moved, *, arrival: Arrival) -> dict[str, int]:
    """It is only noted that they are to be asked: the ledger waits for nobody's answer."""
    made = heard.hear(told)
    if not made:
        raise Ignore(gettext_lazy("This payment was not made by a link of ours."))
    return made


def take_phones(seen: PhonesSeen, *, arrival: Arrival) -> dict[str, int]:
    phones.notice(seen)
    return {}


_TAKERS: dict[type, Callable[..., dict[str, int]]] = {
    FormFilled: take_form,
    MailReceived: take_mail,
    MessageReceived: take_message,
    MessageEdited: take_edit,
    MessageState: take_state,
    ReachChanged: take_reach,
    IdentityChanged: take_identity,
    PhonesSeen: take_phones,
    Moved: take_moved,
}
