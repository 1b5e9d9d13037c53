"""What the house makes of an arrival: a client, a deal, and a line in the history."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from svyazka.business.calls import phones
from svyazka.business.calls.phone_system import CallEvent, PhonesSeen
from svyazka.business.clients import history
from svyazka.business.clients import identities as of_clients
from svyazka.business.clients.identify import Contact
from svyazka.business.clients.matching.recognise import recognise
from svyazka.business.clients.matching.traits import Known
from svyazka.business.clients.models import Client, Interaction, Source
from svyazka.business.consents import giving
from svyazka.business.conversations import identities, messages, reach, states
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal, open_deal_of
from svyazka.business.duplicates.suspicions import suspect
from svyazka.business.intake import ring_wish
from svyazka.business.intake.by_hand import known_of, known_of_extra, learn
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take_call import take_call
from svyazka.business.intake.ways_in import (
    FormFilled,
    IdentityChanged,
    MessageEdited,
    MessageReceived,
    MessageState,
    ReachChanged,
)
from svyazka.business.journal.record import Actor, Automaton
from svyazka.business.notices import linking
from svyazka.engines.matching.decide import Decision
from svyazka.kit import rows
from svyazka.kit.texts import storable

AGAIN = timedelta(days=1)
_NOT_SAID = frozenset({"utm", "page", "referrer", "marks"})  # where from; not what is wanted


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


class FormTaken(NamedTuple):
    """What became of a request. `decision`: how sure it is that the client is he."""

    client: Client
    deal: Deal
    interaction: Interaction
    decision: Decision | None

    @property
    def ids(self) -> dict[str, int]:
        return {"client": self.client.pk, "deal": self.deal.pk, "interaction": self.interaction.pk}


def take_form(form: FormFilled, *, arrival: Arrival) -> dict[str, int]:
    """A new request from a site: into the client's open deal, or a deal of its own."""
    return take_request(form, arrival=arrival, by=Automaton(arrival.account)).ids


def take_request(form: FormFilled, *, arrival: Arrival, by: Actor, source: Source | None = None) -> FormTaken:
    """`source`: where it came from, if the account that it came by does not say so."""
    contacts = [Contact("phone", phone) for phone in (form.phone, *form.more_phones) if phone]
    contacts += [Contact("email", form.email)] if form.email else []
    said = Known(form.name, form.address, form.company, form.tax_number)
    client, is_new, decision = found = recognise(contacts, said, by=by)
    known = {**known_of(form.openings), **known_of_extra(form.extra)}
    origin = {"utm": form.utm, "page": form.page, "referrer": form.referrer}
    origin |= {"marks": form.marks} if form.marks else {}
    deal = _deal_for(
        client, arrival, is_new=is_new, by=by, origin=origin, address=form.address, known=known, source=source
    )
    if found.doubtful:
        suspect(client, found.doubtful, deal=deal, by=by)
    data = {**_besides(form), **known_of(form.openings), **origin, "extra": form.extra}
    before = _said_before(deal, form, data, arrival)
    happened = history.add(
        client.pk,
        kind=Interaction.Kind.FORM,
        direction=Interaction.Direction.IN,
        deal_id=deal.pk,
        channel=arrival.account,
        text=form.message,
        data={**data, "repeats": before.pk} if before else data,
        at=arrival.received_at,
        arrival_id=arrival.pk,
        waiting=before is None,
        by=by,
    )
    _agree(client, form, arrival, by=by)
    if form.ring_at and before is None:
        ring_wish.plan(deal, form.ring_at, by=by)
    return FormTaken(client, deal, happened, decision)


def _agree(client: Client, form: FormFilled, arrival: Arrival, *, by: Actor) -> None:
    where, versions = form.page or form.referrer, form.consent_versions
    giving.tick(
        client, form.consents, page=where, at=arrival.received_at, arrival_id=arrival.pk, by=by, versions=versions
    )


def take_message(message: MessageReceived, *, arrival: Arrival) -> dict[str, int]:
    """A message from a messenger: the sender is known by his identity there, and by a phone only if he shared it. What
    one of the staff writes to the bot through which he hears of his notices is no client's."""
    if message.is_ours:
        return take_ours(message, arrival=arrival)
    heard = linking.hear(message.text, account=arrival.account, user_id=message.user_id, shown=message.nick)
    if heard:
        return {"person": heard.person.pk} if heard.person else {}
    if known := _known(message, arrival):
        return known
    by = Automaton(arrival.account)
    client, is_new, _decision = found = recognise(_contacts(message, arrival), Known(message.name), by=by)
    deal = _deal_for(client, arrival, is_new=is_new, by=by)
    if found.doubtful:
        suspect(client, found.doubtful, deal=deal, by=by)
    return _into_history(message, client, deal, arrival=arrival, by=by)


def take_ours(message: MessageReceived, *, arrival: Arrival) -> dict[str, int]:
    """One of us wrote to a client elsewhere: on the phone, in an aggregator's own window. It is no request."""
    if known := _known(message, arrival):
        return known
    if sent := messages.echo(message, account=arrival.account):
        return {"interaction": sent.interaction_id}
    by = Automaton(arrival.account)
    client, is_new, _decision = recognise(_contacts(message, arrival), Known(message.name), by=by)
    deal = None if is_new else open_deal_of(client)
    return _into_history(message, client, deal, arrival=arrival, by=by)


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
    message: MessageReceived, client: Client, deal: Deal | None, *, arrival: Arrival, by: Actor
) -> dict[str, int]:
    happened = history.add(
        client.pk,
        kind=Interaction.Kind.MESSAGE,
        direction=Interaction.Direction.OUT if message.is_ours else Interaction.Direction.IN,
        deal_id=deal.pk if deal else None,
        channel=arrival.account,
        text=_words_of(message, arrival),
        data=_beside_words(message),
        at=message.sent_at,
        arrival_id=arrival.pk,
        waiting=not message.is_ours,
        by=by,
    )
    messages.received(message, account=arrival.account, line=happened)
    made = {"client": client.pk, "interaction": happened.pk}
    return {**made, "deal": deal.pk} if deal else made


def _words_of(message: MessageReceived, arrival: Arrival) -> str:
    """What was written; or what was sent in its place, in words."""
    if message.text:
        return storable(message.text)
    if message.pressed:
        answered = messages.find(arrival.account, message.user_id, message.answers)
        return messages.pressed_words(answered, message.pressed)
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


def _said_before(deal: Deal, form: FormFilled, data: Mapping[str, Any], arrival: Arrival) -> Interaction | None:
    """The same request, which somebody has still to answer: it stands in the history again, and waits once."""
    lines = Interaction.objects.filter(
        deal_id=deal.pk,
        kind=Interaction.Kind.FORM,
        at__gte=arrival.received_at - AGAIN,
        waiting=True,
        text=form.message,
    )
    told = _wanted(data)
    return next((one for one in lines if told == _wanted(one.data)), None)


def _wanted(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in _NOT_SAID}


def _besides(form: FormFilled) -> dict[str, str]:
    said = {"company": form.company, "inn": form.tax_number}
    return {"address": form.address, **{code: text for code, text in said.items() if text}}


def take_phones(seen: PhonesSeen, *, arrival: Arrival) -> dict[str, int]:
    phones.notice(seen)
    return {}


def _deal_for(
    client: Client,
    arrival: Arrival,
    *,
    is_new: bool,
    by: Actor,
    origin: dict[str, Any] | None = None,
    address: str = "",
    known: dict[str, Any] | None = None,
    source: Source | None = None,
) -> Deal:
    """The open deal, with what it did not know yet; or a new one with the source of the account."""
    deal = None if is_new else open_deal_of(client)
    if deal is None:
        source = source or _source_of(arrival.account)
        return open_deal(client, source=source, origin=origin, address=address, facts=known, by=by)
    return learn(deal, {"address": address, **(known or {})}, by=by)


def _source_of(account: str) -> Source | None:
    found = rows.read(Source, _SOURCE, [account])
    return found[0] if found else None


_SOURCE = """
join conversations_channelaccount account on account.source_id = clients_source.id where account.code = %s
"""
_TAKERS: dict[type, Callable[..., dict[str, int]]] = {
    FormFilled: take_form,
    MessageReceived: take_message,
    MessageEdited: take_edit,
    MessageState: take_state,
    ReachChanged: take_reach,
    IdentityChanged: take_identity,
    PhonesSeen: take_phones,
}
