"""A client agrees, and takes it back. Nothing is deleted: what he had agreed to, and until when, can be asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Client
from svyazka.business.consents import texts
from svyazka.business.consents.models import ClientConsent, ConsentText
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

BY_HAND = (ClientConsent.Source.CALL, ClientConsent.Source.ON_SITE, ClientConsent.Source.PAPER)


def tick(
    client: Client,
    kinds: Iterable[str],
    *,
    page: str,
    at: datetime,
    arrival_id: int,
    by: Actor,
    versions: Mapping[str, int] | None = None,
) -> None:
    """A form came with ticks. One of a client who has agreed to the same words already says nothing new. `versions`:
    which words stood there, where the form says so."""
    for kind in kinds:
        give(
            client,
            kind,
            source=ClientConsent.Source.FORM,
            page=page,
            at=at,
            arrival_id=arrival_id,
            version=(versions or {}).get(kind),
            by=by,
        )


@transaction.atomic
def give(
    client: Client,
    kind: str,
    *,
    source: str,
    by: Actor,
    page: str = "",
    at: datetime | None = None,
    arrival_id: int | None = None,
    version: int | None = None,
) -> ClientConsent:
    """To the words that are in force at that time, or to those of that version."""
    if kind not in ConsentText.Kind.values or source not in ClientConsent.Source.values:
        raise Refused(_("There is no such consent."))
    given_at = at or clock.now()
    _hold(client)
    text = (texts.of_version(kind, version) if version else None) or texts.in_force(kind, given_at)
    standing = ClientConsent.objects.filter(client=client, kind=kind, text=text, withdrawn_at=None).first()
    if standing:
        return standing
    made = ClientConsent.objects.create(
        client=client,
        kind=kind,
        text=text,
        source=source,
        page=storable(page)[:2000],
        arrival_id=arrival_id,
        given_at=given_at,
        by_id=by.actor_id,
    )
    changes = {"consent": (None, kind), "way": (None, source)}
    record("consents.given", About("client", client.pk, client_id=client.pk), by=by, changes=changes)
    return made


@transaction.atomic
def withdraw(client: Client, kind: str, *, by: Actor) -> None:
    """Of this kind, whatever words he had agreed to."""
    _hold(client)
    standing = ClientConsent.objects.filter(client=client, kind=kind, withdrawn_at=None)
    if not standing.update(withdrawn_at=clock.now(), withdrawn_by_id=by.actor_id):
        raise Refused(_("This consent has been withdrawn already."))
    about = About("client", client.pk, client_id=client.pk)
    record("consents.withdrawn", about, by=by, changes={"consent": (kind, None)})


def list_of(client_id: int) -> list[ClientConsent]:
    """The latest of each kind, standing or withdrawn."""
    found = ClientConsent.objects.filter(client_id=client_id).select_related("text", "by", "withdrawn_by")
    return list(found.order_by("kind", "-given_at", "-pk").distinct("kind"))


def _hold(client: Client) -> None:
    """Of one client one at a time; rows that only point to him need not wait."""
    Client.objects.select_for_update(no_key=True).only("pk").get(pk=client.pk)
