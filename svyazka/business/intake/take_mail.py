"""A letter becomes a line in the history: whose, in which deal, and whether anybody wrote it at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from svyazka.business.clients import history
from svyazka.business.clients.identify import Contact, find_by_contact, survivor
from svyazka.business.clients.matching.recognise import recognise
from svyazka.business.clients.matching.traits import Known
from svyazka.business.clients.models import Client, Interaction
from svyazka.business.conversations import letters, messages
from svyazka.business.conversations.models import Message
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal_of
from svyazka.business.duplicates.suspicions import suspect
from svyazka.business.inbox import routing, threads
from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.business.intake.deal_for import deal_for
from svyazka.business.intake.mail_templates import take_lead
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import MailReceived
from svyazka.business.journal.record import Actor, Automaton
from svyazka.business.sorting import sort
from svyazka.business.sorting.judge import judge
from svyazka.business.sorting.when import Heard
from svyazka.kit.texts import storable

LONGEST_QUOTATION = 20_000  # in the history; the whole stays in the ledger


def take_mail(mail: MailReceived, *, arrival: Arrival) -> dict[str, int]:
    if known := letters.known(mail, account=arrival.account):
        return {"interaction": known.interaction_id}
    if mail.is_ours:
        return _take_ours(mail, arrival=arrival)
    if (lead := take_lead(mail, arrival=arrival)) is not None:
        return lead
    answered = letters.answered(mail)
    _refuse_written_by_nobody(mail, answered)
    mail = _from_the_client(mail)
    by = Automaton(arrival.account)
    client, deal = _whose(mail, answered, arrival, by=by)
    line = _into_history(mail, client, deal, arrival=arrival, by=by, waiting=deal is not None)
    if deal is None:
        sort.sort(line)
        return _made(line)
    routing.route(threads.heard(line, account=arrival.account, category=sort.sort(line)))
    return _made(line)


def _take_ours(mail: MailReceived, *, arrival: Arrival) -> dict[str, int]:
    """One of us wrote it elsewhere, in a mail program. What goes to nobody whom we know is no concern of the house."""
    for address in mail.to:
        if client := find_by_contact([Contact("email", address)]):
            deal = _open(letters.answered(mail), client) or open_deal_of(client)
            mail = replace(mail, user_id=address)
            line = _into_history(mail, client, deal, arrival=arrival, by=Automaton(arrival.account), waiting=False)
            threads.answered(line, by=Automaton(arrival.account))
            return _made(line)
    raise Ignore(_("A letter of ours to somebody who is no client."))


def _refuse_written_by_nobody(mail: MailReceived, answered: Message | None) -> None:
    if mail.automatic == "answer":
        raise Ignore(_("An answering machine wrote this."))
    if mail.automatic == "machine":
        raise Ignore(_("No person wrote this letter."))
    if mail.automatic == "list" and answered is None:
        raise Ignore(_("A letter to a mailing list."))


def _from_the_client(mail: MailReceived) -> MailReceived:
    """What a site sends to us in our own name says in Reply-To whom it is from."""
    ours = letters.own_addresses()
    if mail.user_id not in ours:
        return mail
    if not mail.reply_to or mail.reply_to in ours:
        raise NotUnderstood(_("The letter comes from ourselves, and no template reads it."))
    return replace(mail, user_id=mail.reply_to)


def _whose(mail: MailReceived, answered: Message | None, arrival: Arrival, *, by: Actor) -> tuple[Client, Deal | None]:
    """Whoever answers what was written to his address is whom it was written to. Else the client of this address, in
    the deal that the letter is about. Somebody unknown who answers a letter of a client does so for him; his address is
    no contact of the client's for that. No deal: by a rule of the company it is spam, of somebody whom nobody knows."""
    contact = Contact("email", mail.user_id)
    about = _line_of(answered)
    if answered and about and (answered.user_id == mail.user_id or find_by_contact([contact]) is None):
        client = survivor(Client.objects.get(pk=about.client_id))
        return client, _open(answered, client) or deal_for(client, arrival, before=open_deal_of(client), by=by)
    client, is_new, _decision = found = recognise([contact], Known(mail.name), by=by)
    if is_new and judge(_heard(mail, arrival)).is_certain_spam:
        return client, None
    before = None if is_new else open_deal_of(client)
    deal = _open(answered, client) or deal_for(client, arrival, before=before, by=by)
    if found.doubtful:
        suspect(client, found.doubtful, deal=deal, by=by)
    return client, deal


def _heard(mail: MailReceived, arrival: Arrival) -> Heard:
    """Of somebody who writes for the first time."""
    return Heard(
        kind=Interaction.Kind.MESSAGE,
        text=f"{mail.subject}\n{mail.text}",
        account=arrival.account,
        sender=mail.user_id,
        has_deal=False,
        is_known=False,
    )


def _open(answered: Message | None, client: Client) -> Deal | None:
    """The deal of the letter that it answers, as long as it is this client's and not closed."""
    about = _line_of(answered)
    if about is None or about.deal_id is None:
        return None
    return Deal.objects.filter(pk=about.deal_id, client=client, closed_at=None).first()


def _line_of(message: Message | None) -> Interaction | None:
    return messages.line_of(message) if message else None


def _into_history(
    mail: MailReceived, client: Client, deal: Deal | None, *, arrival: Arrival, by: Actor, waiting: bool
) -> Interaction:
    line = history.add(
        client.pk,
        kind=Interaction.Kind.MESSAGE,
        direction=Interaction.Direction.OUT if mail.is_ours else Interaction.Direction.IN,
        deal_id=deal.pk if deal else None,
        channel=arrival.account,
        text=storable(mail.text),
        data=_beside_words(mail),
        at=mail.sent_at,
        arrival_id=arrival.pk,
        waiting=waiting,
        by=by,
    )
    letters.received(mail, account=arrival.account, line=line)
    return line


def _made(line: Interaction) -> dict[str, int]:
    made = {"client": line.client_id, "interaction": line.pk}
    return {**made, "deal": line.deal_id} if line.deal_id else made


def _beside_words(mail: MailReceived) -> dict[str, Any]:
    said = {
        "subject": mail.subject,
        "quoted": mail.quoted[:LONGEST_QUOTATION],
        "signature": mail.signature[:LONGEST_QUOTATION],
        "from": mail.user_id,
    }
    data: dict[str, Any] = {name: storable(text) for name, text in said.items() if text}
    if mail.files:
        data["files"] = [one.kind for one in mail.files]
    return {**data, "outside": mail.outside_id}
