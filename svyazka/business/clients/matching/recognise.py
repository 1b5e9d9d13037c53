"""Finding the client whom a request comes from by all that it says, not by one number alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from django.db import transaction

from svyazka.business.clients import found_by
from svyazka.business.clients.identify import (
    Contact,
    create,
    find_by_contact,
    hold,
    learn_contacts,
    learn_name,
    survivor,
    wait_in_line,
)
from svyazka.business.clients.matching import comparisons, filing
from svyazka.business.clients.matching.filing import given_of
from svyazka.business.clients.matching.traits import Known, learn
from svyazka.business.clients.matching.whose import decide_on
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.journal.record import Actor
from svyazka.engines.matching.decide import Decision
from svyazka.engines.matching.record import Record, normalise, together
from svyazka.kit import clock

_IDENTITIES = frozenset({ContactPoint.Kind.TELEGRAM, ContactPoint.Kind.WHATSAPP, ContactPoint.Kind.MAX})


class Recognised(NamedTuple):
    """`decision`: none was needed of whoever writes from an account that is known."""

    client: Client
    is_new: bool
    decision: Decision | None = None

    @property
    def doubtful(self) -> Decision | None:
        """A person has to say whether he is one of these after all; he is new until then."""
        return self.decision if self.decision and self.decision.kind == "doubtful" else None


@transaction.atomic(savepoint=False)
def recognise(contacts: Sequence[Contact], known: Known, *, by: Actor, on: date | None = None) -> Recognised:
    """The client for certain, with what he lacked; or a new one. Requests with a contact in common wait for each other.
    `on`: when he said so, if it was not today.

    Whoever writes from the same account of a messenger is the same, whatever else he says.
    """
    on = on or clock.now().date()
    wait_in_line(contacts)
    if same := find_by_contact(one for one in contacts if one.kind in _IDENTITIES):
        return Recognised(attach(same, contacts, known, by=by, on=on), is_new=False)
    decision = decide_on(record_of(contacts, known, on))
    client = _client_of(decision, contacts, known, by=by, on=on)
    comparisons.keep(client.pk, decision)
    return Recognised(client, is_new=decision.client is None, decision=decision)


def _client_of(decision: Decision, contacts: Sequence[Contact], known: Known, *, by: Actor, on: date) -> Client:
    if decision.client is None:
        return create(contacts, known, by=by, on=on)
    same = survivor(Client.objects.get(pk=decision.client))
    return attach(same, contacts, known, by=by, on=on)


def record_of(contacts: Iterable[Contact], known: Known, on: date) -> Record:
    points = [(one.kind, one.value, one.shown) for one in contacts]
    record = together(map(normalise, given_of(points, known.traits())))
    return replace(record, seen=on)


def attach(client: Client, contacts: Sequence[Contact], known: Known, *, by: Actor, on: date) -> Client:
    """It is he: he gets what he lacked."""
    client = hold([client])[client.pk]
    is_more = bool(known.name) and not client.name and learn_name(client, known.name, by=by)
    is_more |= bool(learn_contacts(client, contacts, by=by)) | learn(client, known)
    if is_more:
        found_by.index(client.pk)
        filing.file([client.pk])
    filing.heard_of(client.pk, on)
    return client
