"""A request that one of the staff takes down: from a conversation, a letter, somebody at the door."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from svyazka.business.clients import apart, history
from svyazka.business.clients.change import read_contact
from svyazka.business.clients.identify import Contact, create, identify, survivor, wait_in_line
from svyazka.business.clients.matching.recognise import Recognised, attach, recognise, record_of
from svyazka.business.clients.matching.traits import Known
from svyazka.business.clients.matching.whose import decide_on
from svyazka.business.clients.models import Client, ContactPoint, Interaction, Source
from svyazka.business.deals.known import facts, values
from svyazka.business.deals.models import Deal, Field
from svyazka.business.deals.opening import open_deal, open_deal_of
from svyazka.business.duplicates.suspicions import suspect
from svyazka.business.journal.record import Actor
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

SOURCE = "by_hand"
NOBODY = 0  # of those whom it may be
# A click that arrives twice does so within seconds; a page that was left open is sent on the next day at most.
REMEMBERED = timedelta(days=2)


@transaction.atomic
def take_down(
    *,
    contact: str,
    by: Person,
    request_id: UUID,
    name: str = "",
    address: str = "",
    openings: int | None = None,
    wish: str = "",
    whose: int | None = None,
) -> Deal:
    """Into the client's open deal, or a new one. The same request a second time changes nothing.

    `whose`: the client whom the person has chosen among those whom it may be; NOBODY: none of them.
    Of one client, two at the same time wait for each other.
    """
    given = read_contact(contact)
    wait_in_line([given])
    if before := _deal_of_request(given, request_id):
        return before
    client, _is_new, _decision = found = _whose(given, Known(name, address), whose, by=by)
    known = known_of(openings)
    deal = open_deal_of(client)
    if deal is None:
        source = Source.objects.filter(code=SOURCE).first()
        deal = open_deal(client, source=source, address=address, facts=known, responsible=by, by=by)
    else:
        deal = learn(deal, {"address": address, **known}, by=by)
        if deal.responsible_id is None:
            deal = facts.appoint(deal, by, by=by)
    if found.doubtful:
        suspect(client, found.doubtful, deal=deal, by=by)
    history.add(
        client.pk,
        kind=Interaction.Kind.FORM,
        direction=Interaction.Direction.IN,
        deal_id=deal.pk,
        text=wish,
        data={"address": address, **known, "request": str(request_id)},
        by=by,
    )
    return deal


def _whose(contact: Contact, known: Known, chosen: int | None, *, by: Person) -> Recognised:
    """Whose contact it is stood before whoever typed it; a name beside it may say that it is somebody else."""
    if chosen == NOBODY:
        return _somebody_else(contact, known, by=by)
    if chosen is not None:
        same = Client.objects.filter(pk=chosen).first()
        if same is None:
            raise Refused(_("This client is not there any more. Choose again."))
        return Recognised(attach(survivor(same), [contact], known, by=by, on=clock.now().date()), is_new=False)
    if known.name:
        return recognise([contact], known, by=by)
    return Recognised(*identify([contact], address=known.address, by=by))


def _somebody_else(contact: Contact, known: Known, *, by: Person) -> Recognised:
    """A new client; that he is none of them is remembered for everybody."""
    likely = decide_on(record_of([contact], known, clock.now().date())).likely
    client = create([contact], known, by=by)
    for other in Client.objects.filter(pk__in=[one.id for one in likely]):
        apart.say(client, other, by=by)
    return Recognised(client, is_new=True)


def learn(deal: Deal, given: dict[str, Any], *, by: Actor) -> Deal:
    """What the deal did not know yet; what it knows stays."""
    learnt = {code: value for code, value in given.items() if value and not facts.is_known(deal, code)}
    return facts.change(deal, learnt, by=by) if learnt else deal


def _deal_of_request(contact: Contact, request_id: UUID) -> Deal | None:
    """Whoever it was taken down for has this contact since then."""
    having = ContactPoint.objects.filter(kind=contact.kind, account=contact.account, value=contact.value)
    clients = list(having.values_list("client_id", flat=True))
    rows = Interaction.objects.filter(client_id__in=clients, at__gte=clock.now() - REMEMBERED)
    deal_id = rows.filter(data__request=str(request_id)).values_list("deal_id", flat=True).first()
    return Deal.objects.filter(pk=deal_id).first() if deal_id else None


def known_of(openings: int | None) -> dict[str, Any]:
    return {"openings": openings} if openings and asks_for_openings() else {}


def known_of_extra(extra: Mapping[str, str]) -> dict[str, Any]:
    """What else a form asked for, where it goes by the code of a field of the deal. What cannot be read stays in the
    history only: a request is never refused for it."""
    if not extra:
        return {}
    known = {}
    for field in Field.objects.filter(of=Field.Of.DEAL, is_active=True, is_computed=False, code__in=list(extra)):
        with suppress(Refused):
            known[field.code] = values.plain(values.read(field, extra[field.code]))
    return {code: value for code, value in known.items() if value is not None}


def asks_for_openings() -> bool:
    """Only a company that counts openings has such a field."""
    return Field.objects.filter(code="openings").exists()
