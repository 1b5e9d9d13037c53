"""Run in a process of its own with Django set up: the clients of `base` are filed (a comparison reads nothing else of
them, and nothing else is written), then requests are looked up, every other one from a client, in other words than
those by which he is known."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import psycopg

from svyazka.business.clients.matching import commonness, filing
from svyazka.business.clients.matching.whose import whose
from svyazka.config import memory
from svyazka.config.bench import base, processor
from svyazka.engines.matching import keys, scribble
from svyazka.engines.matching.packed import pack
from svyazka.engines.matching.record import VERSION, Given, normalise

WARM = 100


def main() -> None:
    """Arguments: how many clients, how many requests, the folder of the cluster. The figures go to stdout."""
    clients, requests, cluster = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    file_all(clients)
    commonness.count_anew()
    memory.settle()
    print(json.dumps(_looked_up(clients, requests, cluster)))


def file_all(clients: int) -> None:
    """What `filing.file` would write of them, by COPY."""
    url = os.environ["DATABASE_URL"]
    gc.disable()
    with psycopg.connect(url) as one, psycopg.connect(url) as other:
        definitions = _without_indexes(other)
        with one.cursor().copy(_RECORDS) as records, other.cursor().copy(_KEYS) as of_keys:
            for number in range(1, clients + 1):
                record = normalise(_known(number))
                records.write_row((number, pack(record), base.NOW.date(), VERSION))
                for text in {filing.key_text(key) for key in keys.filed(record)}:
                    of_keys.write_row((text, number))
        for definition in definitions:
            other.execute(definition.encode())
    gc.enable()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze clients_clientrecord, clients_clientkey")
        connection.execute("checkpoint")


_RECORDS = "copy clients_clientrecord (client_id, packed, seen, version) from stdin"
_KEYS = "copy clients_clientkey (key, client_id) from stdin"


def _without_indexes(connection: psycopg.Connection[tuple[str, ...]]) -> list[str]:
    """Of the keys; how each is made again."""
    connection.execute("set local maintenance_work_mem = '512MB'")
    (primary,) = connection.execute(_PRIMARY).fetchall()
    others = connection.execute(_OTHERS).fetchall()
    connection.execute(f"alter table clients_clientkey drop constraint {primary[0]}".encode())
    for name, _definition in others:
        connection.execute(f"drop index {name}".encode())
    again = f"alter table clients_clientkey add constraint {primary[0]} primary key (key, client_id)"
    return [again, *(definition for _name, definition in others)]


_PRIMARY = "select conname from pg_constraint where conrelid = 'clients_clientkey'::regclass and contype = 'p'"
_OTHERS = """
select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
where indrelid = 'clients_clientkey'::regclass and not indisprimary
"""


def _known(number: int) -> Given:
    return Given((base.name_of(number),), (base.phone_of(number),), addresses=(base.address_of(number),))


def _looked_up(clients: int, requests: int, cluster: Path) -> dict[str, float]:
    asked = list(_requests(clients, requests + WARM))
    for _number, given in asked[:WARM]:
        whose(given)
    shown, database, own = 0, processor.of_sessions(cluster), time.process_time()
    for number, given in asked[WARM:]:
        shown += number in {likely.id for likely in whose(given).likely}
    took = (time.process_time() - own) * 1000
    used = processor.of_sessions(cluster) - database
    known = sum(0 < number <= clients for number, _given in asked[WARM:])
    return {"house": took / requests, "database": used / requests, "shown": 100 * shown / known}


def _requests(clients: int, many: int) -> Iterator[tuple[int, Given]]:
    """Of whom, and what he says: the name the other way round or the first name alone, and his number in any shape."""
    draw = Random(17)  # noqa: S311 - the same requests each time
    for place in range(many):
        number = draw.randrange(1, clients + 1) if place % 2 else clients + 1 + place
        first, _space, surname = base.name_of(number).partition(" ")
        name = draw.choice((f"{surname} {first}", f"{first} {surname}", first))
        phone = scribble.phone(draw, base.phone_of(number)[2:])
        addresses = (base.address_of(number),) if draw.random() < 0.35 else ()
        yield number if place % 2 else 0, Given((name,), (phone,), addresses=addresses)
