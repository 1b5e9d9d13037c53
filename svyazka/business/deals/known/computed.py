"""Values that a formula came to: written into the facts of many deals or clients at once.

They are no change by anybody: the version stays, so that nobody's open form is refused for them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from svyazka.business.deals.models import Field


@dataclass(frozen=True)
class Written:
    """One whose values are others now: by code, as far as something was known, and is."""

    object_id: int
    client_id: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def put(of: str, values: Mapping[int, Mapping[str, Any]], codes: Collection[str]) -> list[Written]:
    """`values`: by id and code; None: nothing comes of it. Those that say the same are not touched."""
    rows = [{"id": number, "values": dict(given)} for number, given in sorted(values.items())]
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_PUT[of], {"rows": json.dumps(rows), "codes": list(codes)})
        found = cursor.fetchall()
    return [Written(number, client, json.loads(before or "{}"), values[number]) for number, client, before in found]


# Locked in the order of their numbers: whoever else writes several does the same.
_WRITE = """
with given as materialized (
    select g.id, jsonb_strip_nulls(g.values) as values from jsonb_to_recordset(%(rows)s) as g (id bigint, values jsonb)
), held as materialized (
    select t.id, t.facts as before, (t.facts - %(codes)s::text[]) || given.values as facts
    from {table} t join given on given.id = t.id
    where t.facts is distinct from (t.facts - %(codes)s::text[]) || given.values
    order by t.id for no key update of t
)
update {table} t set facts = held.facts from held where held.id = t.id
returning t.id, {client}, (
    select jsonb_object_agg(code, held.before -> code)
    from unnest(%(codes)s::text[]) code where held.before ? code)::text
"""
_PUT = {
    str(Field.Of.DEAL): _WRITE.replace("{table}", "deals_deal").replace("{client}", "t.client_id"),
    str(Field.Of.CLIENT): _WRITE.replace("{table}", "clients_client").replace("{client}", "t.id"),
}
