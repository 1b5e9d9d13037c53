"""A client whom a messenger knows by another id from now on."""

from __future__ import annotations

from django.db import transaction

from svyazka.business.clients.identify import Contact, learn_contacts, survivor
from svyazka.business.clients.matching import filing
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.journal.record import About, Actor, record


@transaction.atomic(savepoint=False)
def change(kind: str, account: str, *, was: str, now: str, phone: str = "", by: Actor) -> Client | None:
    """Whoever had the old id has the new one. None: nobody had it. Nor where somebody else has the new one: whether the
    two are one and the same, a person decides."""
    points = ContactPoint.objects.select_for_update().filter(kind=kind, account=account)
    old = points.filter(value=was).select_related("client").order_by("pk").first()
    if old is None or was == now:
        return None
    holder = points.filter(value=now).order_by("pk").first()
    if holder and holder.client_id != old.client_id:
        return None
    if holder:
        old.delete()
    else:
        old.value = now
        old.save(update_fields=["value"])
    client = survivor(old.client)
    about = About("client", client.pk, client_id=client.pk)
    record("clients.identity_changed", about, by=by, changes={kind: (was, now)})
    if phone:
        learn_contacts(client, [Contact("phone", phone)], by=by)
    filing.file([client.pk])
    return client
