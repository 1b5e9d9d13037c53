"""How many deals of a list there are of each value of a field, and what they come to.

Counted are the newest ten thousand of them, which costs the same however many there are; all of them when somebody
asks for that.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from svyazka.business.deals.board import Narrowed, conditions
from svyazka.business.deals.known.wanted import DATED, LISTED, MEASURED
from svyazka.business.deals.listing import STATES
from svyazka.business.deals.models import Field

COUNTED = 10_000
MOST_LINES = 20
MONTHS = 24


@dataclass(frozen=True)
class Total:
    value: Any  # as it is stored, of a date its month; None: not known
    count: int
    amount: Decimal


@dataclass(frozen=True)
class Measured:
    """Of the deals in which a number is known."""

    count: int
    sum: Decimal
    mean: Decimal
    least: Decimal
    most: Decimal


@dataclass(frozen=True)
class Totals:
    count: int  # of all deals that were looked at
    lines: Sequence[Total] = ()
    measured: Measured | None = None
    others: Total | None = None  # what stands in no line

    @property
    def is_part(self) -> bool:
        return self.count > COUNTED


def countable(field: Field) -> bool:
    return field.kind in (*LISTED, *MEASURED, *DATED, Field.Kind.TEXT)


def totals(narrowed: Narrowed, field: Field, *, state: str = "open", whole: bool = False) -> Totals:
    """Of several of a list, a deal counts at each."""
    where, values = conditions(narrowed)
    of_deal, measured = field.of == Field.Of.DEAL, field.kind in MEASURED
    facts, joined = ("d.facts", "") if of_deal else ("c.facts", "join clients_client c on c.id = d.client_id")
    value = f"{facts} ->> %s" if measured else f"nullif({facts} -> %s, 'null')"
    few = (
        f"with few as materialized (select d.amount, {value} as value from deals_deal d {joined}"  # noqa: S608  # of our own words only
        f" where true{where}{STATES[state]} order by d.id desc limit %s)"
    )
    given = [field.code, *values, None if whole else COUNTED + 1]
    return _measured(few, given) if measured else _by_value(few, given, field)


# What was stored while the field was of another kind is no number. By letters, for a pattern costs five times as much.
_NUMBER = """
select case when translate(bare, '0123456789', '') in ('', '.') and bare not in ('', '.') and length(bare) <= 20
    then value::numeric end number
from few, lateral (select case when left(value, 1) = '-' then substr(value, 2) else value end) one (bare)
"""


def _measured(few: str, given: list[Any]) -> Totals:
    with connection.cursor() as cursor:
        # Materialised: else each of the figures would read the number out anew.
        cursor.execute(
            f"{few}, known as materialized ({_NUMBER})"  # noqa: S608  # of our own words only
            " select count(*), count(number), sum(number), avg(number), min(number), max(number) from known",
            given,
        )
        count, known, *figures = cursor.fetchone()
    return Totals(count, measured=Measured(known, *figures) if known else None)


# How the values of a kind become lines, and in which order these stand.
_EACH = """
select one.value, amount from few left join lateral
jsonb_array_elements(case when jsonb_typeof(value) = 'array' then value else '[]' end) as one (value) on true
"""
_MONTH = "select to_jsonb(substring(value #>> '{}' from '^[0-9]{4}-[0-9]{2}')) as value, amount from few"


def _by_value(few: str, given: list[Any], field: Field) -> Totals:
    each, order, most = "select value, amount from few", "2 desc, 1", MOST_LINES
    if field.kind in LISTED:
        most = 1000
    if field.kind == Field.Kind.CHOICES:
        each = _EACH
    if field.kind in DATED:
        each, order, most = _MONTH, "1 desc nulls last", MONTHS
    with connection.cursor() as cursor:
        cursor.execute(
            f"{few}, each as ({each}),"  # noqa: S608  # of our own words only
            " lines as (select value, count(*), coalesce(sum(amount), 0) from each group by 1"
            f" order by {order} limit %s)"
            " select null, count(*), coalesce(sum(amount), 0) from few union all select * from lines",
            [*given, most],
        )
        (_none, count, amount), *rows = cursor.fetchall()
    lines = [Total(None if value is None else json.loads(value), *rest) for value, *rest in rows]
    left = count - sum(line.count for line in lines)
    rest = Total(None, left, amount - sum(line.amount for line in lines)) if left > 0 and len(lines) == most else None
    return Totals(count, lines, others=rest)
