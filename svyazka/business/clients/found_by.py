"""What a client can be found by: his name and address, what else leads to him, and by what he was ever known."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from svyazka.business.clients import search


def index(client_id: int) -> None:
    index_all([client_id])


def index_all(client_ids: Collection[int]) -> None:
    """In two statements. Whoever is merged is found by nothing himself."""
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS, [list(client_ids)])
        search.index_many("client", {number: texts for number, *texts in cursor.fetchall()})


_TEXTS = """
select c.id,
    case when c.merged_into_id is null then concat_ws(' ', c.name, c.address, c.found_by, known.words) else '' end
from clients_client c left join lateral (
    select string_agg(value, ' ' order by id) as words from clients_trait where client_id = c.id
) known on true
where c.id = any(%s)
"""
