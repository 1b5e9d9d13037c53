"""Finding the client whom an arrival comes from: by contact points, exactly.

Comparison of names and addresses comes with engines/matching; what is attached here is certain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import F

from svyazka.business.clients import found_by, search
from svyazka.business.clients.models import Client
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit import clock, rows
from svyazka.kit.asking import Asking, answered


@dataclass(frozen=True)
class Contact:
    """A contact point before it is anybody's. `value` is normalised: E.164, lower-case e-mail, outside user id."""

    kind: str
    value: str
    account: str = ""
    shown: str = ""


@transaction.atomic(savepoint=False)
def identify(contacts: Iterable[Contact], *, name: str = "", address: str = "", by: Actor) -> tuple[Client, bool]:
    """The client with any of these contacts, or a new one; and whether he is new. He gets the contacts he lacked.

    The first contact that finds somebody decides, so name the surest first. Two arrivals of one client at the same
    time wait for each other, new or known, and by whichever of his contacts: they make one client and one deal.
    """
    given = list(contacts)
    wait_in_line([f"{one.kind}/{one.account}/{one.value}" for one in given])
    client = find_by_contact(given)
    is_new = client is None
    if client is None:
        client = _create(given, name, address, by=by)
    else:
        client = _standing([client])[client.pk]
        if name and not client.name:
            _learn_name(client, name, by=by)
        _learn_contacts(client, given, by=by)
    return client, is_new


def find_by_contact(contacts: Iterable[Contact]) -> Client | None:
    return next(filter(None, (answered(ask_by_contact(contact)) for contact in contacts)), None)


def ask_by_contact(contact: Contact) -> Asking[Client | None]:
    found = yield from rows.asked(Client, _WITH_CONTACT, [contact.value, contact.kind, contact.account])
    return survivor(found[0]) if found else None


_WITH_CONTACT = """
join clients_contactpoint point on point.client_id = clients_client.id
where point.value = %s and point.kind = %s and point.account = %s order by point.id limit 1
"""


def find_by_phones(numbers: Iterable[str]) -> dict[str, Client]:
    """Those who are known, by number (E.164). Held until the end of the transaction: nobody else opens a deal for one
    of them, or makes a second client of an unknown number."""
    asked = sorted(set(numbers))
    wait_in_line([f"phone//{number}" for number in asked])
    found: dict[str, Client] = {}
    columns = f"select {rows.columns(Client)}, point.value {_WITH_PHONES}"  # names of our own only
    for client, number in rows.read_joined(columns, [asked], Client):
        found.setdefault(number, survivor(client))
    standing = _standing(found.values())
    return {number: standing[client.pk] for number, client in found.items()}


_WITH_PHONES = """
from clients_contactpoint point join clients_client on clients_client.id = point.client_id
where point.value = any(%s) and point.kind = 'phone' and point.account = '' order by point.id
"""


def wait_for(client_ids: Iterable[int]) -> None:
    """Nobody else attaches anything to these clients, or merges them, until the end of the transaction."""
    wait_in_line([f"client {number}" for number in client_ids])


def _standing(clients: Iterable[Client]) -> dict[int, Client]:
    """By the number under which each was found: who they are once nobody else is at work on them. Somebody may have
    been merged while we waited."""
    found = {client.pk: client for client in clients}
    wait_for(found)
    merged = rows.read(Client, "where id = any(%s) and merged_into_id is not null", [list(found)]) if found else []
    for client in merged:
        found[client.pk] = survivor(client)
    wait_for({found[client.pk].pk for client in merged})
    return found


def survivor(client: Client) -> Client:
    """Whom a merged client points on to."""
    while client.merged_into_id:
        client = Client.objects.get(pk=client.merged_into_id)
    return client


def _create(contacts: list[Contact], name: str, address: str, *, by: Actor) -> Client:
    client = Client.objects.create(name=name, address=address)
    _add_contacts(client, contacts)
    known = {"name": name, "address": address, **{one.kind: one.shown or one.value for one in contacts}}
    changes = {field: (None, value) for field, value in known.items() if value}
    record("clients.created", About("client", client.pk, client_id=client.pk), by=by, changes=changes)
    search.index("client", client.pk, name, address)
    return client


def _learn_contacts(client: Client, contacts: list[Contact], *, by: Actor) -> None:
    for one in _add_contacts(client, contacts):
        about = About("client", client.pk, client_id=client.pk)
        record("clients.contact_added", about, by=by, changes={one.kind: (None, one.shown or one.value)})


def _add_contacts(client: Client, contacts: list[Contact]) -> list[Contact]:
    """Says which of them the client did not have."""
    if not contacts:
        return []
    given = [(one.kind, one.account, one.value, one.shown) for one in contacts]
    with connection.cursor() as cursor:
        cursor.execute(_ADD_CONTACTS, [client.pk, clock.now(), *map(list, zip(*given, strict=True))])
        new = set(cursor.fetchall())
    return [one for one in contacts if (one.kind, one.account, one.value) in new]


_ADD_CONTACTS = """
insert into clients_contactpoint (client_id, created_at, kind, account, value, shown)
select %s, %s, kind, account, value, shown
from unnest(%s::text[], %s::text[], %s::text[], %s::text[]) as given (kind, account, value, shown)
on conflict do nothing returning kind, account, value
"""


def _learn_name(client: Client, name: str, *, by: Actor) -> None:
    # Nobody's name that is being written in this moment is lost, and no page that was opened before writes over ours.
    nameless = Client.objects.filter(pk=client.pk, name="")
    if not nameless.update(name=name, version=F("version") + 1):
        return
    client.refresh_from_db()
    about = About("client", client.pk, client_id=client.pk)
    record("clients.changed", about, by=by, changes={"name": ("", name)})
    found_by.index(client.pk)


def wait_in_line(names: list[str]) -> None:
    """Locks until the end of the transaction; in one order, so that none wait in a ring."""
    if not names:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(name, 1)) from unnest(%s::text[]) as names (name)",
            [sorted(set(names))],
        )
