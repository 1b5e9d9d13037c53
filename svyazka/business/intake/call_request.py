"""The short form of a call card: what the operator hears while he speaks goes to the client and his deal at once."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.models import Call
from svyazka.business.clients import change, history
from svyazka.business.clients.identify import Contact
from svyazka.business.clients.matching.recognise import Recognised, recognise
from svyazka.business.clients.matching.traits import Known
from svyazka.business.clients.matching.whose import like
from svyazka.business.clients.models import Client, Interaction
from svyazka.business.deals import rights
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal
from svyazka.business.duplicates.suspicions import suspect
from svyazka.business.intake.by_hand import known_of, learn
from svyazka.business.intake.take_call import add_to_history, deal_for
from svyazka.business.staff.models import Person
from svyazka.business.visits import change as visits
from svyazka.kit.refusals import Refused


@transaction.atomic
def fill_in(
    call: Call,
    *,
    name: str,
    address: str = "",
    openings: int | None = None,
    wish: str = "",
    contact: str = "",
    by: Person,
) -> Deal:
    """Writes down what the caller said. `contact` is asked for only where the number was hidden."""
    current = Call.objects.select_for_update().get(pk=call.pk, started_at=call.started_at)
    is_shown = current.client_id is not None
    client, _is_new, _decision = found = _client_of(current, contact, name=name, by=by)
    deal = deal_for(current, client, address=address, by=by)
    if found.doubtful:
        suspect(client, found.doubtful, deal=deal, by=by)
    if current.interaction_id is None:
        add_to_history(current, client, deal, arrival_id=None, by=by)
    had_no_name = not client.name
    heard = _heard(name, address, openings)
    # Over what was known only where the card has shown it, and only in a deal that is the operator's to change.
    if is_shown and rights.may_change(by, deal):
        deal, _visits = visits.change_deal(deal, heard, by=by)
    else:
        deal = learn(deal, heard, by=by)
    if address and not client.address:
        change.change(client, {"address": address}, by=by)
    if deal.responsible_id is None and rights.may_change(by, deal):
        deal = facts.appoint(deal, by, by=by)
    if wish.strip():
        history.note(client.pk, wish, deal_id=deal.pk, by=by)
    _take_up(current, by=by)
    if is_shown and had_no_name and name.strip():
        _compare(client, deal, by=by)
    return deal


def _compare(client: Client, deal: Deal, *, by: Person) -> None:
    """He has rung from a number that nobody had; now that he has a name he may be known by that."""
    resembling = like(client.pk)
    if resembling.likely:
        suspect(client, resembling, deal=deal, by=by)


def _client_of(call: Call, contact: str, *, name: str, by: Person) -> Recognised:
    if call.client_id:
        return Recognised(Client.objects.get(pk=call.client_id), is_new=False)
    if contact:
        given = change.read_contact(contact)
    elif call.client_number.startswith("+"):
        given = Contact("phone", call.client_number)
    else:
        message = _("The number is hidden: ask for a phone or an e-mail address.")
        raise Refused(message, fields={"contact": message})
    return recognise([given], Known(name), by=by)


def _heard(name: str, address: str, openings: int | None) -> dict[str, Any]:
    heard = {"client_name": name.strip(), "address": address.strip(), **known_of(openings)}
    return {code: value for code, value in heard.items() if value}


def _take_up(call: Call, *, by: Person) -> None:
    """Whoever fills in a missed call is the one who rings back."""
    if call.interaction_id is None:
        return
    if waiting := Interaction.objects.filter(pk=call.interaction_id, waiting=True).first():
        history.take_up(waiting, by=by)
