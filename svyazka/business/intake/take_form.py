"""A request that was filled in as a form becomes a client, a deal, and a line in the history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from svyazka.business.clients import history
from svyazka.business.clients.identify import Contact
from svyazka.business.clients.matching.recognise import recognise
from svyazka.business.clients.matching.traits import Known
from svyazka.business.clients.models import Client, Interaction, Source
from svyazka.business.consents import giving
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal_of
from svyazka.business.duplicates.suspicions import suspect
from svyazka.business.intake import ring_wish
from svyazka.business.intake.by_hand import known_of, known_of_extra
from svyazka.business.intake.deal_for import deal_for
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import FormFilled
from svyazka.business.journal.record import Actor, Automaton
from svyazka.business.sorting import sort
from svyazka.engines.matching.decide import Decision

AGAIN = timedelta(days=1)
_NOT_SAID = frozenset({"utm", "page", "referrer", "marks", "letter"})  # where from; not what is wanted


class FormTaken(NamedTuple):
    """What became of a request. `decision`: how sure it is that the client is he."""

    client: Client
    deal: Deal
    interaction: Interaction
    decision: Decision | None

    @property
    def ids(self) -> dict[str, int]:
        return {"client": self.client.pk, "deal": self.deal.pk, "interaction": self.interaction.pk}


def take_form(form: FormFilled, *, arrival: Arrival, source: Source | None = None, letter: str = "") -> dict[str, int]:
    """A new request of a site, or out of a letter."""
    return take_request(form, arrival=arrival, by=Automaton(arrival.account), source=source, letter=letter).ids


def take_request(
    form: FormFilled, *, arrival: Arrival, by: Actor, source: Source | None = None, letter: str = ""
) -> FormTaken:
    """Into the client's open deal, or a deal of its own. `source`, if it is not the account's; `letter`: the Message-ID
    of the one in which it stood."""
    contacts = [Contact("phone", phone) for phone in (form.phone, *form.more_phones) if phone]
    contacts += [Contact("email", form.email)] if form.email else []
    said = Known(form.name, form.address, form.company, form.tax_number)
    client, is_new, decision = found = recognise(contacts, said, by=by)
    known = {**known_of(form.openings), **known_of_extra(form.extra)}
    origin = {"utm": form.utm, "page": form.page, "referrer": form.referrer}
    origin |= {"marks": form.marks} if form.marks else {}
    given: dict[str, Any] = {"origin": origin, "address": form.address, "known": known}
    deal_before = None if is_new else open_deal_of(client)
    deal = deal_for(client, arrival, before=deal_before, by=by, source=source, **given)
    if found.doubtful:
        suspect(client, found.doubtful, deal=deal, by=by)
    data = {**_besides(form), **known_of(form.openings), **origin, "extra": form.extra}
    data |= {"letter": letter} if letter else {}
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
    sort.sort(happened)
    _agree(client, form, arrival, by=by)
    if form.ring_at and before is None:
        ring_wish.plan(deal, form.ring_at, by=by)
    return FormTaken(client, deal, happened, decision)


def _agree(client: Client, form: FormFilled, arrival: Arrival, *, by: Actor) -> None:
    where, versions = form.page or form.referrer, form.consent_versions
    giving.tick(
        client, form.consents, page=where, at=arrival.received_at, arrival_id=arrival.pk, by=by, versions=versions
    )


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
