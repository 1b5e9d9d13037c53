"""The deals of all pipelines as one sorted list, page by page."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection

from svyazka.business.deals.board import CARD, COUNTED, PEOPLE, Card, Narrowed, conditions
from svyazka.business.deals.models import Field
from svyazka.business.journal.record import About, Actor, record

PAGE = 50


@dataclass(frozen=True)
class Sort:
    """By what: the key stands in the next page's address, so it has to be read back from text."""

    key: str
    kind: str
    read: Callable[[str], Any]


def _moment(text: str) -> datetime | str:
    return "infinity" if text == "infinity" else datetime.fromisoformat(text)


# What is not known comes last where the smallest stands first: a deal without a next step, a deal without an amount.
SORTS = {
    "number": Sort("d.id", "bigint", int),
    "moved": Sort("d.stage_since", "timestamptz", _moment),
    "step": Sort("coalesce(d.next_step_at, 'infinity')", "timestamptz", _moment),
    "amount": Sort("coalesce(d.amount, -1)", "numeric", Decimal),
}
STATES = {"open": " and d.closed_at is null", "closed": " and d.closed_at is not null", "all": ""}


@dataclass(frozen=True)
class Listed:
    cards: list[Card]
    after: str  # where the next page begins; empty at the end


def list_deals(
    narrowed: Narrowed,
    *,
    sort: str = "number",
    descending: bool = True,
    state: str = "open",
    after: str = "",
    most: int = PAGE,
) -> Listed:
    """One page; `after` is what the page before said. Nonsense there begins from the top."""
    by = SORTS[sort]
    where, values = conditions(narrowed)
    where += STATES[state]
    if behind := _read_after(after, by):
        where += f" and ({by.key}, d.id) {'<' if descending else '>'} (%s::{by.kind}, %s)"
        values += behind
    way = "desc" if descending else "asc"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{CARD}, ({by.key})::text from deals_deal d {PEOPLE} where true{where}"
            f" order by {by.key} {way}, d.id {way} limit %s",
            [*values, most + 1],
        )
        rows = cursor.fetchall()
    cards = [Card(*row[:-1]) for row in rows[:most]]
    return Listed(cards, f"{rows[most - 1][-1]}~{cards[-1].id}" if len(rows) > most else "")


def facts_of(deal_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What is known of these deals and of their clients, by code."""
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, [list(deal_ids)])
        return {deal_id: json.loads(facts) for deal_id, facts in cursor.fetchall()}


_FACTS = """
select d.id, c.facts || d.facts from deals_deal d join clients_client c on c.id = d.client_id where d.id = any(%s)
"""


@dataclass(frozen=True)
class Total:
    value: Any  # as it is stored; None: not known
    count: int
    amount: Decimal


def totals(narrowed: Narrowed, field: Field, *, state: str = "open") -> list[Total]:
    """How many deals there are of each value of a field, and their amount. Of several of a list, it counts at each."""
    where, values = conditions(narrowed)
    each = _EACH if field.kind == Field.Kind.CHOICES else _ONE
    with connection.cursor() as cursor:
        cursor.execute(
            f"select nullif(v.value, 'null'), count(*), coalesce(sum(d.amount), 0) from deals_deal d"  # noqa: S608  # of our own words only
            f" left join lateral {each} as v (value) on true where true{where}{STATES[state]}"
            " group by 1 order by 2 desc, 1",
            [*[field.code] * each.count("%s"), *values],
        )
        return [Total(None if value is None else json.loads(value), *rest) for value, *rest in cursor.fetchall()]


_ONE = "(select d.facts -> %s)"
_EACH = """
jsonb_array_elements(case when jsonb_typeof(d.facts -> %s) = 'array' then d.facts -> %s else '[]' end)
"""


def count_deals(narrowed: Narrowed, *, state: str = "open") -> int:
    """How many there are on all pages; nobody counts further than `COUNTED`."""
    where, values = conditions(narrowed)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select count(*) from (select from deals_deal d where true{where}{STATES[state]} limit %s) few",  # noqa: S608  # of our own words only
            [*values, COUNTED + 1],
        )
        return int(cursor.fetchone()[0])


def _read_after(after: str, by: Sort) -> list[Any] | None:
    key, _tilde, number = after.partition("~")
    try:
        read, deal_id = by.read(key), int(number)
    except (ValueError, InvalidOperation, OverflowError):
        return None
    fits = abs(deal_id) < 2**63 and (by.kind != "bigint" or abs(read) < 2**63)
    return [read, deal_id] if fits else None


def note_export(columns: list[str], *, by: Actor) -> None:
    """The list leaves the house as a file: the journal says who took it, and what stood in it."""
    record("deals.exported", About("deals", 0), by=by, changes={"columns": (None, ", ".join(columns))})
