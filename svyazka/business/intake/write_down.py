"""Writing arrivals into the ledger: one statement for any number of them, also from processes without Django."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg.pq import TransactionStatus

from svyazka.kit.texts import storable


class InsideTransaction(Exception):
    """An arrival is answered for once it is committed; whoever writes it down must not hold a transaction open."""


@dataclass(frozen=True)
class NewArrival:
    """One thing that came from outside, whole. `account` and `outside_id` together are what is written only once."""

    account: str  # "web_form/okna"
    connector: str  # "web_form": a name in settings.CONNECTORS
    outside_id: str
    conversation: str  # what has to be worked off in order
    headers: dict[str, str]
    body: bytes


# Keys are taken in order, so that two writers with the same arrivals wait for each other and never deadlock.
STATEMENT: LiteralString = """
with given as (
    select * from unnest(
        %(account)s::text[], %(connector)s::text[], %(outside_id)s::text[], %(conversation)s::text[],
        %(headers)s::text[], %(body)b::bytea[]
    ) with ordinality as row (account, connector, outside_id, conversation, headers, body, place)
),
once as (select distinct on (account, outside_id) * from given order by account, outside_id, place),
fresh as (
    insert into intake_arrivalkey (account, outside_id, received_at)
    select account, outside_id, now() from once order by account, outside_id
    on conflict do nothing
    returning account, outside_id
),
kept as (
    insert into intake_arrival (received_at, account, connector, outside_id, conversation, headers, body,
                                state, attempts, next_try_at, reason, made)
    select now(), account, connector, outside_id, conversation, headers::jsonb, body, 'new', 0, now(), '', '{}'
    from once join fresh using (account, outside_id)
    order by place
)
select place from once join fresh using (account, outside_id)
"""


async def write_down(connection: psycopg.AsyncConnection[Any], arrivals: Sequence[NewArrival]) -> list[bool]:
    """Commits them and says of each whether it is new. One that cannot be written does not keep the others out."""
    _must_be_idle(connection)
    try:
        async with connection.transaction():
            cursor = await connection.execute(STATEMENT, parameters(arrivals))
            return _which_are_new(arrivals, await cursor.fetchall())
    except (psycopg.DataError, psycopg.IntegrityError):
        if len(arrivals) < 2:
            raise
    return await _one_by_one(connection, arrivals)


async def _one_by_one(connection: psycopg.AsyncConnection[Any], arrivals: Sequence[NewArrival]) -> list[bool]:
    new: list[bool] = []
    refusal: psycopg.Error | None = None
    for arrival in arrivals:
        try:
            new += await write_down(connection, [arrival])
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            refusal = error
    if refusal:
        raise refusal
    return new


def write_down_now(connection: psycopg.Connection[Any], arrivals: Sequence[NewArrival]) -> list[bool]:
    """The same for those who do not run an event loop."""
    _must_be_idle(connection)
    with connection.transaction():
        return _which_are_new(arrivals, connection.execute(STATEMENT, parameters(arrivals)).fetchall())


def _must_be_idle(connection: psycopg.AsyncConnection[Any] | psycopg.Connection[Any]) -> None:
    if connection.info.transaction_status is not TransactionStatus.IDLE:
        raise InsideTransaction


def parameters(arrivals: Sequence[NewArrival]) -> dict[str, list[str] | list[bytes]]:
    return {
        "account": [_fitting(arrival.account, 60) for arrival in arrivals],
        "connector": [_fitting(arrival.connector, 20) for arrival in arrivals],
        "outside_id": [_fitting(arrival.outside_id, 200) for arrival in arrivals],
        "conversation": [_fitting(arrival.conversation, 200) for arrival in arrivals],
        "headers": [_as_json(arrival.headers) for arrival in arrivals],
        "body": [arrival.body for arrival in arrivals],
    }


def _which_are_new(arrivals: Sequence[NewArrival], rows: Iterable[tuple[int]]) -> list[bool]:
    places = {place for (place,) in rows}
    return [place in places for place in range(1, len(arrivals) + 1)]


def _fitting(text: str, length: int) -> str:
    """What does not fit keeps its beginning and a hash of the whole: two long ids must not become one."""
    text = storable(text)
    if len(text) <= length:
        return text
    mark = hashlib.sha256(text.encode()).hexdigest()[: min(32, length // 2)]
    return f"{text[: length - len(mark) - 1]}~{mark}"


def _as_json(headers: dict[str, str]) -> str:
    return json.dumps({storable(name): storable(value) for name, value in headers.items()}, ensure_ascii=False)
