"""Clients whom a company brings along from elsewhere: many at once, and so that it can be taken back."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from svyazka.business.clients import search
from svyazka.business.clients.models import Client, ContactPoint, Interaction, SearchPosting, Trait
from svyazka.kit import arrays, clock


@dataclass
class Brought:
    """What is known of one there. `contacts`: (kind, value); `traits`: (kind, value)."""

    name: str = ""
    kind: str = Client.Kind.PERSON
    address: str = ""
    note: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    found_by: str = ""
    contacts: list[tuple[str, str]] = field(default_factory=list)
    traits: list[tuple[str, str]] = field(default_factory=list)
    created_at: datetime | None = None


def make(brought: Sequence[Brought]) -> list[int]:
    """New ones, in the order in which they were given. The caller writes the journal."""
    if not brought:
        return []
    now = clock.now()
    rows = [
        {
            "kind": one.kind, "name": one.name, "address": one.address, "note": one.note, "facts": one.facts,
            "found_by": one.found_by, "created_at": (one.created_at or now).isoformat(),
        }
        for one in brought
    ]  # fmt: skip
    with connection.cursor() as cursor:
        # Numbers are drawn first: what `returning` brings need not come in the order of what was given.
        cursor.execute(_NUMBERS, [len(rows)])
        numbers: list[int] = [number for (number,) in cursor.fetchall()]
        given = [{"id": number, **row} for number, row in zip(numbers, rows, strict=True)]
        cursor.execute(_MAKE, [json.dumps(given, ensure_ascii=False)])
    of = dict(zip(numbers, brought, strict=True))
    _add_contacts(of)
    _add_traits(of)
    search.index_many("client", {number: (one.name, one.address, one.found_by) for number, one in of.items()})
    return numbers


_NUMBERS = "select nextval(pg_get_serial_sequence('clients_client', 'id')) from generate_series(1, %s) order by 1"
_MAKE = """
insert into clients_client (id, kind, name, address, note, facts, found_by, created_at, version)
select id, kind, name, address, note, facts, found_by, created_at, 1
from jsonb_to_recordset(%s) as given (
    id bigint, kind text, name text, address text, note text, facts jsonb, found_by text, created_at timestamptz)
"""


def written(one: Brought) -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
    """Points and traits of one whom `make` has made, his name and address among them."""
    naming = Trait.Kind.COMPANY if one.kind == Client.Kind.COMPANY else Trait.Kind.NAME
    own = [(naming.value, one.name), (Trait.Kind.ADDRESS.value, one.address)]
    more = [(kind, value[:300]) for kind, value in one.traits if value[:300] not in ("", one.name, one.address)]
    return [(kind, value, "") for kind, value in one.contacts], [(kind, said) for kind, said in own if said] + more


def learn(brought: Mapping[int, Brought]) -> dict[int, dict[str, Any]]:
    """What clients who are here lacked; nothing that is known is written over. What was new, by client, as `unlearn`
    takes it back."""
    if not brought:
        return {}
    contacts, traits = _add_contacts(brought), _add_traits(brought)
    filled = _fill_in(brought)
    found: dict[int, dict[str, Any]] = {}
    for number in brought:
        found[number] = {"contacts": contacts.get(number, []), "traits": traits.get(number, [])}
    for number, values in filled.items():
        found[number]["filled"] = values
    return {number: {key: said for key, said in new.items() if said} for number, new in found.items()}


def unlearn(client_id: int, learnt: Mapping[str, Any]) -> list[str]:
    """What somebody has changed since stays, and is named by its code."""
    client = Client.objects.select_for_update().filter(pk=client_id).first()
    if client is None:
        return []
    ContactPoint.objects.filter(client=client, pk__in=learnt.get("contacts", [])).delete()
    client.traits.filter(pk__in=learnt.get("traits", [])).delete()
    filled = {code: said for code, said in learnt.get("filled", {}).items() if said}
    kept = [code for code, said in filled.items() if getattr(client, code) != said]
    for code in set(filled) - set(kept):
        setattr(client, code, "")
    if filled:
        client.version += 1
        client.save()
        search.index("client", client.pk, client.name, client.address, client.found_by)
    return kept


def touched(client_ids: Collection[int], *, verbs: str, ours: Collection[int]) -> set[int]:
    """Those of whom something has happened besides what we brought; to be looked at is nothing. `verbs`: what entries
    of our own begin with; `ours`: numbers of our interactions."""
    given: dict[str, Any] = {"ids": list(client_ids), "verbs": f"{verbs}%", "ours": list(ours)}
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED, given)
        return {number for (number,) in cursor.fetchall()}


_TOUCHED = """
select c.id from clients_client c where c.id = any(%(ids)s) and (
    exists (
        select from journal_entry e where e.kind = 'client' and e.object_id = c.id
        and e.verb not like %(verbs)s and e.verb <> 'clients.seen'
    )
    or exists (select from clients_interaction i where i.client_id = c.id and i.id <> all(%(ours)s))
    or exists (select from clients_client m where m.merged_into_id = c.id) or c.merged_into_id is not null)
"""


def forget(client_ids: Collection[int]) -> None:
    """As if they had never been brought. Whoever has deals or anything else that points to him cannot go."""
    Interaction.objects.filter(client_id__in=client_ids).delete()
    SearchPosting.objects.filter(kind="client", object_id__in=client_ids).delete()
    Client.objects.filter(pk__in=client_ids).delete()


def _add_contacts(brought: Mapping[int, Brought]) -> dict[int, list[int]]:
    given = [(number, kind, value) for number, one in brought.items() for kind, value in one.contacts]
    return _added(_CONTACTS, given)


_CONTACTS = """
insert into clients_contactpoint (client_id, created_at, kind, account, value, shown)
select id, %s, kind, '', value, '' from unnest(%s::bigint[], %s::text[], %s::text[]) as given (id, kind, value)
on conflict do nothing returning client_id, id
"""


def _add_traits(brought: Mapping[int, Brought]) -> dict[int, list[int]]:
    given = [(number, kind, value[:300]) for number, one in brought.items() for kind, value in one.traits if value]
    return _added(_TRAITS, given)


_TRAITS = """
insert into clients_trait (client_id, created_at, kind, value)
select c.id, %s, given.kind, given.value from unnest(%s::bigint[], %s::text[], %s::text[]) as given (id, kind, value)
join clients_client c on c.id = given.id
where given.value not in (c.name, c.address) -- what stands on his page is known without that
on conflict do nothing returning client_id, id
"""


def _added(statement: str, given: Sequence[tuple[int, str, str]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    if given:
        with connection.cursor() as cursor:
            ids, kinds, values = zip(*given, strict=True)
            columns = [arrays.numbers(ids), arrays.texts(kinds), arrays.texts(values)]
            cursor.execute(statement, [clock.now(), *columns])
            for client_id, number in cursor.fetchall():
                found.setdefault(client_id, []).append(number)
    return found


def _fill_in(brought: Mapping[int, Brought]) -> dict[int, dict[str, str]]:
    """Names and addresses that are not known."""
    lacking = [(number, one.name, one.address) for number, one in brought.items() if one.name or one.address]
    if not lacking:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_FILL_IN, [list(column) for column in zip(*lacking, strict=True)])
        filled = cursor.fetchall()
    search.index_many("client", {number: said for number, _name, _address, *said in filled})
    return {number: {"name": name, "address": address} for number, name, address, *_said in filled}


_FILL_IN = """
with lacking as (
    select c.id, case when c.name = '' then given.name else '' end as name,
        case when c.address = '' then given.address else '' end as address
    from clients_client c join unnest(%s::bigint[], %s::text[], %s::text[]) as given (id, name, address)
    on given.id = c.id order by c.id for update of c
)
update clients_client c set version = version + 1, name = coalesce(nullif(lacking.name, ''), c.name),
    address = coalesce(nullif(lacking.address, ''), c.address)
from lacking where lacking.id = c.id and (lacking.name <> '' or lacking.address <> '')
returning c.id, lacking.name, lacking.address, c.name, c.address, c.found_by
"""
