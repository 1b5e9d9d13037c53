"""What people change of a client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients import search
from svyazka.business.clients.identify import Contact
from svyazka.business.clients.matching import filing
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit import emails, phones
from svyazka.kit.refusals import ChangedMeanwhile, Refused

CHANGEABLE = ("name", "address", "note", "kind")
LONGEST = {"name": 200, "address": 300}


@transaction.atomic
def change(
    client: Client,
    values: Mapping[str, str],
    *,
    by: Actor,
    version: int | None = None,
    facts: Mapping[str, Any] | None = None,
    found_by: str | None = None,
) -> Client:
    """Sets name, address, note or kind. With `version`, refuses when somebody else was quicker.

    `facts`: what the company wants to know besides, read already (`deals.known.client_facts`); `found_by`: the words of
    all of them that lead to the client.
    """
    current = Client.objects.select_for_update().get(pk=client.pk)
    if version is not None and current.version != version:
        raise ChangedMeanwhile
    changes: dict[str, tuple[object, object]] = {}
    for field in CHANGEABLE:
        if field in values and (new := _clean(field, values[field])) != getattr(current, field):
            changes[field] = (getattr(current, field), new)
            setattr(current, field, new)
    for code, value in (facts or {}).items():
        if (before := current.facts.get(code)) != value:
            changes[code] = (before, value)
            current.facts[code] = value
    if changes:
        current.version += 1
        current.found_by = current.found_by if found_by is None else found_by
        current.save()
        record("clients.changed", About("client", current.pk, client_id=current.pk), by=by, changes=changes)
        index(current)
    return current


def index(client: Client) -> None:
    """What he can be found by, and is compared by, from now on."""
    search.index("client", client.pk, client.name, client.address, client.found_by)
    filing.file([client.pk])


def find_by(words: Mapping[int, str]) -> None:
    """Sets what else leads to these clients (id → words), many at once: no change of theirs."""
    numbers, texts = list(words), list(words.values())
    with connection.cursor() as cursor:
        cursor.execute(_FOUND_BY, [numbers, texts])
        found = {number: (name, address, text) for number, name, address, text in cursor.fetchall()}
    search.index_many("client", found)


_FOUND_BY = """
update clients_client set found_by = given.words from unnest(%s::bigint[], %s::text[]) as given (id, words)
where clients_client.id = given.id returning clients_client.id, name, address, found_by
"""


@transaction.atomic
def add_contact(client: Client, typed: str, *, by: Actor) -> ContactPoint:
    """A phone or an e-mail address, as a person typed it. One that is there already stays as it is."""
    contact = read_contact(typed)
    point, is_new = ContactPoint.objects.get_or_create(
        client=client, kind=contact.kind, account="", value=contact.value
    )
    if is_new:
        about = About("client", client.pk, client_id=client.pk)
        record("clients.contact_added", about, by=by, changes={contact.kind: (None, contact.value)})
        filing.file([client.pk])
    return point


@transaction.atomic
def remove_contact(point: ContactPoint, *, by: Actor) -> None:
    about = About("client", point.client_id, client_id=point.client_id)
    record("clients.contact_removed", about, by=by, changes={point.kind: (point.value, None)})
    point.delete()
    filing.file([point.client_id])


def read_contact(typed: str) -> Contact:
    """Which contact it is that somebody typed; Refused when it is none."""
    try:
        if "@" in typed:
            return Contact("email", emails.normalise(typed))
        return Contact("phone", phones.normalise(typed))
    except ValueError as refusal:
        message = _("This is neither a phone number nor an e-mail address.")
        raise Refused(message, fields={"contact": message}) from refusal


def _clean(field: str, value: str) -> str:
    value = value.replace("\x00", "").strip()
    if len(value) > LONGEST.get(field, 10_000):
        message = _("This is too long.")
        raise Refused(message, fields={field: message})
    if field == "kind" and value not in Client.Kind.values:
        raise Refused(_("There is no such kind of client."))
    return value
