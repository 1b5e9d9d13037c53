"""Finding the client whom a call or a message comes from: by contact points, exactly.

Of what says more than that, a form or a letter, `matching.recognise` finds him by all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import F

from svyazka.business.clients import found_by, search
from svyazka.business.clients.matching import filing, traits
from svyazka.business.clients.matching.traits import Known
from svyazka.business.clients.models import Client
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit import arrays, clock, rows
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
    wait_in_line(given)
    client = find_by_contact(given)
    is_new = client is None
    if client is None:
        client = create(given, Known(name, address), by=by)
    else:
        client = hold([client])[client.pk]
        has_learnt = bool(name) and not client.name and learn_name(client, name, by=by)
        if learn_contacts(client, given, by=by) or has_learnt:
            filing.file([client.pk])
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
    wait_in_line([Contact("phone", number) for number in asked])
    found: dict[str, Client] = {}
    columns = f"select {rows.columns(Client)}, point.value {_WITH_PHONES}"  # names of our own only
    for client, number in rows.read_joined(columns, [asked], Client):
        found.setdefault(number, survivor(client))
    standing = hold(found.values())
    return {number: standing[client.pk] for number, client in found.items()}


_WITH_PHONES = """
from clients_contactpoint point join clients_client on clients_client.id = point.client_id
where point.value = any(%s) and point.kind = 'phone' and point.account = '' order by point.id
"""


def survivor(client: Client) -> Client:
    """Whom a merged client points on to."""
    while client.merged_into_id:
        client = Client.objects.get(pk=client.merged_into_id)
    return client


def create(contacts: Sequence[Contact], known: Known, *, by: Actor, on: date | None = None) -> Client:
    """A new client. A company that nobody speaks for is called by its name. `on`: when he was heard of first."""
    kind = Client.Kind.COMPANY if known.company and not known.name else Client.Kind.PERSON
    client = Client.objects.create(kind=kind, name=known.name or known.company, address=known.address)
    _add_contacts(client, contacts)
    traits.learn(client, known)
    said = {"name": client.name, "address": client.address, **{one.kind: one.shown or one.value for one in contacts}}
    changes = {field: (None, value) for field, value in said.items() if value}
    record("clients.created", About("client", client.pk, client_id=client.pk), by=by, changes=changes)
    search.index("client", client.pk, client.name, client.address, *(value for _kind, value in known.traits()))
    points = [(one.kind, one.value, one.shown) for one in contacts]
    filing.file_new(client.pk, points, known.traits(), seen=on or client.created_at.date())
    return client


def learn_contacts(client: Client, contacts: Sequence[Contact], *, by: Actor) -> list[Contact]:
    """Those that he lacked."""
    new = _add_contacts(client, contacts)
    for one in new:
        about = About("client", client.pk, client_id=client.pk)
        record("clients.contact_added", about, by=by, changes={one.kind: (None, one.shown or one.value)})
    return new


def _add_contacts(client: Client, contacts: Sequence[Contact]) -> list[Contact]:
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


def learn_name(client: Client, name: str, *, by: Actor) -> bool:
    """Of one who has none. Nobody's name that is being written in this moment is lost, and no page that was opened
    before writes over ours."""
    nameless = Client.objects.filter(pk=client.pk, name="")
    if not nameless.update(name=name, version=F("version") + 1):
        return False
    client.refresh_from_db()
    about = About("client", client.pk, client_id=client.pk)
    record("clients.changed", about, by=by, changes={"name": ("", name)})
    found_by.index(client.pk)
    return True


def wait_in_line(contacts: Iterable[Contact]) -> None:
    """Two arrivals with a contact in common, one after the other, until the end of the transaction."""
    _lock([f"{one.kind}/{one.account}/{one.value}" for one in contacts])


def hold(clients: Iterable[Client]) -> dict[int, Client]:
    """Nobody else opens a deal for one of them, or merges him, until the end of the transaction. By the number under
    which each was found, who he is now: somebody may have merged him while we waited."""
    found = {client.pk: client for client in clients}
    wait_for(found)
    merged = rows.read(Client, "where id = any(%s) and merged_into_id is not null", [list(found)]) if found else []
    for client in merged:
        found[client.pk] = survivor(client)
    wait_for({found[client.pk].pk for client in merged})
    return found


def wait_for(client_ids: Iterable[int]) -> None:
    _lock([f"client {number}" for number in client_ids])


def _lock(names: list[str]) -> None:
    """In one order, so that none wait in a ring."""
    if not names:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(name, 1)) from unnest(%s::text[]) as names (name)",
            [arrays.texts(sorted(set(names)))],
        )
