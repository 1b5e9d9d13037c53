"""The base that benchmarks run on: N clients, N deals, 2N interactions, the same for the same seed.

Names, streets and phones are made up. Written with COPY, indexes afterwards; search words by set-based SQL.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from random import Random
from typing import Any

import psycopg
import yaml
from psycopg import sql

WORDS = yaml.safe_load(files(__package__).joinpath("words.yaml").read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

Rows = Iterator[tuple[Any, ...]]


@dataclass(frozen=True)
class _Company:
    """What the blueprint made, as the rows refer to it."""

    pipeline: int
    stages: list[tuple[int, str, str, int | None]]  # id, kind, next step, limit in hours
    sources: list[int]
    people: list[int]
    loss_reason: int


def fill(url: str, clients: int, *, seed: int = 1) -> None:
    """Into tables that hold a company and nothing else yet. Ids of clients and deals run from 1 to `clients`."""
    with psycopg.connect(url) as connection:
        # What is written here is right; asking of each row whether its client exists costs as much as writing it.
        connection.execute("set local session_replication_role = replica")
        connection.execute("set local maintenance_work_mem = '512MB'")
        company = _read_company(connection)
        definitions = _take_indexes_away(connection)
        _copy(connection, _CLIENTS, _clients(clients, seed))
        _copy(connection, _CONTACTS, _contacts(clients, seed))
        _copy(connection, _DEALS, _deals(clients, seed, company))
        _copy(connection, _INTERACTIONS, _interactions(clients, seed))
        for statement in (
            _TASKS,
            _FACT_KEYS,
            _POSTINGS,
            _EACH_WORD,
            *definitions,
            *map(_next_id, ("clients_client", "deals_deal")),
        ):
            connection.execute(statement.encode())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze")
        connection.execute("checkpoint")


def name_of(number: int, seed: int = 1) -> str:
    draw = _drawing(f"{seed} name {number}")
    stem, (his, hers) = draw.choice(WORDS["stems"]), draw.choice(WORDS["endings"])
    first, ending = (WORDS["men"], his) if draw.random() < 0.5 else (WORDS["women"], hers)
    return f"{draw.choice(first)} {stem}{ending}"


def phone_of(number: int) -> str:
    """Each its own: the step has no divisor in common with the modulus, so that it comes to all of them."""
    return f"+79{(number * 618_033_989 + 41) % 1_000_000_000:09d}"


def address_of(number: int, seed: int = 1) -> str:
    draw = _drawing(f"{seed} address {number}")
    address: str = WORDS["address"].format(
        town=draw.choice(WORDS["towns"]),
        street=draw.choice(WORDS["streets"]),
        house=draw.randint(1, 180),
        flat=draw.randint(1, 320),
    )
    return address


_CLIENTS = "clients_client (id, kind, name, address, note, created_at, version)"


def _clients(count: int, seed: int) -> Rows:
    for number in range(1, count + 1):
        came = NOW - timedelta(minutes=7 * (count - number) % 500_000)
        yield number, "person", name_of(number, seed), address_of(number, seed), "", came, 1


_CONTACTS = "clients_contactpoint (client_id, kind, account, value, shown, created_at)"


def _contacts(count: int, seed: int) -> Rows:
    draw = _drawing(f"{seed} contacts")
    for number in range(1, count + 1):
        yield number, "phone", "", phone_of(number), "", NOW
        if draw.random() < 0.3:
            yield number, "email", "", f"client{number}@example.ru", "", NOW


_DEALS = """deals_deal (id, client_id, pipeline_id, stage_id, source_id, responsible_id, address, amount, facts, origin,
opened_at, stage_since, stage_due_at, closed_at, loss_reason_id, next_step, next_step_at, version)"""


def _deals(count: int, seed: int, company: _Company) -> Rows:
    draw = _drawing(f"{seed} deals")
    for number in range(1, count + 1):
        stage, kind, step, limit = draw.choice(company.stages)
        opened = NOW - timedelta(minutes=draw.randint(0, 400_000))
        since = opened + (NOW - opened) * draw.random()
        is_open = kind == "open"
        yield (
            number, number, company.pipeline, stage, draw.choice(company.sources), draw.choice(company.people),
            address_of(number, seed), draw.randrange(20_000, 900_000, 500),
            json.dumps({"openings": draw.randint(1, 9)}), "{}", opened, since,
            since + timedelta(hours=limit) if limit and is_open else None, None if is_open else since,
            company.loss_reason if kind == "lost" else None, step if is_open else "",
            since + timedelta(hours=draw.randint(1, 90)) if is_open else None, 1,
        )  # fmt: skip


_INTERACTIONS = "clients_interaction (at, client_id, deal_id, kind, direction, channel, text, data, waiting)"


def _interactions(count: int, seed: int) -> Rows:
    draw = _drawing(f"{seed} interactions")
    for number in range(1, 2 * count + 1):
        whose = draw.randint(1, count)
        at = NOW - timedelta(minutes=draw.randint(0, 400_000))
        if draw.random() < 0.5:
            data = json.dumps({"result": "answered", "seconds": draw.randint(5, 600)})
            yield at, whose, whose, "call", draw.choice(("in", "out")), "asterisk/office", "", data, False
        else:
            # A few wait in the live queue, whatever the size of the base.
            yield at, whose, whose, "form", "in", "web_form/okna", draw.choice(WORDS["said"]), "{}", number <= 40


_TASKS = """
insert into deals_task (deal_id, what, due_at, person_id, of_stage, created_at)
select id, next_step, next_step_at, responsible_id, true, stage_since from deals_deal where closed_at is null
"""

# What a trigger writes of each deal, were it not switched off here.
_FACT_KEYS = """
insert into deals_factkey (holder, object_id, code, text, number)
select 'deal', deals_deal.id, keys.code, keys.text, keys.number from deals_deal, deals_fact_keys(facts) keys
"""

# The words of clients/search.py (a test holds both to each other): lower case, one letter for the
# two that are typed for each other (U+0451 as U+0435), letters and digits together.
_POSTINGS = r"""
insert into clients_searchposting (word, kind, object_id)
select distinct left(word, 60), kind, id from (
    select 'client' as kind, id, name || ' ' || address as text from clients_client
    union all select 'deal', id, address from deals_deal where address <> ''
) found, regexp_split_to_table(replace(lower(text), U&'\0451', U&'\0435'), '[^[:alnum:]]+') as word
where word <> ''
"""
_EACH_WORD = (
    "insert into clients_searchword (word) select distinct word from clients_searchposting on conflict do nothing"
)


def _next_id(table: str) -> str:
    return f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))"  # noqa: S608  # of our own words only


def _drawing(seed: str) -> Random:
    return Random(seed)  # noqa: S311 - figures that come out the same each time, nothing secret


def _read_company(connection: psycopg.Connection[Any]) -> _Company:
    def ids(query: str) -> list[int]:
        return [number for (number,) in connection.execute(query.encode())]

    stages = "select id, kind, coalesce(next_step_words->>'ru', ''), limit_hours from deals_stage order by position"
    return _Company(
        pipeline=ids("select id from deals_pipeline order by position")[0],
        stages=connection.execute(stages.encode()).fetchall(),
        sources=ids("select id from clients_source order by id"),
        people=ids("select id from staff_person where role in ('operator', 'manager') order by id"),
        loss_reason=ids("select id from deals_lossreason order by position")[0],
    )


def _take_indexes_away(connection: psycopg.Connection[Any]) -> list[str]:
    """Those that no constraint stands on; said as they are to be made again."""
    filled = [
        "clients_client",
        "clients_contactpoint",
        "deals_deal",
        "deals_task",
        "deals_factkey",
        "clients_searchposting",
    ]
    found = connection.execute(
        "select relname, pg_get_indexdef(indexrelid) from pg_index join pg_class on pg_class.oid = indexrelid "
        "where indrelid::regclass::text = any(%s) "
        "and not exists (select from pg_constraint where conindid = indexrelid)",
        [filled],
    ).fetchall()
    for name, _definition in found:
        connection.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))
    return [definition for _name, definition in found]


def _copy(connection: psycopg.Connection[Any], target: str, rows: Rows) -> None:
    with connection.cursor().copy(f"copy {target} from stdin".encode()) as copy:
        for row in rows:
            copy.write_row(row)
