"""What else a client was given by, as it was typed: other names, companies, tax numbers, addresses, dates of birth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from svyazka.business.clients.models import Client, Trait
from svyazka.kit import clock

MOST = 30  # of one kind; whoever sends a hundred names is compared by the first of them


@dataclass(frozen=True)
class Known:
    """What a request says of whoever sent it, besides how he can be reached."""

    name: str = ""
    address: str = ""
    company: str = ""
    tax_number: str = ""
    handles: Mapping[str, str] = field(default_factory=dict)  # of messengers, by their kind
    born: str = ""

    def traits(self) -> Iterator[tuple[str, str]]:
        said = {
            Trait.Kind.NAME: self.name,
            Trait.Kind.COMPANY: self.company,
            Trait.Kind.TAX_NUMBER: self.tax_number,
            Trait.Kind.ADDRESS: self.address,
            Trait.Kind.BORN: self.born,
        }
        yield from ((kind.value, text) for kind, value in said.items() if (text := " ".join(value.split())[:300]))
        yield from ((Trait.Kind.HANDLE.value, f"{kind}/{value}"[:300]) for kind, value in self.handles.items() if value)


def learn(client: Client, known: Known) -> bool:
    """What does not stand on his page already. Whether something was new."""
    own = {(Trait.Kind.NAME, client.name), (Trait.Kind.ADDRESS, client.address)}
    if client.kind == Client.Kind.COMPANY:
        own.add((Trait.Kind.COMPANY, client.name))
    fresh = [said for said in known.traits() if said not in own]
    return bool(fresh) and _add(client.pk, fresh)


def _add(client_id: int, traits: list[tuple[str, str]]) -> bool:
    kinds, values = zip(*traits, strict=True)
    given: dict[str, Any] = {
        "client": client_id,
        "now": clock.now(),
        "kinds": list(kinds),
        "values": list(values),
        "most": MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD, given)
        return bool(cursor.rowcount)


_ADD = """
insert into clients_trait (client_id, created_at, kind, value)
select %(client)s, %(now)s, given.kind, given.value
from unnest(%(kinds)s::text[], %(values)s::text[]) as given (kind, value)
where (select count(*) from clients_trait had where had.client_id = %(client)s and had.kind = given.kind) < %(most)s
on conflict do nothing
"""
